//! What Windows has.

pub(in crate::cli) mod background;
pub(in crate::cli) mod descriptor;
pub(in crate::cli) mod ears;
pub(in crate::cli) mod hidden;
pub(in crate::cli) mod shell;
pub(in crate::cli) mod supervise;

use std::io;

/// How many columns the console of standard output has, if it is one.
pub(in crate::cli) fn width() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
}
