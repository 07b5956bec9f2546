//! Where the lines of a conversation come from: a file or pipe, or a person at a terminal.

use std::{
    borrow::Cow,
    collections::VecDeque,
    fmt::Display,
    io::{BufRead, Cursor, ErrorKind, Read},
};

use rustyline::{Config, Editor, error::ReadlineError, history::MemHistory};

use crate::{cli::Failure, profile::reading, shown::reason};

/// The longest line of input, in bytes: the longest command with three characters for each byte, and a comment.
const LONGEST_LINE: usize = 256 * 1024;

/// The longest script of UTF-16, in bytes.
const LONGEST_SCRIPT: usize = 16 * 1024 * 1024;

/// What stands before a person's line.
const PROMPT: &str = "apdu> ";

/// Lines, one after the other.
pub(super) trait Lines {
    /// The next line, or what is wrong with it; `None` at the end.
    ///
    /// # Errors
    ///
    /// That no more lines can be read.
    fn next(&mut self) -> Result<Option<Result<String, String>>, Failure>;
}

/// The lines of a file or pipe.
pub(super) struct Script<R> {
    input: R,
    begun: bool,
    /// What is left of a script of UTF-16.
    decoded: Option<Cursor<String>>,
}

impl<R: BufRead> Script<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, begun: false, decoded: None }
    }

    /// A script of UTF-16 is read to its end before its first line is carried out: no byte of it ends a line.
    fn decode(&mut self, first: Vec<u8>) -> Result<Cursor<String>, Failure> {
        let mut script = first;
        let most = u64::try_from(LONGEST_SCRIPT).unwrap_or(u64::MAX);
        let length = self.input.by_ref().take(most).read_to_end(&mut script).map_err(|error| unread(reason(&error)))?;
        if length == LONGEST_SCRIPT {
            let message = format!("standard input is UTF-16 and has more than {LONGEST_SCRIPT} bytes");
            return Err(Failure::usage(message, "save the script as UTF-8"));
        }
        let script = reading::decoded(&script)
            .map_err(|error| Failure::usage(format!("standard input: {}", error.why), error.hint.to_string()))?;
        Ok(Cursor::new(script.into_owned()))
    }
}

impl<R: BufRead> Lines for Script<R> {
    fn next(&mut self) -> Result<Option<Result<String, String>>, Failure> {
        if let Some(decoded) = &mut self.decoded {
            return line_of(decoded);
        }
        let begins = !std::mem::replace(&mut self.begun, true);
        let line = bytes_of(&mut self.input)?;
        if begins && reading::is_utf16(&line) {
            let decoded = self.decode(line)?;
            return line_of(self.decoded.insert(decoded));
        }
        Ok(checked(&line))
    }
}

/// The bytes of the next line with its end, as far as a line may go; none at the end.
fn bytes_of(input: &mut impl BufRead) -> Result<Vec<u8>, Failure> {
    let mut line = Vec::new();
    let most = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
    input.take(most).read_until(b'\n', &mut line).map_err(|error| unread(reason(&error)))?;
    Ok(line)
}

fn line_of(input: &mut impl BufRead) -> Result<Option<Result<String, String>>, Failure> {
    Ok(checked(&bytes_of(input)?))
}

/// A line as text. What is no text is shown as such.
fn checked(line: &[u8]) -> Option<Result<String, String>> {
    let last = line.last()?;
    if *last != b'\n' && line.len() == LONGEST_LINE {
        return Some(Err("a line is too long".into()));
    }
    Some(Ok(reading::decoded(line).map_or_else(|error| error.readable, Cow::into_owned)))
}

/// A person's lines, which can be edited and called back. They are kept until the conversation ends and nowhere else:
/// there may be PINs among them.
pub(super) struct Person {
    editor: Editor<(), MemHistory>,
    /// The other lines of what was pasted at once.
    pasted: VecDeque<String>,
}

impl Person {
    /// At the terminal of this process.
    ///
    /// # Errors
    ///
    /// What the terminal says.
    pub(super) fn new() -> Result<Self, Failure> {
        let editor = Editor::with_history(Config::default(), MemHistory::new()).map_err(unread)?;
        Ok(Self { editor, pasted: VecDeque::new() })
    }
}

impl Lines for Person {
    fn next(&mut self) -> Result<Option<Result<String, String>>, Failure> {
        loop {
            if let Some(line) = self.pasted.pop_front() {
                return Ok(Some(Ok(line)));
            }
            match self.editor.readline(PROMPT) {
                Ok(text) => {
                    // A line that is not kept cannot be called back, which harms nobody.
                    let _ = self.editor.add_history_entry(text.as_str());
                    self.pasted.extend(text.split(['\r', '\n']).map(str::to_owned));
                }
                // Ctrl-C leaves the line, as a shell does.
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Ok(None),
                Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData => {
                    return Ok(Some(Err("this is not UTF-8".into())));
                }
                Err(ReadlineError::Io(error)) => return Err(unread(reason(&error))),
                Err(error) => return Err(unread(error)),
            }
        }
    }
}

fn unread(why: impl Display) -> Failure {
    Failure::Environment(format!("cannot read standard input: {why}").into(), None)
}
