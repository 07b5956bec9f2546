//! What Windows has.

pub(in crate::cli) mod background;
pub(in crate::cli) mod descriptor;
pub(in crate::cli) mod ears;
pub(in crate::cli) mod group;
pub(in crate::cli) mod hidden;
pub(in crate::cli) mod shell;
pub(in crate::cli) mod supervise;
pub(in crate::cli) mod words;

use std::os::windows::io::AsHandle;

/// The language of the system's user, such as `fr-FR`.
pub(in crate::cli) fn locale() -> Option<String> {
    sys_locale::get_locale()
}

/// How many columns a console has, if it is one.
pub(in crate::cli) fn width(console: impl AsHandle) -> Option<usize> {
    terminal_size::terminal_size_of(console).map(|(width, _)| usize::from(width.0))
}
