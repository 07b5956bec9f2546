//! The background. A program that goes there keeps what the console's programs read from open, and whoever waits for
//! the end of that waits for ever; so nobody is sent there.

use std::{io, process::Child};

/// Why a program cannot go there, and what to do instead.
pub(in crate::cli) const REFUSAL: Option<(&str, &str)> = Some((
    "there is no --detach on Windows",
    "start it in a window of its own: Start-Process virtuale 'serve --card vitale2-martin'",
));

/// Nobody is there.
pub(in crate::cli) fn enter() {}

/// Lets go of nothing.
///
/// # Errors
///
/// None.
pub(in crate::cli) fn let_go() -> io::Result<()> {
    Ok(())
}

/// Ends one of ours.
pub(in crate::cli) fn end(child: &mut Child) {
    let _ = child.kill();
}
