//! The language of faults: `sw=6F00 ins=B0 n=3`. docs/faults.md is its guide.
//!
//! A fault is a line of words with blanks between them. One word is its kind; it may have a value, behind `=` or as the
//! next word. The others say when it strikes, in any order. The same words are a table of TOML: `sw = "6F00"`,
//! `ins = "B0"`, `n = 3`. What is printed of a fault is read as that fault.

use std::{fmt, str::FromStr};

use virtuale_engine::{Atr, StatusWord};

use super::{
    Fault,
    kind::{Effect, Kind, Moment},
    mistake::{FaultMistake, Wanted, What},
    time::{Delay, Millis},
    when::{Count, FileName, Probability, Range, StatusPattern, When, number},
};

/// The longest line, in bytes.
pub const LONGEST: usize = 400;

/// The words that say when a fault strikes, and what is wanted behind each.
const WHEN: [(&str, Option<Wanted>); 12] = [
    ("n", Some(NUMBERS)),
    ("every", Some(NUMBER)),
    ("after", Some(NUMBER)),
    ("session", Some(NUMBERS)),
    ("times", Some(NUMBER)),
    ("ins", Some(Wanted("two hexadecimal digits, such as B0", "deux chiffres hexadécimaux, comme B0"))),
    ("file", Some(FILE)),
    ("answer", Some(Wanted("a status word, such as 9000, 61xx or 63Cx", "un mot d'état, comme 9000, 61xx ou 63Cx"))),
    (
        "p",
        Some(Wanted("a probability above 0 and up to 1, such as 0.25", "une probabilité de plus de 0 à 1, comme 0.25")),
    ),
    ("seed", Some(Wanted("a whole number", "un nombre entier"))),
    ("done", None),
    (UNDONE, None),
];

/// Longer words are no kind that was written wrongly.
const SHORTEST_SENTENCE: usize = 12;

/// The word that says the contrary of `done`.
const UNDONE: &str = "undone";

const NUMBER: Wanted = Wanted("a whole number above 0", "un nombre entier au-dessus de 0");
const NUMBERS: Wanted = Wanted(
    "a number above 0 or a range, such as 3, 3..7 or 3..",
    "un nombre au-dessus de 0 ou un intervalle, comme 3, 3..7 ou 3..",
);
const FILE: Wanted = Wanted(
    "a file, such as D001, 3F00/D001, sfi:2 or IDENTITE",
    "un fichier, comme D001, 3F00/D001, sfi:2 ou IDENTITE",
);
const TIME: Wanted = Wanted(
    "a time up to an hour, such as 200ms, 1.5s, 200ms..2s or exp:300ms",
    "une durée d'une heure au plus, comme 200ms, 1.5s, 200ms..2s ou exp:300ms",
);

impl Kind {
    /// What is wanted behind its word; `None` if nothing is.
    fn value(self) -> Option<Wanted> {
        let (english, french) = match self {
            Self::Mute | Self::Reset | Self::Cancel => return None,
            Self::Pull => (
                "a time up to an hour after which the card comes back, such as 200ms or 2s",
                "une durée d'une heure au plus après laquelle la carte revient, comme 200ms ou 2s",
            ),
            Self::Unplug => (
                "a time up to an hour after which the reader is plugged in again, such as 200ms or 2s",
                "une durée d'une heure au plus après laquelle le lecteur est rebranché, comme 200ms ou 2s",
            ),
            Self::Atr => (
                "an answer to reset in hexadecimal digits, such as 3B00",
                "une réponse au reset en chiffres hexadécimaux, comme 3B00",
            ),
            Self::Status => (
                "a status word of four hexadecimal digits, such as 6F00",
                "un mot d'état de quatre chiffres hexadécimaux, comme 6F00",
            ),
            Self::Fetch => ("a number of bytes from 1 to 255", "un nombre d'octets de 1 à 255"),
            Self::WrongLength => ("a length from 0 to 255, 0 being 256", "une longueur de 0 à 255, 0 valant 256"),
            Self::Cut => {
                ("how many bytes of data are left, 0 to 65535", "combien d'octets de données restent, 0 à 65535")
            }
            Self::Pad => (
                "how many bytes come behind the data, 1 to 65535",
                "combien d'octets viennent après les données, 1 à 65535",
            ),
            Self::Flip => ("the number of a bit, from 0", "le numéro d'un bit, à partir de 0"),
            Self::Late | Self::Wtx => return Some(TIME),
            Self::Power => ("before, during or after", "before, during ou after"),
        };
        Some(Wanted(english, french))
    }

    fn effect(self, value: Option<&str>) -> Option<Effect> {
        Some(match (self, value) {
            (Self::Mute, None) => Effect::Mute,
            (Self::Atr, value) => Effect::Atr(optional(value, atr)?),
            (Self::Status, Some(value)) => Effect::Status(StatusWord(hexadecimal(value, 4)?)),
            (Self::Fetch, value) => Effect::Fetch(optional(value, |value| small(value).filter(|most| *most > 0))?),
            (Self::WrongLength, value) => Effect::WrongLength(optional(value, small)?),
            (Self::Cut, Some(value)) => Effect::Cut(u16::try_from(number(value)?).ok()?),
            (Self::Pad, Some(value)) => Effect::Pad(u16::try_from(number(value)?).ok().filter(|count| *count > 0)?),
            (Self::Flip, value) => Effect::Flip(optional(value, number)?),
            (Self::Late, Some(value)) => Effect::Late(Delay::parse(value)?),
            (Self::Wtx, Some(value)) => Effect::Wtx(Delay::parse(value)?),
            (Self::Pull, value) => Effect::Pull(optional(value, Millis::parse)?),
            (Self::Unplug, Some(value)) => Effect::Unplug(Millis::parse(value)?),
            (Self::Reset, None) => Effect::Reset,
            (Self::Cancel, None) => Effect::Cancel,
            (Self::Power, Some(value)) => {
                let mut moments = Moment::ALL.into_iter();
                Effect::Power(moments.find(|(word, _)| value.eq_ignore_ascii_case(word))?.1)
            }
            _ => return None,
        })
    }
}

/// What is read of a value that may not be there; `None` if it is and cannot be read.
fn optional<T>(value: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    value.map_or(Some(None), |value| read(value).map(Some))
}

fn small(text: &str) -> Option<u8> {
    u8::try_from(number(text)?).ok()
}

fn hexadecimal(text: &str, digits: usize) -> Option<u16> {
    let good = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    good.then(|| u16::from_str_radix(text, 16).ok()).flatten()
}

fn atr(text: &str) -> Option<Atr> {
    Atr::parse(&hex::decode(text).ok()?).ok()
}

/// A word with its value, and its place among the words.
struct Word<'w> {
    place: usize,
    key: &'w str,
    value: Option<&'w str>,
}

impl<'w> Word<'w> {
    fn of(place: usize, text: &'w str) -> Self {
        match text.split_once('=') {
            Some((key, value)) => Self { place, key, value: Some(value) },
            None => Self { place, key: text, value: None },
        }
    }

    fn kind(&self) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| self.key.eq_ignore_ascii_case(kind.word()))
    }

    fn when(&self) -> Option<&'static str> {
        WHEN.iter().map(|(word, _)| *word).find(|word| self.key.eq_ignore_ascii_case(word))
    }

    fn mistake(&self, what: What) -> FaultMistake {
        FaultMistake { place: self.place, what }
    }
}

impl Fault {
    /// Reads a fault of its words, in any order; a mistake says which of them is wrong.
    ///
    /// # Errors
    ///
    /// [`FaultMistake`]: what is wrong with the first wrong word.
    pub fn of_words<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<Self, FaultMistake> {
        let mut words = words.into_iter().enumerate().map(|(place, text)| Word::of(place, text)).peekable();
        let mut effect: Option<Effect> = None;
        let mut reader = Reader::default();
        while let Some(mut word) = words.next() {
            let Some(kind) = word.kind() else {
                reader.word(&word)?;
                continue;
            };
            if effect.is_some() {
                return Err(word.mistake(What::TwoKinds));
            }
            // Its value may be the next word.
            let is_value = |next: &Word<'_>| next.value.is_none() && next.kind().is_none() && next.when().is_none();
            if word.value.is_none() && kind.value().is_some() {
                word.value = words.next_if(is_value).map(|next| next.key);
            }
            effect = Some(effect_of(kind, &word)?);
        }
        let effect = effect.ok_or(FaultMistake { place: 0, what: What::NoKind })?;
        reader.finish(effect)
    }
}

fn effect_of(kind: Kind, word: &Word<'_>) -> Result<Effect, FaultMistake> {
    kind.effect(word.value).ok_or_else(|| match (kind.value(), word.value) {
        (None, _) => word.mistake(What::NoValue(kind.word())),
        (Some(wanted), None) => word.mistake(What::NeedsValue { word: kind.word(), wanted }),
        (Some(wanted), Some(value)) => word.mistake(What::Value { word: kind.word(), value: value.to_owned(), wanted }),
    })
}

/// The words that say when, as they are read.
#[derive(Default)]
struct Reader {
    when: When,
    /// The words that were there, with their places.
    seen: Vec<(&'static str, usize)>,
}

impl Reader {
    fn word(&mut self, word: &Word<'_>) -> Result<(), FaultMistake> {
        let Some(known) = word.when() else { return Err(word.mistake(What::unknown(word.key))) };
        if self.seen.iter().any(|(seen, _)| *seen == known || excludes(seen, known)) {
            return Err(word.mistake(What::Twice(known)));
        }
        self.seen.push((known, word.place));
        let when = &mut self.when;
        let wanted = WHEN.iter().find(|(each, _)| *each == known).and_then(|(_, wanted)| *wanted);
        let (wanted, value) = match (wanted, word.value) {
            (Some(wanted), Some(value)) => (wanted, value),
            (Some(wanted), None) => return Err(word.mistake(What::NeedsValue { word: known, wanted })),
            (None, Some(_)) => return Err(word.mistake(What::NoValue(known))),
            (None, None) => {
                when.done = Some(known != UNDONE);
                return Ok(());
            }
        };
        let above_0 = || number(value).filter(|number| *number > 0);
        let read = match known {
            "n" => Range::parse(value).map(|range| when.count = Count::Nth(range)),
            "every" => above_0().map(|step| when.count = Count::Every(step)),
            "after" => above_0().map(|before| when.count = Count::After(before)),
            "session" => Range::parse(value).map(|range| when.session = Some(range)),
            "times" => above_0().map(|times| when.times = Some(times)),
            "ins" => hexadecimal(value, 2).and_then(|ins| u8::try_from(ins).ok()).map(|ins| when.ins = Some(ins)),
            "file" => FileName::parse(value).map(|file| when.file = Some(file)),
            "answer" => StatusPattern::parse(value).map(|answer| when.answer = Some(answer)),
            "p" => Probability::parse(value).map(|chance| when.chance = Some(chance)),
            _ => value.parse().ok().map(|seed| when.seed = Some(seed)),
        };
        read.ok_or_else(|| word.mistake(What::Value { word: known, value: value.to_owned(), wanted }))
    }

    /// The fault, if its words go together.
    fn finish(self, effect: Effect) -> Result<Fault, FaultMistake> {
        let kind = effect.kind();
        let place = |word: &str| self.seen.iter().find(|(seen, _)| *seen == word).map(|(_, place)| *place);
        let refused = |word: &'static str| {
            let of_command = ["ins", "file", "answer"];
            match word {
                "done" | UNDONE => !effect.takes_done() || self.when.answer.is_some(),
                // The answer comes behind the commits.
                "answer" => !kind.is_of_commands(),
                _ => (kind.is_of_reset() || kind == Kind::Cancel) && of_command.contains(&word),
            }
        };
        let wrong = self.seen.iter().find(|(word, _)| refused(word)).map(|(word, _)| *word);
        if let Some((word, place)) = wrong.and_then(|word| Some((word, place(word)?))) {
            return Err(FaultMistake { place, what: What::DoesNotGo { word, kind: kind.word() } });
        }
        Ok(Fault { effect, when: self.when })
    }
}

/// Whether one of two words takes the place of the other.
fn excludes(one: &str, other: &str) -> bool {
    let counts = ["n", "every", "after"];
    let works = ["done", UNDONE];
    [&counts[..], &works].iter().any(|words| words.contains(&one) && words.contains(&other))
}

/// All words of the language, to find the one that was meant.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    let kinds = Kind::ALL.into_iter().map(Kind::word);
    kinds.chain(WHEN.iter().map(|(word, _)| *word))
}

/// Whether a text is meant to be a fault, which may be wrong, and not a sentence that begins otherwise: its first word
/// is a kind, or almost one, or a word of the language with a value.
#[must_use]
pub fn is_meant(text: &str) -> bool {
    let Some(first) = text.split_ascii_whitespace().next() else { return false };
    let word = Word::of(0, first);
    let is_almost_kind = || {
        let near = |kind: &str| strsim::damerau_levenshtein(&word.key.to_lowercase(), &kind.to_lowercase()) <= 1;
        (4..=SHORTEST_SENTENCE).contains(&word.key.len()) && Kind::ALL.into_iter().map(Kind::word).any(near)
    };
    word.kind().is_some() || (word.value.is_some() && word.when().is_some()) || is_almost_kind()
}

impl FromStr for Fault {
    type Err = FaultMistake;

    fn from_str(text: &str) -> Result<Self, FaultMistake> {
        if text.len() > LONGEST {
            return Err(FaultMistake { place: 0, what: What::TooLong });
        }
        Self::of_words(text.split_ascii_whitespace())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.effect, self.when)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().word())?;
        match self {
            Self::Mute
            | Self::Atr(None)
            | Self::Fetch(None)
            | Self::WrongLength(None)
            | Self::Flip(None)
            | Self::Pull(None)
            | Self::Reset
            | Self::Cancel => Ok(()),
            Self::Atr(Some(atr)) => write!(f, "={}", hex::encode_upper(atr.as_bytes())),
            Self::Status(status) => write!(f, "={:04X}", status.0),
            Self::Fetch(Some(most)) => write!(f, "={most}"),
            Self::WrongLength(Some(length)) => write!(f, "={length}"),
            Self::Cut(count) | Self::Pad(count) => write!(f, "={count}"),
            Self::Flip(Some(bit)) => write!(f, "={bit}"),
            Self::Late(delay) | Self::Wtx(delay) => write!(f, "={delay}"),
            Self::Power(moment) => write!(f, "={}", moment.word()),
            Self::Pull(Some(back)) | Self::Unplug(back) => write!(f, "={back}"),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ins) = self.ins {
            write!(f, " ins={ins:02X}")?;
        }
        if let Some(file) = &self.file {
            write!(f, " file={file}")?;
        }
        if let Some(answer) = &self.answer {
            write!(f, " answer={answer}")?;
        }
        if let Some(session) = &self.session {
            write!(f, " session={session}")?;
        }
        match self.count {
            Count::Each => {}
            Count::Nth(range) => write!(f, " n={range}")?,
            Count::After(number) => write!(f, " after={number}")?,
            Count::Every(step) => write!(f, " every={step}")?,
        }
        if let Some(times) = self.times {
            write!(f, " times={times}")?;
        }
        if let Some(chance) = &self.chance {
            write!(f, " p={chance}")?;
        }
        if let Some(seed) = self.seed {
            write!(f, " seed={seed}")?;
        }
        match self.done {
            Some(true) => f.write_str(" done"),
            Some(false) => write!(f, " {UNDONE}"),
            None => Ok(()),
        }
    }
}
