//! Messages to a transparent slot, and its answers [DOPS-CRYPTOLIB GALSS].
//!
//! A question is `00`, the address of the slot, a command and what belongs to it. The answer is a code, the state of
//! the slot and the counter of its card, then data; of codes that say nothing of a card, the code alone.

/// What an answer begins with.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct AnswerCode(pub(super) u8);

impl AnswerCode {
    /// It is done.
    pub(super) const DONE: Self = Self(0x00);
    /// The first two bytes name no transparent slot of this session.
    pub(super) const UNKNOWN_APPLICATION: Self = Self(0x01);
    /// There is no such command.
    pub(super) const UNKNOWN_COMMAND: Self = Self(0x02);
    /// The card has no power, or was reset by somebody else: it is to be powered up first.
    pub(super) const REFUSED: Self = Self(0x03);
    /// The reader failed.
    pub(super) const HARDWARE: Self = Self(0x08);
    /// The card does not speak T=0.
    pub(super) const NOT_SUPPORTED: Self = Self(0x10);
    /// The card does not answer.
    pub(super) const MUTE: Self = Self(0x11);
    /// The card should be gone, and is still there.
    pub(super) const STILL_THERE: Self = Self(0x12);
    /// The lengths of the message say different things.
    pub(super) const INCOHERENT: Self = Self(0x13);
    /// The counter is another one: the right one is given.
    pub(super) const COUNTER: Self = Self(0x16);
    /// There is no card.
    pub(super) const ABSENT: Self = Self(0x17);

    /// Whether it says nothing of a card, and stands alone.
    fn stands_alone(self) -> bool {
        matches!(self, Self::UNKNOWN_APPLICATION | Self::UNKNOWN_COMMAND | Self::HARDWARE)
    }
}

/// What a slot is like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum State {
    /// There is no card.
    Empty,
    /// There is a card, which has no power from GALSS.
    Present,
    /// There is a card that GALSS gave power.
    Powered,
}

impl State {
    fn as_byte(self) -> u8 {
        match self {
            Self::Empty => 0,
            Self::Present => 1,
            Self::Powered => 3,
        }
    }
}

/// What is known of a slot without asking its card.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Glance {
    pub(super) state: State,
    /// Another one for each card, and for a card that comes back.
    pub(super) counter: u8,
}

impl Glance {
    /// The answer with this code and these data.
    pub(super) fn answer(self, code: AnswerCode, data: &[u8]) -> Vec<u8> {
        if code.stands_alone() {
            return vec![code.0];
        }
        [&[code.0, self.state.as_byte(), self.counter], data].concat()
    }
}

/// A question to a slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Question<'a> {
    PowerUp,
    /// `stays`: nobody asks that the card be taken out.
    PowerOff {
        stays: bool,
    },
    Presence,
    Order {
        /// The counter that the caller saw last.
        counter: u8,
        /// The command: five bytes, and the data that the fifth one counts.
        command: &'a [u8],
    },
}

/// The shortest question.
pub(super) const SHORTEST_QUESTION: usize = 3;

/// How much room each answer of the kind needs at least.
pub(super) const SHORTEST_ANSWER: usize = 3;
/// The room that the shortest answer of a card needs: its status word behind the three bytes.
pub(super) const SHORTEST_RESPONSE: usize = SHORTEST_ANSWER + 2;

/// The first byte of messages to readers: their own application.
const READER: u8 = 0x00;

/// The head of a command: class, instruction, P1, P2, P3.
const HEAD: usize = 5;

impl<'a> Question<'a> {
    /// The question that a message is to the slot of this address.
    ///
    /// # Errors
    ///
    /// The code of the answer, where there is no such question.
    pub(super) fn parse(message: &'a [u8], address: u8) -> Result<Self, AnswerCode> {
        let [READER, to, command, rest @ ..] = message else { return Err(AnswerCode::UNKNOWN_APPLICATION) };
        if *to != address {
            return Err(AnswerCode::UNKNOWN_APPLICATION);
        }
        match (command, rest) {
            (0x00, [counter, command @ ..]) => Self::incoming(*counter, command),
            (0x01, [counter, command @ ..]) if command.len() == HEAD => Ok(Self::Order { counter: *counter, command }),
            (0x14, []) => Ok(Self::PowerUp),
            (0x15, []) => Ok(Self::PowerOff { stays: false }),
            (0x15, [0x01]) => Ok(Self::PowerOff { stays: true }),
            (0x16, []) => Ok(Self::Presence),
            (0x00 | 0x01 | 0x14 | 0x15 | 0x16, _) => Err(AnswerCode::INCOHERENT),
            _ => Err(AnswerCode::UNKNOWN_COMMAND),
        }
    }

    /// An order with data: they are as long as P3 says.
    fn incoming(counter: u8, command: &'a [u8]) -> Result<Self, AnswerCode> {
        let fits = |data: &[u8], count: u8| data.len() == usize::from(count);
        match command {
            [_, _, _, _, count, data @ ..] if fits(data, *count) => Ok(Self::Order { counter, command }),
            _ => Err(AnswerCode::INCOHERENT),
        }
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{AnswerCode, Glance, Question, State};

    #[test]
    fn questions_are_told_apart() {
        let select = &hex!("00 A4 04 00 02 3F 00");
        let read = &hex!("00 B0 00 00 E7");
        for (message, right) in [
            (&hex!("00 02 14")[..], Ok(Question::PowerUp)),
            (&hex!("00 02 15"), Ok(Question::PowerOff { stays: false })),
            (&hex!("00 02 15 01"), Ok(Question::PowerOff { stays: true })),
            (&hex!("00 02 16"), Ok(Question::Presence)),
            (&hex!("00 02 00 07 00 A4 04 00 02 3F 00"), Ok(Question::Order { counter: 7, command: select })),
            (&hex!("00 02 01 07 00 B0 00 00 E7"), Ok(Question::Order { counter: 7, command: read })),
            (&hex!("00 02 00 07 00 A4 04 00 03 3F 00"), Err(AnswerCode::INCOHERENT)),
            (&hex!("00 02 00 07 00 A4 04 00"), Err(AnswerCode::INCOHERENT)),
            (&hex!("00 02 00"), Err(AnswerCode::INCOHERENT)),
            (&hex!("00 02 01 07 00 B0 00 00"), Err(AnswerCode::INCOHERENT)),
            (&hex!("00 02 01 07 00 B0 00 00 E7 00"), Err(AnswerCode::INCOHERENT)),
            (&hex!("00 02 14 00"), Err(AnswerCode::INCOHERENT)),
            (&hex!("00 02 15 00"), Err(AnswerCode::INCOHERENT)),
            (&hex!("00 02 16 00"), Err(AnswerCode::INCOHERENT)),
            (&hex!("00 02 17"), Err(AnswerCode::UNKNOWN_COMMAND)),
            (&hex!("00 03 16"), Err(AnswerCode::UNKNOWN_APPLICATION)),
            (&hex!("FF 02 16"), Err(AnswerCode::UNKNOWN_APPLICATION)),
            (&hex!("00 02"), Err(AnswerCode::UNKNOWN_APPLICATION)),
        ] {
            assert_eq!(Question::parse(message, 2), right, "{message:02X?}");
        }
    }

    #[test]
    fn a_code_that_says_nothing_of_a_card_stands_alone() {
        let glance = Glance { state: State::Powered, counter: 9 };
        assert_eq!(glance.answer(AnswerCode::DONE, &[0x90, 0]), [0, 3, 9, 0x90, 0]);
        assert_eq!(glance.answer(AnswerCode::COUNTER, &[]), [0x16, 3, 9]);
        assert_eq!(glance.answer(AnswerCode::UNKNOWN_COMMAND, &[]), [2]);
    }

    proptest! {
        #[test]
        fn any_message_is_a_question_or_none(
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
            address in any::<u8>(),
        ) {
            let _ = Question::parse(&bytes, address);
            let asked = [&[0, address][..], &bytes].concat();
            match Question::parse(&asked, address) {
                Err(AnswerCode::UNKNOWN_APPLICATION) => prop_assert!(bytes.is_empty()),
                Ok(Question::Order { command, .. }) => prop_assert_eq!(command, &bytes[2..]),
                _ => {}
            }
        }
    }
}
