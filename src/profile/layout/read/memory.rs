//! `[memory]` and `[component]`.

use std::collections::BTreeMap;

use virtuale_applets::vitale1::{Code, IDENTITY_LENGTH, NAME, Settings, Statuses, WORD};
use virtuale_engine::{StatusWord, security::SeNumber};

use super::{
    super::{
        fields::{Fields, Report},
        memory::{Component, Lifetime, Memory, size},
        model::{Application, File},
    },
    items::{self, Scope},
};

/// Addresses in a byte.
const PER_BYTE: usize = 2;

/// Addresses in a word.
const PER_WORD: usize = PER_BYTE * WORD;

/// The most sessions after which a component may fail.
const MOST_SESSIONS: usize = 1_000_000;

/// Reads `[memory]`.
pub(super) fn read(scope: &Scope<'_>, top: &Fields<'_>) -> Option<Memory> {
    let fields = Fields::of(top.report, top.value("memory")?, "key of a memory")?;
    let memory = memory(scope, &fields);
    fields.finish();
    memory
}

fn memory(scope: &Scope<'_>, fields: &Fields<'_>) -> Option<Memory> {
    let known = scope.names.source(fields, None);
    let (first, end) = (address(fields, "first"), address(fields, "end"));
    let identity = fields.hex("identity").and_then(|bytes| <[u8; IDENTITY_LENGTH]>::try_from(bytes.value).ok());
    if identity.is_none() {
        fields.mistake(format!("\"identity\" must be {IDENTITY_LENGTH} bytes"), "it is what is fetched after a reset");
    }
    let end_at = fields.number("end_at", 0..IDENTITY_LENGTH - 1);
    if !fields.has("end_at") {
        fields.missing("end_at");
    }
    let iso_key = fields.text("iso_view").and_then(|key| items::path(fields, &key));
    let statuses = fields.value("refusal").and_then(|refusal| {
        let refusal = Fields::of(fields.report, refusal, "refusal")?;
        let read = statuses(scope, &refusal);
        refusal.finish();
        read
    });
    if !fields.has("refusal") {
        fields.missing("refusal");
    }
    let codes = codes(scope, fields);
    let span = fields.span();
    let settings = Settings { iso_view: false, identity: identity?, end_at: end_at?.value, statuses: statuses?, codes };
    if let Err(error) = settings.check() {
        fields.mistake(error.to_string(), "");
    }
    Some(Memory { span, first: first?, end: end?, settings, iso_key, known })
}

fn statuses(scope: &Scope<'_>, fields: &Fields<'_>) -> Option<Statuses> {
    scope.names.source(fields, None);
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
fn codes(scope: &Scope<'_>, memory: &Fields<'_>) -> Vec<Code> {
    let mut codes = Vec::new();
    let mut references = BTreeMap::new();
    let tables = memory.tables("code", "key of a code");
    for (name, fields) in &tables {
        references.insert(name.value, fields.byte("reference").map(|reference| reference.value));
    }
    for (name, fields) in tables {
        let reference = references.get(name.value).copied().flatten();
        codes.extend(code(scope, &fields, reference, &references));
        fields.finish();
    }
    codes
}

fn code(
    scope: &Scope<'_>,
    fields: &Fields<'_>,
    reference: Option<u8>,
    references: &BTreeMap<&str, Option<u8>>,
) -> Option<Code> {
    scope.names.source(fields, None);
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

/// Reads `[component.NAME]`.
pub(super) fn components(scope: &Scope<'_>, top: &Fields<'_>) -> Vec<Component> {
    let mut components = Vec::new();
    for (name, fields) in top.tables("component", "key of a component") {
        scope.names.source(&fields, None);
        let bound = |key| {
            let bound = fields.number(key, 1..MOST_SESSIONS).and_then(|bound| u32::try_from(bound.value).ok());
            if !fields.has(key) {
                fields.missing(key);
            }
            bound
        };
        if let (Some(least), Some(most)) = (bound("least"), bound("most")) {
            if least > most {
                fields.mistake("\"least\" is more than \"most\"", "");
            }
            components.push(Component { name: name.value.to_owned(), lifetime: Lifetime { least, most } });
        }
        fields.finish();
    }
    components
}

/// Nobody runs the orders of a memory that is not there.
pub(super) fn check_absent(report: &Report, applications: &[Application]) {
    if applications.iter().any(|application| application.applet.as_deref() == Some(NAME)) {
        let hint = "the table [memory] says how the word memory behaves";
        report.mistake(0..0, format!("\"memory\" is missing, and an application has the applet \"{NAME}\""), hint);
    }
}

/// Zones fill the memory from its first to its last word, without gaps; codes and their counters are in it.
pub(super) fn check_zones(report: &Report, memory: &Memory, files: &[File]) {
    let mut zones: Vec<&File> = files.iter().collect();
    zones.sort_by_key(|file| file.fid.0);
    let mut next = usize::from(memory.first);
    for zone in zones {
        let size = size(zone);
        if usize::from(zone.fid.0) != next {
            let message =
                format!("\"{}\" begins at {}, where the zone before it ends at {next:04X}", zone.name, zone.fid);
            report.mistake(
                zone.span.clone(),
                message,
                "zones follow each other from \"first\" to \"end\" of the memory",
            );
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
