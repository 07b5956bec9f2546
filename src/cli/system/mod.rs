//! What the verbs do otherwise on each system, behind one face: commands under watch, alone and with what they start,
//! the end of what serves, typing that nobody sees, descriptors, and the lines of a shell.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::{fs::File, io};

#[cfg(unix)]
use unix as here;
#[cfg(windows)]
use windows as here;

pub(super) use here::{
    background, descriptor,
    ears::Ears,
    group::{Group, Interrupts},
    hidden::Hidden,
    locale, shell,
    supervise::{Supervisor, hand_on, program},
    width, words,
};

/// A descriptor, as far as one can read from it.
#[derive(Debug)]
pub(super) enum Opened {
    /// It can be read from here on.
    Ready(File),
    /// It is open for writing only.
    WriteOnly,
    /// The system says why not; [`io::ErrorKind::NotFound`] if it is not open.
    Not(io::Error),
}
