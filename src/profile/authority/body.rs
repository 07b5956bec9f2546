//! The test body: to whom care forms go, and for whom what is sensitive in them is enciphered.

use virtuale_engine::crypto::RsaNumbers;

use super::{
    IssueError, Issuer, Request, SubjectKey, Usage,
    pool::{body_rsa, rsa_public},
};

/// The common name, without the word TEST.
const NAME: &str = "Virtuale body";

/// The serial number of the certificate. The issuing authority gives cards' certificates long ones.
const SERIAL: u64 = 3;

/// Its key and the certificate of that, by the issuing authority.
#[derive(Clone, Debug)]
pub struct Body {
    /// The certificate, in DER.
    pub certificate: Vec<u8>,
    /// The key, RSA 2048.
    pub key: RsaNumbers,
}

impl Body {
    /// The body of a seed.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if the library refuses its certificate.
    pub fn from_seed(seed: u64) -> Result<Self, IssueError> {
        let key = body_rsa(seed);
        let public = rsa_public(&key);
        let request = Request {
            name: NAME,
            card: None,
            serial: SERIAL,
            key: SubjectKey::Rsa(&public),
            usage: Usage::Decipherment,
        };
        Ok(Self { certificate: Issuer::from_seed(seed).issue(&request)?, key })
    }
}
