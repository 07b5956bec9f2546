//! How long a card takes: a layer that answers no sooner than a real card would.
//!
//! A [`Timetable`] says what things cost: a [`Model`] computes it from what passes on the wire ([`Wire`]) and from what
//! the chip did meanwhile ([`Chip`], which a [`Meter`] counts); [`Recorded`] has it from a dialogue with a card whose
//! times are known. The layer lets the card do its work, then waits for what is left of the cost.
//!
//! What it does not do: the extensions of waiting times that a card asks its reader for are part of the cost and are
//! not seen, since no program sees them; nothing here changes a byte.

mod chip;
mod contact;
mod contactless;
mod meter;
mod recorded;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use virtuale_engine::{Card, Fault, Interface, Protocol, Response};

pub use self::{
    chip::Chip,
    contact::Contact,
    contactless::Contactless,
    meter::{Meter, Work},
    recorded::Recorded,
};
use super::Layer;

/// What things cost a card.
#[derive(Clone, Debug)]
pub enum Timetable {
    /// By what passes and what is done.
    Model(Model),
    /// By what they took another time.
    Recorded(Recorded),
}

/// A card whose times are computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What bytes cost on their way.
    pub wire: Wire,
    /// What work costs inside.
    pub chip: Chip,
}

/// The way between a card and its reader.
#[derive(Clone, Debug, PartialEq)]
pub enum Wire {
    /// Contacts [ISO-7816-3].
    Contact(Contact),
    /// A field [ISO-14443 rates].
    Contactless(Contactless),
}

/// The layer of one card.
pub struct Timing {
    table: Arc<Timetable>,
    meter: Meter,
    protocol: Protocol,
}

impl Timetable {
    /// A meter for a card with these times.
    #[must_use]
    pub fn meter(&self) -> Meter {
        match self {
            Self::Model(model) => Meter::new(model.chip.clone()),
            Self::Recorded(_) => Meter::new(Chip::default()),
        }
    }

    /// What a power-up or a reset costs, with the answer to it.
    fn reset(&self, card: &dyn Card) -> Duration {
        match self {
            Self::Model(Model { wire: Wire::Contact(contact), .. }) => contact.reset(card.atr()),
            Self::Model(Model { wire: Wire::Contactless(field), .. }) => field.activation(card.atr()),
            Self::Recorded(recorded) => recorded.reset(),
        }
    }

    /// What a command and its answer cost, beside what was computed and kept for it.
    fn exchange(&self, card: &dyn Card, protocol: Protocol, command: &[u8], answer: &[u8]) -> Duration {
        match self {
            Self::Model(Model { wire, chip }) => {
                let way = match wire {
                    Wire::Contact(contact) => contact.exchange(card.atr(), protocol, command, answer),
                    Wire::Contactless(field) => field.exchange(command, answer),
                };
                way + chip.of_command(command)
            }
            Self::Recorded(recorded) => recorded.command(command),
        }
    }
}

impl Timing {
    /// The layer of a card; `meter` is that which its [`Work`] is counted with.
    #[must_use]
    pub fn new(table: Arc<Timetable>, meter: Meter) -> Self {
        Self { table, meter, protocol: Protocol::T0 }
    }

    /// Waits for what is left of a cost that began at `start`.
    fn wait(&self, start: Instant, cost: Duration) {
        let cost = cost.saturating_add(self.meter.take());
        if let Some(left) = cost.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
            thread::sleep(left);
        }
    }

    /// What follows a power-up or a reset.
    fn arrived(&mut self, card: &dyn Card, start: Instant, result: Result<(), Fault>) -> Result<(), Fault> {
        self.protocol = card.atr().first_protocol();
        self.wait(start, self.table.reset(card));
        result
    }
}

impl Layer for Timing {
    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
        let start = Instant::now();
        let result = card.power_up(interface);
        self.arrived(card, start, result)
    }

    fn reset(&mut self, card: &mut dyn Card) -> Result<(), Fault> {
        let start = Instant::now();
        let result = card.reset();
        self.arrived(card, start, result)
    }

    fn select_protocol(&mut self, card: &mut dyn Card, protocol: Protocol) -> Result<(), Fault> {
        card.select_protocol(protocol)?;
        self.protocol = protocol;
        Ok(())
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        let start = Instant::now();
        let result = card.transmit(command, response);
        self.wait(start, self.table.exchange(card, self.protocol, command, response.as_bytes()));
        result
    }
}

impl fmt::Debug for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timing").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}
