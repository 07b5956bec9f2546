use std::{
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use proptest::{prelude::*, sample::select};
use virtuale_engine::{
    Atr, Card, Fault as Silence, Interface, Response, Snapshot,
    platform::{Change, CommitError, Sink},
};

use super::{Fault, Faults, Kind, NotArmed, Spoiled, Strike, Torn};
use crate::{
    layer::{Layered, fault::follow::CardFile},
    toy::Toy,
};

const PAGE: &str = include_str!("../../../docs/faults.md");

/// What a sink kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Vec<u8>>>>);

impl Sink for Kept {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), CommitError> {
        self.0.lock().expect("no panic").extend(changes.iter().map(|change| change.bytes.to_vec()));
        Ok(())
    }
}

/// A card behind faults. It answers with the bytes of the command, and commits P2 times.
struct Bench {
    card: Layered<Spoiled>,
    faults: Faults,
    kept: Kept,
    struck: Arc<Mutex<Vec<Strike>>>,
}

impl Bench {
    fn new(faults: &[&str]) -> Self {
        let (handle, kept) = (Faults::default(), Kept::default());
        let mut sink = Torn::new(handle.clone(), Box::new(kept.clone()));
        let toy = Toy::with_atr(Atr::parse(&[0x3B, 0x02, 0x41, 0x42]).expect("an answer to reset"), {
            move |command: &[u8], response: &mut Response| {
                let times = command.get(3).copied().unwrap_or(0);
                for _ in 0..times.min(4) {
                    sink.commit(&[Change { offset: 0, bytes: command }]).map_err(|_| Silence::PowerLost)?;
                }
                response.extend(command);
                response.extend(&[0x90, 0x00]);
                Ok(())
            }
        });
        let card = Layered::new(Spoiled::new(handle.clone()), Box::new(toy) as Box<dyn Card>);
        let struck = Arc::<Mutex<Vec<Strike>>>::default();
        let heard = Arc::clone(&struck);
        handle.witnessed_by(Some(Arc::new(move |strike| heard.lock().expect("no panic").push(strike.clone()))));
        let mut bench = Self { card, faults: handle, kept, struck };
        bench.card.power_up(Interface::Contact).expect("nothing strikes yet");
        for fault in faults {
            bench.faults.arm(fault.parse().expect(fault)).expect("room");
        }
        bench
    }

    /// What a command is answered with, or `-` and why there is no answer.
    fn ask(&mut self, command: &[u8]) -> String {
        let mut response = Response::new();
        match self.card.transmit(command, &mut response) {
            Ok(()) => hex::encode_upper(response.as_bytes()),
            Err(silence) => {
                assert!(response.is_empty());
                format!("-{silence:?}")
            }
        }
    }

    fn ask_all(&mut self, commands: &[&[u8]]) -> Vec<String> {
        commands.iter().map(|command| self.ask(command)).collect()
    }

    /// What struck so far, as it is recorded.
    fn struck(&self) -> Vec<String> {
        self.struck.lock().expect("no panic").iter().map(|strike| strike.fault.to_string()).collect()
    }
}

const READ: &[u8] = &[0x00, 0xB0, 0x00, 0x00, 0x04];
const OTHER: &[u8] = &[0x00, 0x84, 0x00, 0x00, 0x04];
const WHOLE: &str = "00B00000049000";
const OTHERS: &str = "00840000049000";

/// Words of the language, right and wrong.
const WORDS: [&str; 57] = [
    "pull",
    "pull=1ms",
    "reset",
    "cancel",
    "pull done",
    "mute",
    "atr",
    "atr=3B00",
    "sw=6F00",
    "sw=9000",
    "61xx",
    "61xx=2",
    "6Cxx",
    "6Cxx=7",
    "cut=2",
    "cut=0",
    "pad=3",
    "flip",
    "flip=9",
    "late=0ms",
    "late=1ms..2ms",
    "wtx=exp:1ms",
    "power=before",
    "power=during",
    "power=after",
    "n=3",
    "n=2..4",
    "n=2..",
    "every=2",
    "after=1",
    "session=2",
    "session=1..",
    "times=1",
    "ins=B0",
    "ins=84",
    "file=D001",
    "file=sfi:2",
    "file=IDENTITE",
    "answer=9000",
    "answer=61xx",
    "p=0.5",
    "p=1",
    "seed=7",
    "done",
    "undone",
    "sw",
    "late",
    "2s",
    "n=0",
    "p=2",
    "ins=",
    "=",
    "atr=",
    "MUTE",
    "sw=zzzz",
    "every=x",
    "file=\u{202E}",
];

/// A fault, and what is no fault.
fn lines() -> impl Strategy<Value = String> {
    proptest::collection::vec(select(&WORDS[..]), 0..5).prop_map(|words| words.join(" "))
}

/// A fault.
fn faults() -> impl Strategy<Value = Fault> {
    lines().prop_filter_map("no fault", |line| line.parse().ok())
}

proptest! {
    #[test]
    fn what_is_printed_of_a_fault_is_that_fault(fault in faults()) {
        let printed = fault.to_string();
        prop_assert_eq!(printed.parse::<Fault>(), Ok(fault), "{}", printed);
    }

    #[test]
    fn nothing_that_is_no_fault_makes_the_reader_panic(line in lines(), text in any::<String>()) {
        for text in [line, text] {
            if let Err(mistake) = text.parse::<Fault>() {
                prop_assert!(!mistake.to_string().is_empty() && !mistake.what.french().is_empty());
            }
        }
    }

    #[test]
    fn no_faults_lose_what_was_acknowledged(
        faults in proptest::collection::vec(faults(), 0..6),
        commands in proptest::collection::vec((select(&[0xB0, 0x84, 0xA4, 0xC0][..]), 0_u8..3), 1..30),
    ) {
        let mut bench = Bench::new(&[]);
        let says_done = |fault: &Fault| fault.effect.kind() == Kind::Status;
        for fault in faults.iter().filter(|fault| !says_done(fault)) {
            bench.faults.arm(fault.clone()).expect("few");
        }
        for (number, (ins, commits)) in commits_in(&commands) {
            let command = [0x00, ins, number, commits, 0x04];
            let answer = bench.ask(&command);
            if answer.ends_with("9000") && ins != 0xC0 {
                let kept = bench.kept.0.lock().expect("no panic");
                let times = kept.iter().filter(|kept| kept[..] == command).count();
                prop_assert_eq!(times, usize::from(commits), "{:?}", faults);
            }
            if answer.starts_with('-') {
                let _ = bench.card.reset();
            }
        }
        let mut snapshot = Snapshot::new();
        bench.card.save(&mut snapshot);
        prop_assert!(bench.card.restore(&snapshot).is_ok());
    }

    #[test]
    fn what_struck_strikes_again_in_its_place(
        faults in proptest::collection::vec(faults(), 1..5),
        commands in proptest::collection::vec((select(&[0xB0, 0x84, 0xA4][..]), 0_u8..3), 1..20),
    ) {
        let mut bench = Bench::new(&[]);
        for fault in &faults {
            bench.faults.arm(fault.clone()).expect("few");
        }
        let mut again = Bench::new(&[]);
        for (number, (ins, commits)) in commits_in(&commands) {
            let command = [0x00, ins, number, commits, 0x04];
            let answer = bench.ask(&command);
            for fault in bench.struck.lock().expect("no panic").drain(..) {
                again.faults.arm_here(fault.fault.to_string().parse().expect("its own language")).expect("few");
            }
            prop_assert_eq!(again.ask(&command), answer, "{:?}", faults);
            prop_assert_eq!(again.faults.end_here(), vec![]);
            prop_assert_eq!(&*again.kept.0.lock().expect("no panic"), &*bench.kept.0.lock().expect("no panic"));
        }
    }
}

fn commits_in(commands: &[(u8, u8)]) -> impl Iterator<Item = (u8, (u8, u8))> {
    (0_u8..).zip(commands.iter().copied())
}

#[test]
fn commands_are_counted_from_the_moment_when_a_fault_is_armed() {
    for (fault, answers) in [
        ("mute n=2", [WHOLE, "-Mute", WHOLE, WHOLE]),
        ("mute n=2..3", [WHOLE, "-Mute", "-Mute", WHOLE]),
        ("mute after=2", [WHOLE, WHOLE, "-Mute", "-Mute"]),
        ("mute every=2", [WHOLE, "-Mute", WHOLE, "-Mute"]),
        ("mute times=1", ["-Mute", WHOLE, WHOLE, WHOLE]),
        ("mute session=2", [WHOLE; 4]),
        ("sw=6F00 n=1", ["6F00", WHOLE, WHOLE, WHOLE]),
        ("sw=6282 n=1", ["00B00000046282", WHOLE, WHOLE, WHOLE]),
        ("cut=2 n=1", ["00B09000", WHOLE, WHOLE, WHOLE]),
        ("cut=5 n=1", [WHOLE; 4]),
        ("pad=1 n=1", ["00B0000004009000", WHOLE, WHOLE, WHOLE]),
        ("flip=15 n=1", ["00B10000049000", WHOLE, WHOLE, WHOLE]),
        ("flip=40 n=1", ["80B00000049000", WHOLE, WHOLE, WHOLE]),
        ("6Cxx n=1", ["6C05", WHOLE, WHOLE, WHOLE]),
        ("6Cxx=4 n=1", ["6C04", WHOLE, WHOLE, WHOLE]),
        ("mute answer=6xxx", [WHOLE; 4]),
        ("mute answer=90xx n=3", [WHOLE, WHOLE, "-Mute", WHOLE]),
        ("mute ins=84", [WHOLE; 4]),
    ] {
        let mut bench = Bench::new(&[fault]);
        assert_eq!(bench.ask_all(&[READ; 4]), answers, "{fault}");
    }
    let mut bench = Bench::new(&["mute ins=B0 n=2"]);
    assert_eq!(bench.ask_all(&[READ, OTHER, OTHER, READ, READ]), [WHOLE, OTHERS, OTHERS, "-Mute", WHOLE]);
}

#[test]
fn a_card_that_went_mute_for_good_answers_no_reset() {
    let mut bench = Bench::new(&["mute after=1"]);
    assert_eq!(bench.card.reset(), Ok(()), "not yet");
    assert_eq!(bench.ask_all(&[READ, READ]), [WHOLE, "-Mute"]);
    assert_eq!((bench.card.reset(), bench.card.power_up(Interface::Contact)), (Err(Silence::Mute), Err(Silence::Mute)));
    assert_eq!(bench.faults.clear(), 1);
    assert_eq!((bench.card.reset(), bench.ask(READ).as_str()), (Ok(()), WHOLE));
    let mut bench = Bench::new(&["mute n=1"]);
    assert_eq!((bench.ask(READ).as_str(), bench.card.reset()), ("-Mute", Ok(())), "a hiccup");
    let mut bench = Bench::new(&["mute session=2"]);
    assert_eq!((bench.card.reset(), bench.card.reset()), (Err(Silence::Mute), Ok(())));
}

#[test]
fn an_answer_waits_for_get_response() {
    let fetch = |le| [0x00, 0xC0, 0x00, 0x00, le];
    let mut bench = Bench::new(&["61xx=2 n=1"]);
    let answers = bench.ask_all(&[READ, &fetch(2), &fetch(0), &fetch(2), &fetch(2)]);
    assert_eq!(answers, ["6102", "00B06102", "00006101", "049000", "00C00000029000"]);
    let mut bench = Bench::new(&["61xx n=1"]);
    assert_eq!(bench.ask_all(&[READ, OTHER, &fetch(5)]), ["6105", OTHERS, "00C00000059000"], "it is gone");
}

#[test]
fn power_goes_at_a_commit() {
    let write = |number| [0x00, 0xB0, number, 2, 0x04];
    for (fault, answers, kept) in [
        ("power=before", ["-PowerLost", "00B00202049000"], vec![2, 2]),
        ("power=before n=2", ["-PowerLost", "00B00202049000"], vec![1, 2, 2]),
        ("power=after", ["-PowerLost", "00B00202049000"], vec![1, 2, 2]),
        ("power=after n=2", ["-PowerLost", "00B00202049000"], vec![1, 1, 2, 2]),
        ("power=before n=3", ["00B00102049000", "-PowerLost"], vec![1, 1]),
        ("power=before ins=84", ["00B00102049000", "00B00202049000"], vec![1, 1, 2, 2]),
    ] {
        let mut bench = Bench::new(&[fault]);
        assert_eq!(bench.ask_all(&[&write(1), &write(2)]), answers, "{fault}");
        let numbers: Vec<u8> = bench.kept.0.lock().expect("no panic").iter().map(|bytes| bytes[2]).collect();
        assert_eq!(numbers, kept, "{fault}");
    }
    let outcomes: std::collections::BTreeSet<String> = (0..20)
        .map(|seed| {
            let mut bench = Bench::new(&[&format!("power=during seed={seed}")]);
            assert_eq!(bench.ask(&write(1)), "-PowerLost");
            bench.struck().concat()
        })
        .collect();
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), ["power=after", "power=before"]);
}

#[test]
fn what_struck_is_told_with_nothing_left_to_chance() {
    let mut bench = Bench::new(&["flip seed=3", "late=1ms..3ms", "sw=9000 undone n=3"]);
    let _ = bench.ask_all(&[READ; 3]);
    let struck = bench.struck();
    // What the card did not do has no data.
    assert_eq!(struck.len(), 6, "{struck:?}");
    let is_plain = |fault: &String| fault.starts_with("flip=") || fault.starts_with("late=");
    assert!(struck[..5].iter().all(is_plain), "{struck:?}");
    assert_eq!(struck[5], "sw=9000 undone");
}

#[test]
fn a_wrong_answer_to_reset_is_well_formed() {
    let mut bench = Bench::new(&["atr n=1", "atr=3B00 n=2"]);
    assert_eq!(bench.card.reset(), Ok(()));
    let wrong = *bench.card.atr();
    assert_ne!(wrong.as_bytes(), [0x3B, 0x02, 0x41, 0x42]);
    assert_eq!(wrong.historical_bytes().len(), 2);
    assert_eq!((bench.card.reset(), bench.card.atr().as_bytes()), (Ok(()), &[0x3B, 0x00][..]));
    assert_eq!(bench.card.reset(), Ok(()));
    assert_eq!(bench.card.atr().as_bytes(), [0x3B, 0x02, 0x41, 0x42]);
    for bytes in [&[0x3B, 0x80, 0x80, 0x01, 0x01][..], &[0x3B, 0x81, 0x01, 0x41, 0xC1], &[0x3B, 0x00]] {
        let atr = Atr::parse(bytes).expect("an answer to reset");
        for change in 1..=255 {
            // One without historical bytes becomes the shortest.
            let spoiled = super::spoil::atr(&atr, change);
            assert_eq!(spoiled == atr, bytes == [0x3B, 0x00], "{bytes:X?} {change}");
        }
    }
}

#[test]
fn nobody_waits_for_an_answer_that_somebody_ended() {
    let mut bench = Bench::new(&["late=3600s"]);
    let faults = bench.faults.clone();
    let begun = Instant::now();
    let answer = thread::spawn(move || bench.ask(READ));
    while !answer.is_finished() && begun.elapsed() < Duration::from_secs(20) {
        faults.wake();
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(answer.join().expect("no panic"), WHOLE);
}

#[test]
fn files_are_known_by_each_of_their_names() {
    let file = |name: &str, path: &str, fid, sfi| CardFile {
        name: name.into(),
        path: path.into(),
        fid,
        sfi,
        aids: vec![vec![0xA0, 1, 2, 3, 4]],
    };
    let files = vec![file("ONE", "3F00/DF01/D001", 0xD001, Some(2)), file("TWO", "3F00/DF01/D002", 0xD002, None)];
    let select_df: &[u8] = &[0x00, 0xA4, 0x04, 0x0C, 0x05, 0xA0, 1, 2, 3, 4];
    let select = |fid: u8| [0x00, 0xA4, 0x02, 0x0C, 0x02, 0xD0, fid];
    let by_sfi: &[u8] = &[0x00, 0xB0, 0x82, 0x00, 0x04];
    for name in ["ONE", "one", "D001", "d001", "3F00/DF01/D001", "sfi:2"] {
        let mut bench = Bench::new(&[]);
        let known = files.clone();
        let fault = format!("sw=6F00 file={name}").parse().expect("a fault");
        // One that was armed before this card came is for its files too.
        let earlier = Faults::default();
        match name {
            "ONE" | "sfi:2" => {
                earlier.arm(fault).expect("nobody knows its files");
                bench.faults.meet(&[], Some(Arc::new(move || known.clone())));
                bench.faults.take_over(&earlier);
            }
            _ => {
                bench.faults.meet(&[], Some(Arc::new(move || known.clone())));
                bench.faults.arm(fault).expect("a file");
            }
        }
        bench.card.power_up(Interface::Contact).expect("an answer");
        let struck: Vec<bool> = bench
            .ask_all(&[READ, select_df, READ, by_sfi, READ, &select(2), READ, &select(1), OTHER])
            .iter()
            .map(|answer| answer == "6F00")
            .collect();
        // A command that is struck selects nothing.
        assert_eq!(struck, [false, false, false, true, false, false, false, true, false], "{name}");
    }
    let bench = Bench::new(&[]);
    bench.faults.meet(&[], Some(Arc::new(move || files.clone())));
    let missing = bench.faults.arm("mute file=ONCE".parse().expect("a fault"));
    assert_eq!(missing, Err(NotArmed::NoFile { file: "ONCE".into(), near: Some("ONE".into()) }));
}

#[test]
fn wrong_words_are_told_with_the_one_that_is_meant() {
    for (text, said, french) in [
        ("mutte", "\"mutte\" is no word of faults; did you mean \"mute\"?", "est-ce « mute » ?"),
        ("n=3", "no word says which fault: one of mute, ", "aucun mot ne dit quelle panne"),
        ("", "no word says which fault", "aucun mot"),
        ("mute cut=3", "a fault is of one kind", "un seul genre"),
        ("mute n=1 every=2", "\"every\" is too much", "« every » est de trop"),
        ("mute=3", "\"mute\" takes no value", "« mute » n'a pas de valeur"),
        ("sw", "\"sw\" needs a value: a status word", "il manque la valeur de « sw »"),
        ("late=2h", "\"2h\" is no value of \"late\": it must be a time up to an hour", "une durée d'une heure au plus"),
        ("atr ins=B0", "\"ins\" does not go with \"atr\" here", "« ins » ne va pas avec « atr »"),
        ("cut=3 done", "\"done\" does not go with \"cut\" here", "« done » ne va pas avec « cut »"),
    ] {
        let mistake = text.parse::<Fault>().expect_err(text);
        assert!(mistake.to_string().contains(said), "{text}: {mistake}");
        assert!(mistake.what.french().contains(french), "{text}: {}", mistake.what.french());
    }
    assert_eq!(
        "late 200ms..2s seed=7".parse::<Fault>().map(|fault| fault.to_string()),
        Ok("late=200ms..2s seed=7".into())
    );
}

#[test]
fn no_more_faults_are_armed_than_anybody_needs() {
    let bench = Bench::new(&["mute n=1000"; super::MOST_ARMED]);
    assert_eq!(bench.faults.arm("mute".parse().expect("a fault")), Err(NotArmed::TooMany));
    assert_eq!(bench.faults.list().len(), super::MOST_ARMED);
    let mut bench = Bench::new(&["sw=6F00 n=1"; super::MOST_ARMED]);
    let _ = bench.ask(READ);
    assert_eq!(bench.faults.arm("mute".parse().expect("a fault")), Ok(()), "those that are over make room");
    assert_eq!(bench.faults.list().len(), super::MOST_ARMED);
}

#[test]
fn the_page_has_a_row_for_each_kind_and_its_examples_are_faults() {
    for kind in Kind::ALL {
        let row = format!("\n| `{}", kind.word());
        assert!(PAGE.contains(&row), "docs/faults.md has no row {row}");
    }
    let examples = PAGE.lines().filter_map(|line| line.strip_prefix("virtuale fault 0 "));
    let faults: Vec<&str> = examples.map(|line| line.split('#').next().unwrap_or_default().trim()).collect();
    assert!(faults.len() > 10, "{faults:?}");
    for fault in faults.into_iter().filter(|fault| !fault.starts_with("--")) {
        assert!(fault.parse::<Fault>().is_ok(), "{fault}: {:?}", fault.parse::<Fault>());
    }
}
