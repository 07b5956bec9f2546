//! The last look: whether a value of the original card is still there, in any of the ways to write it.
//!
//! It looks through the text, the bytes of its lines, the bytes of the files that its lines make, and what the commands
//! and the answers of a slot say in a row: a value may be spread over several. All of these are gone through byte by
//! byte, each with its own place in the searches, so that none is ever put together.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
};

use virtuale_engine::{ins::Ins, tlv};

use super::{
    super::lines::Lines,
    codes::Presented,
    image::{Files, content},
    lines::BY_NAME,
    search::{Place, Search, Wanted},
    ways::{SHORTEST, Ways},
};
use crate::profile::{Profile, map::Element};

/// How many bytes of ways are looked for at once: those of some thirty persons. What looks for them takes fifty times
/// as much memory; where there are more, the text is gone through again.
const MOST_AT_ONCE: usize = 2 << 20;

/// How many letters and digits a value has at least that stands nowhere by chance.
const FEWEST_OF_LONG: usize = 8;

/// The values that must not be found again.
#[derive(Debug, Default)]
pub(super) struct Needles {
    needles: BTreeSet<Needle>,
    secrets: BTreeSet<Presented>,
    /// The values of the invented cards: they may be found.
    invented: BTreeSet<String>,
    invented_ways: Ways,
    same: BTreeSet<String>,
}

/// A personal value of the original card.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Needle {
    /// What it is; the value itself is never shown.
    name: String,
    /// As people read it.
    value: String,
    /// As it was coded.
    raw: Vec<u8>,
}

impl Needles {
    /// Notes the values of an invented card, before any value of an original one.
    pub(super) fn know_card(&mut self, profile: &Profile) {
        for (index, file) in profile.map().files.iter().enumerate() {
            let bytes = content(profile, index);
            file.elements.iter().for_each(|element| self.know(element, &bytes));
        }
    }

    fn know(&mut self, element: &Element, bytes: &[u8]) {
        if element.children.is_empty() && self.invented.insert(element.value.clone()) {
            let raw = bytes.get(element.value_range()).unwrap_or_default();
            self.invented_ways.extend(Ways::of(&element.value, raw));
        }
        element.children.iter().for_each(|child| self.know(child, bytes));
    }

    /// Adds a personal value of the original card: as people read it, and as it was coded.
    pub(super) fn add(&mut self, name: &str, value: &str, raw: &[u8]) {
        if !self.invented.contains(value) {
            self.needles.insert(Needle { name: name.to_owned(), value: value.to_owned(), raw: raw.to_vec() });
        } else if value.len() >= SHORTEST {
            self.same.insert(name.to_owned());
        }
    }

    /// Adds what a command presented that should stay secret.
    pub(super) fn add_secret(&mut self, presented: Presented) {
        self.secrets.insert(presented);
    }

    /// The elements whose value the invented card has as well.
    pub(super) fn same(&self) -> Vec<String> {
        self.same.iter().cloned().collect()
    }

    /// What is still there: in the text, in the bytes of its lines, or in the files that its lines make.
    pub(super) fn survivors(&self, text: &str, files: &[Files], invented: &Invented) -> Vec<String> {
        self.survivors_of(LookedAt { text, files, invented, most_at_once: MOST_AT_ONCE })
    }

    /// The name of a value, and the ways to write it that no invented card has.
    fn ways<'n>(&self, Needle { name, value, raw }: &'n Needle) -> (&'n str, Ways) {
        (name, Ways::of(value, raw).without(&self.invented_ways))
    }

    fn survivors_of(&self, look_at: LookedAt<'_>) -> Vec<String> {
        let (short, long): (Vec<_>, Vec<_>) =
            self.needles.iter().partition(|needle| needle.value.chars().count() < FEWEST_OF_LONG);
        let secrets = self.secrets.iter().map(|secret| ("a secret code", Ways::of_presented(secret)));
        let mut found = look_at.search_for(long.into_iter().map(|needle| self.ways(needle)), What::LongValues);
        found.extend(look_at.search_for(short.into_iter().map(|needle| self.ways(needle)), What::ShortValues));
        found.extend(look_at.search_for(secrets, What::Codes));
        found.into_iter().map(str::to_owned).collect()
    }
}

/// What is looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum What {
    /// Personal values that stand nowhere by chance.
    LongValues,
    /// Personal values that may stand by chance in those of the invented card: a centre `9999` in a telephone number.
    ShortValues,
    /// Codes. Somebody may have sent one in the headers of any commands; other numbers stand there by chance. What the
    /// invented card says as well tells no code, though the digits of one may be in it.
    Codes,
}

impl What {
    /// Whether it is looked for in what the invented card says as well.
    fn is_looked_for_in_invented(self) -> bool {
        self == Self::LongValues
    }
}

/// What the invented cards say of the answers of a redacted trace: the places of the bytes, by the number of the
/// answer in the text.
#[derive(Debug, Default)]
pub(super) struct Invented(BTreeMap<usize, Vec<Range<usize>>>);

impl Invented {
    /// Notes the places in an answer, in their order.
    pub(super) fn note(&mut self, answer: usize, places: Vec<usize>) {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for place in places {
            match ranges.last_mut().filter(|last| last.end == place) {
                Some(last) => last.end += 1,
                None => ranges.push(place..place + 1),
            }
        }
        if !ranges.is_empty() {
            self.0.insert(answer, ranges);
        }
    }

    /// An answer without what the invented card says of it.
    fn without(&self, answer: usize, bytes: &mut [Option<u8>]) {
        for range in self.0.get(&answer).into_iter().flatten() {
            bytes.get_mut(range.clone()).unwrap_or_default().fill(None);
        }
    }
}

/// What is looked through, and how many bytes of ways are looked for at once.
#[derive(Clone, Copy)]
struct LookedAt<'t> {
    text: &'t str,
    files: &'t [Files],
    invented: &'t Invented,
    most_at_once: usize,
}

impl LookedAt<'_> {
    /// The names of what is still there.
    fn search_for<'n>(&self, named: impl Iterator<Item = (&'n str, Ways)>, what: What) -> BTreeSet<&'n str> {
        let (mut found, mut wanted) = (BTreeSet::new(), Wanted::default());
        for (name, ways) in named {
            wanted.add(name, ways);
            if wanted.size() >= self.most_at_once {
                found.extend(self.look_for(std::mem::take(&mut wanted), what));
            }
        }
        found.extend(self.look_for(wanted, what));
        found
    }

    /// Looks for ways wherever they may be; says whose were found.
    fn look_for<'n>(&self, wanted: Wanted<'n>, what: What) -> BTreeSet<&'n str> {
        if wanted.size() == 0 {
            return BTreeSet::new();
        }
        let mut search = wanted.search();
        let mut place = search.start();
        for line in self.text.split_inclusive('\n') {
            // What a trace says of its cards and its day is the invented card's.
            if what.is_looked_for_in_invented() || !is_of_invented_card(line) {
                line.bytes().for_each(|byte| search.letter(&mut place, byte));
            }
        }
        for treated in self.files.iter().flat_map(Files::iter) {
            let mut place = search.start();
            match what.is_looked_for_in_invented() {
                true => treated.bytes().for_each(|byte| search.byte_or_hole(&mut place, byte)),
                false => treated.own_bytes().for_each(|byte| search.byte_or_hole(&mut place, byte)),
            }
        }
        let mut rows = Rows {
            what,
            invented: self.invented,
            answer: 0,
            whole_lines: search.start(),
            slots: BTreeMap::new(),
            slot: 0,
            rows: HashMap::new(),
            before: HashMap::new(),
            turns: HashMap::new(),
        };
        let mut lines = Lines { text: self.text, next: 0 };
        while let Some(line) = lines.take() {
            rows.line(line.text, &mut search);
        }
        search.into_found()
    }
}

/// What the lines of a text say in a row: where the searches are in each row.
struct Rows<'t> {
    what: What,
    invented: &'t Invented,
    /// How many answers came before.
    answer: usize,
    /// All lines without holes, one after the other.
    whole_lines: Place,
    /// The number of each slot.
    slots: BTreeMap<&'t str, usize>,
    /// That of the slot whose lines come.
    slot: usize,
    rows: HashMap<(usize, Saying), Place>,
    /// The data of the last command of each slot and instruction byte.
    before: HashMap<(usize, u8), Vec<Option<u8>>>,
    /// Whether the commands of a slot that say something came an odd number of times.
    turns: HashMap<(usize, Saying), bool>,
}

/// What can be said in a row by the commands of a slot, of one instruction byte or all, or by its answers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Saying {
    P1(u8),
    P2(u8),
    Parameters(u8),
    DataOf(u8),
    /// The data of each command behind what those of the one before begin with as well.
    ChangesOf(u8),
    /// The names of applications in SELECT, behind the numbers of their providers.
    Names,
    /// The same of one provider.
    NamesOf([Option<u8>; PROVIDER]),
    /// The same of every other command, as one of another application may stand between: even ones, or odd ones.
    OtherNames(bool),
    /// The data of every other command of one instruction byte.
    OtherDataOf(u8, bool),
    /// What MANAGE SECURITY ENVIRONMENT names: keys, or something else of one tag.
    Keys,
    References(u32),
    AllP1,
    AllP2,
    AllParameters,
    /// All that stands behind the instruction byte.
    Behind,
    Data,
    /// The same without P2, and without P1.
    P1AndBehind,
    P2AndBehind,
    /// How many bytes the commands expect.
    Le,
    Responses,
}

/// The length of the header of a command, and of a status word.
const HEADER: usize = 4;
const CLASS_AND_INSTRUCTION: usize = 2;
const STATUS: usize = 2;

/// The length of the number of an application's provider, with which its name begins [ISO-7816-4 8.2].
const PROVIDER: usize = 5;

/// The tags of control references that name a key: a public or secret one, and a private one [ISO-7816-4 11.5.11].
const KEYS: [u32; 2] = [0x83, 0x84];

/// What the lines begin with that redaction writes of the invented cards.
const OF_INVENTED_CARDS: [&str; 5] = ["virtuale-trace", "card", "now", "seed", "insert"];

/// Whether a line says of the invented cards only.
fn is_of_invented_card(line: &str) -> bool {
    line.split_whitespace().next().is_some_and(|keyword| OF_INVENTED_CARDS.contains(&keyword))
}

impl<'t> Rows<'t> {
    /// Goes on with a line, as redaction writes lines.
    fn line(&mut self, line: &'t str, search: &mut Search<'_>) {
        let (keyword, rest) = line.split_once(' ').unwrap_or((line, ""));
        if keyword == "slot" {
            let number = self.slots.len();
            self.slot = *self.slots.entry(rest).or_insert(number);
        }
        if !matches!(keyword, ">" | "<" | "atr") {
            return;
        }
        let mut bytes: Vec<Option<u8>> = rest.split(' ').map(known).collect();
        if keyword == "<" {
            if !self.what.is_looked_for_in_invented() {
                self.invented.without(self.answer, &mut bytes);
            }
            self.answer += 1;
        }
        let mut alone = search.start();
        let place = if bytes.contains(&None) { &mut alone } else { &mut self.whole_lines };
        bytes.iter().for_each(|byte| search.byte_or_hole(place, *byte));
        match keyword {
            ">" => self.command(&bytes, search),
            "<" => self.say(Saying::Responses, bytes.get(..bytes.len().saturating_sub(STATUS)), search),
            _ => {}
        }
    }

    fn command(&mut self, bytes: &[Option<u8>], search: &mut Search<'_>) {
        let Some((&[_, Some(ins), p1, p2], body)) = bytes.split_first_chunk::<HEADER>() else {
            return self.say(Saying::Data, Some(bytes), search);
        };
        self.say(Saying::P1(ins), Some(&[p1]), search);
        self.say(Saying::P2(ins), Some(&[p2]), search);
        self.say(Saying::Parameters(ins), Some(&[p1, p2]), search);
        let data = data_of(body);
        self.say(Saying::DataOf(ins), Some(data), search);
        self.say(Saying::Data, Some(data), search);
        let is_odd = self.turn(Saying::DataOf(ins));
        self.say(Saying::OtherDataOf(ins, is_odd), Some(data), search);
        if Ins(ins) == Ins::SELECT && p1 == Some(BY_NAME) {
            self.name(data, search);
        }
        if Ins(ins) == Ins::MANAGE_SECURITY_ENVIRONMENT {
            self.references(data, search);
        }
        let before = self.before.insert((self.slot, ins), data.to_vec()).unwrap_or_default();
        let same = data.iter().zip(&before).take_while(|(byte, before)| byte == before).count();
        self.say(Saying::ChangesOf(ins), data.get(same..), search);
        if self.what == What::Codes {
            self.say(Saying::AllP1, Some(&[p1]), search);
            self.say(Saying::AllP2, Some(&[p2]), search);
            self.say(Saying::AllParameters, Some(&[p1, p2]), search);
            self.say(Saying::Behind, bytes.get(CLASS_AND_INSTRUCTION..), search);
            self.say(Saying::P1AndBehind, Some(&[&[p1], body].concat()), search);
            self.say(Saying::P2AndBehind, Some(&[&[p2], body].concat()), search);
            let has_le = body.len() == 1 || !data.is_empty() && body.len() == 1 + data.len() + 1;
            self.say(Saying::Le, body.last_chunk::<1>().filter(|_| has_le).map(<[_; 1]>::as_slice), search);
        }
    }

    /// Goes on with the name of an application.
    fn name(&mut self, name: &[Option<u8>], search: &mut Search<'_>) {
        let Some((&provider, rest)) = name.split_first_chunk::<PROVIDER>() else { return };
        let is_odd = self.turn(Saying::Names);
        for saying in [Saying::Names, Saying::NamesOf(provider), Saying::OtherNames(is_odd)] {
            self.say(saying, Some(rest), search);
        }
    }

    /// Goes on with the values of control references. Those of which a byte is a hole have no tags to rely on.
    fn references(&mut self, data: &[Option<u8>], search: &mut Search<'_>) {
        let data: Vec<u8> = data.iter().copied().map_while(|byte| byte).collect();
        for object in tlv::objects(&data).map_while(Result::ok) {
            let value: Vec<_> = object.value.iter().copied().map(Some).collect();
            self.say(Saying::References(object.tag.0), Some(&value), search);
            if KEYS.contains(&object.tag.0) {
                self.say(Saying::Keys, Some(&value), search);
            }
        }
    }

    /// Whether the commands that say something came an odd number of times before.
    fn turn(&mut self, saying: Saying) -> bool {
        let is_odd = self.turns.entry((self.slot, saying)).or_default();
        *is_odd = !*is_odd;
        !*is_odd
    }

    /// Goes on with what a line says. One of which nothing is known is passed over; a hole ends what stands in a row.
    fn say(&mut self, saying: Saying, line: Option<&[Option<u8>]>, search: &mut Search<'_>) {
        let line = line.unwrap_or_default();
        if line.iter().any(Option::is_some) {
            let place = self.rows.entry((self.slot, saying)).or_insert_with(|| search.start());
            line.iter().for_each(|byte| search.byte_or_hole(place, *byte));
        }
    }
}

/// The data of a command, as far as they are there, given what follows its header. Where the length is a hole, all are.
fn data_of(body: &[Option<u8>]) -> &[Option<u8>] {
    let (length, data) = match body {
        [] | [_] | [Some(0), _] => return &[],
        [Some(0), Some(high), Some(low), data @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), data),
        [Some(0), _, _, data @ ..] | [None, data @ ..] => (data.len(), data),
        [Some(length), data @ ..] => (usize::from(*length), data),
    };
    data.get(..length).unwrap_or(data)
}

/// A byte as traces write it; what is none is a hole.
fn known(word: &str) -> Option<u8> {
    u8::from_str_radix(word, 16).ok().filter(|_| word.len() == 2)
}
