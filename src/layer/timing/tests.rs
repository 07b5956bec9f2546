//! What things cost, by hand and by the layer.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Response, platform::Change};

use super::{Chip, Contact, Contactless, Meter, Model, Recorded, Timetable, Timing, Wire, chip::power};
use crate::{layer::Layered, toy::Toy};

fn micros(number: u64) -> Duration {
    Duration::from_micros(number)
}

fn atr(hexadecimal: &str) -> Atr {
    Atr::parse(&hex::decode(hexadecimal).expect("hexadecimal")).expect("an answer to reset")
}

/// At 3.72 MHz a unit of 372 cycles lasts 100 us.
fn contact() -> Contact {
    Contact { clock: 3_720_000, agrees: true }
}

#[test]
fn characters_of_t0_are_counted() {
    let slow = atr("3B00");
    let cost = |command: &[u8], answer: &[u8]| contact().exchange(&slow, Protocol::T0, command, answer);
    // Header and SW1 SW2, 12 units each, and once 16 between the two ways.
    assert_eq!(cost(&[0, 0x44, 0, 0], &[0x90, 0]), micros(100 * (7 * 12 + 16)));
    // A procedure byte and 200 more.
    assert_eq!(cost(&[0, 0xB0, 0, 0, 200], &[0; 202]), micros(100 * (5 + 1 + 202) * 12 + 1600));
    // Two more turns for data to the card; an Le behind them is not sent.
    assert_eq!(cost(&[0, 0xA4, 0, 0, 2, 0x3F, 0, 0], &[0x61, 9]), micros(100 * ((5 + 2 + 1 + 2) * 12 + 48)));
    // What is no command costs what its first five bytes do.
    assert_eq!(cost(&[], &[]), cost(&[0; 4], &[]));
}

#[test]
fn rates_guard_times_and_blocks_are_those_of_the_answer_to_reset() {
    // TA1 = 18: 372 cycles are 12 units. 12 characters at the first rate take 12 times as long.
    let fast = atr("3B1018");
    let read = |atr: &Atr, protocol| contact().exchange(atr, protocol, &[0, 0xB0, 0, 0, 10], &[0; 12]);
    let slow = read(&atr("3B00"), Protocol::T0);
    assert_eq!(read(&fast, Protocol::T0), slow / 12);
    let stubborn = Contact { agrees: false, ..contact() };
    assert_eq!(stubborn.exchange(&fast, Protocol::T0, &[0, 0xB0, 0, 0, 10], &[0; 12]), slow);
    // TC1 = 2: two units more between characters to the card.
    assert_eq!(read(&atr("3B4002"), Protocol::T0), slow + micros(100 * 5 * 2));
    // T=1, TC1 = FF: 11 units a character; one block each way, with four bytes around it, and two turns.
    let blocks = atr("3BC0FF8131FE4534");
    let one = |length: usize| contact().exchange(&blocks, Protocol::T1, &vec![0; length], &[0x90, 0]);
    assert_eq!(one(5), micros(100 * (11 * (5 + 4 + 2 + 4) + 2 * 22)));
    // IFSC = FE: a command of 255 bytes takes two blocks, the first acknowledged.
    assert_eq!(one(255), micros(100 * (11 * (255 + 8 + 2 + 8) + 4 * 22)));
}

#[test]
fn a_reset_costs_its_answer_and_what_is_agreed_after_it() {
    let before = contact().clocks_before_atr();
    assert_eq!(contact().reset(&atr("3B00")), before + micros(100 * 2 * 12));
    let agreeing = contact().reset(&atr("3B1018"));
    assert_eq!(agreeing, before + micros(100 * (3 * 12 + 8 * 12 + 2 * 16)));
    assert_eq!(Contact { agrees: false, ..contact() }.reset(&atr("3B1018")), before + micros(100 * 3 * 12));
}

#[test]
fn frames_of_a_field_are_counted() {
    let field = Contactless { rate: 1, frame: 256, quiet: micros(5000) };
    let cycles = |number: u64| Duration::from_nanos(number * 1_000_000_000 / 13_560_000);
    // Two frames: 5 and 2 bytes, three around each, two bits around those; twice the wait between frames.
    let bits = (5 + 2 + 6) * 9 + 2 * 2;
    assert_eq!(field.exchange(&[0; 5], &[0; 2]), cycles(bits * 128) + cycles(2 * 1172));
    let quick = Contactless { rate: 8, ..field.clone() };
    assert!(quick.exchange(&[0; 5], &[0; 250]) < field.exchange(&[0; 5], &[0; 250]) / 7);
    // The next byte takes a frame more, and one that acknowledges.
    assert!(field.exchange(&[0; 254], &[0; 2]) > field.exchange(&[0; 253], &[0; 2]) + cycles(2 * 1172));
    assert!(field.activation(&atr("3B80800101")) > micros(5000));
}

#[test]
fn pages_and_powers_are_counted() {
    let chip = Chip { page: 64, write: micros(3), ..Chip::default() };
    let at = |offset, bytes| chip.of_changes(&[Change { offset, bytes }]);
    assert_eq!(at(0, &[0; 64]), micros(3));
    assert_eq!(at(63, &[0; 2]), micros(6));
    assert_eq!(at(10, &[]), micros(0));
    let known = [(1024, micros(1)), (2048, micros(8))].into();
    assert_eq!([512, 1024, 1025, 2048, 4096].map(|bits| power(&known, bits)), [1, 1, 8, 8, 8].map(micros));
    assert_eq!(power(&[].into(), 1024), micros(0));
}

#[test]
fn a_recording_gives_like_commands_like_times() {
    let read = |length: u8| vec![0, 0xB0, 0, 0, length];
    let seen = [(read(8), 5), (read(8), 7), (read(8), 6), (read(200), 40), (vec![0, 0xA4, 0, 0, 2], 3)];
    let seen = seen.map(|(command, time)| (command, micros(time)));
    let recorded = Recorded::new(seen, vec![micros(900)]);
    let command = |bytes: &[u8]| recorded.command(bytes);
    assert_eq!(command(&[0, 0xB0, 0, 0, 8]), micros(6), "the median of three");
    assert_eq!(command(&[0, 0xB0, 9, 9, 8]), micros(6), "the median of four with this INS");
    assert_eq!(command(&[0, 0xA4, 0, 0, 2, 0x3F, 0]), micros(3), "whatever the data");
    assert_eq!(command(&[0, 0x20, 0, 0]), micros(6), "any");
    assert_eq!(recorded.reset(), micros(900));
    assert!(Recorded::new([], vec![]).is_empty());
}

#[test]
fn a_card_answers_no_sooner_than_it_may() {
    let chip = Chip { command: Duration::from_millis(30), ..Chip::default() };
    let table = Timetable::Model(Model { wire: Wire::Contact(Contact { clock: 20_000_000, agrees: true }), chip });
    let meter = table.meter();
    let toy = Toy::new(|_, response: &mut Response| {
        response.extend(&[0x90, 0]);
        Ok::<(), Fault>(())
    });
    let mut card = Layered::new(Timing::new(table.into(), meter.clone()), Box::new(toy) as Box<dyn Card>);
    card.power_up(Interface::Contact).expect("power");
    let mut took = || {
        let start = Instant::now();
        card.transmit(&[0, 0x44, 0, 0], &mut Response::new()).expect("an answer");
        start.elapsed()
    };
    assert!(took() >= Duration::from_millis(30));
    spend(&meter, Duration::from_millis(40));
    assert!(took() >= Duration::from_millis(70), "what it did meanwhile comes on top");
}

#[test]
fn a_new_rsa_key_takes_the_time_of_the_search_for_its_primes() {
    use virtuale_engine::crypto::{Crypto, RustCrypto};
    let rsa_generate = [(1024, Duration::from_secs(3)), (2048, Duration::from_secs(25))].into();
    let meter = Meter::new(Chip { rsa_generate, ..Chip::default() });
    let crypto: Box<dyn Crypto> = Box::new(RustCrypto);
    let crypto = meter.on(crypto);
    crypto.rsa_searched(1536);
    assert_eq!(meter.take(), Duration::from_secs(25), "that of the next longer one");
    crypto.rsa_searched(1024);
    assert_eq!(meter.take(), Duration::from_secs(3));
}

fn spend(meter: &Meter, time: Duration) {
    use virtuale_engine::platform::{Forgetful, Sink};
    let chip = Chip { page: 1, write: time, ..Chip::default() };
    let of_it = Meter::new(chip);
    let sink: Box<dyn Sink> = Box::new(Forgetful);
    of_it.on(sink).commit(&[Change { offset: 0, bytes: &[1] }]).expect("it forgets");
    meter.spend(of_it.take());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_or_wait_for_ever(
        command in proptest::collection::vec(any::<u8>(), 0..300),
        answer in proptest::collection::vec(any::<u8>(), 0..300),
        clock in 1_u32..,
        rate: u32,
        frame: usize,
    ) {
        for text in ["3B00", "3B1018", "3BC0FF8131FE4534", "3B80800101"] {
            let (atr, contact) = (atr(text), Contact { clock, agrees: true });
            for protocol in [Protocol::T0, Protocol::T1] {
                let _ = contact.exchange(&atr, protocol, &command, &answer);
            }
            let _ = contact.reset(&atr);
            let field = Contactless { rate, frame, quiet: Duration::ZERO };
            let _ = (field.exchange(&command, &answer), field.activation(&atr));
        }
    }
}
