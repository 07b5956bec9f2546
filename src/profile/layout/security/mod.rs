//! Codes, keys, key sets, roots and security environments of a layout, and what a PKCS#15 application says about them.
//!
//! The layout says which there are, where, and who may use them; the card file gives PINs and may choose keys. What
//! the card file leaves open comes from the test authority. Nothing here computes with a key on behalf of a card.

mod build;
mod held;
mod read;
#[cfg(test)]
mod tests;
mod token;

use std::{ops::Range, sync::Arc};

use virtuale_engine::{crypto::CipherKey, image::TemplateKind};

pub(super) use self::{
    build::domains,
    held::{HeldKey, held},
    read::{MOST_OBJECTS, read},
    token::{Built, builds, built},
};
use super::model::{Item, Path, Rule};
use crate::profile::{authority::RsaLength, pkcs15::KeyUsage};

/// All of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Security {
    /// Private keys first, so that their places are those of [`File::key`](super::model::File::key).
    pub(super) objects: Vec<Object>,
    pub(super) environments: Vec<Environment>,
    pub(super) card_keys: Option<CardKeys>,
    pub(super) token: Option<Token>,
}

/// A PIN, key set, private key or root.
#[derive(Clone, Debug)]
pub(super) struct Object {
    /// What the layout calls it.
    pub(super) name: String,
    /// Where it stands in the layout.
    pub(super) span: Range<usize>,
    /// The application that it is in.
    pub(super) application: usize,
    pub(super) number: u8,
    /// What the chip calls it, `84`.
    pub(super) title: String,
    pub(super) rule: Arc<Rule>,
    pub(super) contactless: Option<Arc<Rule>>,
    pub(super) tries: Option<u8>,
    pub(super) uses: Option<u16>,
    pub(super) kind: ObjectKind,
}

/// What an object is.
#[derive(Clone, Debug)]
pub(super) enum ObjectKind {
    /// A PIN of the holder; one with a label is in the AODF.
    Pin { from: Path, left: Option<Path>, shortest: u8, longest: u8, digits: bool, label: Option<String> },
    /// A private key.
    Key(Key),
    /// Two symmetric keys.
    KeySet { cipher: Cipher, mac: Path, encryption: Path },
    /// The public key of the test authority's root of card-verifiable certificates.
    Root(RootForm),
}

/// A private key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// What people call it.
    pub(super) label: String,
    /// By which the PKCS#15 files name it and its certificate.
    pub(super) id: u8,
    pub(super) usage: KeyUsage,
    /// What it is where the card file does not say; `None` for no key.
    pub(super) sort: Option<KeySort>,
    /// The PIN that opens it, by its place among objects.
    pub(super) pin: Option<usize>,
    /// The rule of its public half; without one it is no object of the chip.
    pub(super) public: Option<Arc<Rule>>,
    /// Whether PKCS#15 files tell of it.
    pub(super) listed: bool,
    /// What its card-verifiable certificate says that its holder may do; nothing if it has none.
    pub(super) authorisation: Vec<Item>,
    /// From which day to which it is valid, where it says so and the form of certificates has a place for it.
    pub(super) certified: Option<[Path; 2]>,
    /// What its X.509 certificate says as the number of the card, if it says one.
    pub(super) card: Option<Path>,
}

/// A sort of key, and its name in layouts and card files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum KeySort {
    /// RSA.
    Rsa(RsaLength),
    /// P-256.
    P256,
}

/// What a symmetric key is for; its keys come as bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cipher {
    /// Two-key triple DES.
    TripleDes,
    /// AES-128.
    Aes128,
    /// AES-256.
    Aes256,
}

/// The form of card-verifiable certificates that a root signs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum RootForm {
    /// RSA with message recovery.
    Rsa,
    /// Self-descriptive, on P-256.
    P256,
}

/// A security environment.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    /// The application that it is in.
    pub(super) application: usize,
    pub(super) number: u8,
    pub(super) templates: Vec<Template>,
}

/// A control reference template of an environment.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub(super) kind: TemplateKind,
    pub(super) usage: u8,
    pub(super) algorithm: Option<u8>,
    /// The object that it names, by its place.
    pub(super) object: Option<usize>,
    pub(super) role: Option<Vec<u8>>,
}

/// The keys of card files that choose private keys.
#[derive(Clone, Debug)]
pub(super) struct CardKeys {
    /// A list; the following count from its members.
    pub(super) list: Path,
    /// Which key of the layout is meant.
    pub(super) name: Path,
    /// What sort it is.
    pub(super) sort: Path,
    /// Which of the test authority's keys it is.
    pub(super) seed: Path,
    /// The file that it stands in.
    pub(super) file: Path,
}

/// What the PKCS#15 application says of the card.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) serial: Vec<Item>,
    /// Who made the card, where TokenInfo is built.
    pub(super) manufacturer: Option<String>,
    /// What it is called, where TokenInfo is built.
    pub(super) label: Option<String>,
    /// Whether programs may add to what PKCS#15 files list.
    pub(super) writable: bool,
    /// The names that make the holder's in certificates; of a list, its first member counts.
    pub(super) holder: Vec<Path>,
}

impl KeySort {
    /// All sorts with their names.
    pub(super) const NAMED: [(&'static str, Self); 4] = [
        ("rsa2048", Self::Rsa(RsaLength::Bits2048)),
        ("rsa3072", Self::Rsa(RsaLength::Bits3072)),
        ("rsa4096", Self::Rsa(RsaLength::Bits4096)),
        ("p256", Self::P256),
    ];

    /// What a card file writes for no key.
    pub(super) const NONE: &'static str = "aucune";

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|&(_, sort)| sort)
    }

    pub(super) fn name(self) -> &'static str {
        Self::NAMED.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

impl Cipher {
    /// All ciphers with their names.
    pub(super) const NAMED: [(&'static str, Self); 3] =
        [("3des", Self::TripleDes), ("aes128", Self::Aes128), ("aes256", Self::Aes256)];

    /// How many bytes a key has.
    fn length(self) -> usize {
        match self {
            Self::TripleDes | Self::Aes128 => 16,
            Self::Aes256 => 32,
        }
    }

    /// A key of these bytes, if they are as many as the cipher needs.
    pub(super) fn key(self, bytes: &[u8]) -> Option<CipherKey> {
        match self {
            Self::TripleDes => bytes.try_into().ok().map(CipherKey::TripleDes),
            Self::Aes128 => bytes.try_into().ok().map(CipherKey::Aes128),
            Self::Aes256 => bytes.try_into().ok().map(CipherKey::Aes256),
        }
    }
}
