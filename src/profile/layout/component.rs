//! What a layout says about components that fail.

use super::{super::tree::Node, Layout};

/// A component that fails.
#[derive(Clone, Debug)]
pub(super) struct Component {
    pub(super) name: String,
    pub(super) lifetime: Lifetime,
}

/// How long a component works: a number of sessions, each from a reset to the next, between two bounds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lifetime {
    /// It works in as many sessions at least.
    pub least: u32,
    /// And in as many at most.
    pub most: u32,
}

impl Layout {
    /// How long the component of a card with these data works; `None` if it does not fail.
    pub(in crate::profile) fn lifetime(&self, data: &Node) -> Option<Lifetime> {
        let key = self.chip.component_key.as_ref()?;
        let name = data.at(&key.keys.join("."))?.text()?;
        self.components.iter().find(|component| component.name == name).map(|component| component.lifetime)
    }
}
