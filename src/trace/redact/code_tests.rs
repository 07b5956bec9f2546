//! In whatever form a command presents a code, the code is nowhere in the redacted trace.

use base64ct::{Base64, Encoding};
use proptest::prelude::*;

use super::{
    RedactError,
    check::{Invented, Needles},
    codes::Codes,
    tests::redacted,
};
use crate::{profile::families::cps::Cps, trace::hex};

/// Whether a code that was presented is found in what stays: the name of an application.
fn is_looked_for(dialogue: &[Vec<u8>], way: &[u8]) -> bool {
    is_found(dialogue, &format!("> 00 A4 04 00 10 D0 99 {}\n", hex(way)))
}

/// Whether a code that was presented is found in lines.
fn is_found(dialogue: &[Vec<u8>], lines: &str) -> bool {
    let mut codes = Codes::new(&Cps);
    dialogue.iter().for_each(|command| codes.command(command));
    let mut needles = Needles::default();
    codes.into_presented().into_iter().for_each(|presented| needles.add_secret(presented));
    let found = needles.survivors(&format!("virtuale-trace 1\n{lines}"), &[], &Invented::default());
    found == ["a secret code"]
}

fn ascii(digits: &str) -> Vec<u8> {
    digits.as_bytes().to_vec()
}

/// Two digits in a byte, with F behind an odd one.
fn packed(digits: &str) -> Vec<u8> {
    let even = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("{digits}F") };
    hex::decode(even).expect("digits")
}

fn padded(mut bytes: Vec<u8>, filling: u8) -> Vec<u8> {
    bytes.resize(8, filling);
    bytes
}

/// A block of format 2 (ISO 9564-1, 9.3.4).
fn block(digits: &str) -> Vec<u8> {
    padded(packed(&format!("2{:X}{digits}", digits.len())), 0xFF)
}

fn command(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&header[..], &[u8::try_from(data.len()).expect("short")], data].concat()
}

/// The commands that present a code, each in its form.
fn forms(code: &str, other: &str, unblocking: &str) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let plain = ascii(code);
    let verify = [0x00, 0x20, 0x00, 0x81];
    let one = |command| vec![command];
    let (half, rest) = plain.split_at(plain.len() / 2);
    let extended = [&verify[..], &[0, 0, u8::try_from(plain.len()).expect("short")], &plain].concat();
    let no_lc = [&verify[..], &plain].concat();
    let in_object = [&[0x83, u8::try_from(plain.len()).expect("short")][..], &plain].concat();
    let in_template = [&[0x7F, 0x2E, u8::try_from(in_object.len()).expect("short")][..], &in_object].concat();
    let pair = |one: Vec<u8>, other: Vec<u8>| [one, other].concat();
    let at_ends = |bytes: Vec<u8>| padded(bytes, 0xFF);
    vec![
        ("plain", one(command(verify, &plain))),
        ("with Le", one([command(verify, &plain), vec![0]].concat())),
        (
            "with its last byte for Le",
            one([&verify[..], &[u8::try_from(plain.len()).expect("short") - 1], &plain].concat()),
        ),
        ("extended", one(extended)),
        ("chained", vec![command([0x10, 0x20, 0x00, 0x81], half), command(verify, rest)]),
        ("in an object", one(command([0x00, 0x21, 0x00, 0x81], &in_object))),
        ("in a template", one(command([0x00, 0x21, 0x00, 0x00], &in_template))),
        ("chained objects", {
            let (first, last) = in_object.split_at(3);
            vec![command([0x10, 0x21, 0x00, 0x81], first), command([0x00, 0x21, 0x00, 0x81], last)]
        }),
        ("without Lc", one(no_lc)),
        ("filled up", one(command(verify, &padded(plain.clone(), 0xFF)))),
        ("filled with zeros", one(command(verify, &padded(plain.clone(), 0x00)))),
        ("filled with blanks", one(command(verify, &padded(plain.clone(), b' ')))),
        ("packed", one(command(verify, &packed(code)))),
        ("packed and filled up", one(command(verify, &padded(packed(code), 0xFF)))),
        ("a block", one(command(verify, &block(code)))),
        ("CHV", one(command([0xA0, 0x20, 0x00, 0x01], &at_ends(plain.clone())))),
        ("CHANGE CHV", one(command([0xA0, 0x24, 0x00, 0x01], &pair(at_ends(ascii(other)), at_ends(plain.clone()))))),
        ("CHANGE CHV, old", {
            one(command([0xA0, 0x24, 0x00, 0x01], &pair(at_ends(plain.clone()), at_ends(ascii(other)))))
        }),
        ("UNBLOCK CHV", one(command([0xA0, 0x2C, 0x00, 0x00], &pair(ascii(unblocking), at_ends(plain.clone()))))),
        ("change", one(command([0x00, 0x24, 0x00, 0x81], &pair(ascii(other), plain.clone())))),
        ("change, old", one(command([0x00, 0x24, 0x00, 0x81], &pair(plain.clone(), ascii(other))))),
        ("change to", one(command([0x00, 0x24, 0x01, 0x81], &plain))),
        ("change of blocks", one(command([0x00, 0x24, 0x00, 0x81], &pair(block(other), block(code))))),
        ("change in objects", {
            one(command([0x00, 0x25, 0x00, 0x81], &pair([vec![0x83, 4], vec![1; 4]].concat(), in_object.clone())))
        }),
        ("unblock", one(command([0x00, 0x2C, 0x00, 0x81], &pair(ascii(unblocking), plain.clone())))),
        ("unblock, chained", {
            vec![command([0x10, 0x2C, 0x00, 0x81], &ascii(unblocking)), command([0x00, 0x2C, 0x00, 0x81], &plain)]
        }),
        ("unblock with a new one", one(command([0x00, 0x2C, 0x02, 0x81], &plain))),
        ("disable", one(command([0x00, 0x26, 0x00, 0x81], &plain))),
        ("in parameters", one(command([0x00, 0x20, plain[0], plain[1]], &plain[2..]))),
        ("in parameters without Lc", one([&[0x00, 0x20][..], &plain].concat())),
        ("in another command", one(command([0x00, 0xC2, 0x00, 0x00], &command(verify, &plain)))),
        ("in two of them", {
            let inner = command(verify, &plain);
            let (first, last) = inner.split_at(7);
            vec![command([0x10, 0xC2, 0x00, 0x00], first), command([0x00, 0xC2, 0x00, 0x00], last)]
        }),
    ]
}

#[test]
fn a_code_is_taken_as_presented_in_every_form() {
    for (form, dialogue) in forms("1976", "5083", "70415326") {
        assert!(is_looked_for(&dialogue, b"1976"), "{form}");
        assert!(!is_looked_for(&dialogue, b"1946"), "{form}");
    }
    let unblock = &forms("1976", "5083", "70415326").pop().expect("a form").1;
    assert!(!is_looked_for(unblock, b"5083"));
}

#[test]
fn a_code_is_found_however_its_digits_are_written() {
    let dialogue = [command([0x00, 0x20, 0x00, 0x81], b"791685")];
    for (form, way) in [
        ("with the halves of each byte turned round", &hex_literal::hex!("73 93 13 63 83 53")[..]),
        ("from its end on", b"586197"),
        ("from its end on, packed", &hex_literal::hex!("58 61 97")),
        ("from its end on, in bytes below ten", &hex_literal::hex!("05 08 06 01 09 07")),
        ("in EBCDIC", &hex_literal::hex!("F7 F9 F1 F6 F8 F5")),
        ("as a number", &hex_literal::hex!("0C 14 85")),
        ("as a number of four bytes, the last first", &hex_literal::hex!("85 14 0C 00")),
        ("packed, in base64", b"eRaF"),
    ] {
        assert!(is_looked_for(&dialogue, way), "{form}");
    }
    for way in [&b"586179"[..], &hex_literal::hex!("0C 14 86"), &hex_literal::hex!("F7 F9 F1 F6 F8 F6")] {
        assert!(!is_looked_for(&dialogue, way), "{way:02X?}");
    }
    let zoned = [command([0x00, 0x20, 0x00, 0x81], &hex_literal::hex!("F7 F9 F1 F6 FF FF FF FF"))];
    assert!(is_looked_for(&zoned, b"7916"), "presented in EBCDIC");
}

#[test]
fn a_trace_in_which_a_code_would_stay_is_not_given_out() {
    for form in ["extended", "chained", "in an object", "unblock", "packed", "CHANGE CHV"] {
        let all = forms("1976", "5083", "70415326");
        let (_, dialogue) = all.iter().find(|(name, _)| *name == form).expect("a form");
        let lines: String = dialogue.iter().map(|command| format!("> {}\n< 63 C2\n", hex(command))).collect();
        let text = format!("virtuale-trace 1\n{lines}");
        redacted(&text, "vitale2-minimal.toml").expect("the commands themselves keep nothing");
        let found = redacted(&format!("{text}> 00 A4 04 00 05 D0 31 39 37 36\n< 6A 82\n"), "vitale2-minimal.toml");
        assert_eq!(found, Err(RedactError::Survivors(vec!["a secret code".into()])), "{form}");
    }
}

#[test]
fn both_codes_of_a_command_are_looked_for() {
    let all = forms("1976", "508312", "70415326");
    let dialogue = |name: &str| &all.iter().find(|(form, _)| *form == name).expect("a form").1;
    for form in ["change", "change, old", "CHANGE CHV", "change of blocks"] {
        assert!(is_looked_for(dialogue(form), b"508312") && is_looked_for(dialogue(form), b"1976"), "{form}");
    }
    for form in ["unblock", "UNBLOCK CHV", "unblock, chained"] {
        assert!(is_looked_for(dialogue(form), b"70415326"), "{form}");
    }
}

#[test]
fn what_presents_no_code_is_not_looked_for() {
    let digits = |header| vec![command(header, b"1976")];
    for header in [[0x00, 0xD6, 0x00, 0x00], [0x00, 0x88, 0x00, 0x00], [0x10, 0xD6, 0x00, 0x00]] {
        assert!(!is_looked_for(&digits(header), b"1976"), "{header:02X?}");
    }
    // Two commands between which another one came are no chain.
    let broken =
        [command([0x10, 0x20, 0, 0x81], b"19"), command([0x00, 0x84, 0, 0], b""), command([0, 0x20, 0, 0x81], b"76")];
    assert!(!is_looked_for(&broken, b"1976"));
}

fn verify(code: &[u8]) -> Vec<Vec<u8>> {
    vec![command([0x00, 0x20, 0x00, 0x81], code)]
}

/// A code in groups: a sign stands behind each letter whose bit is set.
fn grouped(code: &str, bits: u16, sign: char) -> String {
    let mut grouped = String::new();
    for (at, letter) in code.chars().enumerate() {
        grouped.push(letter);
        if bits.rotate_right(u32::try_from(at).expect("short")) & 1 == 1 && at + 1 < code.len() {
            grouped.push(sign);
        }
    }
    grouped
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The ways to write a text that people and programs use.
fn codings(code: &str, bits: u16, sign: char) -> Vec<(&'static str, Vec<u8>)> {
    let grouped = grouped(code, bits, sign);
    vec![
        ("plain", ascii(code)),
        ("hexadecimal", ascii(&hex::encode(code))),
        ("hexadecimal, capitals", ascii(&hex::encode_upper(code))),
        ("UTF-16", utf_16(code)),
        ("UTF-16, the first byte first", code.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("base64", ascii(&Base64::encode_string(code.as_bytes()))),
        ("base64 of UTF-16", ascii(&Base64::encode_string(&utf_16(code)))),
        ("in groups", ascii(&grouped)),
        ("in groups, UTF-16", utf_16(&grouped)),
        ("hexadecimal in groups", ascii(&self::grouped(&hex::encode(code), bits, sign))),
        ("from its end on", code.bytes().rev().collect()),
    ]
}

/// The places of commands that stay, with bytes in them.
fn places(bytes: &[u8]) -> Vec<(&'static str, String)> {
    let lines = |line: &dyn Fn(&[u8]) -> String, size: usize| {
        bytes.chunks(size).map(|part| format!("> {}\n< 6A 82\n", line(part))).collect::<String>()
    };
    let pair = |part: &[u8]| format!("{:02X} {:02X}", part[0], part.get(1).copied().unwrap_or_default());
    vec![
        ("a name", format!("> {}\n", hex(&command([0, 0xA4, 4, 0], &[&b"\xD2\x50\0\0\x02"[..], bytes].concat())))),
        ("names", lines(&|part| hex(&command([0, 0xA4, 4, 0], &[&b"\xD2\x50\0\0\x02"[..], part].concat())), 3)),
        ("identifiers", lines(&|part| format!("00 A4 00 0C 02 {}", pair(part)), 2)),
        ("P1-P2", lines(&|part| format!("00 B0 {} 00", pair(part)), 2)),
        ("P2", lines(&|part| format!("00 B0 00 {} 00", hex(part)), 1)),
        ("Le", lines(&|part| format!("00 B0 00 00 {}", hex(part)), 1)),
        ("keys", lines(&|part| format!("00 22 41 B6 06 84 01 {} 80 01 02", hex(part)), 1)),
        ("keys of two bytes", lines(&|part| format!("00 22 41 B6 07 83 02 {} 80 01 02", pair(part)), 2)),
    ]
}

#[test]
fn a_code_of_any_length_is_found_in_the_groups_that_people_write() {
    for (code, groups) in [
        ("7916", "79-16"),
        ("7916", "79 16"),
        ("7916", "79.16"),
        ("7916", "7,9,1,6"),
        ("7916", "7_9_1_6"),
        ("7916", ":7:9:1:6"),
        ("7916", "7/9-16"),
        ("68387", "683 87"),
        ("791685", "791-685"),
        ("79168534", "79-16-85-34"),
        ("SECR1", "SECR-1"),
        ("SE-CR1", "SECR1"),
    ] {
        assert!(is_looked_for(&verify(&ascii(code)), &ascii(groups)), "{groups}");
    }
    for groups in ["79--16", "7 - 9 - 1 - 6", "79-15", "79x16", "79\0\x0016"] {
        assert!(!is_looked_for(&verify(b"7916"), &ascii(groups)), "{groups}");
    }
}

#[test]
fn a_code_that_is_presented_in_utf_16_is_looked_for_in_letters_of_one_byte() {
    for presented in [
        &b"7\x009\x001\x006\0"[..],
        b"7\x009\x001\x006",
        b"\x007\x009\x001\x006",
        b"\xFF\xFE7\x009\x001\x006\0",
        b"\xFE\xFF\x007\x009\x001\x006",
        b"7\x009\x001\x006\0\xFF\xFF\xFF\xFF",
        b"7\x009\x001\x006\0 \0 \0",
    ] {
        for way in [&b"7916"[..], b"79-16", b"37393136", &packed("7916FF")] {
            let found = is_looked_for(&verify(presented), way);
            assert_eq!(found, way.len() > 3, "{} as {}", presented.escape_ascii(), way.escape_ascii());
        }
    }
    assert!(is_looked_for(&verify(&utf_16("SECR1")), b"secr1"));
}

#[test]
fn a_code_in_the_keys_of_several_environments_is_not_given_out() {
    let environments = |keys: &str| {
        let lines = keys.bytes().map(|key| format!("> 00 22 41 B6 06 84 01 {key:02X} 80 01 02\n< 6A 88\n"));
        let text = format!("virtuale-trace 1\n> 00 20 00 01 04 35 36 33 34\n< 63 C2\n{}", lines.collect::<String>());
        redacted(&text, "cps-lefevre.toml")
    };
    assert_eq!(environments("5634"), Err(RedactError::Survivors(vec!["a secret code".into()])));
    environments("5643").expect("another number");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn a_code_of_any_length_is_found_in_every_coding_and_place(
        code in "[0-9]{3,11}[1-9]|[A-Z][0-9A-Z]{3,11}",
        bits in any::<u16>(),
        sign in prop::sample::select(vec![' ', '-', '.', '/', ',', '_', ':']),
    ) {
        for presented in [ascii(&code), utf_16(&code)] {
            for (coding, way) in codings(&code, bits, sign) {
                for (place, lines) in places(&way) {
                    prop_assert!(is_found(&verify(&presented), &lines), "{coding} in {place}: {lines}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_code_survives_in_a_usual_form(code in "[0-9]{4,8}", other in "[0-9]{4,8}", unblocking in "[0-9]{8}") {
        // What has hardly two digits stands anywhere by chance, and is not looked for in bytes.
        prop_assume!(code.bytes().collect::<std::collections::BTreeSet<_>>().len() > 2);
        for (form, dialogue) in forms(&code, &other, &unblocking) {
            for way in [ascii(&code), padded(ascii(&code), 0xFF), block(&code), padded(packed(&code), 0xFF)] {
                prop_assert!(is_looked_for(&dialogue, &way), "{form}: {way:02X?}");
            }
            if code.len() >= 6 {
                prop_assert!(is_looked_for(&dialogue, &packed(&code)), "{form}, packed");
            }
        }
    }

    #[test]
    fn no_command_makes_it_panic(commands in proptest::collection::vec(any_command(), 0..5)) {
        let _ = is_looked_for(&commands, b"1976");
    }
}

/// An instruction that may present a code, with anything around it.
fn any_command() -> impl Strategy<Value = Vec<u8>> {
    let instruction = prop::sample::select(vec![0x20_u8, 0x21, 0x24, 0x2C, 0xC2, 0xB0]);
    (instruction, prop::collection::vec(any::<u8>(), 3..40)).prop_map(|(ins, mut command)| {
        command.insert(1, ins);
        command
    })
}
