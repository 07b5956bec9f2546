//! What the driver and the readers say to each other over their socket.
//!
//! A frame is the number of its bytes, 32 bits, and these; numbers have their lowest byte first. A connection begins
//! with a [`Hello`], which has no reply: it says what the connection is for. On one for a slot the driver sends a
//! [`Request`] and gets a [`Reply`], one after the other. On one for states the readers send [`States`], at once, then
//! whenever a card came or went, and the same again each [`BEAT`]: once at the beginning, too, so that who hears them
//! knows that more will come. Readers of before did not say the same twice.
//!
//! Both sides take this for hostile input: nothing here can panic, and nothing is longer than [`LONGEST_FRAME`].

use std::{
    io::{self, Read},
    time::Duration,
};

/// The version of this language. The driver may be older than the readers, or younger: it stays where it was installed.
pub const VERSION: u16 = 1;

/// The longest command and answer: those of pcsc-lite [PCSC-LITE pcsclite.h].
pub const LONGEST: usize = 4 + 3 + (1 << 16) + 3 + 2;

/// The longest frame, without its length.
pub const LONGEST_FRAME: usize = LONGEST + 16;

/// How often readers say which cards are in, also if none came or went: readers that are stopped say nothing.
pub const BEAT: Duration = Duration::from_secs(2);

/// How much is read at once.
const GULP: usize = 4096;

/// What a connection is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// The states of all slots.
    States,
    /// What pcscd asks of a slot.
    Slot(u8),
}

/// How a connection begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hello {
    /// See [`VERSION`].
    pub version: u16,
    /// What it is for.
    pub purpose: Purpose,
}

/// What pcscd asks of a slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Request<'a> {
    /// Power the card up, or reset it by taking its power away. Gives the answer to reset.
    PowerUp,
    /// Reset the card with its power kept. Gives the answer to reset.
    Reset,
    /// Take its power.
    PowerOff,
    /// Agree on T=0 or T=1.
    Protocol(u8),
    /// A command to the card. Gives the answer.
    Transmit(&'a [u8]),
    /// A control code, with what goes with it. Gives what comes of it.
    Control {
        /// The code.
        code: u32,
        /// What goes with it.
        input: &'a [u8],
    },
    /// An attribute of the reader. Gives its value.
    Attribute(u32),
}

/// How a request ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Outcome(pub u8);

impl Outcome {
    /// It is done.
    pub const DONE: Self = Self(0);
    /// There is no card, or it was pulled meanwhile.
    pub const NO_CARD: Self = Self(1);
    /// The card gave no answer, or has no power.
    pub const SILENT: Self = Self(2);
    /// A PC/SC handle of the readers has the card for itself.
    pub const IN_USE: Self = Self(3);
    /// The card does not offer the protocol.
    pub const NOT_OFFERED: Self = Self(4);
    /// The card refused the protocol.
    pub const REFUSED: Self = Self(5);
    /// There is no such control code or attribute.
    pub const UNKNOWN: Self = Self(6);
    /// What was sent with the control code, or its answer, has the wrong length.
    pub const WRONG_SIZE: Self = Self(7);
    /// Somebody else took the card's power, and with it what was proved to the card.
    pub const POWER_TAKEN: Self = Self(8);
}

/// What the readers reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reply<'a> {
    /// How it ended.
    pub outcome: Outcome,
    /// What is given, if it is done.
    pub given: &'a [u8],
}

/// The cards that are in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct States(pub Vec<State>);

/// Whether a card is in a slot.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct State {
    /// How often a card came or went.
    pub generation: u64,
    /// Whether one is in.
    pub is_present: bool,
}

impl Hello {
    /// Its frame.
    #[must_use]
    pub fn to_frame(&self) -> Vec<u8> {
        let mut frame = begin();
        frame.extend(self.version.to_le_bytes());
        match self.purpose {
            Purpose::States => frame.push(0),
            Purpose::Slot(slot) => frame.extend([1, slot]),
        }
        end(frame)
    }

    /// That of a frame without its length. Behind the version another one may say anything.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let (version, purpose) = body.split_first_chunk()?;
        let purpose = match *purpose {
            [0] => Purpose::States,
            [1, slot] => Purpose::Slot(slot),
            _ => return None,
        };
        Some(Self { version: u16::from_le_bytes(*version), purpose })
    }
}

impl<'a> Request<'a> {
    /// Its frame.
    #[must_use]
    pub fn to_frame(&self) -> Vec<u8> {
        let mut frame = begin();
        match *self {
            Self::PowerUp => frame.push(0),
            Self::Reset => frame.push(1),
            Self::PowerOff => frame.push(2),
            Self::Protocol(number) => frame.extend([3, number]),
            Self::Transmit(command) => {
                frame.push(4);
                frame.extend(command);
            }
            Self::Control { code, input } => {
                frame.push(5);
                frame.extend(code.to_le_bytes());
                frame.extend(input);
            }
            Self::Attribute(id) => {
                frame.push(6);
                frame.extend(id.to_le_bytes());
            }
        }
        end(frame)
    }

    /// That of a frame without its length. `None` if it is none.
    #[must_use]
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let (kind, rest) = body.split_first()?;
        Some(match (kind, rest) {
            (0, []) => Self::PowerUp,
            (1, []) => Self::Reset,
            (2, []) => Self::PowerOff,
            (3, &[number]) => Self::Protocol(number),
            (4, command) if command.len() <= LONGEST => Self::Transmit(command),
            (5, rest) => {
                let (code, input) = rest.split_first_chunk()?;
                Self::Control { code: u32::from_le_bytes(*code), input }
            }
            (6, id) => Self::Attribute(u32::from_le_bytes(id.try_into().ok()?)),
            _ => return None,
        })
    }
}

impl<'a> Reply<'a> {
    /// Writes its frame in place of what was there. What is too long for one becomes a refusal.
    pub fn put(&self, frame: &mut Vec<u8>) {
        let fits = self.given.len() < LONGEST_FRAME;
        let (outcome, given) = if fits { (self.outcome, self.given) } else { (Outcome::WRONG_SIZE, &[][..]) };
        frame.clear();
        let length = u32::try_from(1 + given.len()).unwrap_or(1);
        frame.extend(length.to_le_bytes());
        frame.push(outcome.0);
        frame.extend(given);
    }

    /// That of a frame without its length.
    #[must_use]
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let (outcome, given) = body.split_first()?;
        Some(Self { outcome: Outcome(*outcome), given })
    }
}

impl States {
    /// Their frame.
    #[must_use]
    pub fn to_frame(&self) -> Vec<u8> {
        let mut frame = begin();
        for state in &self.0 {
            frame.extend(state.generation.to_le_bytes());
            frame.push(state.is_present.into());
        }
        end(frame)
    }

    /// Those of a frame without its length. `None` if they are none.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let entry = |entry: &[u8]| {
            let (generation, [present @ (0 | 1)]) = entry.split_first_chunk()? else { return None };
            Some(State { generation: u64::from_le_bytes(*generation), is_present: *present == 1 })
        };
        body.chunks(9).map(entry).collect::<Option<_>>().map(Self)
    }
}

fn begin() -> Vec<u8> {
    vec![0; 4]
}

/// Says in front how long the rest is. What nobody takes says so: nothing that is sent here is so long.
fn end(mut frame: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(frame.len() - 4).unwrap_or(u32::MAX).to_le_bytes();
    frame.iter_mut().zip(length).for_each(|(place, byte)| *place = byte);
    frame
}

/// What came in on a connection, and was not taken yet.
#[derive(Debug, Default)]
pub struct Inbox {
    bytes: Vec<u8>,
    taken: usize,
}

impl Inbox {
    /// Waits for the next frame, and gives it without its length.
    ///
    /// # Errors
    ///
    /// What the connection says; [`io::ErrorKind::UnexpectedEof`] if it is over, [`io::ErrorKind::InvalidData`] if the
    /// frame would be too long.
    pub fn frame(&mut self, stream: impl Read) -> io::Result<&[u8]> {
        self.taken = self.fill(stream)?;
        Ok(self.bytes.get(4..self.taken).unwrap_or_default())
    }

    /// Waits for the next frame and leaves it here; where it ends. After an error that says to try again, what has come
    /// is still here.
    ///
    /// # Errors
    ///
    /// Those of [`frame`](Self::frame).
    pub(crate) fn fill(&mut self, mut stream: impl Read) -> io::Result<usize> {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        loop {
            if let Some(whole) = self.whole()? {
                return Ok(whole);
            }
            let begin = self.bytes.len();
            // As much as comes: room for what is only announced is not made.
            self.bytes.resize(begin + GULP.max(begin.min(LONGEST_FRAME)), 0);
            let count = stream.read(self.bytes.get_mut(begin..).unwrap_or_default());
            self.bytes.truncate(begin + count.as_ref().map_or(0, |&count| count));
            match count {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
        }
    }

    /// Whether more has come than was taken.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.bytes.len() > self.taken
    }

    /// Where the first frame ends, if it is there.
    fn whole(&self) -> io::Result<Option<usize>> {
        let Some(length) = self.bytes.first_chunk() else { return Ok(None) };
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if length > LONGEST_FRAME {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Some(4 + length).filter(|&whole| self.bytes.len() >= whole))
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::*;

    use super::{Hello, Inbox, LONGEST, LONGEST_FRAME, Outcome, Purpose, Reply, Request, State, States};

    fn body(frame: &[u8]) -> Vec<u8> {
        Inbox::default().frame(frame).expect("a frame").to_vec()
    }

    #[test]
    fn what_is_sent_comes_back() {
        let command = vec![0x5A; LONGEST];
        for request in [
            Request::PowerUp,
            Request::Reset,
            Request::PowerOff,
            Request::Protocol(1),
            Request::Transmit(&command),
            Request::Transmit(&[]),
            Request::Control { code: 0x4200_0D48, input: b"abc" },
            Request::Attribute(0x0009_0303),
        ] {
            assert_eq!(Request::parse(&body(&request.to_frame())), Some(request));
        }
        for purpose in [Purpose::States, Purpose::Slot(255)] {
            let hello = Hello { version: 7, purpose };
            assert_eq!(Hello::parse(&body(&hello.to_frame())), Some(hello));
        }
        let states = States(vec![State { generation: 1 << 40, is_present: true }, State::default()]);
        assert_eq!(States::parse(&body(&states.to_frame())), Some(states));
        let mut frame = Vec::new();
        let reply = Reply { outcome: Outcome::NO_CARD, given: b"x" };
        reply.put(&mut frame);
        assert_eq!(Reply::parse(&body(&frame)), Some(reply));
        Reply { outcome: Outcome::DONE, given: &vec![0; LONGEST_FRAME] }.put(&mut frame);
        let refused = Reply { outcome: Outcome::WRONG_SIZE, given: &[] };
        assert_eq!(Reply::parse(&body(&frame)), Some(refused));
    }

    #[test]
    fn frames_come_in_pieces_and_several_at_once() {
        struct Pieces<'a>(&'a [u8], usize);
        impl io::Read for Pieces<'_> {
            fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
                let count = self.1.min(self.0.len()).min(bytes.len());
                bytes[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        let long = Request::Transmit(&[7; 10_000]).to_frame();
        let sent = [Request::PowerUp.to_frame(), long.clone(), Request::Reset.to_frame()].concat();
        for size in [1, 3, 5000, 100_000] {
            let (mut inbox, mut stream) = (Inbox::default(), Pieces(&sent, size));
            assert_eq!(inbox.frame(&mut stream).expect("the first"), [0]);
            assert_eq!(inbox.frame(&mut stream).expect("the second"), &long[4..]);
            assert_eq!(inbox.frame(&mut stream).expect("the third"), [1]);
            assert!(!inbox.has_more());
            let over = inbox.frame(&mut stream).expect_err("the end");
            assert_eq!(over.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn no_frame_is_too_long() {
        let announced = u32::try_from(LONGEST_FRAME + 1).expect("small").to_le_bytes();
        let refused = Inbox::default().frame(&announced[..]).expect_err("it is too long");
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Inbox::default().frame(bytes.as_slice()).map(<[u8]>::to_vec);
            let _ = Hello::parse(&bytes);
            let _ = Reply::parse(&bytes);
            let _ = States::parse(&bytes);
            if let Some(request) = Request::parse(&bytes) {
                prop_assert_eq!(&body(&request.to_frame()), &bytes);
            }
        }
    }
}
