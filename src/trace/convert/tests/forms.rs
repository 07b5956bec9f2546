//! Forms in which people post exchanges: each is read, and what is damaged in it is named.

use super::{said_in, whole};
use crate::trace::convert::{Format, import};

/// The lines that are named in a log.
fn named(log: &str) -> Vec<usize> {
    let format = Format::detect(log).expect("a program");
    import(log, format).unread.iter().map(|unread| unread.line).collect()
}

const SAID: &str = "> 00 A4 04 00 00\n< 6A 82\n> 00 84 00 00 04\n< 11 22 33 44 90 00\n";

#[track_caller]
fn is_read(log: &str) {
    let format = Format::detect(log).expect("a program");
    assert_eq!(said_in(&whole(log, format)), SAID, "{log}");
}

#[test]
fn words_before_commands_and_answers() {
    for (command, answer) in [
        ("Envoi : ", "R\u{E9}ception : "),
        ("Envoi APDU : ", "R\u{E9}ponse APDU : "),
        ("Commande envoy\u{E9}e \u{E0} la carte : ", "R\u{E9}ponse de la carte : "),
        ("Terminal : ", "Carte : "),
        ("Sending to ICC1: ", "Received from ICC1: "),
        ("Cmd=", "Rep="),
        (
            "2026-11-29 12:00:00,123 DEBUG [main] fr.sv.Lecteur - Envoi APDU : ",
            "2026-11-29 12:00:00,153 DEBUG [main] fr.sv.Lecteur - R\u{E9}ponse APDU : ",
        ),
        ("D/IsoDep  ( 4212): transceive: tx: ", "D/IsoDep  ( 4212): transceive: rx: "),
    ] {
        is_read(&format!(
            "{command}00 A4 04 00 00\n{answer}6A 82\n{command}00 84 00 00 04\n{answer}11 22 33 44 90 00\n"
        ));
    }
    is_read(
        "Envoi : 00A4040000\nR\u{E9}ception :\n\u{C9}tat : 6A82\nEnvoi : 0084000004\nR\u{E9}ception : 11223344\n\u{C9}tat : 9000\n",
    );
    let two = "Sending to ICC1: 00A4040000\nReceived from ICC1: 6A82\nSending to ICC2: 00A4040000\nReceived from ICC2: 9000\n";
    assert!(whole(two, Format::Arrows).contains("slot ICC2\n"));
}

#[test]
fn numbers_of_messages() {
    for (command, answer) in [
        ("=> (#) ", "<= (#) "),
        ("=> [#] ", "<= [#] "),
        ("=> ## ", "<= ## "),
        ("=> #: ", "<= #: "),
        ("## Command: ", "## Response: "),
        ("(#) => ", "(#) <= "),
        ("#: => ", "#: <= "),
        ("Command (#): ", "Response (#): "),
        ("Command ##: ", "Response ##: "),
        ("Command #: ", "Response #: "),
    ] {
        let number = |text: &str, number: &str| match text.split_once("##") {
            Some((before, behind)) => format!("{before}#{number}{behind}"),
            None => text.replacen('#', number, 1),
        };
        let log = |numbers: [&str; 2]| {
            format!(
                "{}00 A4 04 00 00\n{}6A 82\n{}00 84 00 00 04\n{}11 22 33 44 90 00\n",
                number(command, numbers[0]),
                number(answer, numbers[0]),
                number(command, numbers[1]),
                number(answer, numbers[1])
            )
        };
        is_read(&log(["1", "2"]));
    }
    let log = |last: &str| {
        format!(
            "=> (1) 00 A4 04 00 00\n<= (1) 6A 82\n=> (2) 00 84 00 00 00\n<= (2) 90 00\n=> {last} 00 84 00 00 00\n<= (3) 90 00\n"
        )
    };
    assert_eq!(named(&log("(3)")), [0; 0]);
    for damaged in ["(4)", "(2", "10", "", "(1)"] {
        assert!(!named(&log(damaged)).is_empty(), "{damaged}");
    }
}

#[test]
fn what_java_says_of_lengths_is_true() {
    let log = |nc: &str, status: &str| {
        format!(
            "CommandAPDU: 5 bytes, nc=0, ne=256\nSending: 00 A4 04 00 00\nResponseAPDU: 2 bytes, SW=6a82\nReceived: 6A 82\n\
             CommandAPDU: 5 bytes, {nc}, ne=4\nSending: 00 84 00 00 04\nResponseAPDU: 6 bytes, SW={status}\nReceived: 11 22 33 44 90 00\n"
        )
    };
    is_read(&log("nc=0", "9000"));
    assert_eq!((named(&log("nc=1", "9000")), named(&log("nc=0", "6a82"))), (vec![5], vec![7]));
    let below = "=> 00 A4 04 00 00\nCommandAPDU: 5 bytes, nc=0, ne=256\n<= 6A 82\nResponseAPDU: 2 bytes, SW=6a82\n\
                 => 00 84 00 00 04\nCommandAPDU: 5 bytes, nc=0, ne=4\n<= 11 22 33 44 90 00\nResponseAPDU: 6 bytes, SW=9000\n";
    is_read(below);
    assert_eq!(named(&below.replace("6 bytes", "7 bytes")), [8]);
}

#[test]
fn tables_of_markdown() {
    for log in [
        "| # | Command | Response |\n|---|---------|:---:|\n| 1 | 00 A4 04 00 00 | 6A 82 |\n| 2 | 00 84 00 00 04 | 11 22 33 44 90 00 |\n",
        "| Command | Response |\n|:---|---:|\n| `00 A4 04 00 00` | `6A 82` |\n| `00 84 00 00 04` | `11 22 33 44 90 00` |\n",
        "Command | Response\n--- | ---\n00A4040000 | 6A82\n0084000004 | 112233449000\n",
    ] {
        is_read(log);
    }
    for cell in ["`00 84 00 00 04", "`00 84` 00 00 04`", "00 84 00 00 04`"] {
        let log = format!("| Command | Response |\n|---|---|\n| `00 A4 04 00 00` | `6A 82` |\n| {cell} | `90 00` |\n");
        assert!(named(&log).contains(&4), "{log}");
    }
}

#[test]
fn lists_of_programming_languages() {
    for log in [
        "TX: ['0x0', '0xa4', '0x4', '0x0', '0x0']\nRX: ['0x6a', '0x82']\nTX: ['0x0', '0x84', '0x0', '0x0', '0x4']\nRX: ['0x11', '0x22', '0x33', '0x44', '0x90', '0x0']\n",
        "sent ['00', 'A4', '04', '00', '00']\nreceived ['6A', '82']\nsent ['00', '84', '00', '00', '04']\nreceived ['11', '22', '33', '44', '90', '00']\n",
        "TX: [0, 164, 4, 0, 0]\nRX: [106, 130]\nTX: [0, 132, 0, 0, 4]\nRX: [17, 34, 51, 68, 144, 0]\n",
        "=> [0, -92, 4, 0, 0]\n<= [106, -126]\n=> [0, -124, 0, 0, 4]\n<= [17, 34, 51, 68, -112, 0]\n",
        "=> \"00A4040000\"\n<= \"6A82\"\n=> \"0084000004\"\n<= \"112233449000\"\n",
        "=> '00 A4 04 00 00'\n<= '6A 82'\n=> '00 84 00 00 04'\n<= '11 22 33 44 90 00'\n",
    ] {
        is_read(log);
    }
    let log = "TX: [0, 164, 4, 0, 0]\nRX: [106, 130]\nTX: [0, 32, 0, 1, 1, 31]\nRX: [144, 0]\n";
    assert!(said_in(&whole(log, Format::Arrows)).contains("> 00 20 00 01 01 1F\n"));
    for damaged in [
        "0, 32, 0, 1, 1, 31]",
        "[0, 32, 0, 1, 1, 31",
        "[0, 32, 0 1, 1, 31]",
        "00 20 00 01 01 31",
        "[0, 32, 0, 1, 1, 311]",
    ] {
        let log = log.replace("[0, 32, 0, 1, 1, 31]", damaged);
        assert!(!named(&log).is_empty(), "{log}");
    }
}

#[test]
fn lists_and_objects_of_json() {
    for log in [
        "{\"command\":[\"00\",\"A4\",\"04\",\"00\",\"00\"],\"response\":[\"6A\",\"82\"]}\n{\"command\":[\"0x0\",\"0x84\",\"0x00\",\"0x0\",\"0x4\"],\"response\":\"112233449000\"}\n"
            .replace("\"0x0\"", "\"0x00\"")
            .replace("\"0x4\"", "\"0x04\""),
        "{\"command\":{\"type\":\"Buffer\",\"data\":[0,164,4,0,0]},\"response\":{\"type\":\"Buffer\",\"data\":[106,130]}}\n{\"command\":\"0084000004\",\"response\":\"112233449000\"}\n".to_owned(),
        "[{\"command\":{\"type\":\"Buffer\",\"data\":[0,164,4,0,0]},\"response\":{\"type\":\"Buffer\",\"data\":[106,130]}},\n{\"command\":\"0084000004\",\"response\":\"112233449000\"}]\n".to_owned(),
        "{\"apdu\":{\"cla\":\"00\",\"ins\":\"A4\",\"p1\":\"04\",\"p2\":\"00\",\"le\":\"00\"},\"response\":\"6A82\"}\n{\"apdu\":{\"cla\":\"00\",\"ins\":\"84\",\"p1\":\"00\",\"p2\":\"00\",\"le\":\"04\"},\"response\":\"112233449000\"}\n".to_owned(),
        "{\"cla\":0,\"ins\":164,\"p1\":4,\"p2\":0,\"le\":256,\"response\":\"6A82\"}\n{\"cla\":0,\"ins\":132,\"p1\":0,\"p2\":0,\"le\":4,\"response\":\"112233449000\"}\n".to_owned(),
        "cla;ins;p1;p2;lc;data;le;response\n00;A4;04;00;;;00;6A82\n00;84;00;00;;;04;112233449000\n".to_owned(),
    ] {
        is_read(&log);
    }
    let update = "{\"cla\":\"00\",\"ins\":\"D6\",\"p1\":\"00\",\"p2\":\"00\",\"lc\":\"02\",\"data\":\"4142\",\"response\":\"9000\"}\n";
    assert_eq!(said_in(&whole(update, Format::JsonLines)), "> 00 D6 00 00 02 41 42\n< 90 00\n");
    for (from, to) in [("\"02\"", "\"03\""), ("4142", "414"), ("D6", "214"), ("\"p1\"", "\"px\"")] {
        let log = format!("{update}{}", update.replacen(from, to, 1));
        assert!(named(&log).contains(&2), "{log}");
    }
    let mixed = "{\"command\":[\"00\",\"A4\",\"4\",\"00\",\"00\"],\"response\":\"9000\"}\n";
    assert!(named(mixed).contains(&1));
}

#[test]
fn names_and_values_on_a_line() {
    is_read("Cmd=00A4040000;Rep=;SW=6A82\nCmd=0084000004;Rep=11223344;SW=9000\n");
    is_read("12:00:01 Cmd=00 A4 04 00 00; Rep=6A 82;\n12:00:02 Cmd=00 84 00 00 04; Rep=11 22 33 44 90 00;\n");
    for damaged in [
        "Cmd=00840000\n04;Rep=11223344;SW=9000",
        "Cmd=0084000004;Rep11223344;SW=9000",
        "Cmd=0084000004;Re=11223344;SW=9000",
        "Cmd=0084000004;Rep=11223344;SW=9000=00",
    ] {
        assert!(!named(&format!("Cmd=00A4040000;Rep=;SW=6A82\n{damaged}\n")).is_empty(), "{damaged}");
    }
}

#[test]
fn the_end_of_a_dump() {
    let log = |end: &str| {
        format!(
            "=> 00 84 00 00 14\n<= \n00000000  11 22 33 44 55 66 77 88  99 aa bb cc dd ee ff 00  |.\"3DUfw.........|\n\
             00000010  01 02 03 04 90 00                                 |......|\n{end}\n"
        )
    };
    assert_eq!((named(&log("00000016")), named(&log("00000017"))), (vec![], vec![5]));
}

#[test]
fn arrows_on_lines_of_their_own() {
    is_read("=>\n00000000  00 a4 04 00 00  |.....|\n<=\n6a 82\n=>\n00 84 00 00 04\n<=\n11 22 33 44 90 00\n");
}

#[test]
fn two_signs_between_bytes_are_named() {
    for between in ["::", "--", ",,", ", ,"] {
        assert_eq!(named(&format!("=> 00:84:00:00:00\n<= 11:22{between}33:90:00\n")), [2], "{between}");
    }
}

#[test]
fn gpshell_writes_its_script_down() {
    let log = |asked: &str| {
        format!(
            "mode_201\nenable_trace\nsend_apdu -sc 0 -APDU 00A4040000\nCommand --> 00A4040000\nWrapped command --> 00A4040000\n\
             Response <-- 6A82\nsend_APDU() returns 0x80206A82 (6A82: File not found.)\nsend_apdu -sc 0 -APDU {asked}\n\
             Command --> 00B0000000\nWrapped command --> 00B0000000\nResponse <-- 9000\n"
        )
    };
    assert_eq!((named(&log("00B0000000")), named(&log("00b00000"))), (vec![], vec![]));
    assert_eq!(
        (named(&log("00B0000001")), named(&log("00B00000\nsend_apdu -sc 0 -APDU 00B0000000"))),
        (vec![8], vec![8])
    );
}
