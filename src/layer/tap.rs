//! Tells listeners what is done to a card.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use virtuale_engine::{
    Card, Fault, Interface, Protocol, Response,
    platform::{Change, CommitError, Sink},
};

use super::{
    Layer,
    events::{Bus, What},
};

/// A layer that tells a bus what the reader does to a card and what it answers. It changes nothing, and is there from
/// the beginning, so that a listener can come while the card is in.
#[derive(Clone, Debug)]
pub struct Tap {
    bus: Arc<Bus>,
    slot: usize,
}

impl Tap {
    /// A tap on the card of a slot.
    #[must_use]
    pub fn new(bus: Arc<Bus>, slot: usize) -> Self {
        Self { bus, slot }
    }

    /// Tells of something only if somebody hears it.
    fn tell(&self, what: impl FnOnce(usize) -> What) {
        if self.bus.is_heard() {
            self.bus.tell(what(self.slot));
        }
    }

    /// As [`Layer::transmit`], with the time taken.
    fn transmit_heard(&self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        let slot = self.slot;
        self.bus.tell(What::Command { slot, bytes: command.into() });
        let start = Instant::now();
        let result = card.transmit(command, response);
        let took: Duration = start.elapsed();
        self.bus.tell(match result {
            Ok(()) => What::Response { slot, bytes: response.as_bytes().into(), took },
            Err(fault) => What::Silence { slot, fault, took },
        });
        result
    }
}

impl Layer for Tap {
    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
        let result = card.power_up(interface);
        self.tell(|slot| What::Powered { slot, interface, fault: result.err() });
        result
    }

    fn reset(&mut self, card: &mut dyn Card) -> Result<(), Fault> {
        let result = card.reset();
        self.tell(|slot| What::Reset { slot, fault: result.err() });
        result
    }

    fn power_off(&mut self, card: &mut dyn Card) {
        card.power_off();
        self.tell(|slot| What::PowerOff { slot });
    }

    fn select_protocol(&mut self, card: &mut dyn Card, protocol: Protocol) -> Result<(), Fault> {
        let result = card.select_protocol(protocol);
        self.tell(|slot| What::Protocol { slot, protocol, fault: result.err() });
        result
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        if self.bus.is_heard() {
            return self.transmit_heard(card, command, response);
        }
        card.transmit(command, response)
    }
}

/// A sink of commits that tells a bus of them and keeps nothing.
#[derive(Clone, Debug)]
pub struct Commits {
    bus: Arc<Bus>,
    slot: usize,
}

impl Commits {
    /// The sink of the card of a slot.
    #[must_use]
    pub fn new(bus: Arc<Bus>, slot: usize) -> Self {
        Self { bus, slot }
    }
}

impl Sink for Commits {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), CommitError> {
        if self.bus.is_heard() {
            let bytes = changes.iter().map(|change| change.bytes.len()).sum();
            self.bus.tell(What::Committed { slot: self.slot, bytes });
        }
        Ok(())
    }
}
