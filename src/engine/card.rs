//! What a reader holds: a card, whatever is inside it.
//!
//! Recorders, fault injectors and latency models wrap a [`Card`] and are one, so a reader never knows which it has.

use alloc::boxed::Box;

use crate::{Atr, Chip, Response, Snapshot, SnapshotError, snapshot::CHIP};

/// The transmission protocol between reader and card (ISO 7816-3).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Protocol {
    /// Character oriented: no case 4, no extended length.
    T0,
    /// Block oriented.
    T1,
}

/// The side of a card that gives it power: ISO 7816-3 on contacts, ISO 14443 in a field.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Interface {
    /// The contacts.
    #[default]
    Contact,
    /// The antenna.
    Contactless,
}

/// How a card is reset, for whoever has to say which of the two it is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Reset {
    /// Power off, then on.
    Cold,
    /// The reset contact, with power kept.
    Warm,
}

impl Reset {
    /// Resets a card in this way; a cold reset powers it up on `interface`.
    ///
    /// # Errors
    ///
    /// Those of [`Card::power_up`] and [`Card::reset`].
    pub fn apply(self, card: &mut (impl Card + ?Sized), interface: Interface) -> Result<(), Fault> {
        match self {
            Self::Cold => card.power_up(interface),
            Self::Warm => card.reset(),
        }
    }
}

/// Why a card gave no answer. A status word is an answer; this is silence.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The card does not answer at all.
    #[error("the card is mute")]
    Mute,
    /// Power went away during the command: what was not committed is lost.
    #[error("power was lost during the command")]
    PowerLost,
    /// The card's ATR does not offer the protocol.
    #[error("the card does not speak this protocol")]
    ProtocolRefused,
    /// The card has no power: it must be reset first.
    #[error("the card is not powered")]
    Unpowered,
}

/// What a card is called in a field, before it is activated: its unique identifier [ISO-14443 UID].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Uid {
    bytes: [u8; Self::LONGEST],
    length: u8,
}

impl Uid {
    /// The longest one.
    pub const LONGEST: usize = 10;

    /// How the first byte of a single one says that the others are drawn at random.
    pub const RANDOM: u8 = 0x08;

    /// One of a single size, whose last three bytes were drawn.
    #[must_use]
    pub fn random([first, second, third]: [u8; 3]) -> Self {
        let mut bytes = [0; Self::LONGEST];
        bytes[..4].copy_from_slice(&[Self::RANDOM, first, second, third]);
        Self { bytes, length: 4 }
    }

    /// One of a single, double or triple size, of 4, 7 or 10 bytes. `None` for other lengths.
    #[must_use]
    pub fn new(uid: &[u8]) -> Option<Self> {
        let length = match uid.len() {
            4 => 4,
            7 => 7,
            10 => 10,
            _ => return None,
        };
        let mut bytes = [0; Self::LONGEST];
        bytes[..uid.len()].copy_from_slice(uid);
        Some(Self { bytes, length })
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// A smart card as its reader sees it.
pub trait Card: Send {
    /// The answer to the last power-up; before the first one, that of the contacts.
    fn atr(&self) -> &Atr;

    /// What a reader with an antenna finds the card by. `None` if it has no name in a field, as one without an antenna.
    fn uid(&self) -> Option<Uid> {
        None
    }

    /// Powers the card up on an interface, after taking the power away if it has any (a cold reset). Everything
    /// volatile is forgotten; the protocol is the ATR's first one.
    ///
    /// # Errors
    ///
    /// [`Fault::Mute`] if the card gives no ATR, as one without that interface does.
    fn power_up(&mut self, interface: Interface) -> Result<(), Fault>;

    /// Resets the card with its power kept (a warm reset), on the interface of the last power-up; a card that has no
    /// power gets it there. What is forgotten and the protocol are as after a power-up.
    ///
    /// # Errors
    ///
    /// [`Fault::Mute`] if the card gives no ATR.
    fn reset(&mut self) -> Result<(), Fault>;

    /// Takes the power away: whatever was not committed is lost.
    fn power_off(&mut self);

    /// Agrees on a protocol (PPS). Comes after a reset and before the first command.
    ///
    /// # Errors
    ///
    /// [`Fault::ProtocolRefused`] if the ATR does not offer it, [`Fault::Unpowered`] before the first reset.
    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault>;

    /// Carries out one command APDU of any length, well formed or not, and leaves the response APDU in `response`.
    ///
    /// # Errors
    ///
    /// A [`Fault`] when the card is silent; `response` is then empty.
    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault>;

    /// The chip in it, to look at ([`view`](crate::chip::view)). `None` if it has none of the engine's; a layer shows
    /// that of its card.
    fn chip(&self) -> Option<&Chip> {
        None
    }

    /// Puts all that survives a reset into a snapshot. A layer puts its own there too, and passes it on to its card. A
    /// card that keeps nothing puts nothing.
    fn save(&self, _snapshot: &mut Snapshot) {}

    /// Becomes the card that a snapshot was taken of, without power. A layer passes the snapshot on to its card, and
    /// takes its own part only when the card took it.
    ///
    /// # Errors
    ///
    /// [`SnapshotError`] if it is not one of a card made of the same image; the card is then as it was. A card that
    /// keeps nothing takes any but that of a chip.
    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        snapshot.part(CHIP).map_or(Ok(()), |_| Err(SnapshotError::OtherImage))
    }
}

/// A card that is not known by its kind is one.
impl<C: Card + ?Sized> Card for Box<C> {
    fn atr(&self) -> &Atr {
        (**self).atr()
    }

    fn uid(&self) -> Option<Uid> {
        (**self).uid()
    }

    fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
        (**self).power_up(interface)
    }

    fn reset(&mut self) -> Result<(), Fault> {
        (**self).reset()
    }

    fn power_off(&mut self) {
        (**self).power_off();
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        (**self).select_protocol(protocol)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        (**self).transmit(command, response)
    }

    fn chip(&self) -> Option<&Chip> {
        (**self).chip()
    }

    fn save(&self, snapshot: &mut Snapshot) {
        (**self).save(snapshot);
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        (**self).restore(snapshot)
    }
}
