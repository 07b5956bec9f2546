//! What verbs print as JSON has the keys that docs/json.md says, of the types that it says, and no other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

use crate::{
    pad,
    sandbox::{BROKEN, Sandbox, run},
};

const PAGE: &str = include_str!("../../docs/json.md");

/// A table of card data, whose keys are those of card files.
const CARD_DATA: &str = "data";

/// The rows of a section of the page: for each key the types that it may have.
fn documented(verb: &str) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let heading = format!("\n## `virtuale {verb}`\n");
    let (_, section) = PAGE.split_once(&heading).unwrap_or_else(|| panic!("docs/json.md has no{heading}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.map(|(key, rest)| (key, rest.split(" | ").next().unwrap_or_default().split(" or ").collect())).collect()
}

/// The keys of a document with the types that they have there, as the page writes both.
fn keys(document: &Value, key: &str, found: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match document {
        Value::Null => "null",
        Value::Bool(_) => "flag",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "table",
    };
    if !key.is_empty() {
        found.entry(key.to_owned()).or_default().insert(kind);
    }
    match document {
        Value::Object(_) if key == CARD_DATA => {}
        Value::Object(table) => {
            for (name, member) in table {
                let dot = if key.is_empty() { "" } else { "." };
                keys(member, &format!("{key}{dot}{name}"), found);
            }
        }
        Value::Array(members) => {
            // What is in an element is an element.
            let list = if key == "[].elements[].elements" { "[].elements" } else { key };
            members.iter().for_each(|member| keys(member, &format!("{list}[]"), found));
        }
        _ => {}
    }
}

/// Compares what a verb printed, one document in each line or all as one, with its section.
fn compare(verb: &str, printed: &[String]) {
    let documented = documented(verb);
    let mut found = BTreeMap::new();
    for text in printed {
        let documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        documents.for_each(|document| keys(&document.expect("JSON"), "", &mut found));
    }
    let found: BTreeMap<&str, _> = found.iter().map(|(key, kinds)| (key.as_str(), kinds)).collect();
    for (key, kinds) in &found {
        // A finding has its details beside its code.
        if key.split_once("[].finding.").is_some_and(|(_, detail)| detail != "code") {
            continue;
        }
        let Some(said) = documented.get(key) else { panic!("{verb}: docs/json.md does not have `{key}`") };
        assert!(kinds.is_subset(said), "{verb}: `{key}` is {kinds:?}, docs/json.md says {said:?}");
    }
    let unseen: Vec<_> = documented.keys().filter(|key| !found.contains_key(*key)).collect();
    assert_eq!(unseen, Vec::<&&str>::new(), "{verb}: docs/json.md has keys that no document here has");
}

/// What `virtuale` prints.
fn printed(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let (code, out, error) = run(&mut sandbox.virtuale(arguments));
    assert!([0, 1, 3, 4].contains(&code), "{arguments:?}: {code} {error}");
    assert!(!out.is_empty(), "{arguments:?}: {error}");
    out
}

/// Every card that is built in, by its name.
fn built_in() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards");
    let files = fs::read_dir(folder).expect("the cards").map(|file| file.expect("a card").path());
    let names = files.filter(|file| file.extension().is_some_and(|extension| extension == "toml"));
    names.map(|file| file.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
}

#[test]
fn the_slots() {
    let sandbox = Sandbox::new();
    // The third slot follows a reader that has no card.
    let script = "virtuale exec --card - -- virtuale exec --state cards --card vitale2-martin --card vitale1-clone --card \
                  'reader:Virtuale 00 00' -- sh -c 'virtuale remove 0; virtuale fault 1 mute after=9; virtuale slots --json'";
    let (code, out, error) = run(sandbox.shell(script).current_dir(sandbox.path()));
    assert_eq!(code, 0, "{error}");
    let host = pad::host();
    let asking = pad::Program::asks(&host, &pad::verify());
    compare("slots --json", &[out, printed(&sandbox, &["slots", "--json", "--socket", &pad::socket(&host)])]);
    host.cancel_pin(None).expect("it asks");
    assert_eq!(asking.answer(), [0x64, 0x01]);
}

/// A card whose holder makes files, after he wrote one and made another; its card file is `card.toml`.
#[test]
fn what_is_told_of_kept_cards() {
    let sandbox = Sandbox::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).display();
    let script = format!(
        r#"
        sed -E -f "{root}/tests/clients/cards/holder.sed" "{root}/applets/layouts/vitale2.toml" > holder.toml
        sed 's/"vitale2"/"holder.toml"/' "{root}/applets/cards/vitale2-martin.toml" > card.toml
        virtuale apdu --now 2026-01-15 --state cards --card card.toml \
            '00 A4 04 0C 0C A0 00 00 00 63 50 4B 43 53 2D 31 35' '00 20 00 81 04 31 32 33 34' '00 A4 00 0C 02 44 01' \
            '00 E0 00 00 13 62 11 80 02 0010 82 01 01 83 02 7A03 8C 04 43 00 00 00' > /dev/null
        virtuale update --now 2026-01-15 --state cards --card card.toml "{root}/fixtures/updates/10000002.toml" > /dev/null
        virtuale card diff --now 2026-01-15 --state cards card.toml --json
        echo ---
        virtuale card migrate --now 2026-02-20 --state cards card.toml --json
        echo ---
        virtuale exec --now 2026-02-20 --state cards --card card.toml -- virtuale slots --json
        "#
    );
    let (_, out, error) = run(sandbox.shell(&script).current_dir(sandbox.path()));
    let told: Vec<&str> = out.split("---\n").collect();
    let &[diff, migrate, slots] = told.as_slice() else { panic!("{out}{error}") };
    compare("card diff --state --json", &[diff.to_owned()]);
    compare("card migrate --json", &[migrate.to_owned()]);
    assert!(slots.contains("\"kept\": \"card\""), "{slots}{error}");
}

#[test]
fn the_faults_of_a_slot() {
    let script = "virtuale exec --card vitale2-martin -- virtuale fault 0 mute after=9 --json";
    let (code, out, error) = run(&mut Sandbox::new().shell(script));
    assert_eq!((code, error.as_str()), (0, "Virtuale 00 00: armed: mute after=9\n"));
    compare("fault --json", &[out]);
}

#[test]
fn what_a_program_makes_of_faults() {
    let kinds = ["torture", "--card", "vitale2-martin", "--kinds", "sw=6F00,flip", "--limit", "8", "--json"];
    let program = ["--", env!("CARGO_BIN_EXE_virtuale"), "read", "--lang", "en"];
    compare("torture --json", &[printed(&Sandbox::new(), &[&kinds[..], &program].concat())]);
}

#[test]
fn the_models() {
    compare("reader list --json", &[printed(&Sandbox::new(), &["reader", "list", "--json"])]);
}

#[test]
fn what_is_read_from_cards() {
    let sandbox = Sandbox::new();
    let cards = built_in();
    assert!(cards.len() > 5, "{cards:?}");
    let arguments: Vec<&str> = cards.iter().flat_map(|card| ["--card", card]).collect();
    let closed = printed(&sandbox, &[&["read", "--json"], &arguments[..]].concat());
    // What only the code of a professional's card opens, there and on a Vitale.
    let professionals =
        "--card cps-lefevre --card cps-diallo --card cpe-accueil --card vitale2-martin --card vitale2-durand";
    let script = format!("yes 1234 | head -3 | virtuale read --json --pin-fd 0 {professionals}");
    let (code, opened, error) = run(&mut sandbox.shell(&script));
    assert_eq!(code, 0, "{error}");
    // Cards that lists have something to say of.
    let life = ["volee", "remplacee", "ancien-organisme", "bloquee"];
    let files = life.map(|card| format!("{}/fixtures/cards/life/{card}.toml", env!("CARGO_MANIFEST_DIR")));
    let lists = ["opposition", "tod.toml"].map(|name| format!("{}/fixtures/lists/{name}", env!("CARGO_MANIFEST_DIR")));
    let files = files.iter().flat_map(|file| ["--card", file]);
    let lists = ["--now", "2026-01-23", "--opposition", &lists[0], "--tod", &lists[1]];
    let arguments: Vec<&str> = ["read", "--json"].into_iter().chain(lists).chain(files).collect();
    compare("read --json", &[closed, opened, printed(&sandbox, &arguments)]);
}

#[test]
fn what_billing_programs_get() {
    let sandbox = Sandbox::new();
    let vitales = ["vitale2-martin", "vitale2-durand", "vitale1-petit"];
    let cards = vitales.map(|card| format!(" --card {card}")).concat();
    let script = format!("yes 1234 | head -1 | virtuale read --format json --pin-fd 0 --card cps-lefevre{cards}");
    let (code, opened, error) = run(&mut sandbox.shell(&script));
    assert_eq!(code, 0, "{error}");
    let closed = printed(&sandbox, &["read", "--format", "json", "--card", "vitale2-durand", "--card", "cps-muette"]);
    let readers = "virtuale exec --card vitale2-martin -- virtuale read --format json --configuration";
    let (code, readers, error) = run(&mut sandbox.shell(readers));
    assert_eq!(code, 0, "{error}");
    let broken = printed(&sandbox, &["read", "--format", "json", "--card", BROKEN]);
    compare("read --format json", &[opened, closed, readers, broken]);
}

#[test]
fn what_is_updated() {
    let sandbox = Sandbox::new();
    let change = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/updates/10000002.toml");
    let updates = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/updates");
    let update = |more: &[&str]| {
        printed(&sandbox, &[&["update", "--now", "2026-01-15", "--json", "--card", "vitale2-martin"], more].concat())
    };
    let wrong = sandbox.path().join("wrong.toml");
    fs::write(&wrong, "[changement]\nnumero_serie = \"10000002\"\n[assure]\nnmo = \"A\"\nnir = \"1\"\n")
        .expect("a file");
    let stopped = update(&[&wrong.to_string_lossy()]);
    let document: Value = serde_json::from_str(&stopped).expect("JSON");
    assert_eq!(document["card"], "as_before", "{stopped}");
    assert_eq!(document["mistakes"][0]["line"], 4, "{stopped}");
    let done: Value = serde_json::from_str(&update(&[change])).expect("JSON");
    assert_eq!(done["outcome"], "updated");
    assert_eq!(done["differences"][1]["before"], "BATIMENT B");
    let arguments = ["update", "--now", "2026-01-15", "--json", "--card", "vitale2-bastia", "--updates", updates];
    let none = printed(&sandbox, &arguments);
    let yearly = sandbox.path().join("yearly.toml");
    fs::write(&yearly, "[changement]\nnumero_serie = \"10000002\"\n").expect("a file");
    let keyless = update(&["--issuer-keys", change, change]);
    let missing = update(&["--issuer-keys", "nowhere.toml", change]);
    let all = [stopped, missing, update(&[change]), update(&["--dry-run", &yearly.to_string_lossy()]), none, keyless];
    compare("update --json", &all);
    // What is consulted has the keys of what is read.
    let documents: Vec<Value> =
        [update(&["--consult"]), printed(&sandbox, &["read", "--json", "--card", "vitale2-martin"])]
            .iter()
            .map(|text| serde_json::from_str(text).expect("JSON"))
            .collect();
    let names = |document: &Value| document.as_object().expect("a table").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&documents[0]), names(&documents[1]));
}

#[test]
fn what_is_wrong_in_card_files() {
    let sandbox = Sandbox::new();
    let petit = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale1-petit.toml");
    let text = fs::read_to_string(petit).expect("a card file");
    let noted = sandbox.path().join("noted.toml");
    fs::write(&noted, text.replace("numero_serie", "composant = \"43\"\nnumero_serie")).expect("a file");
    let unknown = sandbox.path().join("unknown.toml");
    let text = virtuale_applets::cards::CPS_LEFEVRE.replace("[carte]\n", "[carte]\natr = \"3B 00\"\n");
    fs::write(&unknown, text).expect("a file");
    let files = [BROKEN, "vitale2-martin", "no-such.toml", &noted.to_string_lossy(), &unknown.to_string_lossy()];
    compare("card check --json", &[printed(&sandbox, &[&["card", "check", "--json"], &files[..]].concat())]);
}

#[test]
fn what_is_on_cards() {
    let sandbox = Sandbox::new();
    for verb in ["explain", "dump"] {
        let all: Vec<String> =
            built_in().iter().map(|card| printed(&sandbox, &["card", verb, "--json", card])).collect();
        compare(&format!("card {verb} --json"), &all);
    }
}

#[test]
fn what_lists_say() {
    let sandbox = Sandbox::new();
    let lists = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/lists/opposition");
    let tod = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/lists/tod.toml");
    let of = |arguments: &[&str]| printed(&sandbox, &[arguments, &["--json", "--now", "2026-01-23"]].concat());
    let cards = ["--serial", "10000006", "--serial", "10000007", "--card", "vitale2-martin"];
    compare("opposition check --json", &[of(&[&["opposition", "check", lists][..], &cards].concat())]);
    compare("opposition show --json", &[of(&["opposition", "show", lists, "--cards"])]);
    let bodies =
        [&["01", "344", "0001"][..], &["--card", "vitale2-martin"]].map(|body| of(&[&["tod", tod], body].concat()));
    let nowhere = of(&["tod", tod, "019999999"]);
    compare("tod --json", &[&bodies[..], &[nowhere]].concat());
}

#[test]
fn what_keeps_programs_from_seeing_readers() {
    let sandbox = Sandbox::new();
    compare("doctor --json", &[printed(&sandbox, &["doctor", "--json"])]);
}

#[test]
fn a_trace() {
    let sandbox = Sandbox::new();
    let trace = sandbox.path().join("a.apdu");
    let text = "virtuale-trace 1\nslot patient\ncard vitale2-martin\nnow 2026-01-15\nseed 7\natr 3B 75 13 00 00 44 09 EA 90 00\n\
                reset\nprotocol T=0\n> 00 A4 00 0C 02 3F 00\n< 90 00\n> 00 B0 .. 00 00\n< .. .. 90 00\nreset warm\npower-off\nremove\n\
                > 00 A4 00 0C\nexpect-error no-card\ninsert\nslot doctor\ncard vitale2-durand\n\
                atr 3B 75 13 00 00 44 09 EA 90 00\nremove\nslot patient\ninsert-from doctor\n";
    fs::write(&trace, text).expect("a file");
    compare("convert --to json", &[printed(&sandbox, &["convert", "--to", "json", &trace.to_string_lossy()])]);
}

/// A file of `fixtures/billing`.
fn zone(name: &str) -> String {
    format!("{}/fixtures/billing/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn zones_that_are_explained() {
    let sandbox = Sandbox::new();
    let zones = ["both.in", "broken/deviations.in", "broken/cut-off.in", "broken/field-beyond-its-group.in"];
    let printed = ["broken/one-byte-left.in"].into_iter().chain(zones);
    let printed: Vec<_> = printed.map(|name| printed_of(&sandbox, &["explain", "--json", &zone(name)])).collect();
    compare("card explain --json ZONE", &printed);
}

#[test]
fn zones_that_are_compared() {
    let sandbox = Sandbox::new();
    let two_people = zone("two-people.in");
    let others = ["both.in", "broken/deviations.in", "vitale2-durand.in", "professional.in"].map(zone);
    let mut printed: Vec<_> =
        others.iter().map(|other| printed_of(&sandbox, &["diff", "--json", &two_people, other])).collect();
    printed.push(printed_of(&sandbox, &["diff", "--json", "vitale2-martin", &two_people]));
    compare("card diff --json", &printed);
}

fn printed_of(sandbox: &Sandbox, arguments: &[&str]) -> String {
    printed(sandbox, &[&["card"], arguments].concat())
}
