//! The PKCS#15 (CIA) files of a card: what middleware reads to learn which PINs, keys and certificates there are
//! [ISO-7816-15 files] [RUN-OPENSC files].
//!
//! They are DER, too deep for a layout to say, so code builds them from a [`Token`]; a layout places them. Coding
//! follows what OpenSC's driver and GnuPG's scdaemon were seen to accept, traps included: an empty path is written `04
//! 00`, a private key names its one algorithm, a key has the path of an EF that can be selected.

use virtuale_engine::Fid;

mod der;
mod directories;
#[cfg(test)]
mod tests;
mod token_info;

/// A token cannot be written: DER has no length as long as one in it, which is far above those of any card.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("something in the token is longer than DER can say")]
pub struct TokenError;

/// What a PKCS#15 application holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Token {
    /// The serial number.
    pub serial: Vec<u8>,
    /// Who made the card.
    pub manufacturer: String,
    /// What the card is called.
    pub label: String,
    /// Whether programs may add to it; otherwise it says that it is read-only.
    pub writable: bool,
    /// The PINs.
    pub pins: Vec<Pin>,
    /// The private keys.
    pub keys: Vec<PrivateKey>,
    /// The certificates.
    pub certificates: Vec<Certificate>,
}

/// A PIN.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pin {
    /// What it is called.
    pub label: String,
    /// By which objects name it.
    pub id: u8,
    /// The reference of VERIFY; `80` and more are local to the application.
    pub reference: u8,
    /// The fewest and the most digits.
    pub digits: (u8, u8),
}

/// A private key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PrivateKey {
    /// What it is called.
    pub label: String,
    /// By which its certificate has the same.
    pub id: u8,
    /// The reference of MANAGE SECURITY ENVIRONMENT, 1 to 31.
    pub reference: u8,
    /// RSA with the length of its modulus in bits, or P-256.
    pub kind: KeyKind,
    /// What it is for.
    pub usage: KeyUsage,
    /// The PIN that opens it.
    pub pin: Option<u8>,
    /// The EF that stands for it.
    pub path: Fid,
}

/// What sort of key it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyKind {
    /// RSA.
    Rsa {
        /// The length of the modulus.
        bits: u16,
    },
    /// P-256.
    P256,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum KeyUsage {
    /// Authentication.
    Authentication,
    /// Signature.
    Signature,
    /// Decipherment.
    Decipherment,
}

/// A certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificate {
    /// What it is called.
    pub label: String,
    /// By which its key has the same.
    pub id: u8,
    /// The EF that holds it.
    pub path: Fid,
}

/// The EFs of the directories, as the ODF names them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Paths {
    /// AODF, of the PINs.
    pub pins: Fid,
    /// PrKDF, of the private keys.
    pub private_keys: Fid,
    /// PuKDF, of the public keys.
    pub public_keys: Fid,
    /// CDF, of the certificates.
    pub certificates: Fid,
}
