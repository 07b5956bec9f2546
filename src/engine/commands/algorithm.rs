//! Algorithm bytes of control reference templates, as IAS ECC has them [OPENSC-IASECC algorithms].
//!
//! The low nibble names the scheme, the high one the hash: `10` SHA-1, `40` SHA-256. A template without the byte leaves
//! the scheme to the key.

use crate::crypto::HashAlgorithm;

/// The algorithm byte of a template; `None` leaves the choice to the key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Algorithm(pub(super) Option<u8>);

/// What is done with a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Scheme {
    /// Role authentication on P-256 [GEMATIK-G2ICC role].
    EllipticRole,
    /// Message recovery, ISO 9796-2.
    Recovery,
    /// RSA by PKCS#1, version 1.5.
    Pkcs1,
    /// ECDSA of a given hash.
    Ecdsa,
    /// RSA deciphering.
    Decipher,
    /// Key agreement by Diffie and Hellman's scheme.
    Agreement,
    /// Symmetric mutual authentication.
    Mutual,
    /// Symmetric authentication of a role.
    SymmetricRole,
}

impl Algorithm {
    /// The scheme; the usual one of the key without a byte, `None` for a byte that means nothing here.
    pub(super) fn scheme(self, usual: Scheme) -> Option<Scheme> {
        let Some(byte) = self.0 else { return Some(usual) };
        match byte {
            0x00 => Some(Scheme::EllipticRole),
            0x01 | 0x11 | 0x41 => Some(Scheme::Recovery),
            0x02 | 0x12 | 0x42 => Some(Scheme::Pkcs1),
            0x04 | 0x44 | 0x54 => Some(Scheme::Ecdsa),
            0x0A | 0x1A | 0x4A => Some(Scheme::Decipher),
            0x0B | 0x1B | 0x4B => Some(Scheme::Agreement),
            0x0C | 0x8C => Some(Scheme::Mutual),
            0x1C => Some(Scheme::SymmetricRole),
            _ => None,
        }
    }

    /// The hash, where the byte names one.
    pub(super) fn hash(self) -> Option<HashAlgorithm> {
        match self.0? & 0xF0 {
            0x10 => Some(HashAlgorithm::Sha1),
            0x40 => Some(HashAlgorithm::Sha256),
            _ => None,
        }
    }

    /// The hash of a scheme with message recovery, for a key of so many bytes. Where the byte names none: SHA-1 for the
    /// 1024 bits of old cards, SHA-256 for longer keys.
    pub(super) fn recovery_hash(self, length: usize) -> HashAlgorithm {
        let usual = if length <= 128 { HashAlgorithm::Sha1 } else { HashAlgorithm::Sha256 };
        self.hash().unwrap_or(usual)
    }
}
