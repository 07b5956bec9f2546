//! Layers written against the public interface alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use virtuale::{
    engine::{Card, Fault, Interface, Response, Snapshot},
    host::{Host, What},
    layer::{Layer, Layered},
};

use crate::{GET_CHALLENGE, answers, card};

/// A card that is slow, and dies at a command.
struct Worn {
    latency: Duration,
    commands: Arc<AtomicUsize>,
    last: usize,
}

impl Layer for Worn {
    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        thread::sleep(self.latency);
        if self.commands.fetch_add(1, Ordering::Relaxed) >= self.last {
            response.clear();
            card.power_off();
            return Err(Fault::Mute);
        }
        card.transmit(command, response)
    }
}

#[test]
fn a_latency_and_a_fault_are_one_layer_of_a_few_lines() {
    let commands = Arc::<AtomicUsize>::default();
    let (counted, latency) = (Arc::clone(&commands), Duration::from_millis(5));
    let worn = move |_| Worn { latency, commands: Arc::clone(&counted), last: 2 };
    let host = Host::builder().card(card("vitale2-martin")).layer(worn).start().expect("a host");
    let events = host.events(100);
    let start = Instant::now();
    let answered = answers(&host, 0, &[GET_CHALLENGE; 2]).expect("two answers");
    assert!(start.elapsed() >= 2 * latency);
    assert!(answered.iter().all(|answer| answer.len() == 10 && answer.ends_with(&[0x90, 0x00])), "{answered:02X?}");
    answers(&host, 0, &[GET_CHALLENGE]).expect_err("the third command is one too many");
    assert_eq!(commands.load(Ordering::Relaxed), 3);
    host.stop();
    let mut what: Vec<What> = events.map(|event| event.what).collect();
    what.retain(|what| matches!(what, What::Response { .. } | What::Silence { .. }));
    assert!(
        matches!(&*what, [
            What::Response { took, .. },
            What::Response { .. },
            What::Silence { slot: 0, fault: Fault::Mute, .. },
        ] if *took >= latency),
        "listeners hear what the programs see: {what:?}"
    );
}

#[test]
fn what_a_layer_does_not_write_anew_reaches_the_card() {
    struct Glass;
    impl Layer for Glass {}

    let profile = virtuale::profile::load(
        &card("vitale2-martin"),
        &virtuale::profile::Options { today: "2026-01-15".parse().expect("a day"), seed: 0 },
    );
    let profile = profile.expect("a card");
    let talk = |card: &mut dyn Card| {
        let mut response = Response::new();
        let mut answers = vec![card.atr().as_bytes().to_vec()];
        let protocol = card.atr().first_protocol();
        card.power_up(Interface::Contact).expect("power");
        card.select_protocol(protocol).expect("its own protocol");
        for _ in 0..2 {
            card.transmit(GET_CHALLENGE, &mut response).expect("an answer");
            answers.push(response.as_bytes().to_vec());
            card.reset().expect("a reset");
        }
        card.power_off();
        assert_eq!(card.transmit(GET_CHALLENGE, &mut response), Err(Fault::Unpowered));
        answers
    };
    let mut layered = Layered::new(Glass, Box::new(profile.card()));
    let mut naked = profile.card();
    assert_eq!(talk(&mut layered), talk(&mut naked));
    let saved = |card: &dyn Card| {
        let mut snapshot = Snapshot::new();
        card.save(&mut snapshot);
        snapshot.to_bytes().to_vec()
    };
    assert_eq!(saved(&layered), saved(&naked), "its memory and its chance are those of the card");
    let mut other = Layered::new(Glass, Box::new(profile.card()));
    assert_ne!(saved(&other), saved(&naked));
    other.restore(&Snapshot::from_bytes(&saved(&naked)).expect("a snapshot")).expect("one of the same card");
    assert_eq!(saved(&other), saved(&naked));
}

#[test]
fn a_layer_that_lets_commands_pass_is_not_called_for_them() {
    /// Says whether it is out of the way, and counts the commands for which it is called.
    struct Door {
        is_open: Arc<AtomicBool>,
        called: Arc<AtomicUsize>,
    }

    impl Layer for Door {
        fn passes_commands(&self) -> bool {
            self.is_open.load(Ordering::Relaxed)
        }

        fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
            self.called.fetch_add(1, Ordering::Relaxed);
            card.transmit(command, response)
        }
    }

    let (is_open, called) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
    let (door, count) = (Arc::clone(&is_open), Arc::clone(&called));
    let make = move |_| -> Box<dyn Layer> { Box::new(Door { is_open: Arc::clone(&door), called: Arc::clone(&count) }) };
    let host = Host::builder().card(card("vitale2-martin")).layer(make).start().expect("a host");
    for (open, calls) in [(false, 1), (true, 1), (false, 2)] {
        is_open.store(open, Ordering::Relaxed);
        let answered = answers(&host, 0, &[GET_CHALLENGE]).expect("an answer either way");
        assert!(answered[0].ends_with(&[0x90, 0x00]));
        assert_eq!(called.load(Ordering::Relaxed), calls, "open: {open}");
    }
}
