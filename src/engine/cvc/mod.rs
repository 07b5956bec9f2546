//! Card-verifiable certificates: short ones that a chip can check by itself.
//!
//! Two forms [OPENSC-CWA certificates] [OPENPACE-EAC certificates]: RSA with partial message recovery, whose fields
//! stand one after the other without tags ([`recovered`]), and the self-descriptive one of objects, on P-256
//! ([`descriptive`]). Both say who holds which key and with which authority; both were signed by somebody whose key the
//! chip knows already.
//!
//! Who may certify whom, and what an authority opens, is the card application's business.

use alloc::vec::Vec;

use crate::crypto::{CryptoError, RsaPublicKey};

pub mod descriptive;
pub mod recovered;
#[cfg(test)]
pub(crate) mod tests;

/// What a certificate says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificate {
    /// Who signed it: the certification authority reference (CAR), 8 to 16 bytes.
    pub authority: Vec<u8>,
    /// Who holds the key: the certificate holder reference (CHR), 8 to 16 bytes.
    pub holder: Vec<u8>,
    /// What the holder may do: the certificate holder authorisation (CHA). In the recovered form six bytes of an AID
    /// and a role; in the descriptive form the rights of object `53`.
    pub authorisation: Vec<u8>,
    /// The holder's key.
    pub key: PublicKey,
}

/// A key that a certificate carries.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PublicKey {
    /// RSA.
    Rsa(RsaPublicKey),
    /// An uncompressed point of P-256.
    P256([u8; 65]),
}

/// Why a certificate was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CertificateError {
    /// It does not have the objects or fields of a certificate.
    #[error("this is not a card-verifiable certificate")]
    Malformed,
    /// It was not signed with the authority's key.
    #[error("the signature is not the authority's")]
    Signature,
}

impl From<CryptoError> for CertificateError {
    fn from(_: CryptoError) -> Self {
        Self::Signature
    }
}
