//! What proves and computes on a chip: PINs, keys, security environments [OPENSC-IASECC sdo, algorithms].
//!
//! A DF has a security domain: security data objects (SDOs), each with a number, a rule and counters, and environments
//! that give the conditions of rules a meaning. A number alone is global, the MF's; a number with bit `80` is local, of
//! the domain of the current DF.
//!
//! Rules of these objects use the access mode bits of the table in [`SecurityObject::rule`].

use alloc::{string::String, vec::Vec};
use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{CompactRule, Condition, FileIndex};
use crate::{
    Fid,
    crypto::{CipherKey, P256PrivateKey, RsaNumbers},
    cvc,
    security::SeNumber,
};

/// The security of a DF. That of the MF is global.
#[derive(Clone, Debug, Default)]
pub struct SecurityDomain {
    /// A DF whose domain this DF has too: PINs, keys and proofs are then one for both, and everything else here must
    /// be empty.
    pub shared_with: Option<FileIndex>,
    /// Codes and keys.
    pub objects: Vec<SecurityObject>,
    /// Environments. A condition that names one not listed here looks in the MF.
    pub environments: Vec<Environment>,
    /// What the card calls itself in authentications (SN.ICC); that of the MF where a domain has none, and zero where
    /// the MF has none.
    pub serial_number: Option<[u8; 8]>,
    /// Who may change the card in several commands that stay together or not at all, while a DF of this domain is
    /// current; as the MF says where a domain says nothing, and nobody where the MF does not either.
    pub transactions: Option<Transactions>,
    /// A transparent EF of this DF with the holders of whom no certificate is taken that goes back to a key here: the
    /// last eight bytes of their references, one behind the other. Eight zeros are nobody.
    pub revoked: Option<Fid>,
}

/// Transactions of several commands [ISO-7816-7 PERFORM TRANSACTION OPERATION].
///
/// A transaction belongs to the session of secure messaging in which it began, and ends with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Transactions {
    /// Who may begin one. Without secure messaging nobody may, whatever the condition asks for.
    pub begin: Condition,
    /// How many bytes one may write, of which each write takes its own and
    /// [`Memory::HEAD`](crate::memory::Memory::HEAD).
    pub room: usize,
}

/// A PIN or a key, with what goes for all of them.
#[derive(Clone, Debug)]
pub struct SecurityObject {
    /// Its number among those of its class, 1 to 31.
    pub number: u8,
    /// Its name, `84`; not sent if empty.
    pub name: String,
    /// Who may do what. Its access mode bits, by class:
    ///
    /// | bit | PIN          | key set      | private key   | public key         |
    /// | --- | ------------- | ------------ | ------------- | ------------------ |
    /// | 40  | change        |              | sign          | verify certificate |
    /// | 20  | verify        | external     | internal      | external           |
    /// | 10  | reset         |              | decipher      |                    |
    /// | 08  |               | mutual       | generate      |                    |
    /// | 02  | put data      | put data     | put data      | put data           |
    /// | 01  | get data      | get data     | get data      | get data           |
    ///
    /// An operation without a bit, or whose condition is "never", is one that the object is not meant for: `6985`.
    pub rule: CompactRule,
    /// The rule that is sent for use without contacts; none if `None`.
    pub contactless: Option<CompactRule>,
    /// How often it may fail in a row; any number of times if `None`.
    pub tries: Option<Tries>,
    /// How often it may still be used; for ever if `None`.
    pub uses: Option<Uses>,
    /// Whether what a private key signs binds its holder (`9E`); said to terminals, and no more.
    pub non_repudiation: bool,
    /// What it is.
    pub kind: ObjectKind,
}

/// A retry counter (`9A`, `9B`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tries {
    /// How many failures in a row block it, 1 to 15.
    pub most: u8,
    /// How many are left.
    pub left: u8,
}

/// A usage counter (`9C`, `9D`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Uses {
    /// How many uses there were at first.
    pub most: u16,
    /// How many are left.
    pub left: u16,
}

/// What a security data object is.
#[derive(Clone, Debug)]
pub enum ObjectKind {
    /// What the holder gives (class `01`): a PIN, or a PUK that resets one.
    Pin(Pin),
    /// Two symmetric keys for authentication (class `0A`).
    KeySet(KeySet),
    /// A private key (class `10`).
    PrivateKey(PrivateKey),
    /// A public key (class `20`).
    PublicKey(PublicKey),
}

/// A PIN that the holder gives.
///
/// Which PIN resets a PIN is said by the PIN's rule: the condition of "reset" names an environment, and this one names
/// the PUK.
#[derive(Clone, Debug)]
pub struct Pin {
    /// The PIN as it is sent, usually ASCII digits.
    pub value: Secret,
    /// The fewest bytes of a PIN (`81`). Where it equals `longest`, terminals pad with `FF`.
    pub shortest: u8,
    /// The most bytes of a PIN (`80`), at most 64.
    pub longest: u8,
    /// Whether a new PIN is ASCII digits and nothing else.
    pub digits: bool,
}

/// Two symmetric keys of one cipher.
#[derive(Clone, Debug)]
pub struct KeySet {
    /// Authenticates (`90`).
    pub mac: CipherKey,
    /// Enciphers (`91`).
    pub encryption: CipherKey,
}

/// A private key.
#[derive(Clone, Debug)]
pub enum PrivateKey {
    /// RSA.
    Rsa {
        /// The key.
        numbers: RsaNumbers,
        /// Keys of the same length, which GENERATE ASYMMETRIC KEY PAIR takes one after the other: finding primes takes
        /// seconds. When none is left it answers `6985`.
        spare: Vec<RsaNumbers>,
    },
    /// P-256.
    P256(P256PrivateKey),
}

/// A public key.
#[derive(Clone, Debug)]
pub enum PublicKey {
    /// The public half of the private key with the same number, whichever that is now.
    OfPair,
    /// A key of somebody else: a root of card-verifiable certificates, or a terminal.
    Other {
        /// The key.
        key: cvc::PublicKey,
        /// What certificates call its holder (CHR, `5F20`).
        holder: Vec<u8>,
        /// What its holder may do (CHA, `5F4C`).
        authorisation: Vec<u8>,
    },
}

/// A security environment (class `7B`): what a condition with its number asks for, and what MSE RESTORE sets.
///
/// A proof is noted for each environment with a template that names what proved it.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its number.
    pub number: SeNumber,
    /// Its control reference templates, in the order in which they are sent.
    pub templates: Vec<ControlTemplate>,
}

/// A control reference template of an environment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ControlTemplate {
    /// What it is for.
    pub kind: TemplateKind,
    /// The usage qualifier, `95`; see [`ControlTemplate::USER`] and the following.
    pub usage: u8,
    /// The algorithm, `80`.
    pub algorithm: Option<u8>,
    /// The number of a PIN, key set or key (`83`; `84` for a private key), with bit `80` if it is local.
    pub reference: Option<u8>,
    /// The authorisation that a certificate must carry, `5F4C`: for RSA six bytes of an AID and a role, compared whole;
    /// for P-256 a mask of rights, of which the certificate must have all.
    pub role: Option<Vec<u8>>,
}

/// What a control reference template is for: its tag.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TemplateKind {
    /// `A4`, authentication.
    Authentication,
    /// `A6`, key agreement.
    KeyAgreement,
    /// `AA`, hash.
    Hash,
    /// `B4`, cryptographic checksum.
    Checksum,
    /// `B6`, digital signature.
    Signature,
    /// `B8`, confidentiality.
    Confidentiality,
}

/// Bytes that nobody may see.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Secret(pub Vec<u8>);

impl ControlTemplate {
    /// Usage of `A4`: a PIN of the holder, `reference` says which.
    pub const USER: u8 = 0x08;
    /// Usage of `A4`: external authentication with the key set `reference`, or with a certificate of `role`.
    pub const EXTERNAL: u8 = 0x80;
    /// Usage of `A4`: mutual authentication, which also opens secure messaging.
    pub const MUTUAL: u8 = 0xC0;
    /// Usage of `B4` and `B8`: secure messaging of commands and answers, with keys that the key set `reference` or a
    /// certificate of `role` agreed on.
    pub const SECURE_MESSAGING: u8 = 0x30;
}

impl TemplateKind {
    /// Its tag.
    #[must_use]
    pub fn tag(self) -> u8 {
        match self {
            Self::Authentication => 0xA4,
            Self::KeyAgreement => 0xA6,
            Self::Hash => 0xAA,
            Self::Checksum => 0xB4,
            Self::Signature => 0xB6,
            Self::Confidentiality => 0xB8,
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
