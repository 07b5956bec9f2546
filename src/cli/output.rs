//! The two streams that a verb prints on.

use std::{
    fmt::Display,
    io::{self, BufWriter, IsTerminal, Write},
};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::terminal::pages::Page;

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
