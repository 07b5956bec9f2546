//! What bytes cost on the way through a field [ISO-14443 rates].

use std::time::Duration;

use virtuale_engine::Atr;

/// The carrier, in cycles each second [ISO-14443 rates].
const CARRIER: u64 = 13_560_000;

/// Cycles of the carrier for each bit at the first rate, 106 kbit/s.
const CYCLES: u32 = 128;

/// Bits of a byte in a frame of type A: eight, and one for parity.
const BITS: u32 = 9;

/// Bits around a frame: its start and its end.
const AROUND_FRAME: u32 = 2;

/// What is around the information of a block: its first byte, and two to check it.
const AROUND_BLOCK: usize = 3;

/// Cycles from the end of a frame to the beginning of the answer, at least.
const TURN: u64 = 1172;

/// The bytes of the frames, both ways, that lead to a card before its historical bytes: REQA and ATQA, the
/// anticollision of four bytes, SELECT and SAK, RATS and what is around an ATS.
const BEFORE_HISTORICAL: usize = 1 + 2 + 2 + 5 + 9 + 3 + 4 + 7;

/// How many exchanges these are.
const EXCHANGES: u32 = 4;

/// A field.
#[derive(Clone, Debug, PartialEq)]
pub struct Contactless {
    /// How many times the first bit rate, of 106 kbit/s, bytes come: 1, 2, 4 or 8.
    pub rate: u32,
    /// The longest frame, with what is around its information.
    pub frame: usize,
    /// How long a field is there before the reader asks who is in it.
    pub quiet: Duration,
}

impl Contactless {
    /// What it costs to find a card and to be told what it is.
    pub(super) fn activation(&self, atr: &Atr) -> Duration {
        let bytes = BEFORE_HISTORICAL + atr.historical_bytes().len();
        // All of that goes at the first rate.
        let first = Self { rate: 1, ..self.clone() };
        self.quiet + first.bytes(bytes, 2 * EXCHANGES) + turns(2 * EXCHANGES)
    }

    /// What a command and its answer cost: blocks, each but the last acknowledged by one without information.
    pub(super) fn exchange(&self, command: &[u8], answer: &[u8]) -> Duration {
        let longest = self.frame.saturating_sub(AROUND_BLOCK).max(1);
        let blocks = |length: usize| length.div_ceil(longest).max(1);
        let frames = 2 * (blocks(command.len()) + blocks(answer.len()) - 1);
        let bytes = command.len() + answer.len() + frames * AROUND_BLOCK;
        let frames = u32::try_from(frames).unwrap_or(u32::MAX);
        self.bytes(bytes, frames) + turns(frames)
    }

    fn bytes(&self, number: usize, frames: u32) -> Duration {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let bits = number.saturating_mul(BITS).saturating_add(frames.saturating_mul(AROUND_FRAME));
        cycles(u64::from(bits) * u64::from(CYCLES) / u64::from(self.rate.max(1)))
    }
}

fn turns(number: u32) -> Duration {
    cycles(u64::from(number) * TURN)
}

fn cycles(number: u64) -> Duration {
    Duration::from_nanos(number.saturating_mul(1_000_000_000) / CARRIER)
}
