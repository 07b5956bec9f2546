use alloc::{format, string::String, sync::Arc, vec::Vec};
use core::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use crate::{
    Card, Fault, Interface, Protocol, Snapshot,
    platform::{Change, CommitError, Forgetful, Sink},
    snapshot::CHIP,
    testing::{
        Tester, Torn,
        keys::{SELECT, applets, card_of, keyed_image},
        platform,
        terminal::{Terminal, aes_128, triple_des},
        text,
    },
};

const BEGIN: &str = "0C 12 00 80";
const COMMIT: &str = "0C 12 00 81";
const ROLLBACK: &str = "0C 12 00 82";

/// File 2001, whose bytes are 00, 01, 02, ...
const FILE: (&str, &str) = ("0C A4 00 0C", "2001");

/// A card and a terminal in a session with it.
struct Pair(Tester, Terminal);

impl Pair {
    fn with(sink: impl Sink + 'static) -> Self {
        let mut card = card_of(keyed_image(), Protocol::T1, sink);
        let terminal = Terminal::authenticate(&mut card, &triple_des(), 0x81, 0x8C);
        Self(card, terminal)
    }

    fn new() -> Self {
        Self::with(Forgetful)
    }

    /// Sends commands under secure messaging and compares their status words.
    fn plays(&mut self, exchanges: &[(&str, &str, &str)]) -> &mut Self {
        for (header, data, right) in exchanges {
            assert_eq!(self.1.send(&mut self.0, header, data, None), *right, "answer to {header} {data}");
        }
        self
    }

    /// Begins, and writes AABB to the start and the fifth byte of file 2001.
    fn begun(&mut self) -> &mut Self {
        self.plays(&[
            (FILE.0, FILE.1, "9000"),
            (BEGIN, "", "9000"),
            ("0C D6 00 00", "AABB", "9000"),
            ("0C D6 00 04", "AABB", "9000"),
        ])
    }

    /// The first six bytes of file 2001, in a session or not.
    fn file(&mut self) -> String {
        self.0.plays(&[("00 A4 04 0C 0B D250000002564954414C45", "9000"), ("00 A4 00 0C 02 2001", "9000")]);
        self.0.send("00 B0 00 00 06")
    }
}

const OLD: &str = "0001020304059000";
const NEW: &str = "AABB0203AABB9000";

/// The whole card as it would be without power, whatever is under way.
fn kept(card: &Tester) -> Vec<u8> {
    saved(card).part(CHIP).expect("it is there").to_vec()
}

fn saved(card: &Tester) -> Snapshot {
    let mut snapshot = Snapshot::new();
    card.chip.save(&mut snapshot);
    snapshot
}

#[test]
fn commands_of_a_transaction_stay_together() {
    let mut pair = Pair::new();
    pair.begun();
    assert_eq!(pair.1.send(&mut pair.0, "0C B0 00 00", "", Some(6)), NEW);
    pair.plays(&[(COMMIT, "", "9000"), ("0C D6 00 00", "EE", "9000"), (COMMIT, "", "6985"), (ROLLBACK, "", "6985")]);
    assert_eq!(pair.file(), "EEBB0203AABB9000");
    pair.0.chip.power_up(Interface::Contact).expect("an ATR");
    assert_eq!(pair.file(), "EEBB0203AABB9000");
}

#[test]
fn whatever_ends_the_session_undoes_the_transaction() {
    let ends: [&[(&str, &str)]; 8] = [
        &[("00 B0 00 00 06", OLD)],
        &[("00 20 00 81 04 31323334", "9000")],
        &[("10 DB 3F FF 02 7000", "9000")],
        &[("0C B0 00 00 03 97 01 02 00", "6987")],
        &[("08 B0 00 00 00", "6882")],
        &[("00 B0 00 00 01 02 03", "6700")],
        &[("", "6700")],
        &[("00 A4 00 0C 02 3F00", "9000")],
    ];
    for end in ends {
        let mut pair = Pair::new();
        let before = kept(&pair.begun().0);
        pair.0.plays(end);
        assert_eq!(kept(&pair.0), before, "after {end:?}");
        assert_eq!(pair.file(), OLD, "after {end:?}");
    }
    for undo in [|card: &mut Tester| card.chip.power_off(), |card: &mut Tester| card.chip.reset().expect("an ATR")] {
        let mut pair = Pair::new();
        undo(&mut pair.begun().0);
        pair.0.chip.power_up(Interface::Contact).expect("an ATR");
        assert_eq!(pair.file(), OLD);
    }
    let mut pair = Pair::new();
    pair.begun().plays(&[(ROLLBACK, "", "9000")]);
    assert_eq!(pair.1.send(&mut pair.0, "0C B0 00 00", "", Some(6)), OLD);
    // SELECT of an application whose keys are not those of the session.
    let mut pair = Pair::new();
    pair.begun().plays(&[("0C A4 00 0C", "3F00", "9000")]);
    assert_eq!(pair.file(), OLD);
}

#[test]
fn what_must_stay_by_itself_is_refused_meanwhile() {
    let create = "62 11 80 02 0010 82 01 01 83 02 7001 8C 04 43 00 00 00";
    let refused = [
        ("0C 20 00 81", "31323334"),
        ("0C 24 00 81", "3132333434333231"),
        ("0C 2C 01 81", "3132333435363738"),
        ("0C E0 00 00", create),
        (BEGIN, ""),
    ];
    for (header, data) in refused {
        let mut pair = Pair::new();
        pair.begun().plays(&[(header, data, "6985")]);
        assert_eq!(pair.1.send(&mut pair.0, "0C B0 00 00", "", Some(6)), NEW, "after {header}");
        pair.plays(&[(COMMIT, "", "9000")]);
        assert_eq!(pair.file(), NEW);
        pair.0.plays(&[("00 20 00 81", "63C3"), ("00 A4 00 0C 02 7001", "6A82")]);
    }
}

#[test]
fn a_pin_and_the_life_of_a_file_are_parts_of_a_transaction_too() {
    let put = ("0C DB 3F FF", "70 0D BF8101 09 7F41 06 82 04 37373737", "9000");
    let deactivate = [("0C A4 00 0C", "0066", "9000"), ("0C 04 00 00", "", "9000")];
    for (end, pin, file) in [(COMMIT, "9000", "6985"), (ROLLBACK, "63C2", "6982")] {
        let mut pair = Pair::new();
        pair.begun().plays(&[put]).plays(&deactivate).plays(&[(end, "", "9000")]);
        pair.0.plays(&[("00 B0 82 00 01", file), ("00 20 00 81 04 37373737", pin)]);
    }
}

#[test]
fn only_who_may_begins_and_only_under_secure_messaging() {
    let mut pair = Pair::new();
    pair.0.plays(&[("00 12 00 80", "6982"), ("00 12 00 81", "6985"), ("00 12 00 82", "6985"), ("00 12 00 83", "6A86")]);
    pair.0.plays(&[("00 12 01 80", "6A86"), ("00 12 00 80 01 00", "6700"), ("10 12 00 80", "6884")]);
    // Key set 2 is somebody else's.
    let mut card = card_of(keyed_image(), Protocol::T1, Forgetful);
    let terminal = Terminal::authenticate(&mut card, &aes_128(), 0x82, 0x8C);
    Pair(card, terminal).plays(&[(BEGIN, "", "6982")]);
    // The MF has no transactions.
    card_of(keyed_image(), Protocol::T1, Forgetful).plays(&[("00 A4 00 0C", "9000"), ("00 12 00 80", "6D00")]);
}

#[test]
fn another_channel_reads_what_was_written_and_writes_nothing() {
    let mut pair = Pair::new();
    pair.0.plays(&[("01 B0 00 00 01", "6881")]);
    pair.plays(&[("0C 70 00 01", "", "9000")]).begun();
    let other = [("01 A4 04 0C 0B D250000002564954414C45", "9000"), ("01 A4 00 0C 02 2001", "9000")];
    pair.0.plays(&other);
    pair.0.plays(&[("01 B0 00 00 06", NEW), ("01 D6 00 00 01 EE", "6985"), ("01 20 00 81 04 39393939", "6985")]);
    pair.0.plays(&[("01 12 00 80", "6982"), ("01 12 00 81", "6985"), ("01 12 00 82", "6985"), ("01 70 80 01", "9000")]);
    pair.plays(&[(COMMIT, "", "9000")]);
    assert_eq!(pair.file(), NEW);
    pair.0.plays(&[("00 20 00 81", "63C3")]);
    // A channel that is closed takes its transaction with it.
    let mut card = card_of(keyed_image(), Protocol::T1, Forgetful);
    card.plays(&[("00 70 00 01", "9000"), ("01 A4 04 0C 0B D250000002564954414C45", "9000")]);
    let terminal = Terminal::authenticate_on(1, &mut card, &triple_des(), 0x81, 0x8C);
    let mut pair = Pair(card, terminal);
    pair.plays(&[("0D A4 00 0C", "2001", "9000"), ("0D 12 00 80", "", "9000"), ("0D D6 00 00", "AA", "9000")]);
    pair.0.plays(&[("00 A4 00 0C 02 2001", "9000"), ("00 B0 00 00 01", "AA 9000"), ("00 70 80 01", "9000")]);
    pair.0.plays(&[("00 B0 00 00 01", "00 9000"), ("00 D6 00 00 01 EE", "9000")]);
}

#[test]
fn a_commit_that_is_not_kept_undoes_the_transaction() {
    let mut pair = Pair::with(Torn::full_after(2));
    let before = kept(&pair.begun().0);
    pair.plays(&[(COMMIT, "", "6581"), (COMMIT, "", "6985")]);
    assert_eq!(kept(&pair.0), before);
    pair.begun().plays(&[(COMMIT, "", "9000")]);
    assert_eq!(pair.file(), NEW);
    let mut pair = Pair::with(Torn::after(2));
    pair.begun();
    let commit = pair.1.seal(COMMIT, "", None);
    assert_eq!(pair.0.try_send(&text(&commit)), Err(Fault::PowerLost));
    pair.0.chip.power_up(Interface::Contact).expect("an ATR");
    assert_eq!((pair.file().as_str(), kept(&pair.0)), (OLD, before));
}

#[test]
fn a_transaction_has_as_much_room_as_its_layout_gives() {
    // 64 bytes: two of 28 and the 4 of each.
    let long = "EE".repeat(28);
    let mut pair = Pair::new();
    pair.plays(&[(FILE.0, FILE.1, "9000"), (BEGIN, "", "9000"), ("0C D6 00 00", &long, "9000")]);
    pair.plays(&[("0C D6 00 20", &format!("{long}EE"), "6A84"), ("0C D6 00 20", &long, "9000")]);
    pair.plays(&[("0C D6 00 50", "EE", "6A84"), (COMMIT, "", "9000"), ("0C D6 00 50", &"EE".repeat(100), "9000")]);
    assert_eq!(pair.0.send("00 B0 00 1A 08"), "EEEE1C1D1E1FEEEE9000");
}

#[test]
fn a_snapshot_holds_nothing_of_a_transaction_that_is_under_way() {
    let mut pair = Pair::new();
    let before = kept(&pair.0);
    assert_eq!(kept(&pair.begun().0), before);
    let snapshot = saved(&pair.0);
    pair.0.chip.restore(&snapshot).expect("the same image");
    pair.0.chip.power_up(Interface::Contact).expect("an ATR");
    assert_eq!(pair.file(), OLD);
}

/// Counts commits and keeps some of them only.
struct Moody(Arc<AtomicUsize>, Vec<Option<CommitError>>);

impl Sink for Moody {
    fn commit(&mut self, _: &[Change<'_>]) -> Result<(), CommitError> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        self.1.get(number).copied().flatten().map_or(Ok(()), Err)
    }
}

/// What may come: under secure messaging where the terminal has a session, else plain. `R` takes the power away.
const STEPS: [&str; 19] = [
    "BEGIN",
    "BEGIN",
    "COMMIT",
    "COMMIT",
    "ROLLBACK",
    "D6 00 00 AABBCC",
    "D6 00 02 DDEE",
    "D6 00 02 1122334455",
    "A4 00 0C 2001",
    "A4 00 0C 3F00",
    "20 00 81 31323334",
    "20 00 81 39393939",
    "E0 00 00 6211800200108201018302700\
     18C0443000000",
    "04 00 00",
    "44 00 00",
    "PLAIN",
    "OTHER",
    "R",
    "DB 3F FF 700DBF8101097F410682043737373",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// From BEGIN on the card without power is what it was, until COMMIT is answered with 9000: then it is what was
    /// seen under power.
    #[test]
    fn a_card_is_as_before_or_as_after_a_whole_transaction(
        steps in proptest::collection::vec(0..STEPS.len(), 1..40),
        moods in proptest::collection::vec(
            prop_oneof![6 => Just(None), 1 => Just(Some(CommitError::Full)), 1 => Just(Some(CommitError::PowerLost))],
            40,
        ),
    ) {
        let commits = Arc::new(AtomicUsize::new(0));
        let counted = || commits.load(Ordering::Relaxed);
        // The authentications before the first step are to succeed.
        let moods = [Vec::from([None; 2]), moods].concat();
        let sink = Moody(Arc::clone(&commits), moods);
        let mut card = Tester::on(&keyed_image(), Protocol::T1, &applets, platform(sink));
        card.plays(&[SELECT]);
        let mut terminal = Some(Terminal::authenticate(&mut card, &triple_des(), 0x81, 0x8C));
        assert_eq!(terminal.as_mut().expect("a session").send(&mut card, FILE.0, FILE.1, None), "9000");
        let mut begun: Option<Vec<u8>> = None;
        for step in steps {
            let before = (kept(&card), counted());
            let words = STEPS[step];
            let (header, data) = match words {
                "R" => {
                    card.chip.power_up(Interface::Contact).expect("an ATR");
                    prop_assert!(card.chip.core.transaction.is_none());
                    prop_assert!((kept(&card), counted()) == before);
                    card.plays(&[SELECT]);
                    (terminal, begun) = (None, None);
                    continue;
                }
                "BEGIN" => ("12 00 80", ""),
                "COMMIT" => ("12 00 81", ""),
                "ROLLBACK" => ("12 00 82", ""),
                "PLAIN" | "OTHER" => ("B0 00 00", ""),
                _ => words.split_at(8),
            };
            let command = match (words, &mut terminal) {
                ("OTHER", _) => String::from("01 70 00 00 01"),
                (_, Some(terminal)) if words != "PLAIN" => {
                    text(&terminal.seal(&format!("0C {header}"), data, None))
                }
                _ => {
                    terminal = None;
                    let length = data.split_whitespace().collect::<String>().len() / 2;
                    if length == 0 { format!("00 {header}") } else { format!("00 {header} {length:02X} {data}") }
                }
            };
            let response = match card.try_send(&command) {
                Ok(response) => response,
                Err(_) => {
                    prop_assert!(begun.is_none_or(|old| kept(&card) == old));
                    card.chip.power_up(Interface::Contact).expect("an ATR");
                    card.plays(&[SELECT]);
                    (terminal, begun) = (None, None);
                    continue;
                }
            };
            let is_open = card.chip.core.transaction.is_some();
            prop_assert!(!is_open || terminal.is_some(), "a transaction outlived its session");
            let status = match &mut terminal {
                Some(terminal) if words != "OTHER" && response.len() > 4 => {
                    let plain = terminal.open(&response);
                    plain[plain.len() - 4..].into()
                }
                _ => String::from(&response[response.len() - 4..]),
            };
            if let Some(old) = &begun {
                if words == "COMMIT" && status == "9000" {
                    prop_assert!(counted() - before.1 <= 1 && !is_open);
                    let seen = card.chip.core.memory.cells().to_vec();
                    prop_assert!(kept(&card).ends_with(&seen));
                    begun = None;
                } else {
                    prop_assert!(&kept(&card) == old, "after {words}");
                    begun = begun.filter(|_| is_open);
                }
            } else if is_open {
                begun = Some(before.0);
            }
            if terminal.is_some() && response.len() <= 4 && words != "OTHER" {
                terminal = None;
            }
        }
    }
}
