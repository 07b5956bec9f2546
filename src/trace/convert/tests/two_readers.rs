//! Logs of programs on two readers, made with the programs themselves: each command is in the slot in which the
//! program's own recording of the same session has it, or the log does not tell and that is a finding.
//!
//! Of OpenSC's log those lines were kept that tell of readers and commands, and the first commands of each stretch on
//! one reader; of pcscd's all but those of its own business.

use std::collections::BTreeMap;

use super::{parse, whole};
use crate::trace::convert::{Format, import};

const OPENSC: &str = include_str!("../../../../fixtures/traces/samples/sample.opensc-0.23.0-two-readers.log");
const OPENSC_RECORDED: &str =
    include_str!("../../../../fixtures/traces/samples/sample.opensc-0.23.0-two-readers.recorded");
const PCSCD: &str = include_str!("../../../../fixtures/traces/samples/sample.pcscd-1.9.9-two-readers.log");
const PCSCD_RECORDED: &str =
    include_str!("../../../../fixtures/traces/samples/sample.pcscd-1.9.9-two-readers.recorded");
const ONE_CLIENT: &str =
    include_str!("../../../../fixtures/traces/samples/sample.pcscd-1.9.9-two-readers-one-client.log");

/// What is said in each slot of a trace and the answers to reset, the slots in the order of their names.
fn by_slot(trace: &str) -> Vec<String> {
    let mut slots: BTreeMap<&str, String> = BTreeMap::new();
    let mut slot = "";
    for line in trace.lines() {
        if let Some(name) = line.strip_prefix("slot ") {
            slot = name;
        } else if line.starts_with(['>', '<']) || line.starts_with("atr ") {
            let said = line.split(" #").next().unwrap_or_default().trim();
            let slot = slots.entry(slot).or_default();
            slot.push_str(said);
            slot.push('\n');
        }
    }
    slots.into_values().collect()
}

#[test]
fn opensc_with_both_cards_at_once() {
    let slots = by_slot(&whole(OPENSC, Format::Opensc));
    assert_eq!(slots.len(), 2);
    assert_eq!(slots, by_slot(OPENSC_RECORDED));
    assert_ne!(slots[0], slots[1], "the cards are not the same");
}

#[test]
fn pcscd_with_a_connection_to_each_reader() {
    let slots = by_slot(&whole(PCSCD, Format::Pcscd));
    assert_eq!(slots, by_slot(PCSCD_RECORDED));
    assert!(slots[0].ends_with("< 55 66 77 88 90 00\n") && slots[1].ends_with("< 11 22 33 44 90 00\n"), "{slots:?}");
}

#[test]
fn pcscd_with_one_client_on_both_readers_does_not_tell() {
    let imported = import(ONE_CLIENT, Format::Pcscd);
    parse(&imported);
    let [unread] = &imported.unread[..] else { panic!("{:?}", imported.unread) };
    assert!(unread.why.contains("does not tell which reader"), "{unread}");
    let commands = "> 00 A4 04 00 00\n< 90 00\n> 00 A4 04 00 00\n< 90 00\n\
        > 00 B0 00 00 04\n< 55 66 77 88 90 00\n> 00 B0 00 00 04\n< 11 22 33 44 90 00\n";
    assert!(imported.text.contains("slot not-told\n") && imported.text.ends_with(commands), "{}", imported.text);
}

/// The lines of an arrow log that are named, where commands and answers have these names before them.
fn named(names: &[&str]) -> Vec<usize> {
    let log: String = names.iter().map(|name| format!("{name}=> 00 B0 00 00 02\n{name}<= 01 02 90 00\n")).collect();
    import(&log, Format::Arrows).unread.iter().map(|unread| unread.line).collect()
}

#[test]
fn names_before_arrows_may_be_those_of_readers() {
    for (names, line) in [
        (&["a: ", "b: ", "a: ", "b: "][..], 4),
        (&["R1 ", "R2 "], 4),
        (&["ch0 ", "ch1 "], 4),
        (&["[thread-1] ", "[thread-2] "], 4),
        (&["app[1] ", "app[2] "], 4),
        (&["session 1 ", "session 2 "], 4),
        (&["T1 ", "T2 "], 4),
        // What counts the exchanges goes up with each.
        (&["#1 ", "#2 ", "#1 "], 6),
        (&["(1) ", "(1) ", "(2) "], 6),
        (&["1: ", "2: ", "2: "], 6),
        (&["2: ", "1: "], 4),
        (&["card selects ", "card reads "], 4),
    ] {
        assert_eq!(named(names), [line], "{names:?}");
    }
    for one in [
        &["", ""][..],
        &["card ", "card "],
        &["1: ", "2: ", "3: "],
        &["APDU 1 ", "APDU 2 "],
        &["n\u{B0} 1 ", "n\u{B0} 2 "],
        &["\u{C9}change 1: ", "\u{C9}change 2: "],
        &["10:00:01 main 7 ", "10:00:02 main 7 "],
        &["0.5 s ", "0.5 s ", "0.7 s "],
        &["R1 ", "R1 "],
    ] {
        assert_eq!(named(one), [0; 0], "{one:?}");
    }
    let bare = |name: &str| format!("{name}=> 00 B0 00 00 02\n<= 01 02 90 00\n");
    for (one, other, lines) in [("session 1 ", "session 2 ", &[3][..]), ("READ RECORD 1 ", "READ RECORD 2 ", &[])] {
        let unread = import(&(bare(one) + &bare(other) + &bare(one)), Format::Arrows).unread;
        assert_eq!(unread.iter().map(|unread| unread.line).collect::<Vec<_>>(), lines, "{one}");
    }
    let described = "SELECT => 00 A4 04 00 00\n<= 90 00\nREAD => 00 B0 00 00 02\n<= 01 02 90 00\n";
    assert_eq!(import(described, Format::Arrows).unread, []);
}

#[test]
fn clear_names_before_marks_are_slots() {
    for two in [
        ["PAD1 =>", "PAD2 =>", "<="],
        ["CPS1 =>", "CPS2 =>", "<="],
        ["ICC1 =>", "ICC2 =>", "<="],
        ["COM1 =>", "COM2 =>", "<="],
        ["hCard 1 =>", "hCard 2 =>", "<="],
        ["usb1 =>", "usb2 =>", "<="],
        ["ACS 00 00 =>", "Gem 01 00 =>", "<="],
        ["reader 0: =>", "reader 1: =>", "<="],
        ["Lecteur A =>", "Lecteur B =>", "<="],
        ["[Reader A] =>", "[Reader B] =>", "<="],
        ["slot0 =>", "slot1 =>", "<="],
        ["slot=0 TX:", "slot=1 TX:", "RX:"],
        ["Reader A: C-APDU:", "Reader B: C-APDU:", "R-APDU:"],
        ["[Gemalto 00 00] =>", "[SCM 01 00] =>", "<="],
        ["carte 1 =>", "carte 2 =>", "<="],
        ["Carte 1: =>", "Carte 2: =>", "<="],
        ["DEBUG:card1: =>", "DEBUG:card2: =>", "<="],
        ["card A: TX:", "card B: TX:", "RX:"],
    ] {
        let [first, second, answer] = two;
        let exchange = |command: &str, data: &str| {
            let mark = command.rsplit_once(' ').expect("a name").1;
            format!("{command} 00 B0 00 00 02\n{} {data} 90 00\n", command.replace(mark, answer))
        };
        let log = exchange(first, "01 02") + &exchange(second, "03 04") + &exchange(first, "05 06");
        let slots = by_slot(&whole(&log, Format::Arrows));
        let said = |data: &str| format!("> 00 B0 00 00 02\n< {data} 90 00\n");
        assert_eq!(slots, [said("01 02") + &said("05 06"), said("03 04")], "{two:?}");
    }
    let crossed = "slot0 => 00 B0 00 00 02\nslot1 => 00 B0 00 00 01\nslot0 <= 01 02 90 00\nslot1 <= 01 90 00\n";
    assert!(!import(crossed, Format::Arrows).unread.is_empty());
}

#[test]
fn names_before_commands_only_are_slots_too() {
    let log = "slot 0 => 00 B0 00 00 01\n<= 41 90 00\nslot 1 => 00 B0 00 00 01\n<= 42 90 00\n";
    let said = |data: &str| format!("> 00 B0 00 00 01\n< {data} 90 00\n");
    assert_eq!(by_slot(&whole(log, Format::Arrows)), [said("41"), said("42")]);
}

#[test]
fn a_line_names_the_reader_from_there_on() {
    for (first, second) in [
        ("Using reader: Gemalto 00 00", "Using reader: SCM 01 00"),
        ("Reader: A", "Reader: B"),
        ("--- Reader A ---", "--- Reader B ---"),
        ("Selected reader: A", "Selected reader: B"),
        ("Connexion au lecteur A", "Connexion au lecteur B"),
        ("== Lecteur 1 ==", "== Lecteur 2 =="),
        ("Carte Vitale", "Carte CPS"),
        ("slot 0", "slot 1"),
    ] {
        for (command, answer, format) in
            [("=> ", "<= ", Format::Arrows), ("> ", "< ", Format::Angles), ("TX: ", "RX: ", Format::Arrows)]
        {
            let exchange = |data: &str| format!("{command}00 B0 00 00 01\n{answer}{data} 90 00\n");
            let log = format!("{first}\n{}{second}\n{}{first}\n{}", exchange("41"), exchange("42"), exchange("43"));
            let said = |data: &str| format!("> 00 B0 00 00 01\n< {data} 90 00\n");
            let slots = by_slot(&whole(&log, format));
            let expected = [said("41") + &said("43"), said("42")];
            assert!(expected.iter().all(|slot| slots.contains(slot)) && slots.len() == 2, "{log}{slots:?}");
            let late = format!("{}{second}\n{}", exchange("41"), exchange("42"));
            let lines: Vec<usize> = import(&late, format).unread.iter().map(|unread| unread.line).collect();
            assert_eq!(lines, [3], "{late}");
        }
    }
}

#[test]
fn gpshell_names_readers_in_its_script() {
    let said = |script: &str, data: &str| {
        format!("{script}\nCommand --> 00B0000001\nWrapped command --> 00B0000001\nResponse <-- {data}9000\n")
    };
    let log = said("card_connect -reader A", "41") + &said("card_connect -reader B", "42");
    let slots = by_slot(&whole(&log, Format::Gpshell));
    assert_eq!(slots, ["> 00 B0 00 00 01\n< 41 90 00\n", "> 00 B0 00 00 01\n< 42 90 00\n"]);
}

#[test]
fn a_card_that_goes_and_a_reset_between_commands() {
    let log = |between: &str| format!("=> 00 B0 00 00 01\n<= 41 90 00\n{between}=> 00 B0 00 00 01\n<= 42 90 00\n");
    for between in ["Card removed\nCard inserted\n", "Nouvelle carte\n", "Carte ins\u{E9}r\u{E9}e\n"] {
        let lines: Vec<usize> = import(&log(between), Format::Arrows).unread.iter().map(|unread| unread.line).collect();
        assert_eq!(lines, [3], "{between}");
    }
    assert!(whole(&log("resetCard with timeout: 0 (ms)\n"), Format::Arrows).contains("90 00\nreset\n> 00"));
    assert!(!whole(&format!("Reset\nNew card\n{}", log("")), Format::Arrows).contains("reset"));
}

#[test]
fn fields_that_name_a_reader_or_a_card_are_slots() {
    let slots = ["> 00 B0 00 00 01\n< 41 90 00\n", "> 00 B0 00 00 01\n< 42 90 00\n"];
    for name in ["Lecteur", "Terminal", "carte", "card", "device", "reader"] {
        let table = format!("{name},command,response\nGemalto 00 00,00B0000001,419000\nSCM 01 00,00B0000001,429000\n");
        assert_eq!(by_slot(&whole(&table, Format::Csv)), slots, "{name}");
        let apdus = |data: &str| format!("[{{\"command\":\"00B0000001\",\"response\":\"{data}9000\"}}]");
        let document = format!(
            "[{{\"{name}\":\"A\",\"apdus\":{}}},\n{{\"apdus\":{},\"{name}\":\"B\"}}]",
            apdus("41"),
            apdus("42")
        );
        assert_eq!(by_slot(&whole(&document, Format::Json)), slots, "{document}");
        let said = |data: &str| format!("{{\"command\":\"00B0000001\",\"response\":\"{data}9000\"}}\n");
        let lines = format!("{{\"{name}\":\"A\"}}\n{}{{\"{name}\":\"B\"}}\n{}", said("41"), said("42"));
        assert_eq!(by_slot(&whole(&lines, Format::JsonLines)), slots, "{lines}");
    }
    let bytes = "card,command,response\n00A4040000,00B0000001,419000\n";
    assert_eq!(import(bytes, Format::Csv).unread.len(), 1);
}

#[test]
fn another_one_who_writes_may_speak_to_another_card() {
    let exchange = |before: &str| format!("{before}=> 00 B0 00 00 01\n{before}<= 41 90 00\n");
    for [one, other] in [
        ["Nov 28 08:00:36 host app[11]: ", "Nov 28 08:00:37 host app[12]: "],
        ["Nov 28 08:00:36 host app: ", "Nov 28 08:00:37 other app: "],
        ["Nov 28 08:00:36 host app: ", "Nov 28 08:00:37 host else: "],
        ["2026-11-28T08:00:36Z host app[11]: ", "2026-11-28T08:00:37Z other app[11]: "],
        ["app-1  | ", "app-2  | "],
        ["11-28 08:00:36.123  1234  1235 D Nfc     : ", "11-28 08:00:36.123  1236  1235 D Nfc     : "],
    ] {
        for format in [Format::Arrows, Format::Pcscd] {
            let log = exchange(one) + &exchange(one) + &exchange(other) + &exchange(one);
            let log = if format == Format::Pcscd { log.replace("=>", "APDU:").replace("<=", "SW:") } else { log };
            let lines: Vec<usize> = import(&log, format).unread.iter().map(|unread| unread.line).collect();
            assert_eq!(lines, [5], "{log}");
        }
    }
    // What writes commands may be another one than what writes answers.
    let parted =
        "2026-11-28 08:00:36,1 - tx - DEBUG - => 00 B0 00 00 01\n2026-11-28 08:00:36,2 - rx - DEBUG - <= 41 90 00\n";
    assert_eq!(import(&parted.repeat(2), Format::Arrows).unread, []);
}
