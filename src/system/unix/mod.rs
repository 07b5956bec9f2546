//! What Unix has.

pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod guests;
pub(crate) mod process;
pub(crate) mod socket;
