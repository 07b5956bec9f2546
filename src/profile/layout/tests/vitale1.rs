//! The Vitale 1: what is public about it, and what its card files make of it [PCSC-TOOLS-ATR Vitale 1]
//! [STACK-17608930 words].

use std::path::Path;

use hex_literal::hex;
use jiff::civil::date;
use virtuale_engine::{Card, Fault, Interface, Protocol, Response};

use super::{layout, vitale1_text};
use crate::profile::{
    self, Options, Profile,
    diagnostic::{Diagnostics, Source},
    families::vitale::{Zone, word_memory},
    load,
    map::{Element, Origin},
};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

fn fixture(name: &str) -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("applets/cards/vitale1-{name}.toml"));
    load(&path, &OPTIONS).unwrap_or_else(|error| panic!("{error}"))
}

fn inserted(name: &str) -> impl Card {
    let mut card = fixture(name).card();
    card.power_up(Interface::Contact).expect("an ATR");
    card
}

fn send(card: &mut impl Card, command: &[u8]) -> Vec<u8> {
    let mut response = Response::new();
    card.transmit(command, &mut response).expect("an answer");
    response.as_bytes().to_vec()
}

#[test]
fn the_public_reads_get_the_public_answers() {
    // The reads and words, put back in order [STACK-17608930 commands, words].
    let card = &mut inserted("petit");
    assert_eq!(send(card, &hex!("BC C0 00 00 08")), hex!("00 00 02 00 2188 00 00 9000"));
    assert_eq!(send(card, &hex!("BC B0 02 88 04"))[4..], hex!("9000"));
    assert_eq!(send(card, &hex!("BC B0 21 80 04")), hex!("FFFFFFFF 9000"));
    let mapping = hex!("3FFFC388 3F20C350 208002F0 003FC2B8 2D3FC2A0 2CFFC298 9000");
    assert_eq!(send(card, &hex!("BC B0 20 F8 18")), mapping);
    let serial = hex!("3FFFF540 240843FF 3FFFFFFF 3FFFFFFF 3FFFFFF8 9000");
    assert_eq!(send(card, &hex!("BC B0 02 F0 14")), serial);
    assert_eq!(send(card, &hex!("BC B0 21 88 04"))[..], hex!("6B00"));
}

#[test]
fn reading_words_allocates_nothing() {
    let card = &mut inserted("petit");
    let commands: [&[u8]; 4] =
        [&hex!("BC B0 02 88 04"), &hex!("BC B0 02 68 00"), &hex!("BC B0 1F 18 00"), &hex!("BC C0 00 00 08")];
    let mut response = Response::new();
    let counted = allocation_counter::measure(|| {
        for command in commands {
            card.transmit(command, &mut response).expect("an answer");
            assert!(response.len() > 4);
        }
    });
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_reader_that_looks_for_a_vitale_2_finds_none() {
    let select = hex!("00 A4 00 00 02 3F 00");
    assert_eq!(send(&mut inserted("petit"), &select), hex!("6E00"));
    assert_eq!(send(&mut inserted("iso"), &select), hex!("9000"));
}

#[test]
fn generations_have_their_atrs_and_speak_t0_only() {
    let atrs = [
        ("famille-leroy", hex!("3F 65 25 00 22 09 F9 90 00")),
        ("v1bis", hex!("3F 65 25 00 52 09 6A 90 00")),
        ("petit", hex!("3F 65 25 00 A3 09 6A 90 00")),
    ];
    for (name, atr) in atrs {
        let mut card = inserted(name);
        assert_eq!(card.atr().as_bytes(), atr);
        assert_eq!(card.select_protocol(Protocol::T1), Err(Fault::ProtocolRefused), "{name}");
    }
}

#[test]
fn one_memory_is_read_and_written_through_two_views() {
    let card = &mut inserted("iso");
    assert_eq!(send(card, &hex!("00 A4 02 0C 02 02B8")), hex!("9000"));
    let word = send(card, &hex!("00 B0 00 00 04"));
    assert_eq!(send(card, &hex!("BC B0 02 B8 04")), word);
    assert_eq!(send(card, &hex!("00 D6 00 00 04 3F000000")), hex!("6982"));
    assert_eq!(send(card, &hex!("BC 20 00 01 04 03490001")), hex!("9000"));
    assert_eq!(send(card, &hex!("BC 40 00 00 00")), hex!("9000"));
    assert_eq!(send(card, &hex!("00 D6 00 00 04 3F000000")), hex!("9000"));
    assert_eq!(send(card, &hex!("BC B0 02 B8 04")), hex!("3F000000 9000"));
    assert_eq!(send(card, &hex!("BC D0 02 B8 04 3FFFFFFF")), hex!("9000"));
    assert_eq!(send(card, &hex!("00 B0 00 00 04")), hex!("3FFFFFFF 9000"));
}

#[test]
fn a_look_alike_reads_as_its_model_and_does_not_know_the_code() {
    let (model, clone) = (&mut inserted("petit"), &mut inserted("clone"));
    let all = |card: &mut _| -> Vec<u8> {
        let addresses = (0x0268_u16..0x2188).step_by(128).map(u16::to_be_bytes);
        addresses.flat_map(|[high, low]| send(card, &[0xBC, 0xB0, high, low, 0x00])).collect()
    };
    assert_eq!(all(model), all(clone));
    assert_eq!(model.atr(), clone.atr());
    assert_eq!(send(model, &hex!("BC 20 00 01 04 03490001")), hex!("9000"));
    assert_eq!(send(clone, &hex!("BC 20 00 01 04 03490001")), hex!("6A88"));
}

#[test]
fn igea_440_goes_mute_after_its_sessions_and_stays_so() {
    let sessions = |seed| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale1-igea440.toml");
        let mut card = load(&path, &Options { seed, ..OPTIONS }).expect("a card file").card();
        let mut response = Response::new();
        let mut sessions = 0;
        while card.power_up(Interface::Contact).is_ok() {
            sessions += 1;
            let responses = (0..6).filter(|_| card.transmit(&hex!("BC C0 00 00 08"), &mut response).is_ok()).count();
            assert!(responses == 6 || responses == 5, "{responses}");
        }
        assert_eq!(card.transmit(&hex!("BC C0 00 00 08"), &mut response), Err(Fault::Mute));
        assert!(response.is_empty());
        sessions
    };
    assert_eq!(sessions(7), sessions(7));
    assert!((4..=13).contains(&sessions(7)));
    let mut sound = fixture("petit").card();
    assert!((0..100).all(|_| sound.power_up(Interface::Contact).is_ok()));
}

/// A card file with so many beneficiaries beside the insured, each with so many periods of coverage.
fn family(others: usize, periods: usize) -> Result<Profile, Diagnostics> {
    let mut text = String::from(
        "layout = \"vitale1\"\n[assure]\nnir = \"2 86 19 75 999 002\"\nnom = \"MARTIN\"\nprenom = \"CAMILLE\"\n\
         naissance = \"1986-19-12\"\n",
    );
    let period = |number: usize| {
        let year = 2010 + 2 * number;
        format!("{{ debut = \"{year}-01-01\", fin = \"{}-12-31\", ald = \"1\" }}", year + 1)
    };
    let periods = (0..periods).map(period).collect::<Vec<_>>().join(", ");
    for number in 1..=others {
        text += &format!(
            "[[beneficiaire]]\nnom = \"MARTIN-DE-LA-TOUR\"\nprenom = \"ENFANT {number}\"\nnaissance = \"2004-19-01\"\n\
             qualite = \"6\"\ncouverture = [{periods}]\n"
        );
    }
    profile::parse(Source { name: "famille.toml".into(), text }, None, &OPTIONS)
}

#[test]
fn nineteen_others_fit_and_a_twentieth_does_not() {
    let profile = family(19, 1).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(profile.data().at("beneficiaire").map(|list| list.list().len()), Some(20));
    assert!(family(20, 1).is_err());
}

#[test]
fn four_kilobytes_are_not_more_and_the_first_who_does_not_fit_is_named() {
    let Err(mistakes) = family(19, 7) else { panic!("it is too much") };
    let mistakes = mistakes.to_string();
    for part in ["file \"DONNEES\" has 3532 bytes", "beneficiaire 20 no longer fits", "famille.toml:115:1"] {
        assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
    }
    assert!(family(19, 6).is_ok() && family(17, 7).is_ok());
}

#[test]
fn the_third_generation_always_has_an_end_of_validity() {
    let card = |generation: &str, end: &str| {
        let text = format!(
            "layout = \"vitale1\"\n[carte]\ngeneration = \"{generation}\"\n{end}[assure]\nnir = \"2 86 19 75 999 002\"\n\
             nom = \"MARTIN\"\nprenom = \"CAMILLE\"\nnaissance = \"1986-19-12\"\n"
        );
        profile::parse(Source { name: "carte.toml".into(), text }, None, &OPTIONS)
    };
    assert!(card("v1", "").is_ok() && card("v1bis", "").is_ok());
    assert!(
        card("v1bis", "fin_validite = 2027-01-31\n").is_ok() && card("v1ter", "fin_validite = 2027-01-31\n").is_ok()
    );
    let Err(mistakes) = card("v1ter", "") else { panic!("it has none") };
    let mistakes = mistakes.to_string();
    assert!(mistakes.contains("carte.toml:3:14"), "{mistakes}");
    assert!(mistakes.contains("every card with \"carte.generation\" v1ter has it"), "{mistakes}");
}

#[test]
fn zones_tile_the_memory() {
    let layout = layout(vitale1_text());
    let memory = word_memory(&layout).expect("a word memory");
    assert_eq!((memory.first, memory.end), (0x0200, 0x2188));
    let bytes: usize = memory.zones.iter().map(|zone| zone.size).sum();
    assert_eq!(bytes, 4036);
    let end = |zone: &Zone<'_>| usize::from(zone.address) + 2 * zone.size;
    assert!(memory.zones.windows(2).all(|pair| end(&pair[0]) == usize::from(pair[1].address)));
}

#[test]
fn mistakes_of_a_memory_are_found() {
    let cases = [
        ("fid = \"02A0\"", "fid = \"02A8\"", "begins at 02A8, where the zone before it ends at 02A0"),
        ("end = \"2188\"", "end = \"2190\"", "the zones end at 2188, the memory at 2190"),
        ("end = \"2188\"", "end = \"2189\"", "this is not the address of a word"),
        ("end_at = 4", "end_at = 7", "a number from 0 to 6"),
        ("reference = \"02\"", "reference = \"01\"", "two codes have the reference 01"),
        ("restores = [\"emetteur\"]", "restores = [\"emeteur\"]", "did you mean \"emetteur\"?"),
        ("word = \"0208\"", "word = \"3000\"", "code 02 is not in the memory"),
        ("least = 3", "least = 13", "\"least\" is more than \"most\""),
        ("v1bis = \"52 09 6A\"", "v1bis = \"52 09\"", "different byte sequences of one length"),
        (
            "coding = \"marked-bcd\", mark = 13",
            "coding = \"bcd\", mark = 13",
            "\"mark\" does not belong to this coding",
        ),
        ("[\"carte.generation\", \"v1ter\"]", "[\"carte.generation\"]", "\"required_when\" is a key and texts"),
        ("fid = \"2128\"\nsize = 48", "fid = \"2128\"\nsize = 46", "is not a zone of words"),
        ("words = 942", "words = 942\nfill = \"00\"", "leave \"size\", \"structure\" and \"fill\" out"),
        ("not_found = \"6A83\"\n", "", "\"not_found\" is missing"),
    ];
    for (from, to, message) in cases {
        assert!(vitale1_text().contains(from), "{from}");
        let text = vitale1_text().replacen(from, to, 1);
        let mistakes = super::Layout::parse(&super::source("layout.toml", &text)).expect_err(message).to_string();
        assert!(mistakes.contains(message), "{message} is missing in\n{mistakes}");
    }
    let start = vitale1_text().find("[memory]").expect("a memory");
    let end = vitale1_text().find("# Zones in front").expect("zones");
    let text = [&vitale1_text()[..start], &vitale1_text()[end..]].concat();
    let mistakes = super::Layout::parse(&super::source("layout.toml", &text)).expect_err("no memory").to_string();
    assert!(mistakes.contains("\"memory\" is missing"), "{mistakes}");
}

#[test]
fn nothing_invented_is_passed_off_as_known() {
    fn walk(elements: &[Element], see: &mut impl FnMut(&Element)) {
        for element in elements {
            see(element);
            walk(&element.children, see);
        }
    }
    let profile = fixture("petit");
    for file in &profile.map().files {
        walk(&file.elements, &mut |element| {
            let name = (file.name.as_str(), element.name.as_str());
            assert!(!element.source.is_empty(), "{name:?}");
            assert!(
                !element.personal || element.origin == Origin::Invented || name == ("SERIE", "carte.numero_serie"),
                "{name:?}"
            );
        });
    }
}
