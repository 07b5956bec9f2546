//! The messages between libpcsclite and its service, as bytes and as structs; both directions, for both sides.
//!
//! All numbers are 32 bits wide in the machine's own order. A request is a [`Header`] and a body; for
//! [`Command::TRANSMIT`] and [`Command::CONTROL`] the bytes to send follow, which the header does not count. A reply
//! is the same body with its outputs filled in, without a header. This module judges lengths only, never meanings.

mod field;
mod messages;

pub use field::{AtrField, AttributeValue, Name};
pub use messages::{
    Attribute, Cancel, Connect, Context, Control, Disconnect, End, Establish, Event, Handle, Header, ReaderEvents,
    ReaderState, Reconnect, StatesSize, Transmit, Version,
};

/// The major version of the protocol.
pub const MAJOR: u32 = 4;
/// The oldest minor version spoken: libpcsclite 1.8.24.
pub const OLDEST_MINOR: u32 = 4;
/// From this minor version on, a client may ask for the readers' event counter.
pub const READER_EVENTS_MINOR: u32 = 5;
/// From this minor version on, the states of the readers are asked for apart, and a wait has no reply.
pub const STATES_APART_MINOR: u32 = 6;
/// The newest minor version spoken: libpcsclite 2.5.
pub const NEWEST_MINOR: u32 = 6;
/// The longest command or answer that fits a message.
pub const LONGEST_BUFFER: usize = 65_548;
/// How many reader states the array has up to version 4.5, unless a distribution changed it.
pub const READER_SLOTS: usize = 16;
/// The ATR length that says "no reader here".
pub const NO_READER: u32 = 34;

/// A message of the protocol.
pub trait Message: Sized {
    /// Its length in bytes.
    const SIZE: usize;

    /// Reads a body; `None` unless it has exactly [`SIZE`](Self::SIZE) bytes.
    fn decode(bytes: &[u8]) -> Option<Self>;

    /// Appends the body.
    fn encode(&self, out: &mut Vec<u8>);
}

/// What a request asks for. Total: every value is a command, some are known.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Command(pub u32);

impl Command {
    /// Open a context.
    pub const ESTABLISH_CONTEXT: Self = Self(0x01);
    /// Close it.
    pub const RELEASE_CONTEXT: Self = Self(0x02);
    /// Open a handle on a reader.
    pub const CONNECT: Self = Self(0x04);
    /// Open it anew.
    pub const RECONNECT: Self = Self(0x05);
    /// Close it.
    pub const DISCONNECT: Self = Self(0x06);
    /// Take the card's lock.
    pub const BEGIN_TRANSACTION: Self = Self(0x07);
    /// Give it back.
    pub const END_TRANSACTION: Self = Self(0x08);
    /// Send a command to the card.
    pub const TRANSMIT: Self = Self(0x09);
    /// Send a command to the reader.
    pub const CONTROL: Self = Self(0x0A);
    /// Is the handle still good?
    pub const STATUS: Self = Self(0x0B);
    /// End another connection's wait.
    pub const CANCEL: Self = Self(0x0D);
    /// Read an attribute of the reader.
    pub const GET_ATTRIBUTE: Self = Self(0x0F);
    /// Write one.
    pub const SET_ATTRIBUTE: Self = Self(0x10);
    /// Agree on a version.
    pub const VERSION: Self = Self(0x11);
    /// The states of all readers, in an array of agreed length.
    pub const READER_STATES: Self = Self(0x12);
    /// Tell me once when a state changes.
    pub const WAIT: Self = Self(0x13);
    /// Tell me no more.
    pub const STOP_WAITING: Self = Self(0x14);
    /// How many readers came and went.
    pub const READER_EVENTS: Self = Self(0x15);
    /// How long the array of states is.
    pub const STATES_SIZE: Self = Self(0x16);
    /// That array.
    pub const STATES_ARRAY: Self = Self(0x17);

    /// The length of the request's body, without what follows it; `None` for a command that does not exist.
    #[must_use]
    pub fn body_size(self) -> Option<usize> {
        Some(match self {
            Self::ESTABLISH_CONTEXT => Establish::SIZE,
            Self::RELEASE_CONTEXT => Context::SIZE,
            Self::CONNECT => Connect::SIZE,
            Self::RECONNECT => Reconnect::SIZE,
            Self::DISCONNECT => Disconnect::SIZE,
            Self::BEGIN_TRANSACTION | Self::STATUS => Handle::SIZE,
            Self::END_TRANSACTION => End::SIZE,
            Self::TRANSMIT => Transmit::SIZE,
            Self::CONTROL => Control::SIZE,
            Self::CANCEL => Cancel::SIZE,
            Self::GET_ATTRIBUTE | Self::SET_ATTRIBUTE => Attribute::SIZE,
            Self::VERSION => Version::SIZE,
            Self::READER_STATES
            | Self::WAIT
            | Self::STOP_WAITING
            | Self::READER_EVENTS
            | Self::STATES_SIZE
            | Self::STATES_ARRAY => 0,
            _ => return None,
        })
    }
}
