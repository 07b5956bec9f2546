//! What a reader holds: a card, whatever is inside it.
//!
//! Recorders, fault injectors and latency models wrap a [`Card`] and are one, so a reader never knows which it has.

use crate::{Atr, Response};

/// The transmission protocol between reader and card (ISO 7816-3).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Protocol {
    /// Character oriented: no case 4, no extended length.
    T0,
    /// Block oriented.
    T1,
}

/// How a card is reset.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Reset {
    /// Power off, then on.
    Cold,
    /// The reset contact, with power kept.
    Warm,
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

/// A smart card as its reader sees it.
pub trait Card: Send {
    /// The answer to reset, which does not change while the card is in a reader.
    fn atr(&self) -> &Atr;

    /// Powers the card up or resets it. Everything volatile is forgotten; the protocol is the ATR's first one.
    ///
    /// # Errors
    ///
    /// [`Fault::Mute`] if the card gives no ATR.
    fn reset(&mut self, kind: Reset) -> Result<(), Fault>;

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
}
