//! The last look: whether a value of the original card is still there, in any of the ways to write it.
//!
//! It looks through the text, the bytes of its lines, the bytes of the files that its lines make, and what the commands
//! and the answers of a slot say in a row: a value may be spread over several. All of these are gone through byte by
//! byte, each with its own place in the searches, so that none is ever put together.

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

#[cfg(test)]
mod tests {
    use super::{Files, Invented, LookedAt, Needles, Presented};
    use crate::work;

    fn code(bytes: &[u8]) -> Presented {
        Presented { bytes: bytes.to_vec(), may_be_two: false }
    }

    fn survivors(text: &str) -> Vec<String> {
        let mut needles = Needles::default();
        needles.add("nir", "285197599900284", &[0x02, 0x85, 0x19, 0x75, 0x99, 0x90, 0x02, 0x84]);
        needles.add("nom", "LEFÈVRE", b"LEF\xC8VRE");
        needles.add("naissance", "1985-19-07", b"19851907");
        needles.add("rang", "1", b"1");
        needles.survivors(&format!("virtuale-trace 1\n{text}\n"), &[], &Invented::default())
    }

    #[test]
    fn a_value_is_found_in_every_coding() {
        let one = |name: &str| vec![name.to_owned()];
        assert_eq!(survivors("> 00\n< 4C 45 46 C8 56 52 45 90 00"), one("nom"), "Latin-1");
        assert_eq!(survivors("> 00\n< 4C 45 46 C3 88 56 52 45 90 00"), one("nom"), "UTF-8");
        assert_eq!(survivors("# Mme Lefèvre"), one("nom"), "text");
        assert_eq!(survivors("> 00\n< 32 38 35 31 39 37 35 39 39 39 30 30 32 38 34 90 00"), one("nir"), "digits");
        assert_eq!(survivors("> 00\n< 28 51 97 59 99 00 28 4F 90 00"), one("nir"), "packed");
        assert_eq!(survivors("> 00\n< 02 85 19 75 99 90 02 84 90 00"), one("nir"), "packed, shifted by half a byte");
        assert_eq!(survivors("> 00\n< .. 19 85 19 07 .. 90 00"), one("naissance"), "packed between wildcards");
        assert_eq!(survivors("# 1985-19-07"), one("naissance"), "as people write it");
        assert_eq!(survivors("> 31 39\n< 38 35 31 39 30 37 90 00"), one("naissance"), "over two lines");
        assert_eq!(
            survivors("> 00\n< 82 15 79 95 99 00 82 90 00"),
            one("nir"),
            "without its key, each byte turned round"
        );
        assert_eq!(survivors("> 00\n< 4C 00 45 00 46 00 45 00 56 00 52 00 45 00 90 00"), one("nom"), "UTF-16");
        assert_eq!(survivors("> 00\n< 54 45 56 47 52 56 5A 53 52 51 90 00"), one("nom"), "LEFEVRE in base64");
    }

    #[test]
    fn a_value_is_found_in_what_lines_say_in_a_row() {
        let one = |name: &str| vec![name.to_owned()];
        let other = "> 00 20 00 81 04 .. .. .. ..\n< 90 00\n";
        let selects = format!("> 00 A4 04 00 03 4C 45 46\n< 6A 82\n{other}> 00 A4 04 00 04 C8 56 52 45\n< 6A 82");
        assert_eq!(survivors(&selects), one("nom"), "data of commands");
        let offsets =
            format!("> 00 B0 4C 45\n< 6B 00\n{other}> 00 B0 46 C8\n< 6B 00\n> 00 B0 56 52\n< 6B 00\n> 00 B0 45 00");
        assert_eq!(survivors(&offsets), one("nom"), "P1-P2");
        let answers = "> 00\n< 4C 45 46 90 00\n> 01\n< .. 90 00\n> 01\n< C8 56 52 45 .. 90 00";
        assert_eq!(survivors(answers), one("nom"), "answers");
        let updates = format!(
            "> 00 D6 00 00 03 4C 45 46\n< 90 00\n{other}> 00 20 00 81 04 .. .. .. .. 00\n< 90 00\n\
                               > 00 D6 00 03 00 00 04 .. .. .. .. 00 00\n< 90 00\n> 00 DA 00 00 04 C8 56 52 45\n< 90 00"
        );
        assert_eq!(
            survivors(&updates),
            one("nom"),
            "data of several instructions, with those between that have none left"
        );
        let slots = "slot a\n> 00\n< 4C 45 46 90 00\nslot b\n> 00\n< 00 90 00\nslot a\n> 00\n< C8 56 52 45 90 00";
        assert_eq!(survivors(slots), one("nom"), "each slot has rows of its own");
        let holes = "> 00\n< 4C 45 46 .. 90 00\n> 01\n< C8 56 52 45 90 00";
        assert_eq!(survivors(holes), Vec::<String>::new(), "a hole is no part of a value");
        let numbers: String =
            b"LEFEVRE".iter().map(|letter| format!("> 00 B2 01 {letter:02X} 00\n< 6A 83\n")).collect();
        assert_eq!(survivors(&numbers), one("nom"), "one letter in each command");
    }

    #[test]
    fn a_value_is_found_in_the_names_of_applications() {
        let names = |first: &[u8], pieces: [&[u8]; 2]| {
            let line = |piece: &[u8]| {
                let name = [first, piece].concat();
                format!("> 00 A4 04 00 {:02X} {}\n< 6A 82\n", name.len(), crate::trace::hex(&name))
            };
            survivors(&pieces.map(line).concat())
        };
        let (all, none) = (vec!["nir".to_owned()], Vec::<String>::new());
        let provider = &[0xD2, 0x50, 0x00, 0x00, 0x02][..];
        assert_eq!(names(provider, [b"28519759990", b"0284"]), all);
        assert_eq!(names(provider, [b"2851975", b"2"]), none, "not all of it");
        assert_eq!(names(provider, [b"285197599", b"200284"]), none, "another one");
        assert_eq!(names(&[0xF0], [b"28519759990", b"0284"]), all, "of nobody's number");
        let below_ten: Vec<u8> = b"285197599900284".iter().map(|digit| digit - b'0').collect();
        assert_eq!(names(provider, [&below_ten[..11], &below_ten[11..]]), all);
    }

    #[test]
    fn a_value_is_found_in_names_between_which_others_stand() {
        let select = |name: &[u8]| format!("> 00 A4 04 00 {:02X} {}\n< 6A 82\n", name.len(), crate::trace::hex(name));
        let of_france = |piece: &[u8]| select(&[&[0xD2, 0x50, 0x00, 0x00, 0x02][..], piece].concat());
        let others = [select(&[0xD2, 0x76, 0, 1, 0x24, 1, 2]), of_france(b"\x56\x49"), "> 00 84 00 00 08\n".to_owned()];
        for (name, pieces) in
            [("nom", [&b"lef"[..], b"evre"]), ("nir", [b"285197", b"599900284"]), ("naissance", [b"1985-", b"19-07"])]
        {
            for other in &others {
                let text = [&of_france(pieces[0]), other, &of_france(pieces[1])].map(String::as_str).concat();
                assert_eq!(survivors(&text), [name], "{text}");
            }
            let (first, second) = (of_france(pieces[0]), of_france(pieces[1]));
            let text = format!("{first}{}{}{second}", others[0], others[0]);
            assert_eq!(survivors(&text), [name], "two of another provider between: {text}");
            let text = format!("{first}{}{}{second}", others[1], others[1]);
            assert_eq!(survivors(&text), Vec::<String>::new(), "two of the same provider: {text}");
        }
    }

    #[test]
    fn a_code_is_found_in_the_headers_of_any_commands() {
        let found = |text: &str| {
            let mut needles = Needles::default();
            needles.add_secret(code(b"9876"));
            needles.survivors(&format!("virtuale-trace 1\n{text}\n"), &[], &Invented::default()).len()
        };
        let rows = ["> 00 B0 39 38 00", "> 00 CA 37 36 00", "> 00 B0 00 00 10"];
        for row in [
            &["> 00 B0 39 38 04", "> 00 CA 37 36 04"][..],
            &["> 00 B0 39 00 04", "> 00 CA 38 00 04", "> 00 B1 37 00 04", "> 00 B2 36 00 04"],
            &["> 00 B0 00 39 04", "> 00 CA 00 38 04", "> 00 B1 00 37 04", "> 00 B2 00 36 04"],
            &["> 00 B0 00 00 39", "> 00 CA 00 00 38", "> 00 A4 04 00 02 A0 00 37", "> 00 B0 00 00 36"],
            &["> 00 B0 09 08 04", "> 00 CA 07 06 04"],
            &["> 00 A4 04 00 06 D0 00 09 08 07 06"],
            &["> 00 CA 39 38 37", "> 00 CA 36 00 00"],
            &["> 00 B0 00 39 38", "> 00 B0 00 37 36"],
            &["> 00 B0 39 00 38", "> 00 B0 37 00 36"],
        ] {
            assert_eq!(found(&row.join("\n< 6A 88\n")), 1, "{row:?}");
        }
        assert_eq!(found(&[rows[0], rows[2], rows[1]].join("\n< 6A 88\n")), 0, "not in a row");
        assert_eq!(found("card 9876.toml\nnow 9876-01-15\nseed 9876"), 0, "that is of the invented card");
        assert_eq!(found("# 9876"), 1);
        let mut counting = Needles::default();
        counting.add_secret(code(b"1234"));
        let records = "virtuale-trace 1\n> 00 B2 01 04 00\n> 00 B2 02 04 00\n> 00 B2 03 04 00\n> 00 B2 04 04 00\n";
        assert_eq!(
            counting.survivors(records, &[], &Invented::default()),
            Vec::<String>::new(),
            "who counts tells no code"
        );
    }

    #[test]
    fn the_digits_of_a_code_in_what_is_invented_tell_no_code() {
        let mut needles = Needles::default();
        needles.add_secret(code(b"9876"));
        let text = "virtuale-trace 1\n> 00\n< 90 00\n> 00\n< 00 39 38 37 36 90 00\n";
        let found = |places: Vec<usize>| {
            let mut invented = Invented::default();
            invented.note(1, places);
            needles.survivors(text, &[], &invented).len()
        };
        assert_eq!(found(vec![1, 2, 3, 4]), 0);
        assert_eq!(found(vec![0]), 1);
        assert_eq!(found(vec![0, 3]), 0, "a part of it is invented, and that is no code");
        assert_eq!(found(vec![]), 1);
    }

    #[test]
    fn a_short_value_may_stand_in_what_is_invented() {
        let text = "virtuale-trace 1\n> 00\n< 39 38 38 31 30 31 30 32 90 00\n";
        for (value, found) in [("9881", 0), ("98810102", 1)] {
            let mut needles = Needles::default();
            needles.add("centre", value, value.as_bytes());
            let mut invented = Invented::default();
            invented.note(0, (0..8).collect());
            assert_eq!(needles.survivors(text, &[], &invented).len(), found, "{value}");
            assert_eq!(needles.survivors(text, &[], &Invented::default()).len(), 1, "{value}");
        }
    }

    #[test]
    fn what_is_short_or_absent_is_not_found() {
        assert_eq!(survivors("> 00 31\n< 31 31 90 00"), Vec::<String>::new());
        assert_eq!(survivors("> 00\n< 4C 45 46 .. 56 52 45 90 00"), Vec::<String>::new());
    }

    #[test]
    fn a_value_is_found_in_a_file_that_no_row_shows() {
        let mut needles = Needles::default();
        needles.add("nom", "LEFEBVRE", b"LEFEBVRE");
        // Read from behind: the answers say VRELEFEB in a row.
        let text = "virtuale-trace 1\n> 00 B0 00 05 03\n< 56 52 45 90 00\n> 00 B0 00 00 05\n< 4C 45 46 45 42 90 00\n";
        assert_eq!(needles.survivors(text, &[], &Invented::default()), Vec::<String>::new());
        let file = |bytes: &[u8]| [Files::of_bytes(bytes.iter().map(|&byte| Some(byte).filter(|&byte| byte != b'.')))];
        assert_eq!(needles.survivors(text, &file(b"..LEFEBVRE."), &Invented::default()), ["nom"]);
        assert_eq!(needles.survivors(text, &file(b"LEFEBVRE"), &Invented::default()), ["nom"]);
        assert_eq!(needles.survivors(text, &file(b"LEFE.BVRE"), &Invented::default()), Vec::<String>::new());
    }

    #[test]
    fn many_values_are_looked_for_in_turns() {
        let mut needles = Needles::default();
        for at in 0..50 {
            needles.add(&format!("nom {at}"), &format!("NAME{at:02}"), b"");
        }
        let text = "virtuale-trace 1\n# NAME07\n> 00\n< 4E 41 4D 45 34 39 90 00\n";
        for most_at_once in [1, 1000, 4 << 20] {
            assert_eq!(
                needles.survivors_of(LookedAt { text, files: &[], invented: &Invented::default(), most_at_once }),
                ["nom 49", "nom 7"],
                "{most_at_once}"
            );
        }
    }

    #[test]
    fn what_was_met_before_takes_no_room() {
        let mut needles = Needles::default();
        for _ in 0..1000 {
            needles.add("nom", "LEFEBVRE", b"LEFEBVRE");
            needles.add_secret(code(b"1234"));
        }
        assert_eq!((needles.needles.len(), needles.secrets.len()), (1, 1));
    }

    #[test]
    fn looking_takes_steps_by_the_length_of_the_trace_and_the_values_only() {
        let trace = |size: usize| (0..size).map(|at| format!("> 00\n< {at:08X} 90 00\n")).collect::<String>();
        work::assert_linear(1_000, |size| {
            let mut needles = Needles::default();
            for at in 0..size {
                needles.add("nir", &format!("99{at:013}"), &u64::try_from(at).expect("few").to_le_bytes());
                needles.add("nom", "MARTIN", b"MARTIN");
            }
            let found = needles.survivors(&format!("virtuale-trace 1\n{}", trace(size)), &[], &Invented::default());
            assert!(!found.contains(&"nom".to_owned()));
        });
    }
}
