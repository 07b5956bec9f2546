//! What is found in what is left of a trace, and what is not.

use super::{Files, Invented, LookedAt, Needles, Presented};
use crate::work;

fn code(bytes: &[u8]) -> Presented {
    Presented { bytes: bytes.to_vec(), may_be_two: false }
}

fn survivors(text: &str) -> Vec<String> {
    let mut needles = Needles::default();
    needles.add("nir", "285197599900284", &[0x02, 0x85, 0x19, 0x75, 0x99, 0x90, 0x02, 0x84]);
    needles.add("nom", "LEFÈVRE", b"LEF\xC8VRE");
    needles.add("naissance", "1985-19-07", b"19851907");
    needles.add("rang", "1", b"1");
    needles.survivors(&format!("virtuale-trace 1\n{text}\n"), &[], &Invented::default())
}

#[test]
fn a_value_is_found_in_every_coding() {
    let one = |name: &str| vec![name.to_owned()];
    assert_eq!(survivors("> 00\n< 4C 45 46 C8 56 52 45 90 00"), one("nom"), "Latin-1");
    assert_eq!(survivors("> 00\n< 4C 45 46 C3 88 56 52 45 90 00"), one("nom"), "UTF-8");
    assert_eq!(survivors("# Mme Lefèvre"), one("nom"), "text");
    assert_eq!(survivors("> 00\n< 32 38 35 31 39 37 35 39 39 39 30 30 32 38 34 90 00"), one("nir"), "digits");
    assert_eq!(survivors("> 00\n< 28 51 97 59 99 00 28 4F 90 00"), one("nir"), "packed");
    assert_eq!(survivors("> 00\n< 02 85 19 75 99 90 02 84 90 00"), one("nir"), "packed, shifted by half a byte");
    assert_eq!(survivors("> 00\n< .. 19 85 19 07 .. 90 00"), one("naissance"), "packed between wildcards");
    assert_eq!(survivors("# 1985-19-07"), one("naissance"), "as people write it");
    assert_eq!(survivors("> 31 39\n< 38 35 31 39 30 37 90 00"), one("naissance"), "over two lines");
    assert_eq!(survivors("> 00\n< 82 15 79 95 99 00 82 90 00"), one("nir"), "without its key, each byte turned round");
    assert_eq!(survivors("> 00\n< 4C 00 45 00 46 00 45 00 56 00 52 00 45 00 90 00"), one("nom"), "UTF-16");
    assert_eq!(survivors("> 00\n< 54 45 56 47 52 56 5A 53 52 51 90 00"), one("nom"), "LEFEVRE in base64");
}

#[test]
fn a_value_is_found_in_what_lines_say_in_a_row() {
    let one = |name: &str| vec![name.to_owned()];
    let other = "> 00 20 00 81 04 .. .. .. ..\n< 90 00\n";
    let selects = format!("> 00 A4 04 00 03 4C 45 46\n< 6A 82\n{other}> 00 A4 04 00 04 C8 56 52 45\n< 6A 82");
    assert_eq!(survivors(&selects), one("nom"), "data of commands");
    let offsets =
        format!("> 00 B0 4C 45\n< 6B 00\n{other}> 00 B0 46 C8\n< 6B 00\n> 00 B0 56 52\n< 6B 00\n> 00 B0 45 00");
    assert_eq!(survivors(&offsets), one("nom"), "P1-P2");
    let answers = "> 00\n< 4C 45 46 90 00\n> 01\n< .. 90 00\n> 01\n< C8 56 52 45 .. 90 00";
    assert_eq!(survivors(answers), one("nom"), "answers");
    let updates = format!(
        "> 00 D6 00 00 03 4C 45 46\n< 90 00\n{other}> 00 20 00 81 04 .. .. .. .. 00\n< 90 00\n\
                           > 00 D6 00 03 00 00 04 .. .. .. .. 00 00\n< 90 00\n> 00 DA 00 00 04 C8 56 52 45\n< 90 00"
    );
    assert_eq!(survivors(&updates), one("nom"), "data of several instructions, with those between that have none left");
    let slots = "slot a\n> 00\n< 4C 45 46 90 00\nslot b\n> 00\n< 00 90 00\nslot a\n> 00\n< C8 56 52 45 90 00";
    assert_eq!(survivors(slots), one("nom"), "each slot has rows of its own");
    let holes = "> 00\n< 4C 45 46 .. 90 00\n> 01\n< C8 56 52 45 90 00";
    assert_eq!(survivors(holes), Vec::<String>::new(), "a hole is no part of a value");
    let numbers: String = b"LEFEVRE".iter().map(|letter| format!("> 00 B2 01 {letter:02X} 00\n< 6A 83\n")).collect();
    assert_eq!(survivors(&numbers), one("nom"), "one letter in each command");
}

#[test]
fn a_value_is_found_in_the_names_of_applications() {
    let names = |first: &[u8], pieces: [&[u8]; 2]| {
        let line = |piece: &[u8]| {
            let name = [first, piece].concat();
            format!("> 00 A4 04 00 {:02X} {}\n< 6A 82\n", name.len(), crate::trace::hex(&name))
        };
        survivors(&pieces.map(line).concat())
    };
    let (all, none) = (vec!["nir".to_owned()], Vec::<String>::new());
    let provider = &[0xD2, 0x50, 0x00, 0x00, 0x02][..];
    assert_eq!(names(provider, [b"28519759990", b"0284"]), all);
    assert_eq!(names(provider, [b"2851975", b"2"]), none, "not all of it");
    assert_eq!(names(provider, [b"285197599", b"200284"]), none, "another one");
    assert_eq!(names(&[0xF0], [b"28519759990", b"0284"]), all, "of nobody's number");
    let below_ten: Vec<u8> = b"285197599900284".iter().map(|digit| digit - b'0').collect();
    assert_eq!(names(provider, [&below_ten[..11], &below_ten[11..]]), all);
}

#[test]
fn a_value_is_found_in_names_between_which_others_stand() {
    let select = |name: &[u8]| format!("> 00 A4 04 00 {:02X} {}\n< 6A 82\n", name.len(), crate::trace::hex(name));
    let of_france = |piece: &[u8]| select(&[&[0xD2, 0x50, 0x00, 0x00, 0x02][..], piece].concat());
    let others = [select(&[0xD2, 0x76, 0, 1, 0x24, 1, 2]), of_france(b"\x56\x49"), "> 00 84 00 00 08\n".to_owned()];
    for (name, pieces) in
        [("nom", [&b"lef"[..], b"evre"]), ("nir", [b"285197", b"599900284"]), ("naissance", [b"1985-", b"19-07"])]
    {
        for other in &others {
            let text = [&of_france(pieces[0]), other, &of_france(pieces[1])].map(String::as_str).concat();
            assert_eq!(survivors(&text), [name], "{text}");
        }
        let (first, second) = (of_france(pieces[0]), of_france(pieces[1]));
        let text = format!("{first}{}{}{second}", others[0], others[0]);
        assert_eq!(survivors(&text), [name], "two of another provider between: {text}");
        let text = format!("{first}{}{}{second}", others[1], others[1]);
        assert_eq!(survivors(&text), Vec::<String>::new(), "two of the same provider: {text}");
    }
}

#[test]
fn a_code_is_found_in_the_headers_of_any_commands() {
    let found = |text: &str| {
        let mut needles = Needles::default();
        needles.add_secret(code(b"9876"));
        needles.survivors(&format!("virtuale-trace 1\n{text}\n"), &[], &Invented::default()).len()
    };
    let rows = ["> 00 B0 39 38 00", "> 00 CA 37 36 00", "> 00 B0 00 00 10"];
    for row in [
        &["> 00 B0 39 38 04", "> 00 CA 37 36 04"][..],
        &["> 00 B0 39 00 04", "> 00 CA 38 00 04", "> 00 B1 37 00 04", "> 00 B2 36 00 04"],
        &["> 00 B0 00 39 04", "> 00 CA 00 38 04", "> 00 B1 00 37 04", "> 00 B2 00 36 04"],
        &["> 00 B0 00 00 39", "> 00 CA 00 00 38", "> 00 A4 04 00 02 A0 00 37", "> 00 B0 00 00 36"],
        &["> 00 B0 09 08 04", "> 00 CA 07 06 04"],
        &["> 00 A4 04 00 06 D0 00 09 08 07 06"],
        &["> 00 CA 39 38 37", "> 00 CA 36 00 00"],
        &["> 00 B0 00 39 38", "> 00 B0 00 37 36"],
        &["> 00 B0 39 00 38", "> 00 B0 37 00 36"],
    ] {
        assert_eq!(found(&row.join("\n< 6A 88\n")), 1, "{row:?}");
    }
    assert_eq!(found(&[rows[0], rows[2], rows[1]].join("\n< 6A 88\n")), 0, "not in a row");
    assert_eq!(found("card 9876.toml\nnow 9876-01-15\nseed 9876"), 0, "that is of the invented card");
    assert_eq!(found("# 9876"), 1);
    let mut counting = Needles::default();
    counting.add_secret(code(b"1234"));
    let records = "virtuale-trace 1\n> 00 B2 01 04 00\n> 00 B2 02 04 00\n> 00 B2 03 04 00\n> 00 B2 04 04 00\n";
    assert_eq!(
        counting.survivors(records, &[], &Invented::default()),
        Vec::<String>::new(),
        "who counts tells no code"
    );
}

#[test]
fn the_digits_of_a_code_in_what_is_invented_tell_no_code() {
    let mut needles = Needles::default();
    needles.add_secret(code(b"9876"));
    let text = "virtuale-trace 1\n> 00\n< 90 00\n> 00\n< 00 39 38 37 36 90 00\n";
    let found = |places: Vec<usize>| {
        let mut invented = Invented::default();
        invented.note(1, places);
        needles.survivors(text, &[], &invented).len()
    };
    assert_eq!(found(vec![1, 2, 3, 4]), 0);
    assert_eq!(found(vec![0]), 1);
    assert_eq!(found(vec![0, 3]), 0, "a part of it is invented, and that is no code");
    assert_eq!(found(vec![]), 1);
}

#[test]
fn a_short_value_may_stand_in_what_is_invented() {
    let text = "virtuale-trace 1\n> 00\n< 39 38 38 31 30 31 30 32 90 00\n";
    for (value, found) in [("9881", 0), ("98810102", 1)] {
        let mut needles = Needles::default();
        needles.add("centre", value, value.as_bytes());
        let mut invented = Invented::default();
        invented.note(0, (0..8).collect());
        assert_eq!(needles.survivors(text, &[], &invented).len(), found, "{value}");
        assert_eq!(needles.survivors(text, &[], &Invented::default()).len(), 1, "{value}");
    }
}

#[test]
fn what_is_short_or_absent_is_not_found() {
    assert_eq!(survivors("> 00 31\n< 31 31 90 00"), Vec::<String>::new());
    assert_eq!(survivors("> 00\n< 4C 45 46 .. 56 52 45 90 00"), Vec::<String>::new());
}

#[test]
fn a_value_is_found_in_a_file_that_no_row_shows() {
    let mut needles = Needles::default();
    needles.add("nom", "LEFEBVRE", b"LEFEBVRE");
    // Read from behind: the answers say VRELEFEB in a row.
    let text = "virtuale-trace 1\n> 00 B0 00 05 03\n< 56 52 45 90 00\n> 00 B0 00 00 05\n< 4C 45 46 45 42 90 00\n";
    assert_eq!(needles.survivors(text, &[], &Invented::default()), Vec::<String>::new());
    let file = |bytes: &[u8]| [Files::of_bytes(bytes.iter().map(|&byte| Some(byte).filter(|&byte| byte != b'.')))];
    assert_eq!(needles.survivors(text, &file(b"..LEFEBVRE."), &Invented::default()), ["nom"]);
    assert_eq!(needles.survivors(text, &file(b"LEFEBVRE"), &Invented::default()), ["nom"]);
    assert_eq!(needles.survivors(text, &file(b"LEFE.BVRE"), &Invented::default()), Vec::<String>::new());
}

#[test]
fn many_values_are_looked_for_in_turns() {
    let mut needles = Needles::default();
    for at in 0..50 {
        needles.add(&format!("nom {at}"), &format!("NAME{at:02}"), b"");
    }
    let text = "virtuale-trace 1\n# NAME07\n> 00\n< 4E 41 4D 45 34 39 90 00\n";
    for most_at_once in [1, 1000, 4 << 20] {
        assert_eq!(
            needles.survivors_of(LookedAt { text, files: &[], invented: &Invented::default(), most_at_once }),
            ["nom 49", "nom 7"],
            "{most_at_once}"
        );
    }
}

#[test]
fn what_was_met_before_takes_no_room() {
    let mut needles = Needles::default();
    for _ in 0..1000 {
        needles.add("nom", "LEFEBVRE", b"LEFEBVRE");
        needles.add_secret(code(b"1234"));
    }
    assert_eq!((needles.needles.len(), needles.secrets.len()), (1, 1));
}

#[test]
fn looking_takes_steps_by_the_length_of_the_trace_and_the_values_only() {
    let trace = |size: usize| (0..size).map(|at| format!("> 00\n< {at:08X} 90 00\n")).collect::<String>();
    work::assert_linear(1_000, |size| {
        let mut needles = Needles::default();
        for at in 0..size {
            needles.add("nir", &format!("99{at:013}"), &u64::try_from(at).expect("few").to_le_bytes());
            needles.add("nom", "MARTIN", b"MARTIN");
        }
        let found = needles.survivors(&format!("virtuale-trace 1\n{}", trace(size)), &[], &Invented::default());
        assert!(!found.contains(&"nom".to_owned()));
    });
}
