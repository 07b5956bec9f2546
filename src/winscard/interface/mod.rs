//! The functions that programs call: pointers of theirs become values of ours, and the other way round.
//!
//! What is checked, in which order and with which code is as pcsc-lite's library has it [PCSC-LITE winscard_clnt.c];
//! its service is asked only when all of that is right. A function writes what its description says and nothing else:
//! never beyond what is given, whatever room the program says there is. Nothing needs to be aligned, but entries of
//! readers. A command and the room for its answer may be the same memory.
//!
//! The functions stand here under names of ours, with the library as their first argument; [`export`](crate::export)
//! gives a shared object those that programs know. All may be called by several threads at once. A panic ends none of
//! them: the program gets [`ReturnCode::INTERNAL_ERROR`].
//!
//! This folder is the only place of the package that is unsafe.

mod buffers;
mod cards;
mod contexts;
mod export;
mod numbers;
mod readers;
mod surroundings;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod toy;
mod windows;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use cards::{attribute, begin, connect, control, disconnect, end, reconnect, set_attribute, status, transmit};
pub use contexts::{cancel, establish, free, is_valid, release, stringify};
pub use numbers::{ContextNumber, Dword, Entry, HandleNumber, IoRequest, LONGEST_ATR, Long, RAW, T0, T1};
pub use readers::{groups, list, status_change};
#[cfg(windows)]
pub use surroundings::await_bytes;
pub use surroundings::{find, own_path, variable};
#[cfg(windows)]
pub use windows::started_event;
pub use windows::{not_kept, nothing, state, transmit_count, unknown_card, unsupported};

use crate::{codes::ReturnCode, library::Library};

/// The end of a function: its outcome as a number.
fn ended(library: &Library, work: impl FnOnce() -> Result<(), ReturnCode>) -> Long {
    let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(ReturnCode::INTERNAL_ERROR));
    numbers::long(library.platform().number(ReturnCode::of(&outcome)))
}
