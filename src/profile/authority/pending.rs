//! Certificates that are signed when somebody reads them: a signature with a long key takes milliseconds.

use std::{fmt, sync::OnceLock};

/// What signs a certificate: the whole of it, signature and all, as long as it was without one.
type Sign = dyn Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync;

/// A certificate that is signed when its bytes are asked for; all else of it stands.
pub struct Pending {
    /// With zeros where the signature comes.
    unsigned: Vec<u8>,
    sign: Box<Sign>,
    signed: OnceLock<Vec<u8>>,
}

impl Pending {
    /// Of a certificate with zeros for a signature, and what puts the signature there.
    pub(super) fn new(unsigned: Vec<u8>, sign: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self { unsigned, sign: Box::new(sign), signed: OnceLock::new() }
    }

    /// The certificate with zeros for a signature: as long as the signed one, and made at once.
    #[must_use]
    pub fn unsigned(&self) -> &[u8] {
        &self.unsigned
    }

    /// The certificate. The first call signs it. Keys of the pool can sign, so it is never without a signature.
    #[must_use]
    pub fn signed(&self) -> &[u8] {
        self.signed.get_or_init(|| {
            let signed = (self.sign)(&self.unsigned).filter(|signed| signed.len() == self.unsigned.len());
            signed.unwrap_or_else(|| self.unsigned.clone())
        })
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("length", &self.unsigned.len()).finish_non_exhaustive()
    }
}
