//! One importer for each program or form: what its lines look like, and what they say. What all of them need is beside
//! this folder.

pub(super) mod arrows;
pub(super) mod opensc;
pub(super) mod pcscd;
pub(super) mod scdaemon;
pub(super) mod scriptor;
pub(super) mod spy;
