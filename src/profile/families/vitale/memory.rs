//! What a layout says about a word memory: the table `[memory]`.
//!
//! The files of a word memory are its zones: transparent files of the MF whose identifiers are their first addresses.

use std::{collections::BTreeMap, ops::Range};

use virtuale_applets::vitale1::{Code, IDENTITY_LENGTH, NAME, Settings, Statuses, WORD};
use virtuale_engine::{StatusWord, security::SeNumber};

use super::Part;
use crate::profile::{
    layout::{Fields, Layout, LayoutFile, Report, Tables},
    map::Origin,
    tree::{Data, Node},
};

/// Addresses in a byte.
const PER_BYTE: usize = 2;

/// Addresses in a word.
const PER_WORD: usize = PER_BYTE * WORD;

/// A word memory as layouts describe it.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// Where it stands in the layout.
    span: Range<usize>,
    first: u16,
    /// The address behind the last word.
    end: u16,
    /// The ISO view apart, which is the card file's.
    settings: Settings,
    /// The key of card files that switches the ISO view on.
    iso_key: Option<String>,
    origin: Origin,
}

impl Part for Memory {
    fn keys(&self) -> Vec<String> {
        self.iso_key.iter().cloned().collect()
    }
}

/// A memory of 32-bit words that is read by addresses [STACK-17608930 addresses].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WordMemory<'l> {
    /// The first address.
    pub first: u16,
    /// The address behind the last word: ADMAX.
    pub end: u16,
    /// Where in what is fetched after a reset the end of the memory stands.
    pub end_at: usize,
    /// How well that is known.
    pub origin: Origin,
    /// Its zones, in the order of their addresses.
    pub zones: Vec<Zone<'l>>,
}

/// A zone of a word memory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Zone<'l> {
    /// Its name in the layout.
    pub name: &'l str,
    /// Its first address.
    pub address: u16,
    /// How many bytes it has.
    pub size: usize,
    /// Who may read it, as the layout says it.
    pub readable: &'l str,
}

/// The word memory of the cards of a layout, if they have one instead of files.
#[must_use]
pub fn word_memory(layout: &Layout) -> Option<WordMemory<'_>> {
    let memory: &Memory = layout.part()?;
    let zones = zones(layout).into_iter().map(|file| Zone {
        name: file.name,
        address: file.fid.0,
        size: file.size.unwrap_or(0),
        readable: file.readable,
    });
    let (first, end, end_at) = (memory.first, memory.end, memory.settings.end_at);
    Some(WordMemory { first, end, end_at, origin: memory.origin, zones: zones.collect() })
}

/// The zones of a layout, in the order of their addresses.
fn zones(layout: &Layout) -> Vec<LayoutFile<'_>> {
    let mut zones: Vec<LayoutFile<'_>> = layout.files().collect();
    zones.sort_by_key(|zone| zone.fid.0);
    zones
}

/// How the word memory of a card with these data behaves.
pub(super) fn settings(layout: &Layout, data: &Node) -> Option<Settings> {
    let memory: &Memory = layout.part()?;
    let iso_view = memory.iso_key.as_deref().and_then(|key| data.at(key));
    let iso_view = iso_view.is_some_and(|node| matches!(node.data, Data::Flag(true)));
    Some(Settings { iso_view, ..memory.settings.clone() })
}

/// A memory and the applet that runs its instructions go together, and zones fill the memory from its first to its last
/// word, without gaps; codes and their counters are in it.
pub(super) fn check(layout: &Layout, report: &Report) {
    let Some(memory) = layout.part::<Memory>() else {
        if layout.applets().any(|name| name == NAME) {
            let hint = "the table [memory] says how the word memory behaves";
            report.mistake(0..0, format!("\"memory\" is missing, and an application has the applet \"{NAME}\""), hint);
        }
        return;
    };
    let mut next = usize::from(memory.first);
    for zone in zones(layout) {
        let size = zone.size.unwrap_or(0);
        if usize::from(zone.fid.0) != next {
            let message =
                format!("\"{}\" begins at {}, where the zone before it ends at {next:04X}", zone.name, zone.fid);
            let hint = "zones follow each other from \"first\" to \"end\" of the memory";
            report.mistake(zone.span.clone(), message, hint);
        }
        if size == 0 || !size.is_multiple_of(WORD) || zone.parents != [0] {
            let message = format!("\"{}\" is not a zone of words in the first application", zone.name);
            report.mistake(zone.span.clone(), message, "give it \"words\", or a \"size\" that is a multiple of 4");
        }
        next = usize::from(zone.fid.0) + size * PER_BYTE;
    }
    if next != usize::from(memory.end) {
        let message = format!("the zones end at {next:04X}, the memory at {:04X}", memory.end);
        report.mistake(memory.span.clone(), message, "");
    }
    for code in &memory.settings.codes {
        if [code.word, code.counter].iter().any(|word| !(memory.first..memory.end).contains(word)) {
            let message = format!("code {:02X} is not in the memory", code.reference);
            report.mistake(memory.span.clone(), message, "");
        }
    }
}

/// Reads `[memory]`.
pub(super) fn read(tables: &Tables<'_>) -> Option<Memory> {
    let fields = tables.table("memory", "key of a memory")?;
    let memory = memory(tables, &fields);
    fields.finish();
    memory
}

fn memory(tables: &Tables<'_>, fields: &Fields<'_>) -> Option<Memory> {
    let origin = tables.source(fields);
    let (first, end) = (address(fields, "first"), address(fields, "end"));
    let identity = fields.hex("identity").and_then(|bytes| <[u8; IDENTITY_LENGTH]>::try_from(bytes.value).ok());
    if identity.is_none() {
        fields.mistake(format!("\"identity\" must be {IDENTITY_LENGTH} bytes"), "it is what is fetched after a reset");
    }
    let end_at = fields.number("end_at", 0..IDENTITY_LENGTH - 1);
    if !fields.has("end_at") {
        fields.missing("end_at");
    }
    let iso_key = fields.text("iso_view").and_then(|key| tables.key(fields, &key));
    let statuses = fields.value("refusal").and_then(|refusal| {
        let refusal = fields.inner(refusal, "refusal")?;
        let read = statuses(tables, &refusal);
        refusal.finish();
        read
    });
    if !fields.has("refusal") {
        fields.missing("refusal");
    }
    let codes = codes(tables, fields);
    let span = fields.span();
    let settings = Settings { iso_view: false, identity: identity?, end_at: end_at?.value, statuses: statuses?, codes };
    if let Err(error) = settings.check() {
        fields.mistake(error.to_string(), "");
    }
    Some(Memory { span, first: first?, end: end?, settings, iso_key, origin })
}

fn statuses(tables: &Tables<'_>, fields: &Fields<'_>) -> Option<Statuses> {
    tables.source(fields);
    let word = |key| {
        let word = fields.word(key);
        if !fields.has(key) {
            fields.missing(key);
        }
        word.map_or(StatusWord::NO_DIAGNOSIS, |word| StatusWord(word.value))
    };
    Some(Statuses {
        unknown_instruction: word("unknown_instruction"),
        outside: word("outside"),
        length: word("length"),
        refused: word("refused"),
        not_found: word("not_found"),
        no_code: word("no_code"),
        wrong_code: word("wrong_code"),
        blocked: word("blocked"),
        not_presented: word("not_presented"),
    })
}

/// The codes, which may name each other.
fn codes(tables: &Tables<'_>, memory: &Fields<'_>) -> Vec<Code> {
    let mut codes = Vec::new();
    let mut references = BTreeMap::new();
    let written = memory.tables("code", "key of a code");
    for (name, fields) in &written {
        references.insert(name.value, fields.byte("reference").map(|reference| reference.value));
    }
    for (name, fields) in written {
        let reference = references.get(name.value).copied().flatten();
        codes.extend(code(tables, &fields, reference, &references));
        fields.finish();
    }
    codes
}

fn code(
    tables: &Tables<'_>,
    fields: &Fields<'_>,
    reference: Option<u8>,
    references: &BTreeMap<&str, Option<u8>>,
) -> Option<Code> {
    tables.source(fields);
    for key in ["reference", "tries", "se"].into_iter().filter(|key| !fields.has(key)) {
        fields.missing(key);
    }
    let (word, counter) = (address(fields, "word"), address(fields, "counter"));
    let small = |key, range| fields.number(key, range).and_then(|number| u8::try_from(number.value).ok());
    let (tries, environment) = (small("tries", 1..16), small("se", 1..15).and_then(SeNumber::new));
    let restores = fields.texts("restores").unwrap_or_default();
    let restores = restores.iter().filter_map(|name| {
        let found = references.get(name.value).copied();
        if found.is_none() {
            fields.report.unknown("code", name, references.keys().copied());
        }
        found.flatten()
    });
    let restores = restores.collect();
    Some(Code {
        reference: reference?,
        word: word?,
        counter: counter?,
        tries: tries?,
        environment: environment?,
        restores,
    })
}

/// The address of a word.
fn address(fields: &Fields<'_>, key: &'static str) -> Option<u16> {
    let address = fields.word(key);
    if !fields.has(key) {
        fields.missing(key);
    }
    let address = address?;
    if usize::from(address.value) % PER_WORD == 0 {
        return Some(address.value);
    }
    fields.report.mistake(address.span, "this is not the address of a word", "addresses of words are multiples of 8");
    None
}
