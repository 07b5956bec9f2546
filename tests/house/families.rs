//! What a family of cards goes through, shown with one that is not part of the program.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use virtuale::{
    host::Host,
    layer::{Layered, Layers},
    profile::{
        Options, Profile, card_file,
        diagnostic::Source,
        families::{BuiltIn, Face, Families, Family},
        layout::Layout,
        schema::Language,
    },
    terminal::{
        guides::{CardReading, Guides, Unread},
        holder::Nobody,
        pages::{Format, Lang},
        transport::{
            Transport,
            in_process::{InProcess, in_process},
        },
    },
    trace::{
        Finding, Trace,
        cards::Cards,
        command_name_of,
        record::{Recorder, Tape},
        redact::{RedactError, StandIn, redact},
        suite::Verdict,
    },
};
use virtuale_engine::{Card, Response};

use super::badge::{Badge, BadgeGuide, TODAY, families};

const OPTIONS: Options = Options { today: TODAY, seed: 1 };

/// SELECT the badge's application.
const SELECT: &[u8] = b"\x00\xA4\x04\x0C\x06\xF0BADGE";

/// Reads the number of the badge with a command of its own class.
const NUMBER: &[u8] = &[0x9A, 0x10, 0x00, 0x00, 0x07];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/families/badge").join(name)
}

fn lovelace() -> Profile {
    families().load(&fixture("lovelace.toml"), &OPTIONS).unwrap_or_else(|error| panic!("{error}"))
}

fn layout() -> Layout {
    let source = families().layout_source("badge").expect("the family has it");
    families().layout(&Arc::new(source)).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn card_of(text: &str) -> Result<Profile, String> {
    let source = Source { name: "carte.toml".into(), text: text.into() };
    families().parse(source, None, &OPTIONS).map_err(|mistakes| mistakes.to_string())
}

fn powered(card: impl Card + 'static) -> InProcess {
    in_process(Box::new(card)).expect("the card has power")
}

fn ask(transport: &mut dyn Transport, command: &[u8]) -> Vec<u8> {
    let mut response = Response::new();
    transport.transmit(command, &mut response).expect("an answer");
    response.as_bytes().to_vec()
}

#[test]
fn its_card_files_have_its_own_vocabulary() {
    let missing = card_of("layout = \"badge\"\n[porteur]\nnom = \"ADA\"\n").expect_err("a number is required");
    assert!(missing.contains("numero") && !missing.contains("assure"), "{missing}");
    let mistyped = card_of("layout = \"badge\"\n[porteur]\nnmo = \"ADA\"\nnumero = \"181512\"\n").expect_err("no key");
    assert!(mistyped.contains("did you mean \"nom\"?"), "{mistyped}");
    let foreign = card_of("layout = \"badge\"\n[porteur]\nnom = \"ADA\"\nnumero = \"181512\"\n[assure]\nnir = \"1\"\n");
    assert!(foreign.expect_err("a badge insures nobody").contains("\"assure\""));
    let of_layout = card_of("layout = \"badge\"\n[porteur]\nnom = \"A\"\nnumero = \"181512\"\nsalut = \"HO\"\n");
    assert_eq!(of_layout.expect("a key of the layout").unplaced(), []);
    let as_vitale = lovelace_as("vitale2").expect_err("a Vitale has an insured");
    assert!(as_vitale.contains("assure"), "{as_vitale}");
}

/// The fixture with another layout.
fn lovelace_as(layout: &str) -> Result<Profile, String> {
    let text = std::fs::read_to_string(fixture("lovelace.toml")).expect("the fixture");
    card_of(&text.replace("\"badge\"", &format!("\"{layout}\"")))
}

#[test]
fn a_starter_file_has_its_keys_and_no_others() {
    let layout = layout();
    let schema = layout.schema().unwrap_or_else(|mistakes| panic!("{mistakes}"));
    for language in [Language::English, Language::French] {
        let text = card_file::template(&Badge.title(), schema, "badge", language, &|_| true);
        assert!(text.starts_with(&format!("# {}. ", Badge.title().in_language(language))), "{text}");
        for key in ["layout = \"badge\"", "[porteur]", "nom = \"LOVELACE\"", "numero = \"181512\"", "#salut = "] {
            assert!(text.contains(&format!("\n{key}")), "{key} is missing in\n{text}");
        }
        assert!(!text.to_lowercase().contains("nir") && !text.contains("assure"), "{text}");
        card_of(&text).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    }
}

#[test]
fn a_layout_names_a_family_that_there_is() {
    let text = families().layout_source("badge").expect("the family has it").text;
    let mistakes = |text: String| {
        let source = Arc::new(Source { name: "l.toml".into(), text });
        families().layout(&source).expect_err("a mistake").to_string()
    };
    let unknown = mistakes(text.replace("family = \"badge\"", "family = \"bagde\""));
    assert!(unknown.contains("unknown family \"bagde\"") && unknown.contains("did you mean \"badge\"?"), "{unknown}");
    // Without the key it is a Vitale's, whose layouts know neither the table nor the applet.
    let vitale = mistakes(text.replace("family = \"badge\"\n", ""));
    assert!(vitale.contains("\"badge\""), "{vitale}");
    let own = mistakes(text.replace("greeting = ", "greting = "));
    assert!(own.contains("did you mean \"greeting\"?"), "{own}");
    assert_eq!(own.matches("error:").count(), 1, "what is meant is not missing: {own}");
}

#[test]
fn its_face_shows_what_the_card_file_says() {
    let profile = lovelace();
    let Face { lines, people } = profile.layout().family().face(profile.data());
    assert_eq!(people, []);
    assert_eq!(lines[0], "A test badge");
    assert!(lines.contains(&"porteur.numero 181512".to_owned()), "{lines:?}");
}

#[test]
fn its_chip_runs_its_commands_and_they_have_names() {
    let profile = lovelace();
    let mut transport = powered(profile.card());
    assert_eq!(ask(&mut transport, SELECT), [0x90, 0x00]);
    assert_eq!(ask(&mut transport, NUMBER), b"\x01181512\x90\x00");
    assert_eq!(ask(&mut transport, &[0x9A, 0x12, 0x00, 0x00, 0x10]), b"HELLO ADA\x90\x00");
    assert_eq!(ask(&mut transport, &[0x00, 0xB0, 0x81, 0x02, 0x08]), b"LOVELACE\x90\x00");
    let family = profile.layout().family();
    assert_eq!(command_name_of(family, NUMBER), "BADGE NUMBER");
    assert_eq!(command_name_of(family, &[0x00, 0xB0, 0x81, 0x02, 0x08]), "READ BINARY of file 1, at 2");
    assert_eq!(families().layout_of(transport.atr()), Some("badge"));
}

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no thread panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a recorder writes of a visit.
fn recorded(commands: &[&[u8]]) -> String {
    let paper = Paper::default();
    let tape = Tape::new(Box::new(paper.clone())).expect("memory");
    let recorder = Recorder::new(tape, "").with_families(families());
    let mut transport = powered(Layered::new(recorder, Box::new(lovelace().card())));
    commands.iter().for_each(|command| drop(ask(&mut transport, command)));
    drop(transport);
    String::from_utf8(paper.0.lock().expect("no thread panics").clone()).expect("text")
}

/// Replays a text against the fixture.
fn replayed(text: &str) -> Vec<Finding> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("visite.apdu");
    std::fs::write(&path, text).expect("a trace");
    let cards = Cards {
        given: vec![fixture("lovelace.toml")],
        today: TODAY,
        seed: 1,
        families: families(),
        layers: Layers::default(),
    };
    let Verdict { findings, error, .. } = cards.replay(&path);
    assert!(error.is_none(), "{error:?}");
    findings
}

#[test]
fn a_recording_replays_and_a_finding_names_command_and_element() {
    let text = recorded(&[SELECT, NUMBER]);
    assert!(text.contains("> 9A 10 00 00 07    # BADGE NUMBER\n< 01 31 38 31 35 31 32 90 00\n"), "{text}");
    assert_eq!(replayed(&text).len(), 0, "{text}");
    let findings = replayed(&text.replace("31 32 90 00", "31 33 90 00"));
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(finding.asked, "BADGE NUMBER");
    let element = finding.element.as_deref().expect("the layout explains it");
    assert!(element.starts_with("byte 6 of NUMERO (3F00/DF01/0002): porteur.numero (invented"), "{element}");
}

#[test]
fn what_its_commands_present_is_a_secret() {
    let mut transport = powered(lovelace().card());
    ask(&mut transport, SELECT);
    let present = b"\x9A\x14\x00\x00\x041815";
    assert_eq!(families().secret_of(present), Some(&b"1815"[..]));
    assert_eq!(ask(&mut transport, present), [0x90, 0x00]);
    let text = "virtuale-trace 1\n> 00 A4 04 0C 06 F0 42 41 44 47 45\n< 90 00\n> 9A 14 00 00 04 31 38 31 35\n< 90 00\n\
                > 9A 12 00 00 04 31 38 31 35\n< 6C 09\n";
    let trace = |text: &str| Trace::parse(Arc::new(Source { name: "t".into(), text: text.into() })).expect("a trace");
    let profile = lovelace();
    let stand_in = [StandIn { profile: &profile, path: "lovelace.toml" }];
    let redacted = redact(&trace(text), &stand_in).expect("no survivor").text;
    assert!(redacted.contains("> 9A 14 00 00 04 .. .. .. ..\n") && !redacted.contains("31 38 31 35"), "{redacted}");
    let warns = |commands: &[&[u8]]| recorded(commands).contains("# This trace holds a code as it was sent.");
    assert!(warns(&[SELECT, present]) && !warns(&[SELECT, NUMBER]), "a recorder says so");
    // Whoever repeats it where the trace says what must come gives it away.
    let text = format!("{text}> 00 A4 04 00 05 F0 31 38 31 35\n< 6A 82\n");
    assert!(matches!(redact(&trace(&text), &stand_in), Err(RedactError::Survivors(_))));
}

#[test]
fn a_host_that_is_told_of_the_family_holds_its_cards() {
    let builder = || Host::builder().card(fixture("lovelace.toml"));
    let host = builder().families(families()).start().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(host.slots()[0].atr.as_deref(), Some("3B6500004241444745"));
    let unknown = builder().start().expect_err("the program knows no badge").to_string();
    assert!(unknown.contains("there is no layout \"badge\""), "{unknown}");
}

fn read_with(guides: &Guides) -> Box<dyn CardReading> {
    let profile = lovelace();
    guides
        .read(&mut powered(profile.card()), profile.layout(), TODAY, &mut Nobody)
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_terminal_without_its_guide_reads_it_by_its_layout() {
    let reading = read_with(&Guides::built_in());
    let page = reading.page("the door", Format::default()).plain();
    for part in ["3B 65 00 00 42 41 44 47 45", "A test badge", "PORTEUR (0001)", "LOVELACE", "181512", "CODE"] {
        assert!(page.contains(part), "{part} is missing in\n{page}");
    }
    assert!(!page.contains("0000\n") && !page.to_lowercase().contains("nir"), "{page}");
    let json: serde_json::Value =
        serde_json::from_str(&reading.json("the door", Lang::En).expect("JSON")).expect("JSON");
    assert_eq!(json["data"]["porteur"]["numero"], "181512");
    assert_eq!((&json["family"], &json["files"][2]["lock"]), (&"badge".into(), &"never".into()));
}

#[test]
fn a_terminal_with_its_guide_shows_it_its_own_way() {
    let guides = Guides::built_in().with(&BadgeGuide);
    let reading = read_with(&guides);
    assert!(reading.page("the door", Format::default()).plain().starts_with("181512 LOVELACE at the door\n"));
    assert!(reading.demonstration("the door", &["cat"], Format::default()).plain().contains("\n    cat\n"));
    assert_eq!(reading.json("the door", Lang::En).expect("JSON"), "\"181512\"");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale2-martin.toml");
    let martin = families().load(&path, &OPTIONS).expect("a fixture");
    let Err(Unread::OtherCard { hint, .. }) = guides.read(&mut powered(martin.card()), &layout(), TODAY, &mut Nobody)
    else {
        panic!("a Vitale is no badge")
    };
    assert_eq!(hint.en, "show a badge");
}

/// A file that was left out of a list would be in the package and in no program.
#[test]
fn the_program_has_each_card_and_layout_of_the_applets() {
    let families = Families::built_in();
    let texts = |folder: &str| -> BTreeSet<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let text = |path: PathBuf| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a text"))
        };
        files.map(text).collect()
    };
    let owned = |part: &BuiltIn| (part.name.to_owned(), part.text.to_owned());
    let files = texts("applets/layouts");
    // Behind the text of a layout may stand what it shares with others of its family.
    let parts = |family: &'static dyn Family| {
        let common = format!("{}-common", family.name());
        let shared = files.iter().find(|(name, _)| *name == common).cloned();
        family.layouts().iter().flat_map(move |layout| {
            let own = shared.as_ref().and_then(|(_, text)| layout.text.strip_suffix(&text[..]));
            let part = (layout.name.to_owned(), own.unwrap_or(layout.text).to_owned());
            [Some(part), shared.clone().filter(|_| own.is_some())].into_iter().flatten()
        })
    };
    assert_eq!(families.cards().map(owned).collect::<BTreeSet<_>>(), texts("applets/cards"));
    let keys = families.iter().map(|family| (format!("{}-keys", family.name()), family.keys().to_owned()));
    assert_eq!(families.iter().flat_map(parts).chain(keys).collect::<BTreeSet<_>>(), files);
}

#[test]
fn the_page_on_architecture_names_every_place_of_a_family() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/architecture.md")).expect("the page");
    let (_, section) = page.split_once("\n## Adding a family\n").expect("the section");
    let section = section.split("\n## ").next().expect("a beginning");
    let named: Vec<&str> = section.split('`').skip(1).step_by(2).filter(|name| name.contains('/')).collect();
    assert!(named.len() >= 5, "{named:?}");
    for place in &named {
        let place = place.replace("NAME", "vitale");
        assert!(root.join(&place).exists(), "{place} is not there");
    }
    // Whoever names the cartes Vitale elsewhere has made another place.
    let words = ["families::vitale", "virtuale_applets::vitale1", "layouts::VITALE", "cards::VITALE", "word_memory("];
    let places = ["src/profile/families/", "src/terminal/vitale/", "src/terminal/guides.rs"];
    for (file, code) in super::production("src") {
        let path = file.strip_prefix(root).expect("in the house").to_string_lossy().into_owned();
        if places.iter().any(|place| path.starts_with(place)) {
            continue;
        }
        let named: Vec<_> = words.iter().filter(|word| code.contains(**word)).collect();
        assert!(named.is_empty(), "{path} names {named:?}");
    }
}
