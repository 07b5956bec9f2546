//! Files of times, good and bad.

use std::{fs, path::Path, time::Duration};

use proptest::prelude::*;

use super::{BUILT_IN, TimingError, find, parse};
use crate::{
    layer::timing::{Contact, Timetable, Wire},
    profile::diagnostic::Source,
};

fn read(text: &str) -> Result<crate::layer::timing::Model, String> {
    parse(Source { name: "t.toml".into(), text: text.into() }).map_err(|mistakes| mistakes.render(false))
}

#[test]
fn the_tables_of_the_program_are_good_and_found_by_name() {
    for (name, text) in BUILT_IN {
        let model = read(text).unwrap_or_else(|mistakes| panic!("{name}: {mistakes}"));
        assert_eq!(matches!(model.wire, Wire::Contact(_)), *name == "contact");
        assert!(model.chip.rsa_private[&2048] > model.chip.rsa_public[&2048] && model.chip.write > Duration::ZERO);
        assert!(matches!(find(Path::new(name)), Ok(Timetable::Model(found)) if found == model));
    }
    let unknown = find(Path::new("contactles")).expect_err("no table");
    assert!(matches!(&unknown, TimingError::Unknown { nearest: Some(name), .. } if name == "contactless"), "{unknown}");
    assert!(matches!(find(Path::new("./no-such.toml")), Err(TimingError::Io(_))));
    assert!(matches!(find(Path::new("no-such.apdu")), Err(TimingError::Recording(_))));
}

#[test]
fn every_key_is_read() {
    let text = "[contact]\nclock = 4_000_000\nagrees = false\n[chip]\ncommand = 1\npage = 32\nwrite = 2\np256_sign = 3
        p256_verify = 4\np256_multiply = 5\nsha1_block = 6\nsha256_block = 7\ndes_block = 8\naes_block = 9
        instructions = { 47 = 12 }\nrsa_private = { 2048 = 10 }\nrsa_public = { 1024 = 11 }";
    let model = read(text).expect("a table");
    assert_eq!(model.wire, Wire::Contact(Contact { clock: 4_000_000, agrees: false }));
    let chip = model.chip;
    let times = [chip.command, chip.write, chip.p256_sign, chip.p256_verify, chip.p256_multiply, chip.sha1_block];
    assert_eq!(times, [1, 2, 3, 4, 5, 6].map(Duration::from_micros));
    let times = [chip.sha256_block, chip.des_block, chip.aes_block, chip.rsa_private[&2048], chip.rsa_public[&1024]];
    assert_eq!(times, [7, 8, 9, 10, 11].map(Duration::from_micros));
    assert_eq!((chip.page, chip.instructions[&0x47]), (32, Duration::from_micros(12)));
    let Wire::Contactless(field) = read("[contactless]\nrate = 4\nframe = 64\nquiet = 10").expect("a table").wire
    else {
        panic!("a field")
    };
    assert_eq!((field.rate, field.frame, field.quiet), (4, 64, Duration::from_micros(10)));
}

#[test]
fn mistakes_are_told_with_their_place() {
    let told = |text: &str, parts: &[&str]| {
        let told = read(text).expect_err("a mistake");
        parts.iter().for_each(|part| assert!(told.contains(part), "{part:?} in {told}"));
    };
    told("", &["nothing says how bytes come", "[contact] or [contactless]"]);
    told("[contact]\n[contactless]", &["t.toml:2:1", "not both"]);
    told("[contact]\nclok = 1", &["t.toml:2:1", "unknown key \"clok\"", "clock"]);
    told("[contact]\nclock = 5", &["t.toml:2:9", "1000000 to 20000000"]);
    told("[contactless]\nrate = 3", &["no such rate"]);
    told("[contact]\n[chip]\nrsa_private = { 12 = 1 }", &["\"12\" is no length of a key", "512 to 4096"]);
    told("[contact]\n[chip]\ninstructions = { 300 = 1 }", &["\"300\" is no INS"]);
    told("contact = 1", &["contact is a table"]);
}

#[test]
fn a_recording_without_times_is_refused_and_one_with_times_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.apdu");
    let with = |text: &str| fs::write(&file, format!("virtuale-trace 1\n{text}")).expect("written");
    with("> 00 84 00 00 08\n< ** 90 00\n");
    assert!(matches!(find(&file), Err(TimingError::Untimed(_))));
    with("reset\n# took 9000 us\n> 00 84 00 00 08\n< ** 90 00\n# took 1234 us\n# took the train\n# took 5 usual\n");
    let Ok(Timetable::Recorded(times)) = find(&file) else { panic!("times") };
    assert_eq!(times.command(&[0, 0x84, 0, 0, 8]), Duration::from_micros(1234));
    assert_eq!(times.reset(), Duration::from_micros(9000));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\[(contact|chip|contactless)\\]\n|[a-z0-9_]{1,12} ?= ?[0-9a-z{}\"=]{0,9}\n){0,8}") {
        let _ = read(&text);
    }
}
