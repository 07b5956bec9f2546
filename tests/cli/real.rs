//! `--card reader:NAME`: a card in the reader of another service, in a slot of ours. The other service is another
//! `virtuale serve` here; tests/clients does the same with a real pcscd.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use virtuale::{
    engine::{Protocol, Reset, Response},
    host::{Host, What},
    reader::ReturnCode,
    terminal::transport::{Transport, TransportError, pcsclite::Service},
};

use crate::sandbox::{Running, Sandbox, run, until};

/// The real card: T=1 and T=0, and 16 bytes that can be selected and read.
const CARD: &str = "cps-lefevre";
const READER: &str = "Real 00 00";

/// A service whose reader has a card, at a socket of its own.
struct Real<'s> {
    sandbox: &'s Sandbox,
    running: Option<Running>,
}

impl<'s> Real<'s> {
    fn start(sandbox: &'s Sandbox, card: &str) -> Self {
        let mut real = Self { sandbox, running: None };
        real.restart(card);
        real
    }

    fn restart(&mut self, card: &str) {
        let socket = self.socket();
        let socket = socket.to_str().expect("text");
        let words = ["serve", "--name", "real", "--socket", socket, "--reader", READER, "--card", card];
        let mut running = Running::start(&mut self.sandbox.virtuale(&words));
        assert!(running.line().contains(socket));
        self.running = Some(running);
    }

    fn socket(&self) -> PathBuf {
        self.sandbox.path().join("real.comm")
    }

    fn card(&self) -> String {
        format!("reader:{READER}@{}", self.socket().display())
    }

    fn does(&self, words: &[&str]) {
        let (code, _, error) = run(&mut self.sandbox.virtuale(&[words, &["--name", "real"]].concat()));
        assert_eq!(code, 0, "{error}");
    }

    fn dies(&mut self) {
        let running = self.running.take().expect("it runs");
        running.send(Signal::TERM);
        assert_eq!(running.end(), 0);
    }
}

/// What is in the first slot, and why nothing is.
fn slot(host: &Host) -> (Option<String>, String) {
    let slot = host.slots().swap_remove(0);
    (slot.card, slot.awaits.unwrap_or_default())
}

/// Whether programs find a card in it.
fn has_card(host: &Host) -> bool {
    host.slots()[0].atr.is_some()
}

#[test]
fn a_slot_follows_its_real_reader() {
    let sandbox = Sandbox::new();
    let mut real = Real::start(&sandbox, CARD);
    let host = Host::builder().card(real.card()).empty_slot().start().expect("a host");
    let events = host.events(1000);
    assert_eq!(slot(&host), (Some(format!("reader:{READER}")), String::new()));
    let mut service = Service::establish(host.socket()).expect("our own service");
    let mut card = service.connect("Virtuale 00 00").expect("the card");
    let mut response = Response::new();
    card.transmit(&[0, 0xA4, 0, 0], &mut response).expect("an answer");

    real.does(&["remove", "0"]);
    until("the slot has lost its card", || !has_card(&host));
    assert!(slot(&host).1.contains("there is no card in Real 00 00"), "{:?}", slot(&host));
    let told = events.wait_for(Duration::from_secs(10));
    let mut told = std::iter::successors(told, |_| events.wait_for(Duration::from_secs(10)));
    assert!(told.any(|event| matches!(event.what, What::Removed { slot: 0, .. })), "listeners hear of it");
    let gone = card.transmit(&[0, 0xA4, 0, 0], &mut response).expect_err("it is gone");
    assert!(matches!(gone, TransportError::Refused { code: ReturnCode::REMOVED_CARD, .. }), "{gone}");
    drop(card);

    real.does(&["insert", "0"]);
    until("it is in again", || has_card(&host));
    real.does(&["insert", "0", "vitale2-martin"]);
    until("another card is in", || host.slots()[0].atr.as_deref() == Some("3B751300004409EA9000"));

    real.dies();
    until("the slot has lost its card", || !has_card(&host));
    until("it says why", || slot(&host).1.contains("cannot open the PC/SC service's socket"));
    assert!(host.insert(1, real.card()).is_err(), "there is no service");
    real.restart(CARD);
    until("it is in again", || has_card(&host));
    let mut card = service.connect("Virtuale 00 00").expect("the card");
    card.transmit(&[0, 0xA4, 0, 0], &mut response).expect("an answer");
}

#[test]
fn who_takes_a_real_card_out_of_its_slot_gives_it_back_to_others() {
    let sandbox = Sandbox::new();
    let real = Real::start(&sandbox, CARD);
    let host = Host::builder().card(real.card()).empty_slot().start().expect("a host");
    let mut other = Service::establish(&real.socket()).expect("the real service");
    let refused = other.connect(READER).map(drop).expect_err("it is ours");
    assert!(matches!(refused, TransportError::Refused { code: ReturnCode::SHARING_VIOLATION, .. }), "{refused}");
    let twice = host.insert(1, real.card()).expect_err("it is in the other slot").to_string();
    assert!(twice.contains("in slot 0 already"), "{twice}");

    host.remove(0).expect("it is in");
    assert_eq!(slot(&host), (None, String::new()));
    let held = other.connect(READER).expect("nobody else has it");
    let back = host.reinsert(0).expect_err("another program has it").to_string();
    assert!(back.contains("another program uses the card"), "{back}");
    drop(held);
    thread::sleep(Duration::from_millis(50));
    assert_eq!(slot(&host), (None, String::new()), "nobody asked for it again");
    host.reinsert(0).expect("nobody has it now");
    assert!(has_card(&host));

    host.insert_from(1, 0).expect("it comes over");
    let in_second = || host.slots()[1].card.is_some();
    assert!(!has_card(&host) && in_second());
    real.does(&["remove", "0"]);
    until("it leaves the slot that it is in", || !in_second());
    real.does(&["insert", "0"]);
    until("it comes back there", in_second);

    host.insert(1, "vitale2-martin").expect("another card");
    drop(other.connect(READER).expect("nobody holds it any more"));
    real.does(&["remove", "0"]);
    real.does(&["insert", "0"]);
    thread::sleep(Duration::from_millis(50));
    assert_eq!(host.slots()[1].card.as_deref(), Some("vitale2-martin"), "the slot follows it no more");
}

#[test]
fn protocols_and_resets_are_those_of_the_real_card() {
    let sandbox = Sandbox::new();
    let real = Real::start(&sandbox, "cps4-lefevre");
    let trace = sandbox.path().join("visit.apdu");
    let host = Host::builder().card(real.card()).record(&trace).start().expect("a host");
    let mut service = Service::establish(host.socket()).expect("our own service");
    let mut card = service.connect("Virtuale 00 00").expect("the card");
    let mut response = Response::new();
    let select = [0, 0xA4, 0, 0, 2, 0x3F, 0];
    assert_eq!(card.protocol(), Protocol::T1);
    card.select_protocol(Protocol::T0).expect("it speaks it, too");
    assert_eq!(card.protocol(), Protocol::T0);
    card.transmit(&select, &mut response).expect("an answer");
    card.reset(Reset::Warm).expect("it answers");
    card.transmit(&select, &mut response).expect("an answer");
    card.reset(Reset::Cold).expect("it answers");
    assert_eq!(card.protocol(), Protocol::T1);
    card.transmit(&select, &mut response).expect("an answer");
    drop(card);
    assert_eq!(host.stop(), Vec::<String>::new());
    let text = fs::read_to_string(&trace).expect("the recording");
    let lines: Vec<_> =
        text.lines().filter(|line| ["reset", "proto"].iter().any(|word| line.starts_with(word))).collect();
    assert_eq!(
        lines,
        ["protocol T=1", "reset warm", "protocol T=0", "reset warm", "protocol T=1", "reset", "protocol T=1"]
    );
    assert!(text.contains("# recorded from a real card: redact it"), "{text}");
    let (code, out, error) =
        run(&mut sandbox.virtuale(&["replay", trace.to_str().expect("text"), "--card", "cps4-lefevre"]));
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
}

#[test]
fn a_recording_says_where_the_card_may_be_another_one() {
    let sandbox = Sandbox::new();
    let real = Real::start(&sandbox, CARD);
    let folder = sandbox.path().join("recordings");
    let host = Host::builder().card(real.card()).record_folder(&folder).start().expect("a host");
    let speak = || {
        let mut service = Service::establish(host.socket()).expect("our own service");
        let mut card = service.connect("Virtuale 00 00").expect("the card");
        card.transmit(&[0, 0xA4, 0, 0], &mut Response::new()).expect("an answer");
    };
    speak();
    host.remove(0).expect("it is in");
    host.reinsert(0).expect("nobody touched it");
    let events = host.events(100);
    real.does(&["insert", "0", "cps-moreau"]);
    until(
        "another card of the same kind is in",
        || matches!(events.wait_for(Duration::from_secs(10)), Some(event) if matches!(event.what, What::Inserted { .. })),
    );
    speak();
    drop(host);
    let trace = fs::read_dir(&folder).expect("the folder").next().expect("a trace").expect("it").path();
    let trace = fs::read_to_string(trace).expect("text");
    assert_eq!(trace.matches("Nobody can tell.\ninsert").count(), 1, "{trace}");
    assert_eq!(trace.matches("\ninsert").count(), 2, "{trace}");
    fs::remove_dir_all(folder).expect("ours");
}

#[test]
fn a_card_on_contacts_is_mute_in_a_field() {
    let sandbox = Sandbox::new();
    let real = Real::start(&sandbox, CARD);
    let (code, out, error) =
        run(&mut sandbox.virtuale(&["exec", "--card", &real.card(), "--contactless", "0", "--", &program(), "slots"]));
    assert!(code == 0 && error.contains("has no antenna, or does not answer: it is mute there"), "{error}");
    assert!(out.contains("the slot has an antenna and it has none)"), "{out}");
}

#[test]
fn a_dead_or_silent_service_holds_nobody() {
    let sandbox = Sandbox::new();
    let mut real = Real::start(&sandbox, CARD);
    let host = Host::builder().card(real.card()).card("vitale2-martin").start().expect("a host");
    let running = real.running.as_ref().expect("it runs");
    running.send(Signal::STOP);
    let mut service = Service::establish(host.socket()).expect("our own service");
    let began = Instant::now();
    assert_eq!(host.slots().len(), 2);
    let mut other = service.connect("Virtuale 00 01").expect("the other card");
    other.transmit(&[0, 0xA4, 0, 0], &mut Response::new()).expect("an answer");
    drop(other);
    host.remove(0).expect("it is in");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    running.send(Signal::CONT);
    real.dies();
    drop(host);
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let sandbox = Sandbox::new();
    let real = Real::start(&sandbox, "-");
    let at = real.socket().display().to_string();
    let on = |words: &[&str]| {
        let mut command = sandbox.virtuale(words);
        run(command.env("PCSCLITE_CSOCK_NAME", &at))
    };
    let (code, _, error) = on(&["exec", "--card", "reader:None", "--", "true"]);
    let there = format!("error: there is no reader \"None\": at {at} there are {READER}");
    assert!(code == 125 && error.starts_with(&there), "{error}");
    let (code, out, error) = on(&["exec", "--card", "reader:Real 00 00", "--", &program(), "slots"]);
    assert!(code == 0 && error.starts_with("Virtuale 00 00: empty until a card comes: there is no card in"), "{error}");
    assert!(out.starts_with("0  Virtuale 00 00  empty  (there is no card in Real 00 00"), "{out}");
    for (words, wanted) in [
        (&["read", "--card", "reader:None"][..], "no reader \"None\""),
        (&["read", "--card", "reader:Real 00 00"], "Real 00 00"),
        (&["apdu", "--card", "reader:None", "00B0000000"], "no reader \"None\""),
        (&["apdu", "--decode", "--card", "reader:None", "00B0000000"], "leave --decode out"),
        (&["card", "show", "reader:Real 00 00"], "is the card in a real reader"),
        (&["card", "check", "reader:Real 00 00@/run/x"], "is the card in a real reader"),
        (&["demo", "--card", "reader:Real 00 00"], "is the card in a real reader"),
        (&["card", "new", "reader:Real 00 00"], "is the card in a real reader"),
        (&["replay", "--card", "reader:Real 00 00", "visit.apdu"], "replay --reader NAME"),
        (
            &["apdu", "--card", "reader:X@/nonexistent", "00B0000000"],
            "start the service of the reader, or name another",
        ),
    ] {
        let (code, _, error) = on(words);
        assert!([2, 4].contains(&code) && error.contains(wanted), "{words:?}: {code} {error}");
    }
    let (code, _, error) = on(&["insert", "--socket", &at, "0", &real.card()]);
    assert!(code == 4 && error.contains("is the socket of the readers that the card is for"), "{error}");
    assert!(Path::new(&at).exists());
}

fn program() -> String {
    env!("CARGO_BIN_EXE_virtuale").to_owned()
}

#[test]
fn the_terminal_proves_a_real_professionals_card_to_a_vitale() {
    let sandbox = Sandbox::new();
    let real = Real::start(&sandbox, CARD);
    let script = format!(
        "printf '1234\\n' > pin; virtuale read --card vitale2-martin --card '{}' --pin-fd 3 3< pin",
        real.card()
    );
    let (code, out, error) = run(sandbox.shell(&script).current_dir(sandbox.path()));
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    assert!(out.contains("The holder's code was given"), "{out}");
}
