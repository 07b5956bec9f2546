//! What is sought in the dialogue: whole commands and answers, the names of files and of all elements, status words,
//! programs. What is hidden is not looked at.

use std::{collections::HashMap, sync::Arc};

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Serialize;

use super::{
    entry::{Deed, Entry, Exchange, Note},
    ring::Ring,
};

/// How many bytes may be sought at most.
const LONGEST: usize = 200;

/// How many words may be sought at most.
const MOST_WORDS: usize = 16;

/// How many digits are bytes; fewer stand in almost every command.
const DIGITS: usize = 4;

/// How many characters are looked for as letters in bytes.
const LETTERS: usize = 3;

/// What somebody seeks: all of these words, or all of them together as bytes.
#[derive(Debug)]
pub(super) struct Sought {
    words: Vec<Word>,
    whole: Option<AhoCorasick>,
}

/// A word: in a text, as bytes that are written in digits, or as letters among bytes.
#[derive(Debug)]
struct Word {
    text: AhoCorasick,
    is_letters: bool,
    bytes: Option<AhoCorasick>,
}

/// Where something was found, as JSON has it.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    /// Runs of entries, each from the first to the last of it.
    runs: Vec<[u64; 2]>,
    /// The last entry that was looked at; 0 if there is none.
    until: u64,
}

/// What is said of many commands alike, so that it is put into words once.
#[derive(Default)]
struct Words {
    /// The names of elements that came, by what they are of.
    elements: HashMap<[usize; 4], Arc<str>>,
    /// What status words mean, by them and the class of the command.
    meanings: HashMap<(u8, u16), Arc<str>>,
}

impl Sought {
    /// What is sought by the text of a query, `%` and all. `None` if that is nothing, too much, or no text.
    pub(super) fn of(query: &str) -> Option<Self> {
        let text = decoded(query)?;
        if text.len() > LONGEST {
            return None;
        }
        let words: Vec<_> = text.split_whitespace().take(MOST_WORDS).collect();
        let whole = if words.len() > 1 { bytes(&words.concat()) } else { None };
        let words: Vec<_> = words.into_iter().filter_map(Word::of).collect();
        (!words.is_empty()).then_some(Self { words, whole })
    }

    fn is_in_exchange(&self, exchange: &Exchange, known: &mut Words) -> bool {
        let [open, behind] = exchange.open();
        let answer = exchange.answer.as_deref().unwrap_or_default();
        let bytes = [open, behind, answer];
        if self.whole.as_ref().is_some_and(|whole| bytes.iter().any(|bytes| whole.is_match(bytes))) {
            return true;
        }
        // What is there anyhow comes first: most words are found, or bytes, without another text.
        self.words.iter().all(|word| {
            exchange.texts().into_iter().flatten().any(|text| word.text.is_match(text))
                || bytes.iter().any(|bytes| word.is_among(bytes))
                || exchange.struck.iter().any(|fault| word.text.is_match(fault))
                || word.text.is_match(&*known.meaning(exchange))
                || word.text.is_match(&*known.elements(exchange))
        })
    }

    fn is_in_note(&self, note: &Note) -> bool {
        let texts = [Some(note.kind), note.said.as_deref(), note.said_fr.as_deref(), note.program.as_deref()];
        self.words.iter().all(|word| texts.iter().flatten().any(|text| word.text.is_match(text)))
    }

    fn is_in(&self, entry: &Entry, known: &mut Words) -> bool {
        match &entry.deed {
            Deed::Exchange(exchange) => self.is_in_exchange(exchange, known),
            Deed::Note(note) => self.is_in_note(note),
        }
    }
}

impl Word {
    fn of(word: &str) -> Option<Self> {
        let text = AhoCorasick::builder().ascii_case_insensitive(true).build([word]).ok()?;
        Some(Self { text, is_letters: word.len() >= LETTERS, bytes: bytes(word) })
    }

    fn is_among(&self, bytes: &[u8]) -> bool {
        self.is_letters && self.text.is_match(bytes) || self.bytes.as_ref().is_some_and(|own| own.is_match(bytes))
    }
}

impl Words {
    /// The names of the elements that came of a file.
    fn elements(&mut self, exchange: &Exchange) -> Arc<str> {
        let Some(key) = exchange.elements_key() else { return "".into() };
        Arc::clone(self.elements.entry(key).or_insert_with(|| exchange.element_names().into()))
    }

    /// The status word, and what it means in both languages; or why there is none.
    fn meaning(&mut self, exchange: &Exchange) -> Arc<str> {
        match exchange.status() {
            Some(key) => Arc::clone(self.meanings.entry(key).or_insert_with(|| exchange.meanings().into())),
            None => exchange.meanings().into(),
        }
    }
}

/// Where something is behind an entry.
pub(super) fn found(ring: &Ring, sought: &Sought, behind: u64) -> Found {
    let entries = ring.behind(behind, usize::MAX).entries;
    let until = entries.last().map_or(behind, |last| last.seq);
    let (mut runs, mut known): (Vec<[u64; 2]>, _) = (Vec::new(), Words::default());
    for entry in entries.iter().filter(|entry| sought.is_in(entry, &mut known)) {
        match runs.last_mut() {
            Some([_, last]) if *last + 1 == entry.seq => *last = entry.seq,
            _ => runs.push([entry.seq, entry.seq]),
        }
    }
    Found { runs, until }
}

/// What finds bytes that are written in digits. Of an odd number, the last one is the first half of a byte.
fn bytes(digits: &str) -> Option<AhoCorasick> {
    if digits.len() < DIGITS || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let patterns = match digits.len() % 2 {
        0 => vec![hex::decode(digits).ok()?],
        _ => (0..16).map(|half| hex::decode(format!("{digits}{half:X}"))).collect::<Result<_, _>>().ok()?,
    };
    AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok()
}

/// The text of a part of a query.
fn decoded(query: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(query.len());
    let mut rest = query.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let pair = [rest.next()?, rest.next()?];
                *hex::decode(pair).ok()?.first()?
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{Sought, decoded};

    #[test]
    fn a_query_is_a_text_or_nothing() {
        assert_eq!(decoded("NIR+%C3%A9%20a").as_deref(), Some("NIR é a"));
        for bad in ["%", "%4", "%zz", "%FF"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
        assert!(Sought::of("").is_none() && Sought::of("+%20").is_none());
        assert!(Sought::of(&"a".repeat(201)).is_none() && Sought::of(&"a".repeat(200)).is_some());
    }

    #[test]
    fn digits_are_bytes_whole_and_half() {
        let is_in = |word: &str, bytes: &[u8]| Sought::of(word).is_some_and(|sought| sought.words[0].is_among(bytes));
        assert!(is_in("d001", &[0, 0xD0, 0x01]) && is_in("D0012", &[0xD0, 0x01, 0x2F]));
        assert!(!is_in("d001", &[0x0D, 0x00, 0x10]), "bytes begin at bytes");
        assert!(!is_in("d0", &[0xD0]), "two digits are too little");
        assert!(is_in("martin", b"..MARTIN..") && !is_in("ma", b"MA"));
    }
}
