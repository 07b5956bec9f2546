//! What is read by commands of a class of its own is redacted as what others read.

use hex_literal::hex;
use virtuale_engine::{Card, Interface, Response};

use super::{
    RedactError,
    tests::{parse, profile, redacted},
};
use crate::{
    profile::{Profile, map::FileMap},
    trace::{Action, hex},
};

/// A visit of the files that class A0 finds, in pieces of 20 bytes.
fn visit(profile: &Profile) -> String {
    let mut card = profile.card();
    card.power_up(Interface::Contact).expect("power");
    let mut text = String::from("virtuale-trace 1\n");
    let mut response = Response::new();
    let mut send = |command: &[u8]| {
        card.transmit(command, &mut response).expect("an answer");
        text += &format!("> {}\n< {}\n", hex(command), hex(response.as_bytes()));
    };
    send(&hex!("A0 20 00 01 08 31323334 FFFFFFFF"));
    for file in files(profile) {
        for step in file.path.split('/') {
            send(&[&hex!("A0 A4 00 00 02")[..], &hex::decode(step).expect("identifiers")].concat());
            send(&hex!("A0 C0 00 00 0F"));
        }
        for offset in (0..file.size).step_by(20) {
            let [high, low] = u16::try_from(offset).expect("a short file").to_be_bytes();
            let length = u8::try_from((file.size - offset).min(20)).expect("short");
            send(&[0xA0, 0xB0, high, low, length]);
        }
    }
    text
}

fn files(profile: &Profile) -> impl Iterator<Item = &FileMap> {
    profile.map().files.iter().filter(|file| file.class == Some(0xA0))
}

/// What the reads of a trace brought, byte by byte; wildcards are `None`.
fn read(text: &str) -> Vec<Option<u8>> {
    let lines: Vec<&str> = text.lines().collect();
    let answers = lines.windows(2).filter(|pair| pair[0].starts_with("> A0 B0")).map(|pair| pair[1]);
    let words = answers.flat_map(|answer| {
        let words: Vec<&str> = answer.trim_start_matches("< ").split(' ').collect();
        words[..words.len() - 2].to_vec()
    });
    words.map(|word| u8::from_str_radix(word, 16).ok()).collect()
}

fn has(stream: &[Option<u8>], needle: &[u8]) -> bool {
    stream.windows(needle.len()).any(|window| window.iter().zip(needle).all(|(one, other)| *one == Some(*other)))
}

#[test]
fn the_person_is_gone_from_what_the_side_of_class_a0_says() {
    let original = profile("cps-moreau.toml");
    let text = visit(&original);
    let after = redacted(&text, "cps-lefevre.toml").expect("no survivor").text;
    let (old, new) = (read(&text), read(&after));
    assert_eq!(old.len(), new.len(), "lengths are kept");
    for value in [&b"PHARMACIE MOREAU"[..], b"CENTRE HOSPITALIER DES LILAS", b"0B0307377"] {
        assert!(has(&old, value), "{} was never there", value.escape_ascii());
        assert!(!has(&new, value), "{} is still there", value.escape_ascii());
    }
    assert!(after.contains("> A0 20 00 01 08 .. .. .. .. .. .. .. ..\n"), "the code is gone");
    assert!(has(&new, b"CABINET LEFEVRE"), "the invented person is there");
    assert!(has(&new, &hex!("EF 7D")) && has(&new, &hex!("91 03 303031")), "what is no person's stays");
    assert!(after.contains("> A0 A4 00 00 02 7F 01\n"), "{after}");
    let commands = parse(after);
    assert!(commands.steps().iter().all(|step| matches!(step.action, Action::Send(_))));
}

#[test]
fn a_value_that_only_class_a0_read_is_looked_for() {
    let visit = visit(&profile("cps-moreau.toml"));
    let kept = |number: &[u8]| {
        let name = [&[0xD0][..], number].concat();
        redacted(&format!("{visit}> 00 A4 04 00 0A {}\n< 6A 82\n", hex(&name)), "cps-lefevre.toml")
    };
    kept(b"999200018").expect("another number");
    let Err(RedactError::Survivors(names)) = kept(b"999200017") else { panic!("it survives") };
    assert_eq!(names, ["billing number and its key of SIT_FACT"]);
}

#[test]
fn what_is_read_by_a_path_from_the_root_is_redacted_too() {
    // The agency's library gives the whole path where one from the current DF belongs [DOPS-CRYPTOLIB commands].
    let activity = hex!("EE 13 84 08 434C494E49515545 86 04 53413037 87 01 30");
    let text = format!(
        "virtuale-trace 1\n> 00 A4 09 0C 06 3F 00 00 01 D1 20\n< 90 00\n> 00 B0 00 00 15\n< {} 90 00\n",
        hex(&activity)
    );
    let after = redacted(&text, "cps-lefevre.toml").expect("no survivor").text;
    assert!(after.ends_with("< EE 13 84 08 43 41 42 49 4E 45 54 20 86 04 53 41 30 37 87 01 30 90 00\n"), "{after}");
}
