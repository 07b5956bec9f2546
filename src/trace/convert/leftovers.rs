//! Lines with bytes that no importer took: named, unless they are the next command before it is sent.

use super::{
    dialogue::Dialogue,
    element::Bytes,
    gathered::{holds_bytes, looks_like_bytes},
    lines::Line,
    logs::arrows,
    notation,
};

/// Which lines of a log have bytes that matter, beside those that its program marks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Strictness {
    /// Lines that are bytes and nothing else: the program is known, and so is what else it prints.
    #[default]
    Rows,
    /// Also lines in which bytes stand.
    Anywhere,
}

/// Lines that nobody took.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    strictness: Strictness,
    lines: Vec<(usize, String)>,
}

impl Leftovers {
    pub(super) fn new(strictness: Strictness) -> Self {
        Self { strictness, lines: Vec::new() }
    }

    /// Notes a line that is not understood, if it has bytes.
    pub(super) fn note(&mut self, line: &Line<'_>) {
        let is_anywhere = self.strictness == Strictness::Anywhere && holds_bytes(&line.text);
        if looks_like_bytes(&line.text) || is_anywhere || arrows::is_said(&line.text) {
            self.lines.push((line.number, line.text.clone().into_owned()));
        }
    }

    /// Notes a line whatever it looks like.
    pub(super) fn take(&mut self, line: &Line<'_>) {
        self.lines.push((line.number, line.text.clone().into_owned()));
    }

    /// A command follows: programs and people write it down before it is sent.
    pub(super) fn before(&mut self, command: &Bytes, dialogue: &mut Dialogue) {
        let mut echo = Bytes::default();
        for (_, text) in &self.lines {
            // A prompt may stand before it.
            let written = text.rsplit_once("> ").map_or(text.as_str(), |(_, written)| written);
            echo.extend(notation::read(written.trim_end_matches('\\')).bytes);
        }
        if echo == *command {
            self.lines.clear();
        }
        self.name(dialogue);
    }

    /// Names the lines.
    pub(super) fn name(&mut self, dialogue: &mut Dialogue) {
        for (line, text) in self.lines.drain(..) {
            dialogue.unread(line, &text, "bytes that belong to no command and no answer");
        }
    }
}
