//! What the importers make of logs.

mod field;
mod forms;
mod left;
mod posted;
mod printed;
mod programs;
mod properties;
mod records;
mod rows;
mod structure;
mod tables;
mod told;
mod two_readers;

use std::sync::Arc;

use proptest::{prelude::*, test_runner::RngSeed};

use super::{Format, Imported, import};
use crate::{profile::diagnostic::Source, trace::Trace, work};

/// So many cases, the same each time, unless PROPTEST_CASES and PROPTEST_RNG_SEED ask for others.
fn same_cases(cases: u32, seed: u64) -> ProptestConfig {
    let config = ProptestConfig::with_cases(cases);
    let rng_seed = match config.rng_seed {
        RngSeed::Random => RngSeed::Fixed(seed),
        given @ RngSeed::Fixed(_) => given,
    };
    ProptestConfig { rng_seed, ..config }
}

const SPY_2: &str = include_str!("../../../../fixtures/traces/samples/sample.pcsc-spy.raw");
const SPY_1: &str = include_str!("../../../../fixtures/traces/samples/sample-1.9.9.pcsc-spy.raw");
const PCSCD: &str = include_str!("../../../../fixtures/traces/samples/sample.pcscd-1.9.9-apdu.log");
const PCSCD_DEBUG: &str = include_str!("../../../../fixtures/traces/samples/sample.pcscd-1.9.9-apdu-debug.log");
const PCSCD_COLOUR: &str = include_str!("../../../../fixtures/traces/samples/sample.pcscd-1.9.9-apdu-debug-color.log");
const PCSCD_2: &str = include_str!("../../../../fixtures/traces/samples/sample.pcscd-2.5.1-apdu.log");
const OPENSC: &str = include_str!("../../../../fixtures/traces/samples/sample.opensc-debug.log");

/// The dialogue that most samples have.
const TOY: &str = "> 00 A4 04 00 00\n< 90 00\n> 00 B0 00 00 04\n< 55 55 55 55 90 00\n> 00 B2 00 00 00\n< 6D 00\n";

fn parse(imported: &Imported) -> Trace {
    let source = Source { name: "imported".into(), text: imported.text.clone() };
    Trace::parse(Arc::new(source)).expect("an importer writes a trace")
}

/// The trace of a log that is understood wholly.
fn whole(log: &str, format: Format) -> String {
    assert_eq!(Format::detect(log), Some(format));
    let imported = import(log, format);
    assert_eq!(imported.unread, []);
    parse(&imported);
    imported.text
}

/// The commands and answers of a trace.
fn said_in(trace: &str) -> String {
    trace.lines().filter(|line| line.starts_with(['>', '<'])).map(|line| format!("{line}\n")).collect()
}

#[test]
fn libpcscspy_of_both_versions() {
    let expected = format!(
        "virtuale-trace 1\n# reader: Virtual Reader 00 00\natr 3B 80 80 01 01\nprotocol T=1\n{TOY}reset warm\n"
    );
    assert_eq!(whole(SPY_2, Format::Spy), expected);
    assert_eq!(whole(SPY_1, Format::Spy), expected);
}

#[test]
fn pcscd_with_more_and_less_detail() {
    let plain = format!("virtuale-trace 1\n# reader: not named in the log\n{TOY}");
    assert_eq!(whole(PCSCD, Format::Pcscd), plain);
    assert_eq!(whole(PCSCD_2, Format::Pcscd), plain);
    let detailed = format!("virtuale-trace 1\n# reader: Rust IFD 00 00\natr 3B 80 80 01 01\n{TOY}reset warm\n");
    assert_eq!(whole(PCSCD_DEBUG, Format::Pcscd), detailed);
    assert_eq!(whole(PCSCD_COLOUR, Format::Pcscd), detailed);
}

#[test]
fn opensc_with_every_dump() {
    let text = whole(OPENSC, Format::Opensc);
    let dumps = OPENSC.lines().filter(|line| line.starts_with("Outgoing APDU")).count();
    assert_eq!(text.matches("\n> ").count(), dumps);
    let start = "virtuale-trace 1\n# reader: Virtual Reader 00 00\natr 3B 80 80 01 01\n\
                 > 00 A4 04 00 07 62 76 01 FF 00 00 00\n< 90 00\n> B0 3C 01 00\n< 6D 00\n";
    assert!(text.starts_with(start), "{text}");
}

#[test]
fn scdaemon_puts_status_and_data_together() {
    let log = "2026-11-22 08:00:00 scdaemon[1] DBG: slot 0: ATR=3B 80 80 01 01\n\
        scdaemon[1] DBG: send apdu: c=00 i=A4 p1=00 p2=0C lc=2 le=-1 em=0\n\
        scdaemon[1] DBG:   PCSC_data: 00 A4 00 0C 02 3F 00\n\
        scdaemon[1] DBG:  response: sw=9000  datalen=0\n\
        scdaemon[1] DBG:   PCSC_data: 00 B0 00 00 02\n\
        scdaemon[1] DBG:  response: sw=9000  datalen=2\n\
        scdaemon[1] DBG:      dump: 01 02\n\
        scdaemon[1] DBG:   PCSC_data: 00 B0 00 02 03\n\
        scdaemon[1] DBG:  response: sw=9000  datalen=3\n";
    let imported = import(log, Format::Scdaemon);
    let expected = "virtuale-trace 1\n# reader: not named in the log\natr 3B 80 80 01 01\n\
        > 00 A4 00 0C 02 3F 00\n< 90 00\n> 00 B0 00 00 02\n< 01 02 90 00\n> 00 B0 00 02 03\n";
    assert!(imported.text.starts_with(expected), "{}", imported.text);
    assert_eq!(imported.unread.len(), 1, "the dump of the last answer is missing: {:?}", imported.unread);
    assert_eq!(Format::detect(log), Some(Format::Scdaemon));
    // The ATR stands once more, alone, where scdaemon says what it knows of the card; other bytes alone are named.
    let known = "scdaemon[1] p15:  atr ..........: \n3B 80 80 01 01\n3B 80 80 01 02\n\
        scdaemon[1] p15:  serialNumber .: 92 50 00 18 00 10 00 00 02 FF\n";
    let unread = import(&format!("{log}{known}"), Format::Scdaemon).unread;
    assert_eq!(unread.iter().map(|unread| unread.line).collect::<Vec<_>>(), [8, 12], "{unread:?}");
}

#[test]
fn scdaemon_at_work() {
    let log = include_str!("../../../../fixtures/traces/samples/sample.scdaemon-2.2.40.log");
    let text = whole(log, Format::Scdaemon);
    assert_eq!(text.matches("\n> ").count(), log.matches("PCSC_data:").count());
    let start = "virtuale-trace 1\n# reader: not named in the log\natr 3B 75 13 00 00 44 09 EA 90 00\n\
        > 00 A4 00 0C 02 3F 00\n< 90 00\n> 00 A4 02 0C 02 2F 02\n< 90 00\n\
        > 00 B0 00 00 00\n< 5A 0A 00 00 00 03 49 10 00 00 02 FF 90 00\n> 00 B0 00 0C 00\n< 6B 00\n";
    assert!(text.starts_with(start), "{text}");
    let waiting = "PCSC_data: 00 A4 04 00 00\n response: sw=6102  datalen=0\napdu_send_simple(0): 2 more bytes available\n\
        PCSC_data: 00 C0 00 00 02\n     more: sw=9000  datalen=2\n     dump: 62 00\n";
    let expected = "> 00 A4 04 00 00\n< 61 02\n> 00 C0 00 00 02\n< 62 00 90 00\n";
    assert!(whole(waiting, Format::Scdaemon).ends_with(expected));
    let zeros = "PCSC_data: 00 B0 00 00 02\nresponse: sw=9000  datalen=2\ndump: [all zero]\n";
    assert!(whole(zeros, Format::Scdaemon).ends_with("> 00 B0 00 00 02\n< 00 00 90 00\n"));
}

#[test]
fn scriptor_at_work() {
    let output = include_str!("../../../../fixtures/traces/samples/sample.scriptor-1.6.2.txt");
    let text = whole(output, Format::Scriptor);
    assert_eq!(text.matches("\n> ").count(), 4);
    assert!(text.contains("> 00 A4 02 00 02 D0 01 00\n< 61 1E\n> 00 C0 00 00 1E\n< 62 1C 80 02 01 00"), "{text}");
}

#[test]
fn arrows_with_anything_before_and_remarks_behind() {
    let log = "12:00:01 => 00A4040000\n12:00:01 <= 9000 (done)\n=> 00 B0 00 00 04\n<= 55 5\nnothing\n=> zz\n";
    let imported = import(log, Format::Arrows);
    assert!(imported.text.contains("> 00 A4 04 00 00\n< 90 00\n> 00 B0 00 00 04\n< 55\n"), "{}", imported.text);
    let said: Vec<_> = imported.unread.iter().map(|unread| (unread.line, unread.to_string())).collect();
    let expected = [(4, "half a byte at the end: 55 5"), (6, "not only bytes behind the mark: zz")];
    assert_eq!(said, expected.map(|(line, said)| (line, said.to_owned())));
    assert_eq!(Format::detect(log), Some(Format::Arrows));
    let broken_off = import("> 00 B0 00 00 04\n< 01 02\n", Format::Scriptor);
    assert_eq!(broken_off.unread[0].to_string(), "the last answer breaks off");
}

#[test]
fn scriptor_wraps_long_answers() {
    let row = "AB ".repeat(16);
    let log = format!(
        "No reader given: using Virtuale 00 00\nUsing T=0 protocol\nUsing given file: x\n00 B0 00 00 11\n\
         > 00 B0 00 00 11\n< {row}\nCD 90 00 : Normal processing.\nreset\n> RESET\n< OK: 3B 75 13 00 00 44 09 EA 90 00 \n\
         > 00 B0 00 00 0E\n< {}90 00 \n : Normal processing.\n",
        "AB ".repeat(14)
    );
    let text = whole(&log, Format::Scriptor);
    let expected = format!(
        "virtuale-trace 1\n# reader: not named in the log\natr 3B 75 13 00 00 44 09 EA 90 00\n> 00 B0 00 00 11\n\
         < {row}CD 90 00\nreset warm\n> 00 B0 00 00 0E\n< {}90 00\n",
        "AB ".repeat(14)
    );
    assert_eq!(text, expected);
}

#[test]
fn two_readers_and_a_removal() {
    let log = "00000000 Card inserted into A 00 00\n00000001 Card ATR: 3B 80 80 01 01 \n\
        00000000 [7] winscard.c:258:SCardConnect() Attempting Connect to A 00 00 using protocol: 3\n\
        00000000 [8] winscard.c:258:SCardConnect() Attempting Connect to B 00 01 using protocol: 3\n\
        00000000 [7] APDU: 00 A4 04 00 \n00000000 [8] APDU: 00 B0 00 00 \n00000000 [7] SW: 61 01 \n00000000 [8] SW: \n\
        00000000 Card Removed From A 00 00\n00000000 Card inserted into A 00 00\n00000000 [8] SW: 90 00\n";
    let imported = import(log, Format::Pcscd);
    let expected = "virtuale-trace 1\nslot A-00-00\n# reader: A 00 00\natr 3B 80 80 01 01\nslot B-00-01\n\
        # reader: B 00 01\nslot A-00-00\n> 00 A4 04 00\n< 61 01\nslot B-00-01\n> 00 B0 00 00\nexpect-error mute\n\
        slot A-00-00\nremove\ninsert\n# line 11 of the log was not understood: an answer without a command: 90 00\n";
    assert_eq!(imported.text, expected);
    parse(&imported);
}

#[test]
fn a_log_that_breaks_off_keeps_what_it_has() {
    let lines: Vec<&str> = SPY_2.split_inclusive('\n').collect();
    let mut before = 0;
    for end in 0..lines.len() {
        let imported = import(&lines[..end].concat(), Format::Spy);
        parse(&imported);
        assert!(imported.commands >= before, "line {end} took a command away");
        before = imported.commands;
    }
    let inside = import(&lines[..50].concat(), Format::Spy);
    assert!(inside.text.contains("> 00 A4 04 00 00\n# line"), "{}", inside.text);
    assert_eq!(inside.unread[0].why, "the log breaks off inside SCardTransmit");
}

#[test]
fn what_no_program_wrote_is_not_recognised() {
    assert_eq!(Format::detect("hello\nworld\n"), None);
}

#[test]
fn converting_takes_steps_by_the_length_of_the_log_only() {
    /// Makes a log of a size.
    type Make<'m> = &'m dyn Fn(usize) -> String;
    let name = |size| "r".repeat(size);
    let worst: [(&str, Format, Make<'_>); 12] = [
        ("colours that do not end", Format::Pcscd, &|size| "\u{1B}[1".repeat(size)),
        ("one that ends at last", Format::Pcscd, &|size| format!("{}m", "\u{1B}[".repeat(size))),
        ("readers that go", Format::Pcscd, &|size| {
            (0..size).map(|at| format!("Card Removed From r{at}\nCard inserted into s{at}\n")).collect()
        }),
        ("a long reader", Format::Pcscd, &|size| {
            let exchange = "APDU: 00 B0\nSW: 90 00\n".repeat(size);
            format!("Attempting Connect to {} using protocol: 3\n{exchange}", name(10 * size))
        }),
        ("a long client", Format::Pcscd, &|size| {
            let client = format!("Received command: X from client {}\n", name(10 * size));
            client + &"APDU: 00 B0\nSW: 90 00\n".repeat(size)
        }),
        ("two long readers", Format::Spy, &|size| {
            let connect = |at: usize| {
                let reader = format!("{at}{}", name(10 * size));
                format!("1@>|0|SCardConnect\n1@0x1\n1@{reader}\n1@\n1@\n1@\n1@\n1@0x{at}\n1@0x2\n1@<|0|0x0\n")
            };
            let send = |at: usize| {
                format!("1@>|0|SCardTransmit\n1@0x{at}\n1@\n1@\n1@0x1\n1@00\n1@\n1@\n1@0x2\n1@90 00\n1@<|0|0x0\n")
            };
            connect(1) + &connect(2) + &(send(1) + &send(2)).repeat(size / 2)
        }),
        ("a long answer", Format::Scriptor, &|size| format!("> 00\n< {}", "00 00\n".repeat(size))),
        ("a value in quotes over all lines", Format::Csv, &|size| {
            format!("command,response\n\"00A40400\n{}\",9000\n", "00\n".repeat(size))
        }),
        ("values in quotes that do not end", Format::Csv, &|size| {
            format!("command,response{}\n{}", ",".repeat(size), "x\",\"z\n".repeat(size))
        }),
        ("answers of other readers", Format::Csv, &|size| {
            let said = |at: usize| format!("r{at},tx,00A40400\n");
            format!("reader,direction,data\n{}", (0..size).map(said).collect::<String>())
        }),
        ("fields that nobody used", Format::JsonLines, &|size| {
            let fields = "\"data\":\"00\",".repeat(size);
            format!("{{\"command\":\"00A40400\",{fields}\"response\":\"{}9000\"}}\n", "00".repeat(size))
        }),
        ("dumps that break off", Format::Opensc, &|size| "Outgoing APDU (9999 bytes)\n00\n".repeat(size)),
    ];
    for (what, format, log) in worst {
        let steps = |size| {
            let log = log(size);
            // What is written is work as well: a trace does not grow faster than its log.
            work::of(|| work::step(import(&log, format).text.len()))
        };
        let (once, twice) = (steps(1_000), steps(2_000));
        assert!(once >= 1_000 && 2 * twice < 5 * once, "{what}: {once} steps, then {twice}");
    }
}

proptest! {
    #[test]
    fn a_damaged_log_still_makes_a_trace(
        sample in 0usize..7,
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), "[ -~é\n\t]{0,6}"), 0..12),
        format in 0..Format::ALL.len(),
    ) {
        let samples = [SPY_2, SPY_1, PCSCD, PCSCD_DEBUG, PCSCD_COLOUR, PCSCD_2, OPENSC];
        let mut lines: Vec<String> = samples[sample].lines().take(400).map(str::to_owned).collect();
        for (place, text) in damage {
            let place = place.index(lines.len());
            let keep: String = lines[place].chars().take(text.len() * 5).collect();
            lines[place] = keep + &text;
        }
        parse(&import(&lines.join("\n"), Format::ALL[format].1));
    }

    #[test]
    fn any_text_makes_a_trace(log in "([>< =A-F0-9x@|:.\n-]|SCardTransmit|APDU: |SW: |PCSC_data:|response: sw=|Outgoing APDU \\(){0,200}") {
        for (_, format) in Format::ALL {
            parse(&import(&log, format));
        }
    }
}
