//! Layouts: which files a card has, who may read them, and how each element is coded.
//!
//! A layout is a TOML text (docs/layouts.md). One description drives every direction: encoding a card's data gives
//! bytes and a tree of spans, decoding bytes gives the same tree and the data. It knows no key of card files by itself.

use super::{map::Element, tree::Node};

/// What the bytes of a file say.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The data, under the keys of card files.
    pub data: Node,
    /// What stands where, from the first byte to the last.
    pub elements: Vec<Element>,
}
