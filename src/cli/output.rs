//! The two streams that a verb prints on.

use std::{
    env,
    fmt::Display,
    io::{self, BufWriter, IsTerminal, Write},
};

use anstream::{AutoStream, ColorChoice};
use rustix::termios;
use serde::Serialize;

use crate::terminal::pages::{DEFAULT_WIDTH, Page};

/// Standard output: buffered, and without colours where it is not a terminal.
pub(super) fn stdout() -> impl Write {
    BufWriter::new(anstream::stdout().lock())
}

/// Prints a whole text on standard output.
///
/// # Errors
///
/// What the stream gives.
pub(super) fn print(text: impl Display) -> io::Result<()> {
    let mut out = stdout();
    write!(out, "{text}")?;
    out.flush()
}

/// Prints a page, without the spaces that fill its columns up where nobody sees colours.
///
/// # Errors
///
/// What the stream gives.
pub(super) fn print_page(page: &Page) -> io::Result<()> {
    match AutoStream::choice(&io::stdout()) {
        ColorChoice::Never => print(page.plain()),
        _ => print(page),
    }
}

/// How wide a page is on standard output: as the terminal, else as COLUMNS says.
pub(super) fn width() -> usize {
    let of_terminal = termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
    let said = || env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    of_terminal.filter(|&columns| columns > 0).or_else(said).unwrap_or(DEFAULT_WIDTH)
}

/// Prints a value as JSON, indented, with a line end.
///
/// # Errors
///
/// What the stream gives.
pub(super) fn print_json(value: &impl Serialize) -> io::Result<()> {
    print(format_args!("{}\n", serde_json::to_string_pretty(value)?))
}

/// Says a line on standard error. Nobody can be told if that fails.
pub(super) fn say(line: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Asks for a line, on standard error.
pub(super) fn prompt(text: &str) {
    let mut stream = anstream::stderr().lock();
    let _ = write!(stream, "{text}");
    let _ = stream.flush();
}

/// Whether somebody sits at both ends: then a verb may prompt.
pub(super) fn is_dialogue() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}
