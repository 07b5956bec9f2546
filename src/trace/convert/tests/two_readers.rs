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
    assert_eq!(named(&["a: ", "b: ", "a: ", "b: "]), [4, 8]);
    for one in [["", ""], ["card ", "card "], ["1: ", "2: "], ["APDU 1 ", "APDU 2 "]] {
        assert_eq!(named(&one), [0; 0], "{one:?}");
    }
    let described = "SELECT => 00 A4 04 00 00\n<= 90 00\nREAD => 00 B0 00 00 02\n<= 01 02 90 00\n";
    assert_eq!(import(described, Format::Arrows).unread, []);
}

#[test]
fn clear_names_before_marks_are_slots() {
    for two in [
        ["ACS 00 00 =>", "Gem 01 00 =>", "<="],
        ["reader 0: =>", "reader 1: =>", "<="],
        ["Lecteur A =>", "Lecteur B =>", "<="],
        ["[Reader A] =>", "[Reader B] =>", "<="],
        ["slot0 =>", "slot1 =>", "<="],
        ["slot=0 TX:", "slot=1 TX:", "RX:"],
        ["Reader A: C-APDU:", "Reader B: C-APDU:", "R-APDU:"],
        ["[Gemalto 00 00] =>", "[SCM 01 00] =>", "<="],
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
fn a_line_names_the_reader_from_there_on() {
    let log = "Using reader: Gemalto 00 00\n=> 00 B0 00 00 01\n<= 41 90 00\n\
        Using reader: SCM 01 00\n=> 00 B0 00 00 01\n<= 42 90 00\n";
    let slots = by_slot(&whole(log, Format::Arrows));
    assert_eq!(slots, ["> 00 B0 00 00 01\n< 41 90 00\n", "> 00 B0 00 00 01\n< 42 90 00\n"]);
}

#[test]
fn another_process_may_speak_to_another_card() {
    let said = |process| {
        format!(
            "Nov 28 08:00:36 host app[{process}]: => 00 B0 00 00 01\nNov 28 08:00:36 host app[{process}]: <= 41 90 00\n"
        )
    };
    assert_eq!(import(&(said(11) + &said(11)), Format::Arrows).unread, []);
    let lines: Vec<usize> =
        import(&(said(11) + &said(12)), Format::Arrows).unread.iter().map(|unread| unread.line).collect();
    assert_eq!(lines, [3]);
}
