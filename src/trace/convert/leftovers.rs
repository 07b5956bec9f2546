//! Lines of which something is left that could be bytes: named, unless they are the next command before it is sent.

use super::{
    dialogue::Dialogue, element::Bytes, lines::Line, logs::arrows, looks::looks_like_bytes, notation,
    remains::could_be_bytes,
};

/// Whose a line is, which tells what else may stand in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Author {
    /// The program that wrote the log writes such lines, and numbers in them that are no bytes: only what looks like a
    /// command or an answer is named.
    Program,
    /// Nobody knows whose it is: all that could be a byte is named.
    Anybody,
}

/// Lines that are to be named.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    lines: Vec<(usize, String)>,
}

impl Leftovers {
    /// Looks at a line of which everybody took what is theirs.
    pub(super) fn settle(&mut self, line: &Line<'_>, author: Author) {
        if is_left(line, author) {
            self.take(line);
        }
    }

    /// Notes a line whatever it looks like.
    pub(super) fn take(&mut self, line: &Line<'_>) {
        if self.lines.last().is_none_or(|(last, _)| *last != line.number) {
            self.lines.push((line.number, line.text.clone().into_owned()));
        }
    }

    /// A command follows, which begins on a line: programs and people write it down before it is sent.
    pub(super) fn before(&mut self, line: usize, command: &Bytes, dialogue: &mut Dialogue) {
        let mut echo = Bytes::default();
        for (_, text) in self.lines.iter().filter(|(number, _)| *number < line) {
            echo.extend(echoed(text).unwrap_or_default());
        }
        if echo == *command {
            self.lines.retain(|(number, text)| *number >= line || echoed(text).is_none());
        }
        self.name(dialogue);
    }

    /// Names the lines.
    pub(super) fn name(&mut self, dialogue: &mut Dialogue) {
        for (line, text) in self.lines.drain(..) {
            dialogue.left(line, &text, LEFT);
        }
    }
}

/// The bytes of a line that has nothing else, but for a prompt and perhaps a word before them: `cm>  /send 00D00000`.
fn echoed(text: &str) -> Option<Bytes> {
    let written = text.rsplit_once("> ").map_or(text, |(_, written)| written).trim().trim_end_matches('\\');
    let word = written.split_once(' ').filter(|(word, _)| word.starts_with('/')).map(|(_, rest)| rest);
    let reading = notation::read(word.unwrap_or(written));
    // A remark may stand behind it.
    let is_alone = reading.rest.is_empty()
        || reading.rest.starts_with('#') && !reading.rest.contains(|sign: char| sign.is_ascii_digit());
    (is_alone && !reading.bytes.is_empty()).then_some(reading.bytes)
}

/// Whether four bytes or more end a text, one behind another, each apart; or two or three that are an answer.
fn ends_with_bytes(text: &str) -> bool {
    let is_byte = |word: &&str| word.len() == 2 && word.bytes().all(|digit| digit.is_ascii_hexdigit());
    let words = text.trim_end().trim_end_matches(['.', ')', ']', '"']).rsplit([' ', '\t', ',']);
    let run: Vec<&str> = words.filter(|word| !word.is_empty()).take_while(is_byte).take(4).collect();
    // A reader's name ends with two numbers.
    let is_status = run.get(1).is_some_and(|first| first.starts_with(['6', '9']) && *first != "60");
    run.len() == 4 || is_status
}

const LEFT: &str = "bytes that belong to no command and no answer";

/// Names a line at once if something is left in it.
pub(super) fn settle(line: &Line<'_>, author: Author, dialogue: &mut Dialogue) {
    if is_left(line, author) {
        dialogue.left(line.number, &line.text, LEFT);
    }
}

fn is_left(line: &Line<'_>, author: Author) -> bool {
    if line.is_joined {
        return true;
    }
    match author {
        Author::Anybody => could_be_bytes(line),
        Author::Program => line
            .left()
            .iter()
            .any(|piece| looks_like_bytes(piece.text) || ends_with_bytes(piece.text) || arrows::is_said(piece.text)),
    }
}
