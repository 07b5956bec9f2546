//! What a host says of a card.

use std::{any::Any, fmt, sync::Arc};

/// A value that the host of a card gave it when it put it into a slot, such as the path of its card file. It stands in
/// the slot table beside the card, comes and goes with it, and is published with its slot; a reader makes nothing of
/// it.
///
/// Two labels are equal if one is a clone of the other.
#[derive(Clone)]
pub struct Label(Arc<dyn Any + Send + Sync>);

impl Label {
    /// A label of any kind.
    pub fn new(value: impl Any + Send + Sync) -> Self {
        Self(Arc::new(value))
    }

    /// What the host put in, if it is of this kind.
    #[must_use]
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Label {}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Label").finish_non_exhaustive()
    }
}
