//! What stands between a mark and its bytes.

use super::{said_in, whole};
use crate::trace::convert::{Format, import};

/// The lines that are named in a log.
fn named(log: &str) -> Vec<usize> {
    let format = Format::detect(log).expect("a program");
    import(log, format).unread.iter().map(|unread| unread.line).collect()
}

const CHALLENGE: &str = "> 00 84 00 00 08\n< 01 02 03 04 05 06 07 08 90 00\n";

/// Programs by the marks before a command and before an answer.
const MARKED: [(&str, &str, Format); 4] = [
    ("C-APDU: ", "R-APDU: ", Format::Arrows),
    ("=> ", "<= ", Format::Arrows),
    ("> ", "< ", Format::Angles),
    ("00000001 APDU: ", "00000002 SW: ", Format::Pcscd),
];

#[test]
fn an_offset_before_the_only_row_is_no_byte() {
    for (command, answer, format) in MARKED {
        for offsets in [["0000: "; 2], ["0x0000: "; 2], ["00000000: "; 2], ["0000:"; 2]] {
            let log =
                format!("{command}{}00 84 00 00 08\n{answer}{}01 02 03 04 05 06 07 08 90 00\n", offsets[0], offsets[1]);
            assert_eq!(said_in(&whole(&log, format)), CHALLENGE, "{log}");
        }
        for number in ["0010: ", "000A: ", "0x0008:"] {
            let log = format!("{command}00 84 00 00 08\n{answer}{number}01 02 03 04 05 06 07 08 90 00\n");
            assert!(named(&log).contains(&2), "{log}");
        }
    }
}

#[test]
fn a_time_behind_a_mark_is_no_byte() {
    for (command, answer, format) in MARKED {
        for time in
            ["16:58:46 ", "16:58:46.123 ", "2026-01-15 16:58:46 ", "2026-01-15T16:58:46Z ", "15/01/2026 16:58:46 "]
        {
            let log = format!("{command}{time}00 84 00 00 08\n{answer}{time}01 02 03 04 05 06 07 08 90 00\n");
            assert_eq!(said_in(&whole(&log, format)), CHALLENGE, "{log}");
        }
        for time in ["2026-01-15 ", "15-01-2026 ", "16:58 "] {
            let log = format!("{command}00 84 00 00 08\n{answer}{time}01 02 03 04 05 06 07 08 90 00\n");
            assert!(named(&log).contains(&2), "{log}");
        }
    }
    assert!(named("=> 00 84 00 00 08\n<= 16:58:46\n01 02 03 04 05 06 07 08 90 00\n").contains(&2));
}

#[test]
fn a_time_behind_a_mark_that_could_be_bytes_is_named() {
    for (command, answer, _) in MARKED {
        for (asks, says) in [
            ("00 B0 00 00 00", "10:20:30 40 50 90 00"),
            ("00 B0 00 00 06", "10:20:30 40 90 00"),
            ("00 B0 00 00 00", "10:20:30 90 00"),
        ] {
            let log = format!("{command}{asks}\n{answer}{says}\n");
            assert_eq!(named(&log), [2], "{log}");
        }
        // It is one by the length of the answer, or before a command that has one too.
        for (asks, says) in [
            ("00 B0 00 00 02", "10:20:30 40 50 90 00"),
            ("10:20:30 00 B0 00 00 00", "10:20:30 40 50 90 00"),
            ("00 B0 00 00 00", "10:20:30.5 40 50 90 00"),
        ] {
            let log = format!("{command}{asks}\n{answer}{says}\n");
            assert_eq!(named(&log), [0; 0], "{log}");
        }
        let log = format!("{command}10:20:30 40 02 AA BB\n{answer}90 00\n");
        assert_eq!(named(&log), [1], "{log}");
    }
}

#[test]
fn another_answer_to_reset_is_named() {
    let log = "ATR: 3B 00\n=> 00 A4 04 00 00\n<= 90 00\nATR: 3B 02 14 50\n=> 00 B0 00 00 01\n<= 41 90 00\n";
    assert_eq!(named(log), [4]);
    assert!(named(&log.replace("3B 02 14 50", "3B 00")).is_empty());
    assert_eq!(named("atr,command,response\n3B00,00A4040000,9000\n3B021450,00B0000001,419000\n"), [3]);
    assert_eq!(
        named(
            "{\"atr\":\"3B00\",\"command\":\"00A4040000\",\"response\":\"9000\"}\n\
            {\"atr\":\"3B021450\",\"command\":\"00B0000001\",\"response\":\"419000\"}\n"
        ),
        [2]
    );
    let long = format!("atr,command,response\n3B{},00A4040000,9000\n", "00".repeat(33));
    assert_eq!(named(&long), [2]);
}

#[test]
fn an_answer_to_reset_below_commands_does_not_move_above_them() {
    let read = |log: &str| {
        let imported = import(log, Format::Arrows);
        (imported.text.contains("\natr "), imported.unread.iter().map(|unread| unread.line).collect::<Vec<_>>())
    };
    let log = "=> 00 A4 04 00 00\n<= 90 00\nATR: 3B 02 14 50\n=> 00 B0 00 00 01\n<= 41 90 00\n";
    assert_eq!(read(log), (false, vec![3]));
    let again = import(&format!("ATR: 3B 02 14 50\n{log}"), Format::Arrows);
    let comment = "< 90 00\n# the answer to reset again, of a reset or only shown: 3B 02 14 50\n> 00 B0";
    assert!(again.unread.is_empty() && again.text.contains(comment), "{}", again.text);
    // Of a reset that the log has, it is that of the same card.
    let reset = "> 00 A4 04 00 00\n< 90 00 : Normal processing.\n> RESET\n< OK: 3B 02 14 50\n";
    assert!(whole(reset, Format::Scriptor).contains("atr 3B 02 14 50\n> 00 A4"));
}

#[test]
fn a_row_below_an_answer_that_may_have_ended_is_named() {
    for (command, answer, _) in MARKED {
        for (asks, below) in [
            ("00 CA 9F 7F 00", "00 B0 00 00 02"),
            ("00 CA 9F 7F 00", "41 42 43 90 00"),
            ("00 CA 9F 7F", "43 44 90 00"),
            ("00 A4 04 00 02 3F 00", "00 B0 00 00 00"),
            ("00 B0 00 00 05", "43 44 45 46 90 00"),
        ] {
            let log = format!("{command}{asks}\n{answer}41 42 90 00\n{below}\n");
            let named = named(&log);
            assert!(named.contains(&3) || named.contains(&2), "{log}");
        }
        // A wrapped answer may end so: its bytes are all there.
        for status in ["6A 82", "6A82"] {
            let log = format!("{command}00 CA 9F 7F 00\n{answer}41 42 90 00\n{status}\n");
            assert_eq!(named(&log), [3], "{log}");
            let format = Format::detect(&log).expect("a program");
            assert!(said_in(&import(&log, format).text).ends_with("< 41 42 90 00 6A 82\n"), "{log}");
        }
        let log = format!("{command}00 CA 9F 7F 00\n{answer}41 42 43\n44 90 00\n90 00\n");
        let format = Format::detect(&log).expect("a program");
        assert!(said_in(&import(&log, format).text).ends_with("< 41 42 43 44 90 00 90 00\n"), "{log}");
        let log = format!("{command}00 B0 00 00 07\n{answer}41 42 90 00\n43 44 45 90 00\n");
        assert_eq!(named(&log), [0; 0], "{log}");
    }
}

#[test]
fn a_row_below_an_answer_that_has_ended_is_named() {
    for (command, answer, _) in MARKED {
        for (le, below, lines) in [
            ("02", "\n00 B0 00 00 02\n41 42 90 00\n", &[4, 5][..]),
            ("02", "00 B0 00 00 02\n41 42 90 00\n", &[3, 4]),
            ("00", "\n00 B0 00 00 02\n41 42 90 00\n", &[4, 5]),
            ("00", "90 00\n", &[3]),
        ] {
            let log = format!("{command}00 84 00 00 {le}\n{answer}41 42 90 00\n{below}");
            let named = named(&log);
            assert!(lines.iter().all(|line| named.contains(line)), "{log}{named:?}");
            let format = Format::detect(&log).expect("a program");
            assert_eq!(said_in(&import(&log, format).text), format!("> 00 84 00 00 {le}\n< 41 42 90 00\n"), "{log}");
        }
    }
}

#[test]
fn rows_of_one_answer_stay_together() {
    let text = "61 62 63 64 65 66 67 68 69 6A 6B 6C 6D 6E 6F 70";
    let ends = "41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 61 62";
    for (command, answer, format) in MARKED {
        for (le, rows) in [
            ("10", vec![ends, "90 00"]),
            ("00", vec![ends, "90 00"]),
            ("00", vec![ends, text, "90 00"]),
            ("22", vec![ends, text, "90 00 90 00"]),
            ("00", vec!["41 42", "43 44 90 00"]),
        ] {
            let log = format!("{command}00 B0 00 00 {le}\n{answer}{}\n", rows.join("\n"));
            let expected = format!("> 00 B0 00 00 {le}\n< {}\n", rows.join(" "));
            assert_eq!(said_in(&whole(&log, format)), expected, "{log}");
        }
    }
}

#[test]
fn a_status_word_before_its_data_is_named() {
    for (command, answer, _) in MARKED {
        for says in ["9000 416120", "90 00: 41 61 20", "90 00  41 61 20", "9000,416120"] {
            let log = format!("{command}00 B0 00 00 03\n{answer}{says}\n");
            assert!(named(&log).contains(&2), "{log}");
        }
    }
    assert_eq!(named("command,response\n00B0000003,9000 416120\n"), [2]);
}

#[test]
fn words_of_success_below_an_answer_that_does_not_end_so_are_named() {
    let log = |says: &str, below: &str| format!("C-APDU: 00B0000003\nR-APDU: {says}\n{below}");
    for below in ["SW: OK\n", "Status: No Error\n", "Statut : OK\n", "=> succ\u{E8}s\n"] {
        assert_eq!(named(&log("416120", below)), [3], "{below}");
        assert_eq!(named(&log("416120 9000", below)), [0; 0], "{below}");
        assert_eq!(named(&log("6120", below)), [0; 0], "{below}");
    }
    assert_eq!(named(&log("416120 (succ\u{E8}s)", "")), [2]);
}

#[test]
fn dots_that_part_bytes_are_named() {
    assert_eq!(named("=> 00 B0 00 00 03\n<= 41..42..43..90..00\n"), [2]);
    // Each stands for a byte where blanks part them, or several behind others.
    for whole in ["00 20 00 81 04 .. .. .. ..", "0020008104........"] {
        assert_eq!(named(&format!("=> {whole}\n<= 90 00\n")), [0; 0], "{whole}");
    }
}

#[test]
fn an_offset_in_a_field_is_no_byte() {
    for log in [
        "command,response\n0000: 00 84 00 00 08,0000: 01 02 03 04 05 06 07 08 90 00\n",
        "{\"command\":\"0000: 00 84 00 00 08\",\"response\":\"0000: 01 02 03 04 05 06 07 08 90 00\"}\n",
    ] {
        assert_eq!(said_in(&whole(log, Format::detect(log).expect("records"))), CHALLENGE, "{log}");
    }
    assert_eq!(named("command,response\n00 84 00 00 08,0010: 01 02 03 04 05 06 07 08 90 00\n"), [2]);
}
