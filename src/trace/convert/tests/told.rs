//! What logs tell beside bytes: to which card commands go, what happens to it, and what is no status word. Where
//! nothing tells it surely, a line is named.

use super::parse;
use crate::{
    trace::convert::{Format, import},
    work,
};

/// The trace of a log, and the lines that are named.
fn told(log: &str) -> (String, Vec<usize>) {
    let imported = import(log, Format::detect(log).expect("a log"));
    parse(&imported);
    let lines = imported.unread.iter().map(|unread| unread.line).collect();
    (imported.text, lines)
}

/// Two exchanges with a line above each.
fn below(first: &str, second: &str) -> String {
    format!("{first}\n=> 00 A4 04 00 00\n<= 6A 82\n{second}\n=> 00 84 00 00 04\n<= 11 22 33 44 90 00\n")
}

#[test]
fn a_line_that_names_the_card_says_whose_the_commands_are() {
    for (first, second) in [
        ("Lecteur CPS", "Lecteur Vitale"),
        ("CPS :", "Vitale :"),
        ("== CPS ==", "== Vitale =="),
        ("CPS", "Vitale"),
        ("Lecture carte PS", "Lecture carte assur\u{E9}"),
    ] {
        let (trace, named) = told(&below(first, second));
        assert_eq!(named, [0; 0], "{first}");
        let (cps, vitale) = trace.rsplit_once("slot ").expect("two slots");
        assert!(cps.contains("> 00 A4 04 00 00\n< 6A 82\n") && vitale.contains("> 00 84 00 00 04\n"), "{trace}");
    }
    // Nothing tells which card was in the reader before, or whether the reader above has the card.
    assert_eq!(told(&below("", "Vitale :")).1, [4]);
    assert_eq!(told(&below("Reader: ACS 00 00", "Vitale :")).1, [4]);
}

#[test]
fn an_event_between_commands_is_a_reset_or_named() {
    for event in ["IccPowerOff", "SCardReset", "Remise \u{E0} z\u{E9}ro", "SCARD_W_UNPOWERED_CARD", "RF off"] {
        let (trace, named) = told(&below("", event));
        assert!(trace.contains("< 6A 82\nreset\n> 00 84") && named.is_empty(), "{event}: {trace}");
    }
    for event in
        ["Tag removed", "Card lost", "Eject", "event=removed", "Reader unplugged", "Carte absente", "Card disconnected"]
    {
        assert_eq!(told(&below("", event)).1, [4], "{event}");
    }
}

#[test]
fn an_answer_has_the_name_of_its_command() {
    let log = "Sending to ICC1: 00 A4 04 00 00\nReceived from ICC1: 6A 82\n\
        Sending to ICC2: 00 84 00 00 04\nReceived from ICC1: 11 22 33 44 90 00\n";
    assert_eq!(told(log).1, [4]);
    assert_eq!(told(&log.replace("from ICC1: 11", "from ICC2: 11")).1, [0; 0]);
}

#[test]
fn an_answer_of_as_many_bytes_as_the_log_says_ends_with_a_status_word() {
    let log = |answer: &str| {
        format!(
            "Command APDU (5 bytes):\n0000: 00 84 00 00 00\nResponse APDU (2 bytes):\n{answer}\n\
             Command APDU (5 bytes):\n0000: 00 84 00 00 00\nResponse APDU (2 bytes):\n0000: 90 00\n"
        )
    };
    for answer in ["0000:", "0010:", "0000: 12 34"] {
        assert_eq!(told(&log(answer)).1.len(), 1, "{answer}");
    }
    assert_eq!(told(&log("0000: 6A 82")).1, [0; 0]);
}

#[test]
fn a_field_whose_values_come_back_is_named_once() {
    for name in ["port", "voie", "handle", "type"] {
        let rows = ["CPS", "Vitale", "CPS"];
        let csv: String = rows.iter().map(|row| format!("{row};00A4040000;6A82\n")).collect();
        assert_eq!(told(&format!("{name};command;response\n{csv}")).1, [3], "{name}");
        let pairs: String = rows.iter().map(|row| format!("{name}={row};Cmd=00A4040000;Rep=6A82\n")).collect();
        assert_eq!(told(&pairs).1, [2], "{name}");
        let object = |row| format!("{{\"{name}\":\"{row}\",\"command\":\"00A4040000\",\"response\":\"6A82\"}}\n");
        assert_eq!(told(&rows.map(object).concat()).1, [2], "{name}");
    }
}

#[test]
fn bytes_in_the_name_of_a_value_are_named() {
    let log = "Lecteu0 A4 00 0r=1;Cmd=0084000004;Rep=112233449000\nLecteur=1;Cmd=0084000004;Rep=112233449000\n";
    assert_eq!(told(log).1.first(), Some(&1));
}

#[test]
fn a_long_line_takes_as_long_as_it_is() {
    for piece in ["a", "00-", "00 "] {
        work::assert_linear(4_000, |size| {
            let log = format!("=> 00 A4 04 00 00\n<= 6A 82\n{}\n", piece.repeat(size));
            assert!(!import(&log, Format::Arrows).unread.is_empty());
        });
    }
}
