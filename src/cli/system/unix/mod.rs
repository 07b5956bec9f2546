//! What Unix has.

pub(in crate::cli) mod background;
pub(in crate::cli) mod descriptor;
pub(in crate::cli) mod ears;
pub(in crate::cli) mod hidden;
pub(in crate::cli) mod shell;
pub(in crate::cli) mod supervise;

use std::io;

/// How many columns the terminal of standard output has, if it is one.
pub(in crate::cli) fn width() -> Option<usize> {
    rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col))
}
