//! Pages for people, in English and French, and JSON for programs.

mod page;

pub use page::{Line, Page, Role, Span, WIDTH};

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}
