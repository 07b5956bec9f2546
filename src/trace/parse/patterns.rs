//! The bytes of a line, the holes among them, and the names of what is captured.

use std::{
    hash::{Hash, Hasher},
    ops::Range,
};

use virtuale_engine::{atr, response};

use super::{
    super::{
        lines::{Lines, Mistake, Words},
        pattern::{Atom, Capture, Pattern, Slice},
    },
    LONGEST_COMMAND, Parser,
};
use crate::work;

/// A name for captured bytes. Traces may have as many as they have lines, so none is ever looked for among all.
#[derive(Eq)]
pub(super) struct Name(String);

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        work::step(1);
        self.0 == other.0
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        work::step(self.0.len());
        self.0.hash(state);
    }
}

/// Bytes on the way into a pattern: in the store until the first hole, then as atoms.
struct Reading {
    start: usize,
    atoms: Option<Vec<Atom>>,
    holes: Holes,
}

/// Which holes a pattern may have.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Holes {
    /// Of an ATR: nothing with a name.
    Unnamed,
    /// Of a command: no captures.
    Allowed,
    /// Of an answer: all.
    Captured,
}

impl Holes {
    /// The most bytes that a pattern can stand for.
    fn most_bytes(self) -> usize {
        match self {
            Self::Unnamed => atr::LONGEST,
            Self::Allowed => LONGEST_COMMAND,
            Self::Captured => response::LONGEST,
        }
    }
}

impl Parser {
    /// Reads the bytes of a line and of the indented lines below it, and says where they stand.
    pub(super) fn pattern(
        &mut self,
        words: Words<'_>,
        lines: &mut Lines<'_>,
        holes: Holes,
    ) -> Result<(Pattern, Range<usize>), Mistake> {
        let start = self.trace.store.len();
        let mut reading = Reading { start, atoms: None, holes };
        let first = self.bytes(words, &mut reading)?;
        let mut span = words.start..first.max(words.start);
        while let Some(more) = lines.take_continuation() {
            if !more.text.is_empty() {
                span.end = self.bytes(more, &mut reading)?;
            }
        }
        let exact = self.trace.store.len() - start;
        if reading.atoms.as_ref().map_or(exact, Vec::len) == 0 {
            return Err(Mistake::new(span, "bytes are missing").hint("`power-off`, `remove` and `expect-error` exist"));
        }
        let length = reading
            .atoms
            .as_ref()
            .map_or(exact, |atoms| atoms.iter().fold(0, |sum: usize, atom| sum.saturating_add(atom.length())));
        if length > holes.most_bytes() {
            let most = holes.most_bytes();
            return Err(Mistake::new(span, format!("these are {length} bytes, but there can be {most} at most")));
        }
        if let Some(atoms) = reading.atoms {
            return Ok((Pattern::Holes(atoms.into_boxed_slice()), span));
        }
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let slice = Slice { start: place(start), end: place(self.trace.store.len()) };
        Ok((Pattern::Exact(slice), span))
    }

    /// Reads bytes up to the comment or the end of the line; says where the last of them ends.
    fn bytes(&mut self, words: Words<'_>, reading: &mut Reading) -> Result<usize, Mistake> {
        let text = words.text.as_bytes();
        let mut at = 0;
        let mut end = 0;
        loop {
            work::step(1);
            match text.get(at..).unwrap_or_default() {
                [] => break,
                [b' ' | b'\t', ..] => at += 1,
                [b'#', ..] if end == 0 || end < at => break,
                [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    let byte = digit(*high) << 4 | digit(*low);
                    match &mut reading.atoms {
                        None => self.trace.store.push(byte),
                        Some(atoms) => atoms.push(Atom::Byte(byte)),
                    }
                    at += 2;
                    end = at;
                }
                _ => {
                    let rest = Words { text: words.text.get(at..).unwrap_or_default(), start: words.start + at };
                    let (atom, length) = self.hole(rest, reading.holes)?;
                    self.add_hole(atom, reading);
                    at += length;
                    end = at;
                }
            }
        }
        Ok(words.start + end)
    }

    fn add_hole(&mut self, atom: Atom, reading: &mut Reading) {
        let store = &mut self.trace.store;
        let atoms = reading.atoms.get_or_insert_with(|| {
            let atoms: Vec<Atom> = store.iter().skip(reading.start).map(|&byte| Atom::Byte(byte)).collect();
            work::step(atoms.len());
            store.truncate(reading.start);
            atoms
        });
        // Two runs in a row are one.
        if atom != Atom::Run || atoms.last() != Some(&Atom::Run) {
            atoms.push(atom);
        }
    }

    /// Reads `..`, `**`, `{name:n}` or `{name}`, and says how much text it takes.
    fn hole(&mut self, rest: Words<'_>, holes: Holes) -> Result<(Atom, usize), Mistake> {
        if rest.text.starts_with("..") {
            return Ok((Atom::Any, 2));
        }
        if rest.text.starts_with("**") {
            return Ok((Atom::Run, 2));
        }
        let Some(inside) = rest.text.strip_prefix('{') else { return Err(not_a_byte(rest)) };
        let closing = inside.find('}');
        work::step(closing.unwrap_or(inside.len()));
        let Some(length) = closing else {
            return Err(Mistake::new(rest.start..rest.start + 1, "the brace is not closed"));
        };
        let whole = Words { text: &rest.text[..length + 2], ..rest };
        if holes == Holes::Unnamed {
            return Err(Mistake::new(whole.span(), "an ATR captures nothing").hint("`..` stands for any byte"));
        }
        let atom = match inside[..length].split_once(':') {
            Some(_) if holes == Holes::Allowed => Err(Mistake::new(whole.span(), "a command captures nothing")
                .hint("capture in an answer, and write `{name}` in the command")),
            Some((name, count)) => self.capture(name, count, whole.span()),
            None => self.use_of(&inside[..length], whole.span()),
        }?;
        Ok((atom, whole.text.len()))
    }

    fn capture(&mut self, name: &str, count: &str, span: Range<usize>) -> Result<Atom, Mistake> {
        let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        if name.is_empty() || !name.chars().all(allowed) {
            return Err(Mistake::new(span, "not a name").hint("a name has letters, digits, `-` and `_`"));
        }
        let length = count.parse().ok().filter(|length| (1..=response::LONGEST).contains(length));
        let Some(length) = length else {
            return Err(Mistake::new(span, "not a number of bytes").hint("`{le:1}` captures one byte as `le`"));
        };
        let index = self.trace.names.len();
        let capture = *self.captures.entry(Name(name.to_owned())).or_insert(Capture { name: index, length });
        if capture.length != length {
            let before = capture.length;
            return Err(
                Mistake::new(span, format!("`{name}` stood for {before} bytes before")).hint("give it another name")
            );
        }
        if capture.name == index {
            self.trace.names.push(name.to_owned());
        }
        Ok(Atom::Capture(capture))
    }

    fn use_of(&self, name: &str, span: Range<usize>) -> Result<Atom, Mistake> {
        match self.captures.get(&Name(name.to_owned())) {
            Some(capture) => Ok(Atom::Use(*capture)),
            None => Err(Mistake::new(span, format!("nothing was captured as `{name}` before"))
                .hint(format!("`{{{name}:1}}` in an answer captures one byte"))),
        }
    }
}

fn digit(hex: u8) -> u8 {
    match hex {
        b'0'..=b'9' => hex - b'0',
        _ => (hex | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

fn not_a_byte(rest: Words<'_>) -> Mistake {
    let (word, _) = rest.split_word();
    let shown: String = word.text.chars().take(12).collect();
    let mistake = Mistake::new(word.span(), format!("`{shown}` is not a byte"));
    match word.text.as_bytes() {
        [digit] if digit.is_ascii_hexdigit() => mistake.label("half a byte").hint("a byte has two hexadecimal digits"),
        _ => mistake.hint("two hexadecimal digits, `..`, `**`, `{name:n}` or `{name}`; `#` opens a comment"),
    }
}
