//! What becomes of lines, one by one or a few in a row.

use super::{Redacted, tests::redacted};

/// Checks what becomes of lines.
fn check(lines: &[(&str, &str)]) {
    for (line, right) in lines {
        let Redacted { text, .. } =
            redacted(&format!("virtuale-trace 1\n{line}\n"), "vitale2-minimal.toml").expect(line);
        assert_eq!(text, format!("virtuale-trace 1\ncard vitale2-minimal.toml\n{right}\n"));
    }
}

#[test]
fn what_follows_a_header_is_data() {
    check(&[
        ("> 00 20 00 81 04\n< 20\n> 31 32 33 34\n< 90 00", "> 00 20 00 81 04\n< ..\n> .. .. .. ..\n< 90 00"),
        ("> 00 20 00 81 04\n> 31 32 33 34\n< 90 00", "> 00 20 00 81 04\n> .. .. .. ..\n< 90 00"),
        // The code may look like a command.
        ("> 00 20 00 81 05\n> 00 A4 04 00 00\n< 90 00", "> 00 20 00 81 05\n> .. .. .. .. ..\n< 90 00"),
        ("> 00 A4 00 0C 02 3F 00\n< 90 00", "> 00 A4 00 0C 02 3F 00\n< 90 00"),
        (
            "> 00 20 00 81 02\n< DF\n> 31\n< DF\n> 32\n< 63 C2\n> 00 84 00 00 04\n< 01 02 03 04 90 00",
            "> 00 20 00 81 02\n< ..\n> ..\n< ..\n> ..\n< 63 C2\n> 00 84 00 00 04\n< .. .. .. .. 90 00",
        ),
        // A part of a command, as in a log whose lines were broken.
        (
            "> 00 20 00 81 08 31 32\n> 33 34 FF FF FF FF\n< 90 00\n> 00 84 00 00 04\nexpect-error mute",
            "> .. .. .. .. .. .. ..\n> .. .. .. .. .. ..\n< 90 00\n> 00 84 00 00 04\nexpect-error mute",
        ),
        // No command at all.
        ("> 31 32 33 34\n< 90 00\n> 4D 41 52 54\n< 90 00", "> .. .. .. ..\n< 90 00\n> .. .. .. ..\n< 90 00"),
        ("> 00 20\n< 6D 00\n> 31 32\n< 90 00", "> .. ..\n< 6D 00\n> .. ..\n< 90 00"),
        // A reset ends what was begun.
        ("> 00 20 00 81 04\n< 20\nreset\n> 00 84 00 00 04", "> 00 20 00 81 04\n< ..\nreset\n> 00 84 00 00 04"),
        ("> 00 20 00 81 .. ..\n< 20\n> 31 32 33 34\n< 90 00", "> 00 20 00 81 .. ..\n< ..\n> .. .. .. ..\n< 90 00"),
        // What a redacted trace still says of the procedure byte is enough.
        ("> 00 20 00 81 04\n< ..\n> 00 B0 31 32\n< 90 00", "> 00 20 00 81 04\n< ..\n> .. .. .. ..\n< 90 00"),
        ("> 00 20 00 81 04\n< {x:1}\n> 00 B0 31 32\n< 90 00", "> 00 20 00 81 04\n< {name-1:1}\n> .. .. .. ..\n< 90 00"),
        (
            "> 00 84 00 00 01\n< {x:1} 90 00\n> 00 20 00 81 04\n< {x}\n> 00 B0 31 32\n< 90 00",
            "> 00 84 00 00 01\n< {name-1:1} 90 00\n> 00 20 00 81 04\n< {name-1}\n> .. .. .. ..\n< 90 00",
        ),
        (
            "> 00 84 00 00 02\n< {x:2} 90 00\n> 00 20 00 81 04\n< {x}\n> 00 B0 31 32\n< 90 00",
            "> 00 84 00 00 02\n< {name-1:2} 90 00\n> 00 20 00 81 04\n< {name-1}\n> 00 B0 31 32\n< 90 00",
        ),
        // A status query, and a read that was not answered, have no data to come.
        (
            "> 00 20 00 81 00\n> 00 B0 00 00 04\n> 00 84 00 00 04",
            "> 00 20 00 81 00\n> 00 B0 00 00 04\n> 00 84 00 00 04",
        ),
    ]);
}

#[test]
fn a_header_that_presents_a_code_has_none_of_it() {
    check(&[
        ("> 00 20 31 32 02 33 34\n< 69 82", "> 00 20 .. .. 02 .. ..\n< 69 82"),
        ("> 00 20 31 32 33\n< 69 82", "> 00 20 .. .. ..\n< 69 82"),
        ("> 00 20 00 81 31 32 33 34\n< 67 00", "> .. .. .. .. .. .. .. ..\n< 67 00"),
        ("> 00 20 00 81 03 31 32 33 34\n< 67 00", "> 00 20 00 81 03 .. .. .. ..\n< 67 00"),
        ("> 00 20 00 81 04 31 32 33 34 00\n< 67 00", "> 00 20 00 81 04 .. .. .. .. 00\n< 67 00"),
        ("> 00 20 00 31\n< 69 82", "> 00 20 00 ..\n< 69 82"),
        ("> 00 20 39 81 .. ..\n< 69 82", "> 00 20 .. 81 .. ..\n< 69 82"),
        ("> 00 24 01 81 04 31 32 33 34\n< 90 00", "> 00 24 01 81 04 .. .. .. ..\n< 90 00"),
        ("> 00 2C 38 07 04 31 32 33 34\n< 90 00", "> 00 2C .. .. 04 .. .. .. ..\n< 90 00"),
        ("> 00 20 00 00\n< 63 C3", "> 00 20 00 00\n< 63 C3"),
    ]);
}

#[test]
fn only_what_says_where_stays_of_the_data_of_a_command() {
    let lines = [
        ("> 00 B1 00 00 04 54 02 00 10 00", "> 00 B1 00 00 04 54 02 00 10 00"),
        ("> 00 B1 00 00 06 54 04 4D 41 52 54", "> 00 B1 00 00 06 .. .. .. .. .. .."),
        ("> 00 B1 00 00 05 54 03 0F FF FF", "> 00 B1 00 00 05 54 03 0F FF FF"),
        ("> 00 B1 00 00 05 54 03 10 00 00", "> 00 B1 00 00 05 .. .. .. .. .."),
        ("> 00 B1 00 00 04 4D 41 52 54", "> 00 B1 00 00 04 .. .. .. .."),
        ("> 00 A4 02 0C 02 D0 01", "> 00 A4 02 0C 02 D0 01"),
        ("> 00 A4 02 0C 03 4D 41 52", "> 00 A4 02 0C 03 .. .. .."),
        ("> 00 A4 04 00 05 A0 00 00 00 03 00", "> 00 A4 04 00 05 A0 00 00 00 03 00"),
        ("> 00 A4 04 00 04 4D 41 52 54", "> 00 A4 04 00 04 .. .. .. .."),
        // Names of applications are registered or known, and have 16 bytes or fewer.
        ("> 00 A4 04 00 05 4D 41 52 54 49", "> 00 A4 04 00 05 .. .. .. .. .."),
        (
            "> 00 A4 04 00 11 A0 4D 4D 4D 4D 4D 4D 4D 4D 4D 4D 4D 4D 4D 4D 4D 4D",
            "> 00 A4 04 00 11 .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..",
        ),
        ("> 0C A4 02 0C 02 D0 01", "> 0C A4 02 0C 02 .. .."),
        ("> 00 B3 01 04 04 54 02 00 10 00", "> 00 B3 01 04 04 .. .. .. .. 00"),
        ("> 80 B1 00 00 04 54 02 00 10", "> 80 B1 .. .. 04 .. .. .. .."),
        ("> 00 D6 00 00 00 00 02 4D 41", "> 00 D6 00 00 00 00 02 .. .."),
        ("> 00 CB 3F FF 00 00 02 4D 41 00 00", "> 00 CB 3F FF 00 00 02 .. .. 00 00"),
        ("> BC B0 02 88 10", "> BC B0 02 88 10"),
        ("> 00 55 4D 41 00", "> .. .. .. .. .."),
    ];
    let answered = lines.map(|(line, right)| (format!("{line}\n< 6A 82"), format!("{right}\n< 6A 82")));
    check(&answered.each_ref().map(|(line, right)| (line.as_str(), right.as_str())));
}

#[test]
fn numbers_of_keys_and_algorithms_stay() {
    check(&[
        ("> 00 22 41 B6 06 80 01 12 84 01 81\n< 90 00", "> 00 22 41 B6 06 80 01 12 84 01 81\n< 90 00"),
        ("> 00 22 F3 03\n< 90 00", "> 00 22 F3 03\n< 90 00"),
        ("> 00 22 41 A4 06 95 01 80 83 01 09 00\n< 90 00", "> 00 22 41 A4 06 95 01 80 83 01 09 00\n< 90 00"),
        // A key may be called by the name of somebody, and a challenge by chance.
        ("> 00 22 41 A4 08 83 06 4D 41 52 54 49 4E\n< 90 00", "> 00 22 41 A4 08 .. .. .. .. .. .. .. ..\n< 90 00"),
        ("> 00 22 41 A4 04 94 02 31 32\n< 90 00", "> 00 22 41 A4 04 .. .. .. ..\n< 90 00"),
        ("> 00 22 41 B6 02 31 32\n< 6A 80", "> 00 22 41 B6 02 .. ..\n< 6A 80"),
        ("> 0C 22 41 B6 03 84 01 81\n< 69 88", "> 0C 22 41 B6 03 .. .. ..\n< 69 88"),
    ]);
}

#[test]
fn what_does_not_end_in_a_status_word_is_no_answer() {
    for (line, right) in
        [("< 4D 41 52 54", "< .. .. .. .."), ("< 52 54", "< .. .."), ("< .. 41 52", "< .. .. .."), ("< 60", "< ..")]
    {
        let text = format!("virtuale-trace 1\n> 00 A4 00 0C\n{line}\n");
        let Redacted { text, .. } = redacted(&text, "vitale2-minimal.toml").expect(line);
        assert!(text.ends_with(&format!("> 00 A4 00 0C\n{right}\n")), "{text}");
    }
}

#[test]
fn what_has_holes_already_keeps_its_header_and_its_status_word() {
    check(&[
        ("> 00 20 00 81 04 31 .. 33 34\n< 90 00", "> 00 20 00 81 .. .. .. .. ..\n< 90 00"),
        ("> 00 20 00 81 **\n< 90 00", "> 00 20 00 81 **\n< 90 00"),
        // Behind a run nobody knows where the header ends.
        ("> 00 A4 ** 02 D0 01\n< 90 00", "> 00 A4 ** .. .. ..\n< 90 00"),
        ("> 00 ** 4D 41\n< 90 00", "> .. ** .. ..\n< 90 00"),
        // Less than a header is none.
        ("> 00 20 ..\n< 6D 00", "> .. .. ..\n< 6D 00"),
        ("> 00 84 00 00 00\n< 4D ** 41 90 00", "> 00 84 00 00 00\n< .. ** .. 90 00"),
        ("> 00 84 00 00 06\n< .. .. .. .. 4D 41 90 00", "> 00 84 00 00 06\n< .. .. .. .. .. .. 90 00"),
    ]);
}

#[test]
fn an_answer_that_the_invented_card_gives_otherwise_becomes_wildcards() {
    // It answers SELECT with more.
    check(&[("> 00 A4 00 00\n< 62 02 83 00 90 00", "> 00 A4 00 00\n< .. .. .. .. 90 00")]);
}
