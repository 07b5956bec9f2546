//! What layouts say about a word memory besides its contents.

use alloc::{collections::BTreeSet, vec::Vec};
use core::fmt;

use virtuale_engine::{StatusWord, security::SeNumber};

/// The bytes of a word.
pub const WORD: usize = 4;

/// The bytes that are fetched after a reset.
pub const IDENTITY_LENGTH: usize = 8;

/// How one word memory behaves. What is not public is here and not in code: a layout gives it, and who knows better
/// changes the layout.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settings {
    /// Whether commands of ISO 7816-4 see the zones as files.
    pub iso_view: bool,
    /// What is fetched when no instruction left a result.
    pub identity: [u8; IDENTITY_LENGTH],
    /// Where in it the end of the memory stands, in two bytes; 0 to 6.
    pub end_at: usize,
    /// What is said when an instruction is refused.
    pub statuses: Statuses,
    /// The codes that can be presented.
    pub codes: Vec<Code>,
}

/// What is said when an instruction is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Statuses {
    /// The instruction is no instruction.
    pub unknown_instruction: StatusWord,
    /// The address is not that of a word, or the instruction leaves the memory.
    pub outside: StatusWord,
    /// The length does not fit the instruction.
    pub length: StatusWord,
    /// The zone is closed.
    pub refused: StatusWord,
    /// No word is what was searched for.
    pub not_found: StatusWord,
    /// There is no code with this reference, or the card has no value for it.
    pub no_code: StatusWord,
    /// The code was wrong. The number of tries left is added to it.
    pub wrong_code: StatusWord,
    /// No try is left.
    pub blocked: StatusWord,
    /// There is nothing to ratify.
    pub not_presented: StatusWord,
}

/// A code.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Code {
    /// What A2 calls it.
    pub reference: u8,
    /// The address of the word that it must be equal to. `FFFFFFFF` there stands for no code.
    pub word: u16,
    /// The address of the word in whose last byte presentations are counted that were not ratified as right.
    pub counter: u16,
    /// How many of these there may be, 1 to 15.
    pub tries: u8,
    /// What it proves: that the issuer is there, for rules of this security environment.
    pub environment: SeNumber,
    /// The references of codes that it gives all their tries back.
    pub restores: Vec<u8>,
}

/// Why settings make no card.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SettingsError {
    /// The end of the memory does not fit into what is fetched.
    EndAt,
    /// Two codes have one reference.
    TwoCodes(u8),
    /// A code can be tried never or too often.
    Tries(u8),
    /// A code restores one that does not exist.
    Restores {
        /// The code.
        code: u8,
        /// The reference that no code has.
        restored: u8,
    },
}

impl Settings {
    /// Looks for contradictions.
    ///
    /// # Errors
    ///
    /// The first one.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.end_at > IDENTITY_LENGTH - 2 {
            return Err(SettingsError::EndAt);
        }
        let mut references = BTreeSet::new();
        for code in &self.codes {
            if !references.insert(code.reference) {
                return Err(SettingsError::TwoCodes(code.reference));
            }
            if !(1..=15).contains(&code.tries) {
                return Err(SettingsError::Tries(code.reference));
            }
        }
        for code in &self.codes {
            if let Some(&restored) = code.restores.iter().find(|restored| !references.contains(restored)) {
                return Err(SettingsError::Restores { code: code.reference, restored });
            }
        }
        Ok(())
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndAt => {
                write!(f, "the end of the memory has two bytes: it can stand at 0 to {}", IDENTITY_LENGTH - 2)
            }
            Self::TwoCodes(code) => write!(f, "two codes have the reference {code:02X}"),
            Self::Tries(code) => write!(f, "code {code:02X} must have 1 to 15 tries"),
            Self::Restores { code, restored } => {
                write!(f, "code {code:02X} restores {restored:02X}, which does not exist")
            }
        }
    }
}

impl core::error::Error for SettingsError {}
