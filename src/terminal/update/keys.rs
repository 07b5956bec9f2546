//! The issuer's keys, by which a card knows an update station.

use std::{fmt, sync::Arc};

use jiff::civil::Date;
use virtuale_engine::crypto::CipherKey;

use crate::profile::{
    diagnostic::{Diagnostics, Source},
    layout::Layout,
};

/// The cipher of a key set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cipher {
    /// Two-key triple DES, with the retail MAC.
    TripleDes,
    /// AES, with CMAC.
    Aes,
}

impl Cipher {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TripleDes => "3DES",
            Self::Aes => "AES",
        }
    }
}

/// A key set of the issuer. They are keys: `Debug` shows none.
#[derive(Clone)]
pub struct IssuerKeys {
    /// Its number on the card.
    pub(super) number: u8,
    /// What authenticates, and what enciphers.
    pub(super) keys: [CipherKey; 2],
}

impl IssuerKeys {
    /// Those that the cards of a layout know an issuer by: what `file` says, which has the keys of a card file, and
    /// else the test issuer's. Of several key sets it is the first of the cipher, or of AES where none is asked for.
    /// `None` for a layout without such keys.
    ///
    /// # Errors
    ///
    /// All mistakes in the file, and that it gives no keys.
    pub fn of(
        layout: &Layout,
        file: Option<&Arc<Source>>,
        cipher: Option<Cipher>,
        today: Date,
    ) -> Result<Option<Self>, Diagnostics> {
        let sets = layout.global_key_sets(file, today)?;
        let all = sets.into_iter().map(|(number, keys)| Self { number, keys });
        let mut all: Vec<Self> = all.filter(|set| cipher.is_none_or(|cipher| set.cipher() == cipher)).collect();
        all.sort_by_key(|set| set.cipher() == Cipher::TripleDes);
        Ok(all.into_iter().next())
    }

    /// Their cipher.
    #[must_use]
    pub fn cipher(&self) -> Cipher {
        match self.keys[0] {
            CipherKey::TripleDes(_) => Cipher::TripleDes,
            CipherKey::Aes128(_) | CipherKey::Aes256(_) => Cipher::Aes,
        }
    }
}

impl fmt::Debug for IssuerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerKeys({}, {:?})", self.number, self.cipher())
    }
}
