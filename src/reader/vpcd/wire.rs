//! What vpcd and a card say to each other [VSMARTCARD-VPCD protocol].
//!
//! A message is the number of its bytes, 16 bits, the highest first, and these. One byte alone is an order about the
//! power or asks for the answer to reset; all else is a command. So there is no command of one byte.

/// The longest message, without its length.
pub const LONGEST: usize = 0xFFFF;

/// The port on which vpcd awaits the card of its first slot, if nobody says otherwise.
pub const PORT: u16 = 0x8C7B;

/// What a driver asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Request<'a> {
    /// Take the power from the card. Has no answer.
    PowerOff,
    /// Power it up. Has no answer.
    PowerOn,
    /// Reset it with its power kept. Has no answer.
    Reset,
    /// Its answer to reset is asked for. None, or an empty one, means that there is no card.
    Atr,
    /// A command to the card.
    Command(&'a [u8]),
}

impl<'a> Request<'a> {
    /// The request of a message, without its length. `None` if it is none: an empty one, or an order that is not known.
    #[must_use]
    pub fn parse(message: &'a [u8]) -> Option<Self> {
        match message {
            [] => None,
            [0] => Some(Self::PowerOff),
            [1] => Some(Self::PowerOn),
            [2] => Some(Self::Reset),
            [4] => Some(Self::Atr),
            [_] => None,
            command => Some(Self::Command(command)),
        }
    }

    /// The message, with its length. `None` for a command that is too long, or that would be taken for an order.
    #[must_use]
    pub fn message(&self) -> Option<Vec<u8>> {
        match *self {
            Self::PowerOff => message(&[0]),
            Self::PowerOn => message(&[1]),
            Self::Reset => message(&[2]),
            Self::Atr => message(&[4]),
            Self::Command([] | [_]) => None,
            Self::Command(command) => message(command),
        }
    }
}

/// A message with its length. `None` if it is too long.
#[must_use]
pub fn message(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    put(&mut out, bytes).then_some(out)
}

/// Writes a message with its length in place of what was there, if it is not too long.
pub(super) fn put(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    out.clear();
    let Ok(length) = u16::try_from(bytes.len()) else { return false };
    out.extend(length.to_be_bytes());
    out.extend(bytes);
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LONGEST, Request, message};

    #[test]
    fn one_byte_is_an_order_and_more_are_a_command() {
        // [VSMARTCARD-VPCD protocol]
        let orders = [(0, Request::PowerOff), (1, Request::PowerOn), (2, Request::Reset), (4, Request::Atr)];
        for (byte, order) in orders {
            assert_eq!(Request::parse(&[byte]), Some(order));
            assert_eq!(order.message(), Some(vec![0, 1, byte]));
        }
        for unknown in [&[][..], &[3], &[5], &[0xFF]] {
            assert_eq!(Request::parse(unknown), None, "{unknown:02X?}");
        }
        assert_eq!(Request::parse(&[0, 0xB0]), Some(Request::Command(&[0, 0xB0])));
        assert_eq!(Request::Command(&[4]).message(), None, "it would be an order");
    }

    #[test]
    fn no_message_is_longer_than_its_length_can_say() {
        let longest = message(&[0x5A; LONGEST]).expect("it fits");
        assert_eq!((longest.len(), &longest[..2]), (LONGEST + 2, &[0xFF, 0xFF][..]));
        assert_eq!(message(&[0; LONGEST + 1]), None);
    }

    proptest! {
        #[test]
        fn a_request_comes_back(command in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(request) = Request::parse(&command) {
                let sent = request.message().expect("it is short");
                prop_assert_eq!(Request::parse(&sent[2..]), Some(request));
            }
        }
    }
}
