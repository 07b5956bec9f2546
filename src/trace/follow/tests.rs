//! What a follower knows of a dialogue, on cards that say in different ways that bytes wait.

use std::sync::Arc;

use hex_literal::hex;
use jiff::civil::date;

use super::{Answered, Asked, Follower, Read};
use crate::profile::{Options, Profile, diagnostic::Source, layout::Layout, load};

/// A layout of the program with lines added to its table of the card.
fn layout(lines: &str) -> Layout {
    let text = virtuale_applets::layouts::VITALE2.replacen("\n[card]\n", &format!("\n[card]\n{lines}\n"), 1);
    Layout::parse(&Arc::new(Source { name: "l.toml".into(), text })).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn martin() -> Profile {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale2-martin.toml");
    load(&path, &Options { today: date(2026, 1, 15), seed: 1 }).expect("a fixture")
}

/// What the commands of a dialogue read of IDENTITE, in order: the first byte of each.
fn read(layout: &Layout, dialogue: &[(&[u8], &[u8])]) -> Vec<Option<usize>> {
    let profile = martin();
    let mut follower = Follower::new(layout, profile.map());
    let offset = |read: Read| (profile.map().files[read.file].name == "IDENTITE").then_some(read.offset);
    let mut step = |(command, response): &(&[u8], &[u8])| {
        let (header, body) = command.split_first_chunk().expect("a header");
        let (data, [sw1, _]) = response.split_last_chunk().expect("a status word");
        let read =
            follower.command(Asked { header: *header, body: Some(body) }, Answered { sw1: *sw1, data: Some(data) });
        read.and_then(offset)
    };
    dialogue.iter().map(&mut step).collect()
}

/// SELECT of IDENTITE.
const SELECT: &[u8] = &hex!("00 A4 02 0C 02 D0 01");
const DONE: &[u8] = &hex!("90 00");

#[test]
fn what_waits_is_fetched_as_the_card_says_that_it_waits() {
    let dialogue = |sw1: u8| -> Vec<Option<usize>> {
        let first = [&[0x65, 0x1F][..], &[sw1, 2]].concat();
        let commands: [(&[u8], &[u8]); 3] =
            [(SELECT, DONE), (&hex!("00 B0 00 04 02"), &first), (&hex!("00 C0 00 00 02"), &hex!("41 42 90 00"))];
        read(&layout(if sw1 == 0x61 { "" } else { "waiting = \"9F\"" }), &commands)
    };
    assert_eq!(dialogue(0x61), [None, Some(4), Some(6)]);
    assert_eq!(dialogue(0x9F), [None, Some(4), Some(6)]);
    let interindustry = read(&layout(""), &[(SELECT, DONE), (&hex!("00 B0 00 00 02"), &hex!("65 1F 9F 02"))]);
    assert_eq!(interindustry, [None, None], "9Fxx says nothing where the card says 61xx");
}

#[test]
fn a_class_with_a_selection_of_its_own_takes_none_from_the_others() {
    let between =
        |command: &'static [u8]| [(SELECT, DONE), (command, DONE), (&hex!("00 B0 00 00 02"), &hex!("65 1F 90 00"))];
    let gsm: &[u8] = &hex!("A0 A4 00 00 02 3F 00");
    let with_side = layout("").clone();
    assert_eq!(read(&with_side, &between(gsm)), [None, None, None], "nobody knows what it selects");
    let text = format!("{}\n[class.A0]\napp = \"mf\"\n", virtuale_applets::layouts::VITALE2);
    let with_side = Layout::parse(&Arc::new(Source { name: "l.toml".into(), text })).expect("a class");
    assert_eq!(read(&with_side, &between(gsm)), [None, None, Some(0)]);
}

#[test]
fn the_table_says_which_commands_keep_the_selection() {
    let after = |command: &'static [u8], response: &'static [u8]| {
        let dialogue = [(SELECT, DONE), (command, response), (&hex!("00 B0 00 00 02"), &hex!("65 1F 90 00"))];
        read(&layout(""), &dialogue)[2]
    };
    for stays in
        [&hex!("00 20 00 81 00")[..], &hex!("00 84 00 00 08"), &hex!("00 DB 3F FF 00"), &hex!("00 CA 00 6E 00")]
    {
        assert_eq!(after(stays, DONE), Some(0), "{stays:02X?}");
        assert_eq!(after(stays, &hex!("69 82")), Some(0), "{stays:02X?}");
    }
    for moves in [&hex!("00 E0 00 00 00")[..], &hex!("00 E4 00 00"), &hex!("00 44 00 00"), &hex!("00 99 00 00")] {
        assert_eq!(after(moves, DONE), None, "{moves:02X?}");
    }
    assert_eq!(after(&hex!("00 99 00 00"), &hex!("6D 00")), Some(0), "what the card does not know does nothing");
    assert_eq!(after(&hex!("00 D7 D0 01 02 53 00"), DONE), Some(0), "a write by identifier selects");
    assert_eq!(after(&hex!("00 D7 D0 02 02 53 00"), DONE), None, "another file");
    assert_eq!(after(&hex!("00 B1 D0 01 02 54 00 00"), &hex!("6A 86")), None, "a refusal may have selected");
}

#[test]
fn an_answer_that_is_longer_than_what_was_asked_for_is_not_explained() {
    for (command, data) in [
        (&hex!("00 B0 00 00 02")[..], &hex!("B0 65 1F 90 00")[..]),
        (&hex!("00 B0 00 00 00 00 02"), &hex!("B0 65 1F 90 00")),
    ] {
        assert_eq!(read(&layout(""), &[(SELECT, DONE), (command, data)]), [None, None], "{command:02X?}");
    }
    let long = [&[7; 256][..], DONE].concat();
    assert_eq!(read(&layout(""), &[(SELECT, DONE), (&hex!("00 B0 00 00 00"), &long)]), [None, Some(0)], "00 is 256");
}

#[test]
fn files_that_a_class_finds_one_step_at_a_time_are_followed() {
    let profile = crate::profile::families::Families::built_in()
        .load(std::path::Path::new("cps-lefevre"), &Options { today: date(2026, 1, 15), seed: 1 })
        .expect("a card of the program");
    let follow = |dialogue: &[&[u8]]| {
        let mut follower = Follower::new(profile.layout(), profile.map());
        let mut last = None;
        for line in dialogue {
            let (command, answer) = if line[1] == 0xA4 { (*line, &hex!("9F 0F")[..]) } else { (*line, DONE) };
            let (header, body) = command.split_first_chunk().expect("a header");
            let (data, [sw1, _]) = answer.split_last_chunk().expect("a status word");
            let asked = Asked { header: *header, body: Some(body) };
            last = follower.command(asked, Answered { sw1: *sw1, data: Some(data) });
        }
        last.map(|read| (profile.map().files[read.file].path.clone(), read.offset))
    };
    let select = |fid: u16| [&hex!("A0 A4 00 00 02")[..], &fid.to_be_bytes()].concat();
    let (home, billing, situation, activity) = (select(0x3F00), select(0x7F01), select(0x4000), select(0x4010));
    let read = hex!("A0 B0 00 05 02");
    let at = |path: &str| Some((path.to_owned(), 5));
    assert_eq!(follow(&[&home, &billing, &situation, &read]), at("3F00/7F01/4000"));
    assert_eq!(follow(&[&billing, &situation, &read]), at("3F00/7F01/4000"), "a reset is where the class begins");
    assert_eq!(follow(&[&billing, &situation, &billing, &situation, &read]), at("3F00/7F01/4000"), "itself");
    assert_eq!(follow(&[&activity, &read]), at("3F00/4010"));
    assert_eq!(follow(&[&activity, &hex!("00 A4 00 0C"), &read]), at("3F00/4010"), "the other side selects its own");
    assert_eq!(follow(&[&activity, &hex!("90 A4 00 0C"), &read]), None, "another class may do anything");
    assert_eq!(follow(&[&billing, &read]), None, "no file is selected");
    assert_eq!(follow(&[&home, &situation, &read]), None, "of another DF");
    assert_eq!(follow(&[&activity, &hex!("00 B0 00 05 02")]), None, "by the other side's command");
    assert_eq!(follow(&[&hex!("00 A4 08 0C 04 7F01 4000"), &hex!("00 B0 00 05 02")]), None, "nor by its path");
}
