//! The two streams that a verb prints on. Nothing else of the program writes to them, which `tests/house` holds, but
//! the line editor of `apdu` at a terminal, which echoes what a person types.
//!
//! What people read passes through [`neutral`], whatever it is made of: the words of a trace, the name of a file, what
//! a service answered. What another program reads, a [`document`], goes out as it is, but for a terminal.

use std::{
    borrow::Cow,
    env,
    fmt::Display,
    io::{self, BufWriter, IsTerminal, Write},
    mem,
};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use super::system;
use crate::{
    shown::{self, Order},
    terminal::pages::{DEFAULT_WIDTH, Page},
};

/// Standard output for people: what is written comes out with the next flush, without colours where it is not a
/// terminal.
pub(super) fn stdout() -> impl Write {
    ForPeople { text: Vec::new(), out: anstream::stdout().lock() }
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
    let said = || env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    system::width(io::stdout()).filter(|&columns| columns > 0).or_else(said).unwrap_or(DEFAULT_WIDTH)
}

/// Prints a value as JSON, indented, with a line end.
///
/// # Errors
///
/// What the stream gives.
pub(super) fn print_json(value: &impl Serialize) -> io::Result<()> {
    print_json_text(&serde_json::to_string_pretty(value)?)
}

/// Prints JSON with a line end.
///
/// # Errors
///
/// What the stream gives.
pub(super) fn print_json_text(json: &str) -> io::Result<()> {
    let mut out = json_stdout();
    out.write_all(json.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Standard output for JSON. What would be hidden in its texts is written as `\u202E`, which means the same.
pub(super) fn json_stdout() -> impl Write {
    ForJson { order: Order::default(), out: BufWriter::new(io::stdout().lock()) }
}

/// Prints what another program is to read, as it is; on a terminal, what is hidden in it is shown.
///
/// # Errors
///
/// What the stream gives.
pub(super) fn document(content: &[u8]) -> io::Result<()> {
    if is_on_terminal() {
        return raw(shown::text(&String::from_utf8_lossy(content)).as_bytes());
    }
    raw(content)
}

/// The same of a document in ISO 8859-1.
///
/// # Errors
///
/// What the stream gives.
pub(super) fn latin_1(content: &[u8]) -> io::Result<()> {
    if is_on_terminal() {
        let text: String = content.iter().map(|&byte| char::from(byte)).collect();
        return raw(shown::text(&text).as_bytes());
    }
    raw(content)
}

/// Gives the machine that keeps the log an order, such as `::error file=a.apdu::it differs`, in a line of its own.
///
/// # Errors
///
/// What the stream gives.
pub(super) fn order(line: impl Display) -> io::Result<()> {
    raw(format!("{line}\n").as_bytes())
}

/// The same on standard error. Nobody can be told if that fails.
pub(super) fn order_on_error(line: impl Display) {
    let _ = io::stderr().lock().write_all(format!("{line}\n").as_bytes());
}

fn raw(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Says a line on standard error. Nobody can be told if that fails.
pub(super) fn say(line: impl Display) {
    tell(format_args!("{line}\n"));
}

/// Says a text on standard error, as it ends. Nobody can be told if that fails.
pub(super) fn tell(text: impl Display) {
    let mut stream = anstream::stderr().lock();
    let _ = stream.write_all(neutral(&text.to_string()).as_bytes());
}

/// Whether standard output is a terminal.
pub(super) fn is_on_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether somebody sits at both ends: then a verb may prompt.
pub(super) fn is_dialogue() -> bool {
    io::stdin().is_terminal() && is_on_terminal()
}

/// Whether somebody can be asked on standard error, whatever standard output is.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// A stream for people.
struct ForPeople<W: Write> {
    text: Vec<u8>,
    out: W,
}

impl<W: Write> Write for ForPeople<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let text = mem::take(&mut self.text);
        self.out.write_all(neutral(&String::from_utf8_lossy(&text)).as_bytes())?;
        self.out.flush()
    }
}

/// What was written comes out also where a verb fails before its end.
impl<W: Write> Drop for ForPeople<W> {
    fn drop(&mut self) {
        // Nobody can be told any more if that fails.
        let _ = self.flush();
    }
}

/// A stream for JSON, which is written in whole characters.
struct ForJson<W> {
    order: Order,
    out: W,
}

impl<W: Write> Write for ForJson<W> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        for character in String::from_utf8_lossy(json).chars() {
            if self.order.is_given_by(character) || (shown::is_hidden(character) && character != '\n') {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(self.out, "\\u{unit:04X}")?;
                }
            } else {
                self.out.write_all(character.encode_utf8(&mut [0; 4]).as_bytes())?;
            }
        }
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A text with its lines, its tabs and the colours of the house, and all else shown that drives a terminal or is an
/// order to the machine that keeps a log: `##[` anywhere, `::` at the start of a line.
fn neutral(text: &str) -> Cow<'_, str> {
    let is_harmless = |character: char| matches!(character, '\n' | '\t') || !shown::is_hidden(character);
    if text.chars().all(is_harmless) && !text.contains("##") && !text.contains("::") {
        return Cow::Borrowed(text);
    }
    let mut neutral = String::with_capacity(text.len());
    let (mut order, mut line_is_blank) = (Order::default(), true);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        // A colour draws nothing, and goes where nobody sees it: what stands around it stands side by side.
        if let Some(length) = colour_length(rest) {
            neutral.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        // Three are the sign of our own reports, and the name of no order.
        let is_order = line_is_blank && colons(rest) == 2;
        if order.is_given_by(character) || is_order {
            neutral.push('\\');
        }
        if is_harmless(character) {
            neutral.push(character);
        } else {
            shown::escape(&mut neutral, character);
        }
        line_is_blank = character == '\n' || (line_is_blank && character.is_whitespace());
        rest = &rest[character.len_utf8()..];
    }
    Cow::Owned(neutral)
}

/// How many colons a text begins with, up to three, whatever colours are between them.
fn colons(mut text: &str) -> usize {
    let mut colons = 0;
    while colons < 3 {
        match colour_length(text) {
            Some(length) => text = &text[length..],
            None if text.starts_with(':') => {
                colons += 1;
                text = &text[1..];
            }
            None => break,
        }
    }
    colons
}

/// The longest parameters of a colour, in bytes.
const LONGEST_COLOUR: usize = 16;

/// How long the escape sequence is that a text begins with, if it is one of those that the house colours with: bold,
/// dimmed or underlined, a foreground that is neither black nor white, and back.
fn colour_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("\x1b[")?;
    let end = inside.bytes().take(LONGEST_COLOUR).position(|byte| byte == b'm')?;
    let parameters = inside.get(..end)?;
    let is_ours = |parameter: &str| matches!(parameter.parse(), Ok(0..=2 | 4 | 31..=36 | 91..=96));
    parameters.split(';').all(is_ours).then_some("\x1b[".len() + parameters.len() + "m".len())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use anstyle::{AnsiColor, Style};

    use super::neutral;
    use crate::profile::diagnostic::{Diagnostic, Source};

    #[test]
    fn what_drives_a_terminal_is_shown_and_the_colours_of_the_house_stay() {
        let red = Style::new().bold().fg_color(Some(AnsiColor::BrightRed.into()));
        let ours = format!("{red}error{red:#}: a\tb\n");
        assert_eq!(neutral(&ours), ours);
        let foreign = "\x1b[2J\x1b]0;title\x07\x1b[8m\x1b[40m\u{9b}1m\r\u{202e}\x1b[";
        let shown = r"\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}[8m\u{1b}[40m\u{9b}1m\r\u{202e}\u{1b}[";
        assert_eq!(neutral(foreign), shown);
    }

    #[test]
    fn a_mistake_in_a_file_has_colours_of_the_house_alone() {
        let source = Arc::new(Source { name: "card.toml".into(), text: "a = 1\nb = 2\n".into() });
        let mistake = Diagnostic::new(&source, 6..7, "unknown key".to_owned()).label("here".to_owned());
        let rendered = mistake.related(0..1, "and here".to_owned()).hint("leave it out".to_owned()).render(true);
        assert!(rendered.contains("\x1b[") && neutral(&rendered) == rendered, "{rendered:?}");
    }

    #[test]
    fn no_line_gives_an_order_to_a_build_machine() {
        assert_eq!(neutral("a\r::add-mask::x\n"), "a\\r::add-mask::x\n");
        assert_eq!(neutral("a::b\n \t::add-mask::x\n::"), "a::b\n \t\\::add-mask::x\n\\::");
        assert_eq!(neutral("  ::: a.toml"), "  ::: a.toml");
        assert_eq!(neutral(":\x1b[31m:add-mask::x"), "\\:\x1b[31m:add-mask::x");
        assert_eq!(neutral("\x1b[31m::set-output\x1b[0m"), "\x1b[31m\\::set-output\x1b[0m");
        assert_eq!(neutral("#\x1b[31m#[group]"), "#\x1b[31m#\\[group]", "colours are left out where nobody sees them");
    }
}
