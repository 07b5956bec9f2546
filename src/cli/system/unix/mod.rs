//! What Unix has.

pub(in crate::cli) mod background;
pub(in crate::cli) mod descriptor;
pub(in crate::cli) mod ears;
pub(in crate::cli) mod group;
pub(in crate::cli) mod hidden;
pub(in crate::cli) mod shell;
pub(in crate::cli) mod supervise;
pub(in crate::cli) mod words;

use std::os::fd::AsFd;

/// What the system says of the language of its user besides the variables of POSIX: nothing.
pub(in crate::cli) fn locale() -> Option<String> {
    None
}

/// How many columns a terminal has, if it is one.
pub(in crate::cli) fn width(terminal: impl AsFd) -> Option<usize> {
    rustix::termios::tcgetwinsize(terminal).ok().map(|size| usize::from(size.ws_col))
}
