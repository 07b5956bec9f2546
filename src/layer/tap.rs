//! Tells listeners what is done to a card.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use virtuale_engine::{
    Card, Fault, Interface, Protocol, Response,
    platform::{Change, CommitError, Sink},
};

use super::{
    Layer, Stay,
    events::{Bus, What},
};

/// A layer that tells listeners what the reader does to a card and what it answers, for as long as the card's stay in
/// its slot. It changes nothing, and is there from the beginning, so that a listener can come while the card is in.
#[derive(Clone, Debug)]
pub struct Tap {
    stay: Stay,
    /// That of the stay, at hand for each command.
    bus: Arc<Bus>,
}

impl Tap {
    /// A tap on a card, for its stay.
    #[must_use]
    pub fn new(stay: Stay) -> Self {
        Self { bus: Arc::clone(stay.bus()), stay }
    }
}

impl Layer for Tap {
    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
        let result = card.power_up(interface);
        self.stay.tell(|slot, generation| What::Powered { slot, generation, interface, fault: result.err() });
        result
    }

    fn reset(&mut self, card: &mut dyn Card) -> Result<(), Fault> {
        let result = card.reset();
        self.stay.tell(|slot, generation| What::Reset { slot, generation, fault: result.err() });
        result
    }

    fn power_off(&mut self, card: &mut dyn Card) {
        card.power_off();
        self.stay.tell(|slot, generation| What::PowerOff { slot, generation });
    }

    fn select_protocol(&mut self, card: &mut dyn Card, protocol: Protocol) -> Result<(), Fault> {
        let result = card.select_protocol(protocol);
        self.stay.tell(|slot, generation| What::Protocol { slot, generation, protocol, fault: result.err() });
        result
    }

    #[inline]
    fn passes_commands(&self) -> bool {
        !self.bus.is_heard()
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        self.stay.tell(|slot, generation| What::Command { slot, generation, bytes: command.into() });
        let start = Instant::now();
        let result = card.transmit(command, response);
        let took: Duration = start.elapsed();
        self.stay.tell(|slot, generation| match result {
            Ok(()) => What::Response { slot, generation, bytes: response.as_bytes().into(), took },
            Err(fault) => What::Silence { slot, generation, fault, took },
        });
        result
    }
}

/// A sink of commits that tells listeners of those which the sink behind it kept.
pub struct Commits {
    stay: Stay,
    inner: Box<dyn Sink>,
}

impl Commits {
    /// A sink around that of a card.
    #[must_use]
    pub fn new(stay: Stay, inner: Box<dyn Sink>) -> Self {
        Self { stay, inner }
    }
}

impl Sink for Commits {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), CommitError> {
        self.inner.commit(changes)?;
        self.stay.tell(|slot, generation| {
            let bytes = changes.iter().map(|change| change.bytes.len()).sum();
            What::Committed { slot, generation, bytes }
        });
        Ok(())
    }
}

impl fmt::Debug for Commits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commits").field("stay", &self.stay).finish_non_exhaustive()
    }
}
