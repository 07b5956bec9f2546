//! Cards for tests: they do next to nothing and remember what was done to them.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hex_literal::hex;
use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Reset, Response, StatusWord};

use super::sync::lock;

/// An ATR that offers T=0 only.
pub(super) const T0: &[u8] = &hex!("3B 75 13 00 00 44 09 EA 90 00");
/// An ATR that offers T=0 and T=1.
pub(super) const BOTH: &[u8] = &hex!("3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44");
/// INS of a command that takes until the test says so.
pub(super) const SLOW: u8 = 0x55;
/// INS of a command that the card panics on.
pub(super) const FATAL: u8 = 0x66;
/// INS of a command that is answered with as many bytes as its P1-P2 say, and a status word.
pub(super) const LONG: u8 = 0xEE;
/// INS of a command during which the card loses its power.
pub(super) const DRAINING: u8 = 0x78;
/// INS of a command that gets no answer.
pub(super) const SILENT: u8 = 0x77;

/// What was done to a card.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Deed {
    Reset(Reset),
    Off,
    Agreed(Protocol),
}

/// A card's memory and its reins.
#[derive(Debug, Default)]
pub(super) struct Reins {
    deeds: Mutex<Vec<Deed>>,
    /// The interface of the last power-up.
    pub(super) interface: Mutex<Option<Interface>>,
    pub(super) mute: AtomicBool,
    pub(super) stubborn: AtomicBool,
    /// Whether the card loses its power when a protocol is to be agreed on.
    pub(super) draining: AtomicBool,
    /// Whether power-ups take until the test says so, as slow commands do.
    pub(super) slow_power: AtomicBool,
    /// Whether agreeing on a protocol does.
    pub(super) slow_protocol: AtomicBool,
    /// Whether the card panics when it is powered up.
    pub(super) fatal_power: AtomicBool,
    gate: Mutex<Gate>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Gate {
    entered: usize,
    open: bool,
}

impl Reins {
    /// What was done to the card since the last time.
    pub(super) fn deeds(&self) -> Vec<Deed> {
        std::mem::take(&mut lock(&self.deeds))
    }

    /// Takes until the test says so.
    fn dawdle(&self) {
        lock(&self.gate).entered += 1;
        self.moved.notify_all();
        self.await_gate(|gate| gate.open);
    }

    /// Waits until something slow has begun.
    pub(super) fn await_slow(&self) {
        self.await_gate(|gate| gate.entered > 0);
    }

    /// Lets what is slow end.
    pub(super) fn open(&self) {
        lock(&self.gate).open = true;
        self.moved.notify_all();
    }

    fn await_gate(&self, ready: impl Fn(&Gate) -> bool) {
        let patience = Duration::from_secs(10);
        let waited = self.moved.wait_timeout_while(lock(&self.gate), patience, |gate| !ready(gate));
        assert!(!waited.expect("no thread dies here").1.timed_out(), "the other side never came");
    }
}

/// A card that answers a command with the command itself and 9000.
pub(super) struct Toy {
    atr: Atr,
    reins: Arc<Reins>,
}

/// A card with that ATR, and its reins.
pub(super) fn toy(atr: &[u8]) -> (Box<dyn Card>, Arc<Reins>) {
    let reins = Arc::<Reins>::default();
    let atr = Atr::parse(atr).expect("a good ATR");
    (Box::new(Toy { atr, reins: Arc::clone(&reins) }), reins)
}

impl Toy {
    fn begin(&self, kind: Reset) -> Result<(), Fault> {
        lock(&self.reins.deeds).push(Deed::Reset(kind));
        if self.reins.mute.load(Ordering::Relaxed) { Err(Fault::Mute) } else { Ok(()) }
    }
}

impl Card for Toy {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
        *lock(&self.reins.interface) = Some(interface);
        assert!(!self.reins.fatal_power.load(Ordering::Relaxed), "a card that panics, as the test wants it");
        if self.reins.slow_power.load(Ordering::Relaxed) {
            self.reins.dawdle();
        }
        self.begin(Reset::Cold)
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.begin(Reset::Warm)
    }

    fn power_off(&mut self) {
        lock(&self.reins.deeds).push(Deed::Off);
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        if self.reins.stubborn.load(Ordering::Relaxed) {
            return Err(Fault::ProtocolRefused);
        }
        if self.reins.slow_protocol.load(Ordering::Relaxed) {
            self.reins.dawdle();
        }
        if self.reins.draining.load(Ordering::Relaxed) {
            return Err(Fault::PowerLost);
        }
        lock(&self.reins.deeds).push(Deed::Agreed(protocol));
        Ok(())
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        match *command {
            [_, SILENT, ..] => return Err(Fault::Mute),
            [_, DRAINING, ..] => return Err(Fault::PowerLost),
            [_, FATAL, ..] => panic!("a card that panics, as the test wants it"),
            [_, SLOW, ..] => self.reins.dawdle(),
            [_, LONG, high, low, ..] => response.extend(&vec![0xAB; usize::from(u16::from_be_bytes([high, low]))]),
            _ => response.extend(command),
        }
        response.finish(StatusWord::SUCCESS);
        Ok(())
    }
}
