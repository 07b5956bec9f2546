//! The PIN pad of a reader: what a program asks of it, and the command that it makes of what a person types
//! [PCSC-PART-10 2.5].
//!
//! A program gives the reader a command with room for a PIN and says how the PIN is coded in it ([`Entry`]). A person
//! types the PIN, and the card gets the command ([`Entry::command`]) without the program having seen the PIN. How the
//! reader waits for the person is the slot's affair; nothing here waits.
//!
//! The rule upheld here: a PIN is in memory that is overwritten when it is let go of, and no `Debug` shows it. What a
//! program asks is hostile input: whatever it says, it gets a command for the card or [`Status::BAD_STRUCTURE`].

mod block;
mod structure;
#[cfg(test)]
mod tests;

use std::fmt;

use zeroize::Zeroizing;

pub use structure::{BadStructure, Entry};

/// The longest PIN that anybody can type, in digits.
pub const LONGEST_PIN: usize = 32;

/// What the reader answers in place of a card, as a status word [PCSC-PART-10 2.5].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Status(pub u16);

impl Status {
    /// Nobody typed a PIN in time.
    pub const TIMEOUT: Self = Self(0x6400);
    /// Somebody pressed the key that cancels.
    pub const CANCELLED: Self = Self(0x6401);
    /// The new PIN and its confirmation differ.
    pub const NOT_THE_SAME: Self = Self(0x6402);
    /// The PIN is too short or too long.
    pub const WRONG_LENGTH: Self = Self(0x6403);
    /// The structure is none, or asks for what the reader does not do.
    pub const BAD_STRUCTURE: Self = Self(0x6B80);

    /// As an answer.
    #[must_use]
    pub fn bytes(self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }
}

/// A PIN that a person typed: 1 to [`LONGEST_PIN`] digits.
#[derive(Clone, Eq, PartialEq)]
pub struct Pin(Zeroizing<Vec<u8>>);

/// What is no PIN.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a PIN that is typed on a pad has 1 to {LONGEST_PIN} digits and nothing else")]
pub struct NotAPin;

/// A keypad, as its maker built it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pad {
    /// Whether it can have a PIN changed too.
    pub modifies: bool,
    /// How many lines its display has; 0 without one.
    pub lines: u8,
    /// How many characters a line has.
    pub columns: u8,
    /// The shortest PIN that it takes, in digits: 1 to 32.
    pub shortest: u8,
    /// The longest one: not shorter than the shortest, at most 32.
    pub longest: u8,
    /// How long it waits for a PIN if the program does not say, in seconds: 1 or more.
    pub patience: u8,
}

/// Which PIN a person is asked for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Asked {
    /// The PIN, to be verified.
    Pin,
    /// The PIN that is to be changed.
    CurrentPin,
    /// The one that it becomes.
    NewPin,
    /// The same again.
    NewPinAgain,
}

/// What a reader asks a person for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Prompt {
    /// Its number: no other prompt of the same readers has it.
    pub number: u64,
    /// Which PIN.
    pub asked: Asked,
    /// How many digits it has at least.
    pub shortest: u8,
    /// How many it has at most.
    pub longest: u8,
}

impl Pad {
    /// That of the house's own reader: it takes any PIN.
    #[must_use]
    pub fn house() -> Self {
        let longest = u8::try_from(LONGEST_PIN).unwrap_or(u8::MAX);
        Self { modifies: true, lines: 2, columns: 16, shortest: 1, longest, patience: 30 }
    }
}

impl Pin {
    /// A PIN of these digits.
    ///
    /// # Errors
    ///
    /// [`NotAPin`] for anything else.
    pub fn new(digits: &str) -> Result<Self, NotAPin> {
        let fits = (1..=LONGEST_PIN).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        if fits { Ok(Self(Zeroizing::new(digits.as_bytes().to_vec()))) } else { Err(NotAPin) }
    }

    /// Its digits, each as a character of ASCII.
    pub(in crate::reader) fn digits(&self) -> &[u8] {
        &self.0
    }

    /// No digit yet, with room for all.
    pub(in crate::reader) fn empty() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(LONGEST_PIN)))
    }

    /// The same with more digits behind, of which those are left out that are too many.
    pub(in crate::reader) fn append(&mut self, more: &Self) {
        let room = LONGEST_PIN.saturating_sub(self.0.len());
        self.0.extend(more.0.iter().take(room));
    }

    /// The first digits only.
    pub(in crate::reader) fn cut(&mut self, digits: usize) {
        self.0.truncate(digits);
    }

    /// How many digits it has.
    pub(in crate::reader) fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}
