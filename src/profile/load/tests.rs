//! Cards from their files, good and bad.

use std::path::Path;

use hex_literal::hex;
use jiff::civil::date;
use virtuale_engine::{Card, Interface, Response, StatusWord, image::FileImage};

use super::{LONGEST, Layout, LoadError, Options, Profile, Source, load, parse, reading};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

fn fixture(name: &str) -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards").join(name);
    load(&path, &OPTIONS).unwrap_or_else(|error| panic!("{error}"))
}

/// The answer to a command, GET RESPONSE included.
fn ask(card: &mut dyn Card, command: &[u8]) -> (Vec<u8>, StatusWord) {
    let mut response = Response::new();
    let mut send = |command: &[u8]| {
        response.clear();
        card.transmit(command, &mut response).expect("a card that answers");
        (response.data().to_vec(), response.status().expect("a status word"))
    };
    let (data, status) = send(command);
    match status.0.to_be_bytes() {
        [0x61, more] => send(&[0x00, 0xC0, 0x00, 0x00, more]),
        _ => (data, status),
    }
}

#[test]
fn a_card_without_a_layout_is_told_one_that_has_its_keys() {
    let hint_of = |text: &str| {
        let source = Source { name: "card.toml".into(), text: text.into() };
        let mistakes = parse(source, None, &OPTIONS).expect_err("it names no layout");
        mistakes.to_string()
    };
    let cases = [
        ("", "write layout = \"vitale2\" at the top"),
        ("[assure]\nnom = \"A\"\n", "write layout = \"vitale2\" at the top"),
        ("[titulaire]\nnom = \"A\"\n", "write layout = \"cps3\" at the top"),
        ("layout = 2\n[titulaire]\n", "write layout = \"cps3\" at the top"),
        ("Layout = \"vitale2\"\n", "did you mean \"layout\"?"),
        ("layuot = \"cps3\"\n[titulaire]\n", "did you mean \"layout\"?"),
    ];
    for (text, hint) in cases {
        assert!(hint_of(text).contains(hint), "{text}: {}", hint_of(text));
    }
}

#[test]
fn every_fixture_makes_a_card() {
    for name in ["martin", "durand", "bastia", "minimal", "calendrier", "t1"] {
        let profile = fixture(&format!("vitale2-{name}.toml"));
        assert_eq!(profile.name(), format!("vitale2-{name}"));
        let mut card = profile.card();
        assert_eq!(card.power_up(Interface::Contact), Ok(()));
    }
}

#[test]
fn public_readers_find_what_they_look_for() {
    // [RUFUS-VITALE sequence], then [CARDVITALREAD-NODE sequence].
    let mut card = fixture("vitale2-martin.toml").card();
    card.power_up(Interface::Contact).expect("an ATR");
    assert_eq!(ask(&mut card, &hex!("00A40000 02 3F00")), (vec![], StatusWord::SUCCESS));
    let (identity, status) = ask(&mut card, &hex!("00B0820000"));
    assert_eq!((identity.len(), status), (256, StatusWord::SUCCESS));
    assert_eq!(identity.first(), Some(&0x65));
    assert_eq!(ask(&mut card, &hex!("00A40400 0B D250000002564954414C45")).1, StatusWord::SUCCESS);
    let (nirs, _) = ask(&mut card, &hex!("00B0820000"));
    assert_eq!(nirs[..2], hex!("65 11"));
    assert_eq!(ask(&mut card, &hex!("00A40400 0E D2500000024D465F564954414C45")).1, StatusWord::SUCCESS);
    let (control, status) = ask(&mut card, &hex!("00A40200 02 D001"));
    assert_eq!(status, StatusWord::SUCCESS);
    assert_eq!(
        control,
        hex!("62 1C 80 02 0100 82 01 01 83 02 D001 88 01 10 A1 09 8C 07 7B FF FF FF FF E1 00 8A 01 05")
    );
    assert_eq!(ask(&mut card, &hex!("00B00000 7C")).0, identity[..124]);
}

#[test]
fn what_needs_a_professional_is_refused() {
    let mut card = fixture("vitale2-durand.toml").card();
    card.power_up(Interface::Contact).expect("an ATR");
    ask(&mut card, &hex!("00A40400 0B D250000002564954414C45"));
    for file in [hex!("D012"), hex!("D013"), hex!("D019")] {
        let select = [&hex!("00A4020C 02")[..], &file].concat();
        assert_eq!(ask(&mut card, &select).1, StatusWord::SUCCESS);
        assert_eq!(ask(&mut card, &hex!("00B0000000")), (vec![], StatusWord::SECURITY_NOT_SATISFIED));
    }
}

#[test]
fn a_private_layout_needs_no_change_of_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts");
    let profile = load(&folder.join("deplace-roux.toml"), &OPTIONS).unwrap_or_else(|error| panic!("{error}"));
    let mut card = profile.card();
    card.power_up(Interface::Contact).expect("an ATR");
    let mut expect = |command: &[u8], data: &[u8]| {
        assert_eq!(ask(&mut card, command), (data.to_vec(), StatusWord::SUCCESS), "{command:02X?}");
    };
    expect(&hex!("00CA9F7F00"), &hex!("12345678"));
    expect(&hex!("00A40000 02 A002"), &hex!("62 12 82 01 01 83 02 A002 88 00 8C 03 05 13 00 85 02 01 02"));
    expect(&hex!("00B0000020"), &[&b"LYON 3  "[..], &hex!("C1 02 349F C2 01 07"), &[0xFF; 17]].concat());
    let control = hex!("6F 1E 82 01 38 83 02 DF01 84 0B D250000002564954414C45 A1 05 8C 03 05 13 00 8A 01 05");
    expect(&hex!("00A40400 0B D250000002564954414C45"), &control);
    let second = [&b"ROUX            NO\xC9             "[..], &hex!("20151902"), b"6N", &[0xFF; 2]].concat();
    expect(&hex!("00B2023C28"), &second);
    assert_eq!(ask(&mut card, &hex!("00B2023C29")).1, StatusWord::wrong_le(0x28));
    assert_eq!(ask(&mut card, &hex!("00A4020C 02 A003")).1, StatusWord::SUCCESS);
    assert_eq!(ask(&mut card, &hex!("00B0000000")).1, StatusWord::SECURITY_NOT_SATISFIED);
    let decoded = profile.layout().decode("LOCAL", &hex!("4C594F4E20332020 C102349F C20107")).expect("file LOCAL");
    assert_eq!(decoded.data.at("assure.code_local").and_then(|node| node.text()), Some("LYON 3"));
    assert_eq!(decoded.data.at("assure.caisse").and_then(|node| node.text()), Some("349"));
}

#[test]
fn keys_of_one_layout_are_unknown_to_another() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts");
    let text = reading::text(&folder.join("deplace-roux.toml"), LONGEST)
        .expect("a fixture")
        .text
        .replace("deplace.toml", "vitale2");
    let source = Source { name: "roux.toml".into(), text };
    let mistakes = parse(source, None, &OPTIONS).expect_err("code_local is no key").to_string();
    assert!(mistakes.contains("roux.toml:12:1"), "{mistakes}");
    assert!(mistakes.contains("code_local"), "{mistakes}");
}

#[test]
fn a_layout_that_is_not_there_is_named_at_its_place() {
    let nowhere = Path::new("/nonexistent").join("nowhere.toml");
    let nowhere = format!("cannot read the layout {}", nowhere.display());
    for (layout, base, message) in [
        ("vitale3", None, "there is no layout \"vitale3\""),
        ("nowhere.toml", Some(Path::new("/nonexistent")), nowhere.as_str()),
        ("x.toml", None, "is a file, but this card file is none"),
    ] {
        let source = Source { name: "c.toml".into(), text: format!("layout = \"{layout}\"") };
        let mistakes = parse(source, base, &OPTIONS).expect_err("no layout").to_string();
        for part in [message, "c.toml:1:10", "built-in layouts: vitale1, vitale2"] {
            assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
        }
    }
}

#[test]
fn the_room_of_a_card_is_counted_as_its_chip_counts_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("carte.toml");
    let minimal = virtuale_applets::cards::VITALE2_MINIMAL.replace("vitale2", "juste.toml");
    std::fs::write(&path, minimal).expect("a card file");
    let on_a_chip_of = |bytes: usize| {
        let whole = virtuale_applets::layouts::VITALE2;
        let layout = whole.replace("chip_bytes = 32768", &format!("chip_bytes = {bytes}"));
        std::fs::write(folder.path().join("juste.toml"), layout).expect("a layout");
        load(&path, &OPTIONS)
    };
    let profile = on_a_chip_of(32_768).expect("room enough");
    let needed = profile.image().files.iter().map(FileImage::needs).sum();
    on_a_chip_of(needed).expect("it just fits");
    let error = on_a_chip_of(needed - 1).expect_err("one byte too few").to_string();
    assert!(error.contains("the largest files are PHOTO"), "{error}");
}

#[test]
fn a_file_in_another_coding_is_pointed_at() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("carte.toml");
    std::fs::write(&path, b"layout = \"vitale2\"\n# \xC3\xA9, Fran\xE7oise\n").expect("a file");
    let Err(LoadError::Invalid(mistakes)) = load(&path, &OPTIONS) else { panic!("it is Latin-1") };
    let text = mistakes.to_string();
    for part in ["carte.toml:2:10", "the byte E7 is not UTF-8", "help: save the file as UTF-8"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn a_file_that_is_too_long_is_not_read_to_its_end() {
    let zeros = Path::new("/dev/zero");
    for error in [load(zeros, &OPTIONS).map(|_| ()), Layout::load(zeros).map(|_| ())] {
        let error = error.expect_err("an endless file");
        assert!(error.to_string().contains("has more than"), "{error}");
    }
}

#[test]
fn a_missing_file_is_no_mistake_of_an_author() {
    let error = load(Path::new("no/such/card.toml"), &OPTIONS).expect_err("an error");
    assert!(matches!(error, LoadError::Io { .. }), "{error}");
}

#[test]
fn a_fault_names_a_file_that_the_card_has() {
    let read = |file: &str| {
        let fault = format!("\n[[fault]]\nmute = true\n[[fault]]\ncut = 3\nfile = \"{file}\"\n");
        let text = format!("{}{fault}", virtuale_applets::cards::VITALE2_MINIMAL);
        parse(Source { name: "c.toml".into(), text }, None, &OPTIONS).map(|_| ()).map_err(|error| error.to_string())
    };
    for known in ["PHOTO", "3F00", "sfi:2"] {
        assert_eq!(read(known), Ok(()), "{known}");
    }
    let line = virtuale_applets::cards::VITALE2_MINIMAL.lines().count() + 6;
    for (unknown, hint) in [("PHOTTO", "did you mean \"PHOTO\"?"), ("NOPE", "")] {
        let mistakes = read(unknown).expect_err(unknown);
        for part in [&format!("the card has no file {unknown}"), &format!("c.toml:{line}:8"), hint] {
            assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
        }
    }
}
