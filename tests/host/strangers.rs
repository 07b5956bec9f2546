//! Cards and layers that a developer hands in, whatever they do.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use virtuale::{
    engine::{Card, Fault, Interface, Response},
    host::{Host, NewCard, What},
    layer::Layer,
};

use crate::{answers, card, replayed};

const GET_CHALLENGE: &[u8] = &[0x00, 0x84, 0x00, 0x00, 0x08];

/// What goes wrong in a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    /// So many bytes stand where an answer should.
    Bytes(usize),
    PanicAtCommand,
    PanicAtPowerUp,
    PanicAtPowerOff,
}

/// A layer that goes wrong once it is told to.
struct Odd(Wrong, Arc<AtomicBool>);

impl Odd {
    fn panics_at(&self, moment: Wrong) {
        assert!(self.0 != moment || !self.1.load(Ordering::Relaxed), "a layer that panics, as the test wants it");
    }
}

impl Layer for Odd {
    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
        self.panics_at(Wrong::PanicAtPowerUp);
        card.power_up(interface)
    }

    fn power_off(&mut self, card: &mut dyn Card) {
        self.panics_at(Wrong::PanicAtPowerOff);
        card.power_off();
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        self.panics_at(Wrong::PanicAtCommand);
        card.transmit(command, response)?;
        if let (Wrong::Bytes(length), true) = (self.0, self.1.load(Ordering::Relaxed)) {
            response.clear();
            response.extend(&vec![0x90; length]);
        }
        Ok(())
    }
}

/// Two slots whose cards go wrong when they are told to, in slot 0 alone.
fn odd_host(wrong: Wrong, trace: &std::path::Path) -> (Host, Arc<AtomicBool>) {
    let goes_wrong = Arc::<AtomicBool>::default();
    let told = Arc::clone(&goes_wrong);
    let layer = move |slot| Odd(wrong, if slot == 0 { Arc::clone(&told) } else { Arc::default() });
    let host = Host::builder().card(card("vitale2-martin")).card(card("vitale2-martin")).layer(layer).record(trace);
    (host.start().expect("a host"), goes_wrong)
}

#[test]
fn programs_listeners_and_recordings_agree_on_what_is_no_answer() {
    for wrong in [Wrong::Bytes(0), Wrong::Bytes(1), Wrong::Bytes(70_000), Wrong::PanicAtCommand] {
        let folder = tempfile::tempdir().expect("a folder");
        let trace = folder.path().join("visit.apdu");
        let (host, goes_wrong) = odd_host(wrong, &trace);
        let listener = host.events(1000);
        goes_wrong.store(true, Ordering::Relaxed);
        answers(&host, 0, &[GET_CHALLENGE]).expect_err("no answer");
        answers(&host, 1, &[GET_CHALLENGE]).expect("the other slot goes on");
        assert_eq!(host.stop(), [""; 0], "{wrong:?}");
        let mut heard: Vec<What> = listener.map(|event| event.what).collect();
        heard.retain(|what| matches!(what, What::Response { slot: 0, .. } | What::Silence { slot: 0, .. }));
        assert!(matches!(&*heard, [What::Silence { fault: Fault::Mute, .. }]), "{wrong:?}: {heard:?}");
        let text = fs::read_to_string(&trace).expect("text");
        let (_, after) = text.split_once("> 00 84").expect("the command");
        assert_eq!(after.lines().nth(1), Some("expect-error mute"), "{wrong:?}: {text}");
    }
}

#[test]
fn a_panic_as_a_card_comes_or_goes_does_not_reach_who_moves_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (host, goes_wrong) = odd_host(Wrong::PanicAtPowerUp, &folder.path().join("in.apdu"));
    let listener = host.events(1000);
    goes_wrong.store(true, Ordering::Relaxed);
    host.insert(0, card("vitale2-durand")).expect("it is in");
    let slot = &host.slots()[0];
    assert_eq!((slot.card.as_deref(), &slot.atr), (card("vitale2-durand").to_str(), &None), "and mute");
    goes_wrong.store(false, Ordering::Relaxed);
    answers(&host, 0, &[GET_CHALLENGE]).expect_err("nobody knows what it was about");
    host.insert(0, card("vitale2-durand")).expect("a new one");
    answers(&host, 0, &[GET_CHALLENGE]).expect("an answer");
    host.stop();
    let heard: Vec<What> = listener.map(|event| event.what).collect();
    assert!(heard.iter().any(|what| matches!(what, What::Powered { fault: Some(Fault::Mute), generation: 3, .. })));
    assert!(heard.iter().any(|what| matches!(what, What::Inserted { atr: None, generation: 3, .. })), "{heard:?}");

    let (host, goes_wrong) = odd_host(Wrong::PanicAtPowerOff, &folder.path().join("out.apdu"));
    goes_wrong.store(true, Ordering::Relaxed);
    host.remove(0).expect("it is out");
    host.reinsert(0).expect("it is in");
    assert_eq!(host.slots()[0].atr, None, "and mute");
    host.insert(0, card("vitale2-durand")).expect("another one");
    answers(&host, 0, &[GET_CHALLENGE]).expect("an answer");
}

#[test]
fn who_records_a_card_of_no_card_file_is_told_how_it_replays() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("visit.apdu");
    let host = Host::builder().card(card("vitale2-martin")).record(&trace).start().expect("a host");
    let text = fs::read_to_string(card("vitale2-durand")).expect("a card file");
    host.insert(0, NewCard::text("durand.toml", &*text)).expect("in place of the first");
    answers(&host, 0, &[GET_CHALLENGE]).expect("an answer");
    let told = host.stop();
    assert!(
        matches!(&*told, [told] if told.contains("a slot: durand.toml; put their card files beside it")),
        "{told:?}"
    );
    let recorded = fs::read_to_string(&trace).expect("text");
    let remark = "# The card that comes next is of no card file: this is what it was called.";
    assert!(recorded.contains(remark), "{recorded}");
    fs::write(folder.path().join("durand.toml"), text).expect("room");
    assert_eq!(replayed(&trace), 1, "as the recording says");
}
