//! Why a slot does not do as it is asked.

use virtuale_engine::Fault;

/// Why a card cannot come or go.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SlotError {
    /// There is no such slot.
    #[error("there is no slot {0}")]
    Unknown(usize),
    /// A card is in the slot already.
    #[error("slot {0} holds a card already")]
    Occupied(usize),
    /// There is no card in the slot.
    #[error("slot {0} is empty")]
    Empty(usize),
    /// No card was removed from the slot that could come back.
    #[error("no card was taken out of slot {0} that could come back")]
    NeverHeld(usize),
    /// The card that was removed is still busy with a command.
    #[error("the card that was taken out of slot {0} is still busy with a command")]
    Busy(usize),
    /// The reader of the slot has no PIN pad.
    #[error("the reader of slot {0} has no PIN pad")]
    NoPad(usize),
    /// The reader of the slot asks for no PIN now.
    #[error("the reader of slot {0} asks for no PIN now")]
    NotAsked(usize),
    /// The reader of the slot asks for no PIN now, and none was typed ahead.
    #[error("there is nothing to cancel: the reader of slot {0} asks for no PIN now, and none was typed ahead")]
    NothingToCancel(usize),
    /// The reader of the slot does not ask any more for the PIN that a person was asked for.
    #[error("the reader of slot {0} does not ask for that PIN any more: nothing was typed")]
    PromptOver(usize),
    /// More PINs were typed than the program that asks wants.
    #[error("the reader of slot {slot} asks for {asked} now, and {given} PINs were given: none of them was typed")]
    NotAllAsked {
        /// The slot.
        slot: usize,
        /// How many are wanted.
        asked: usize,
        /// How many were given.
        given: usize,
    },
    /// More PINs were typed ahead than anybody remembers.
    #[error("as many PINs as may, {most}, wait to be asked for in slot {slot}")]
    TooManyPins {
        /// The slot.
        slot: usize,
        /// How many may wait.
        most: usize,
    },
}

/// Why a reader does not do as a control code asks.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ControlError {
    /// The reader knows no such code.
    #[error("the reader does not know this control code")]
    Unsupported,
    /// The card, which has a part in it, does not do its part.
    #[error("{0}")]
    Card(#[from] CardError),
}

/// Why a card does not do as it is asked.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CardError {
    /// There is no card, or it was removed while it was busy.
    #[error("there is no card in the slot")]
    NoCard,
    /// The card gives no answer to reset.
    #[error("the card is mute")]
    Mute,
    /// The card's answer to reset offers none of the protocols asked for.
    #[error("the card does not offer this protocol")]
    NotOffered,
    /// The card refused a protocol that it offers.
    #[error("the card refused the protocol that it offers")]
    Refused,
    /// A handle of PC/SC has the card for itself.
    #[error("the card is in use by a PC/SC handle")]
    InUse,
    /// The client for which this was done is gone.
    #[error("the client is gone")]
    ClientGone,
    /// The card gave no answer to a command, or to a request for a protocol.
    #[error("{0}")]
    Silent(#[from] Fault),
}
