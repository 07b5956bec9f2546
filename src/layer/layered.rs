//! The trait, and the card that it makes.

use std::fmt;

use virtuale_engine::{Atr, Card, Chip, Fault, Interface, Protocol, Response, Snapshot, SnapshotError, Uid};

/// What happens on the way to a card. Every method passes on what comes unless it is written anew.
pub trait Layer: Send {
    /// The answer to reset ([`Card::atr`]).
    fn atr<'a>(&'a self, card: &'a dyn Card) -> &'a Atr {
        card.atr()
    }

    /// The card is powered up ([`Card::power_up`]).
    ///
    /// # Errors
    ///
    /// Those of the card, or the layer's own.
    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
        card.power_up(interface)
    }

    /// The card is reset with its power kept ([`Card::reset`]).
    ///
    /// # Errors
    ///
    /// Those of the card, or the layer's own.
    fn reset(&mut self, card: &mut dyn Card) -> Result<(), Fault> {
        card.reset()
    }

    /// The power is taken away ([`Card::power_off`]).
    fn power_off(&mut self, card: &mut dyn Card) {
        card.power_off();
    }

    /// A protocol is agreed on ([`Card::select_protocol`]).
    ///
    /// # Errors
    ///
    /// Those of the card, or the layer's own.
    fn select_protocol(&mut self, card: &mut dyn Card, protocol: Protocol) -> Result<(), Fault> {
        card.select_protocol(protocol)
    }

    /// Whether commands pass as they are just now. It is asked before each, and a layer that says so is not called for
    /// it: a card is spared the call of a layer that has nothing to do. What it says of one command holds for that one.
    #[inline]
    fn passes_commands(&self) -> bool {
        false
    }

    /// A command is carried out ([`Card::transmit`]). A layer that gives a fault of its own leaves `response` empty.
    ///
    /// # Errors
    ///
    /// Those of the card, or the layer's own.
    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        card.transmit(command, response)
    }

    /// The state of the card is saved ([`Card::save`]). A layer with a state that shall come back puts it into the
    /// snapshot, as a part of its own name, and passes the snapshot on.
    fn save(&self, card: &dyn Card, snapshot: &mut Snapshot) {
        card.save(snapshot);
    }

    /// The card becomes that of a snapshot ([`Card::restore`]). A layer takes its own part only when the card took the
    /// snapshot.
    ///
    /// # Errors
    ///
    /// Those of the card, or that the layer's own part is not there or damaged.
    fn restore(&mut self, card: &mut dyn Card, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        card.restore(snapshot)
    }
}

/// A card with a layer around it. Where the kind of card is known when the program is compiled, what the layer passes
/// on costs no call.
pub struct Layered<L, C = Box<dyn Card>> {
    layer: L,
    card: C,
}

impl<L: Layer, C: Card> Layered<L, C> {
    /// A layer around a card.
    #[must_use]
    pub fn new(layer: L, card: C) -> Self {
        Self { layer, card }
    }

    /// The way of a command through the layer. It takes what [`Card::transmit`] takes, so that the way past it moves
    /// nothing.
    #[inline(never)]
    fn transmit_by_layer(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        self.layer.transmit(&mut self.card, command, response)
    }
}

impl<L: Layer, C: Card> Card for Layered<L, C> {
    fn atr(&self) -> &Atr {
        self.layer.atr(&self.card)
    }

    fn uid(&self) -> Option<Uid> {
        self.card.uid()
    }

    fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
        self.layer.power_up(&mut self.card, interface)
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.layer.reset(&mut self.card)
    }

    fn power_off(&mut self) {
        self.layer.power_off(&mut self.card);
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        self.layer.select_protocol(&mut self.card, protocol)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        if self.layer.passes_commands() {
            return self.card.transmit(command, response);
        }
        self.transmit_by_layer(command, response)
    }

    fn chip(&self) -> Option<&Chip> {
        self.card.chip()
    }

    fn save(&self, snapshot: &mut Snapshot) {
        self.layer.save(&self.card, snapshot);
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        self.layer.restore(&mut self.card, snapshot)
    }
}

impl<L, C> fmt::Debug for Layered<L, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layered").finish_non_exhaustive()
    }
}

/// A layer of any kind is one.
impl Layer for Box<dyn Layer> {
    fn atr<'a>(&'a self, card: &'a dyn Card) -> &'a Atr {
        (**self).atr(card)
    }

    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
        (**self).power_up(card, interface)
    }

    fn reset(&mut self, card: &mut dyn Card) -> Result<(), Fault> {
        (**self).reset(card)
    }

    fn power_off(&mut self, card: &mut dyn Card) {
        (**self).power_off(card);
    }

    fn select_protocol(&mut self, card: &mut dyn Card, protocol: Protocol) -> Result<(), Fault> {
        (**self).select_protocol(card, protocol)
    }

    fn passes_commands(&self) -> bool {
        (**self).passes_commands()
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        (**self).transmit(card, command, response)
    }

    fn save(&self, card: &dyn Card, snapshot: &mut Snapshot) {
        (**self).save(card, snapshot);
    }

    fn restore(&mut self, card: &mut dyn Card, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        (**self).restore(card, snapshot)
    }
}
