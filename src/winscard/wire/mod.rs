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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        Attribute, Cancel, Command, Connect, Context, Control, Disconnect, End, Establish, Event, Handle, Header,
        Message, Name, ReaderEvents, ReaderState, Reconnect, StatesSize, Transmit, Version,
    };

    #[test]
    fn bodies_have_the_lengths_of_the_real_headers() {
        // Measured by compiling them [PCSC-LITE winscard_msg.h].
        let sizes = [
            (Command::ESTABLISH_CONTEXT, 12),
            (Command::RELEASE_CONTEXT, 8),
            (Command::CONNECT, 152),
            (Command::RECONNECT, 24),
            (Command::DISCONNECT, 12),
            (Command::BEGIN_TRANSACTION, 8),
            (Command::END_TRANSACTION, 12),
            (Command::TRANSMIT, 32),
            (Command::CONTROL, 24),
            (Command::STATUS, 8),
            (Command::CANCEL, 8),
            (Command::GET_ATTRIBUTE, 280),
            (Command::SET_ATTRIBUTE, 280),
            (Command::VERSION, 12),
            (Command::READER_STATES, 0),
            (Command::WAIT, 0),
            (Command::STOP_WAITING, 0),
            (Command::READER_EVENTS, 0),
            (Command::STATES_SIZE, 0),
            (Command::STATES_ARRAY, 0),
        ];
        for (command, size) in sizes {
            assert_eq!(command.body_size(), Some(size), "{command:?}");
        }
        for unused in [0x00, 0x03, 0x0C, 0x0E, 0x18, u32::MAX] {
            assert_eq!(Command(unused).body_size(), None, "{unused:02X}");
        }
        assert_eq!((Event::SIZE, ReaderEvents::SIZE, StatesSize::SIZE, ReaderState::SIZE), (8, 8, 4, 184));
    }

    #[test]
    fn fields_stand_where_the_real_headers_have_them() {
        let bytes: Vec<u8> = (0..184).collect();
        let state = ReaderState::decode(&bytes).expect("the right length");
        let number = |at: usize| u32::from_ne_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        assert_eq!(state.events, number(128));
        assert_eq!(state.state.0, number(132));
        assert_eq!(state.atr.bytes(33), &bytes[140..173]);
        assert_eq!(state.atr.bytes(34), [0u8; 0]);
        assert_eq!(state.atr_length, number(176));
        assert_eq!(state.protocol.0, number(180));
        let bytes: Vec<u8> = (0..152).collect();
        let connect = Connect::decode(&bytes).expect("the right length");
        assert_eq!(connect.share.0, number(132));
        assert_eq!(connect.code.0, number(148));
    }

    #[test]
    fn names_end_at_the_first_zero_or_before_the_last_byte() {
        let name = Name::new("Virtuale 00 00").expect("short enough");
        assert_eq!(name.as_bytes(), b"Virtuale 00 00");
        assert_eq!(Name::new(&"x".repeat(127)).map(|name| name.as_bytes().len()), Some(127));
        assert_eq!(Name::new(&"x".repeat(128)), None);
        let unending = Connect::decode(&[b'x'; 152]).expect("the right length");
        assert_eq!(unending.reader.as_bytes().len(), 127);
    }

    /// Decoding then encoding gives the same bytes, and no other length is a message.
    fn survives<M: Message>(bytes: &[u8]) {
        assert!(M::decode(&bytes[..M::SIZE - 1]).is_none());
        assert!(M::decode(&bytes[..=M::SIZE]).is_none());
        let mut again = Vec::new();
        M::decode(&bytes[..M::SIZE]).expect("the right length").encode(&mut again);
        assert_eq!(again, bytes[..M::SIZE]);
    }

    proptest! {
        #[test]
        fn any_bytes_survive_decoding_and_encoding(mut bytes in proptest::collection::vec(any::<u8>(), 300)) {
            survives::<Header>(&bytes);
            survives::<Version>(&bytes);
            survives::<Establish>(&bytes);
            survives::<Context>(&bytes);
            survives::<Cancel>(&bytes);
            survives::<Connect>(&bytes);
            survives::<Reconnect>(&bytes);
            survives::<Disconnect>(&bytes);
            survives::<Handle>(&bytes);
            survives::<End>(&bytes);
            survives::<Transmit>(&bytes);
            survives::<Control>(&bytes);
            survives::<Attribute>(&bytes);
            survives::<Event>(&bytes);
            survives::<ReaderEvents>(&bytes);
            survives::<StatesSize>(&bytes);
            // Its padding is written as zeros.
            bytes[173..176].fill(0);
            survives::<ReaderState>(&bytes);
        }
    }
}
