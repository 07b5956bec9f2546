//! The test authority: keys and certificates that say TEST in every field and are the same on every machine.
//!
//! Everything follows from a seed. RSA keys are chosen from a pool that is part of the program, so nobody waits for key
//! generation; P-256 keys are derived. A certificate is issued in a fraction of a millisecond, by an authority on
//! P-256, and has a fixed validity. None of it protects anything.

use virtuale_engine::crypto::{Crypto, HashAlgorithm, P256PrivateKey, RustCrypto};

mod body;
mod cv;
mod files;
mod fort;
mod key_file;
mod pending;
pub(in crate::profile) mod points;
mod pool;
mod x509;

use std::sync::{LazyLock, OnceLock};

pub use body::Body;
pub use cv::{CvAuthority, CvBearer, CvForm, CvHolder, CvIssuer, CvKeys};
pub use files::{FilesError, files};
pub use fort::{Bearer, Certified, FortAuthority, FortIssuer, REVOKED};
pub use key_file::{KeyFile, KeyFileError, parse_key_file, read_key_file};
pub use pending::Pending;
pub use pool::{CARD_KEYS, RsaLength, card_rsa, rsa_public};
pub use x509::{IssueError, Request, SubjectKey, Usage};

/// A root, the issuing authority below it, and their certificates in DER.
#[derive(Clone, Debug)]
pub struct Authority {
    /// The self-signed certificate of the root.
    pub root: Vec<u8>,
    /// The certificate of the issuing authority.
    pub issuing: Vec<u8>,
    /// The key of the root.
    pub root_key: P256PrivateKey,
    /// Who issues.
    pub issuer: Issuer,
}

/// The issuing authority: its key, which is all that issuing takes.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// Its key.
    pub key: P256PrivateKey,
    /// What the key signs with, made ready once for all certificates.
    signer: OnceLock<x509::Signer>,
}

impl Authority {
    /// The authority of a seed.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if the library refuses its own certificates.
    pub fn from_seed(seed: u64) -> Result<Self, IssueError> {
        let root_key = derive_p256(seed, "X.509 root");
        let issuer = Issuer::from_seed(seed);
        let root = x509::root(&root_key)?;
        let issuing = x509::issuing(&root_key, &issuer.key)?;
        Ok(Self { root, issuing, root_key, issuer })
    }
}

impl Issuer {
    /// The issuing authority of a seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self { key: derive_p256(seed, "X.509 issuing authority"), signer: OnceLock::new() }
    }

    /// The issuing authority of the seed 0, from which the certificates of cards are.
    #[must_use]
    pub fn usual() -> &'static Self {
        static USUAL: LazyLock<Issuer> = LazyLock::new(|| {
            let issuer = Issuer::from_seed(0);
            let signer =
                x509::Signer::of(&issuer.key, &points::ISSUER).map_or_else(|_| OnceLock::new(), OnceLock::from);
            Issuer { signer, ..issuer }
        });
        &USUAL
    }

    /// Issues a certificate in DER. The same request always gives the same bytes.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if a name or a key cannot stand in a certificate.
    pub fn issue(&self, request: &Request<'_>) -> Result<Vec<u8>, IssueError> {
        let signer = match self.signer.get() {
            Some(signer) => signer,
            None => {
                let signer = x509::Signer::new(&self.key).map_err(|reason| x509::named(request.name, reason))?;
                self.signer.get_or_init(|| signer)
            }
        };
        x509::holder(signer, request)
    }
}

/// The P-256 key of a seed for one purpose: SHA-256 of both, counted up until it is a scalar of the curve.
#[must_use]
pub fn derive_p256(seed: u64, purpose: &str) -> P256PrivateKey {
    let mut counter = 0_u32;
    loop {
        let parts: [&[u8]; 4] = [b"virtuale TEST key", &seed.to_be_bytes(), purpose.as_bytes(), &counter.to_be_bytes()];
        let digest = RustCrypto.hash(HashAlgorithm::Sha256, &parts);
        let mut scalar = [0; 32];
        scalar.copy_from_slice(digest.as_bytes());
        let key = P256PrivateKey(scalar);
        // Four hashes in 2^32 are no scalar.
        if p256::SecretKey::from_slice(&key.0).is_ok() {
            return key;
        }
        counter += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_the_same_on_every_machine() {
        let authority = Authority::from_seed(0).expect("an authority");
        let fingerprint = RustCrypto.hash(HashAlgorithm::Sha256, &[&authority.root, &authority.issuing]);
        let right = "08183510D2744AA3A05EE6A4285A061BA473433F4803A542B89CAD4241F9BB4D";
        assert_eq!(format!("{fingerprint:?}"), right);
        assert_ne!(Authority::from_seed(1).expect("another").root, authority.root);
    }
}
