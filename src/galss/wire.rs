//! What the library and the readers say to each other over their socket.
//!
//! A frame is the number of its bytes, 32 bits, and these. Numbers have their lowest byte first; what has no fixed
//! length has its length in front, 32 bits. A request is the number of a function and its parameters; the reply is the
//! [`Code`] of 16 bits and what the function gives. A connection begins with [`Request::Hello`], which has no reply.
//!
//! Both sides take this for hostile input: nothing here can panic, and nothing is longer than [`LONGEST_FRAME`].

use crate::Code;

/// The variable that says where the readers' socket is.
pub const VARIABLE: &str = "VIRTUALE_GALSS";

/// The version of this language. Both sides come with one program, so that there is only one.
pub const VERSION: u16 = 1;

/// The longest message to a reader.
pub const LONGEST_MESSAGE: usize = 1 << 16;

/// The longest frame, without its length.
pub const LONGEST_FRAME: usize = 2 * LONGEST_MESSAGE;

/// The longest name of an application, and of a resource or its alias, without the zero at the end [GALSS-H names].
pub const LONGEST_APPLICATION: usize = 16;
/// See [`LONGEST_APPLICATION`].
pub const LONGEST_RESOURCE: usize = 8;

/// The longest context [DOPS-CRYPTOLIB GALSS].
pub const LONGEST_CONTEXT: usize = 1076;

/// What one resource takes in the table of all [DOPS-CRYPTOLIB GALSS].
pub const RESOURCE_SIZE: usize = 26;

/// What one component takes in the table of versions: its number, 32 bits, and four characters.
pub const COMPONENT_SIZE: usize = 8;

/// The characters of a version.
pub const VERSION_SIZE: usize = 4;

/// By what a process is known, whatever number of connections it has.
pub type ClientId = [u8; 16];

/// What is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Request<'a> {
    /// Who speaks, in which version.
    Hello {
        /// See [`VERSION`].
        version: u16,
        /// The process.
        client: ClientId,
    },
    /// `OuvrirSession`: gives the session, 16 bits, and the address of the slot, 8 bits.
    Open {
        /// The name of the application.
        application: &'a [u8],
        /// The name or the alias of the resource.
        resource: &'a [u8],
    },
    /// `FermerSession`: gives the exclusivity that ended with it, 16 bits, or 0.
    Close {
        /// The session.
        session: u16,
    },
    /// `DebutExclusivite`: gives its number, 16 bits; with [`Code::EXCLUSIVITY`] the application and the resource that
    /// have it, each with its length.
    Begin {
        /// The session and the level, as text.
        wish: &'a [u8],
    },
    /// `FinExclusivite`.
    End {
        /// The exclusivity.
        exclusivity: u16,
    },
    /// `EcritContexte`.
    Write {
        /// Whose context: 1 the session's, 2 the resource's.
        place: u16,
        /// The session.
        session: u16,
        /// The context.
        context: &'a [u8],
    },
    /// `LitContexte`: gives the context.
    Read {
        /// As for `Write`.
        place: u16,
        /// The session.
        session: u16,
        /// How much the caller has room for.
        room: u16,
    },
    /// `Echange`: gives the reader's answer.
    Exchange {
        /// The session.
        session: u16,
        /// How long it may take.
        limit: u16,
        /// How much the caller has room for.
        room: u32,
        /// The message to the reader.
        message: &'a [u8],
    },
    /// `LireVersion`: gives the four characters of the version, then the components.
    Versions,
    /// `DonneTableRessources`: gives the resources.
    Resources,
}

impl<'a> Request<'a> {
    /// The frame of the request.
    #[must_use]
    pub fn to_frame(&self) -> Vec<u8> {
        let mut body = Vec::new();
        match *self {
            Self::Hello { version, client } => {
                body.push(0);
                body.extend(version.to_le_bytes());
                body.extend(client);
            }
            Self::Open { application, resource } => {
                body.push(1);
                put(&mut body, application);
                put(&mut body, resource);
            }
            Self::Close { session } => {
                body.push(2);
                body.extend(session.to_le_bytes());
            }
            Self::Begin { wish } => {
                body.push(3);
                put(&mut body, wish);
            }
            Self::End { exclusivity } => {
                body.push(4);
                body.extend(exclusivity.to_le_bytes());
            }
            Self::Write { place, session, context } => {
                body.push(5);
                body.extend(place.to_le_bytes());
                body.extend(session.to_le_bytes());
                put(&mut body, context);
            }
            Self::Read { place, session, room } => {
                body.push(6);
                body.extend([place, session, room].into_iter().flat_map(u16::to_le_bytes));
            }
            Self::Exchange { session, limit, room, message } => {
                body.push(7);
                body.extend(session.to_le_bytes());
                body.extend(limit.to_le_bytes());
                body.extend(room.to_le_bytes());
                put(&mut body, message);
            }
            Self::Versions => body.push(8),
            Self::Resources => body.push(9),
        }
        frame(&body)
    }

    /// The request that a frame has, without its length. `None` if it is none, or goes on behind it.
    #[must_use]
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let mut rest = Rest(body);
        let request = match rest.byte()? {
            0 => Self::Hello { version: rest.short()?, client: rest.take(16)?.try_into().ok()? },
            1 => Self::Open { application: rest.counted()?, resource: rest.counted()? },
            2 => Self::Close { session: rest.short()? },
            3 => Self::Begin { wish: rest.counted()? },
            4 => Self::End { exclusivity: rest.short()? },
            5 => Self::Write { place: rest.short()?, session: rest.short()?, context: rest.counted()? },
            6 => Self::Read { place: rest.short()?, session: rest.short()?, room: rest.short()? },
            7 => Self::Exchange {
                session: rest.short()?,
                limit: rest.short()?,
                room: rest.long()?,
                message: rest.counted()?,
            },
            8 => Self::Versions,
            9 => Self::Resources,
            _ => return None,
        };
        rest.0.is_empty().then_some(request)
    }
}

/// The frame of a reply.
#[must_use]
pub fn reply(code: Code, given: &[u8]) -> Vec<u8> {
    frame(&[&code.0.to_le_bytes(), given].concat())
}

/// What a frame without its length replies: the code and what is given.
#[must_use]
pub fn parse_reply(body: &[u8]) -> Option<(Code, &[u8])> {
    let mut rest = Rest(body);
    Some((Code(rest.short()?), rest.0))
}

/// The length of a frame whose first four bytes are these. `None` if it is too long.
#[must_use]
pub fn length(first: [u8; 4]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(first)).ok().filter(|&length| length <= LONGEST_FRAME)
}

/// Bytes with their length in front.
pub fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    // Nobody calls it with what does not fit: what is longer than a frame is refused.
    out.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend(bytes);
}

fn frame(body: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(4 + body.len());
    put(&mut frame, body);
    frame
}

/// What is left of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Rest<'a>(pub &'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next byte.
    pub fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// The next number of 16 bits.
    pub fn short(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn long(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// The next bytes that have their length in front.
    pub fn counted(&mut self) -> Option<&'a [u8]> {
        let count = self.long()?;
        self.take(usize::try_from(count).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LONGEST_FRAME, Request, length, parse_reply, reply};
    use crate::Code;

    /// The frame without its length, which is right.
    fn body(frame: &[u8]) -> &[u8] {
        let (first, body) = frame.split_first_chunk().expect("a length");
        assert_eq!(length(*first), Some(body.len()));
        body
    }

    #[test]
    fn a_frame_has_these_bytes() {
        let request = Request::Exchange { session: 2, limit: 32, room: 258, message: &[0, 1, 0x16] };
        assert_eq!(request.to_frame(), [16, 0, 0, 0, 7, 2, 0, 32, 0, 2, 1, 0, 0, 3, 0, 0, 0, 0, 1, 0x16]);
        assert_eq!(reply(Code::EXCLUSIVITY, &[5]), [3, 0, 0, 0, 4, 0, 5]);
        assert_eq!(parse_reply(&[4, 0, 5]), Some((Code::EXCLUSIVITY, &[5][..])));
        assert_eq!(parse_reply(&[4]), None);
    }

    #[test]
    fn a_frame_that_is_too_long_is_none() {
        let longest = u32::try_from(LONGEST_FRAME).expect("a short frame");
        assert_eq!(length(longest.to_le_bytes()), Some(LONGEST_FRAME));
        assert_eq!(length((longest + 1).to_le_bytes()), None);
        assert_eq!(length([0xFF; 4]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_the_same(
            numbers in any::<[u16; 3]>(),
            room in any::<u32>(),
            client in any::<[u8; 16]>(),
            one in proptest::collection::vec(any::<u8>(), 0..40),
            other in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let [session, place, limit] = numbers;
            for request in [
                Request::Hello { version: place, client },
                Request::Open { application: &one, resource: &other },
                Request::Close { session },
                Request::Begin { wish: &one },
                Request::End { exclusivity: session },
                Request::Write { place, session, context: &one },
                Request::Read { place, session, room: limit },
                Request::Exchange { session, limit, room, message: &one },
                Request::Versions,
                Request::Resources,
            ] {
                let frame = request.to_frame();
                prop_assert_eq!(Request::parse(body(&frame)), Some(request));
                prop_assert_eq!(Request::parse(&frame[4..frame.len() - 1]), None, "cut off");
                let longer = [body(&frame), &[0]].concat();
                prop_assert_eq!(Request::parse(&longer), None, "it goes on");
            }
        }

        #[test]
        fn any_bytes_are_a_request_that_is_written_the_same_or_none(
            bytes in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            if let Some(request) = Request::parse(&bytes) {
                let frame = request.to_frame();
                prop_assert_eq!(body(&frame), &bytes[..]);
            }
            let _ = parse_reply(&bytes);
        }
    }
}
