//! One importer for each program or form: what its lines look like, and what they say. What all of them need is beside
//! this folder.

pub(super) mod angles;
pub(super) mod arrows;
pub(super) mod csv;
pub(super) mod gp;
pub(super) mod gpshell;
pub(super) mod json;
pub(super) mod json_lines;
mod list;
mod marks;
mod names;
mod numbered;
pub(super) mod opensc;
pub(super) mod opensc_tool;
pub(super) mod pairs;
pub(super) mod pcscd;
pub(super) mod scdaemon;
pub(super) mod scriptor;
pub(super) mod spy;
mod unnamed;
