//! The files of the test authority: certificates and keys that other programs can use.

use p256::pkcs8::{
    EncodePrivateKey as _, LineEnding,
    der::pem::{self, encode_string},
};
use rsa::pkcs8::EncodePublicKey as _;
use virtuale_engine::{
    crypto::{Crypto, P256PrivateKey, RustCrypto},
    cvc::{
        self, Certificate, CertificateError,
        descriptive::{self, Body, Validity},
    },
};

use super::{Authority, CvRoot, IssueError};

/// The object identifier of the role that the self-descriptive root has: Virtuale's own, below the arc for examples
/// 2.999 (`88 37`), then `VI`.
const ROLE: [u8; 4] = [0x88, 0x37, b'V', b'I'];

/// 2025-01-01 to 2045-01-01, a digit a byte.
const VALIDITY: Validity = Validity { from: [2, 5, 0, 1, 0, 1], until: [4, 5, 0, 1, 0, 1] };

/// What the folder of keys says about itself.
const READ_ME: &str = "\
TEST keys and certificates of Virtuale. They protect nothing: anybody can make them again with `virtuale keys`.
Never trust them on a system that matters.

TEST-root.crt.pem             the root of X.509 certificates
TEST-root.key.pem             its key, P-256
TEST-issuing.crt.pem          the issuing authority below it, which certifies the keys of cards
TEST-issuing.key.pem          its key, P-256
TEST-chain.crt.pem            both certificates, for `openssl verify -CAfile`
TEST-cv-root-rsa.pub.pem      the root of card-verifiable certificates with message recovery; its reference is TESTCVR1
TEST-cv-root-rsa.key.pem      its key, RSA 2048
TEST-cv-root-p256.cvc         the root of self-descriptive card-verifiable certificates; its reference is TESTCVE1
TEST-cv-root-p256.key.pem     its key
";

/// A file of the authority that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A certificate.
    #[error(transparent)]
    Certificate(#[from] IssueError),
    /// A card-verifiable certificate.
    #[error("cannot sign the CV root: {0}")]
    CardVerifiable(#[from] CertificateError),
    /// A key.
    #[error("a key cannot be written: {0}")]
    Key(String),
}

/// The names and contents of the files of a seed, the same on every machine.
///
/// # Errors
///
/// [`FilesError`] if a library refuses what this authority made.
pub fn files(seed: u64) -> Result<Vec<(&'static str, Vec<u8>)>, FilesError> {
    let authority = Authority::from_seed(seed)?;
    let root = CvRoot::from_seed(seed);
    let [root_certificate, issuing_certificate] = [certificate(&authority.root)?, certificate(&authority.issuing)?];
    let chain = format!("{issuing_certificate}{root_certificate}");
    let (rsa_key, rsa_public) = rsa_texts(&root)?;
    Ok(vec![
        ("TEST-README.txt", READ_ME.into()),
        ("TEST-root.crt.pem", root_certificate.into()),
        ("TEST-root.key.pem", p256_text(&authority.root_key)?.into()),
        ("TEST-issuing.crt.pem", issuing_certificate.into()),
        ("TEST-issuing.key.pem", p256_text(&authority.issuer.key)?.into()),
        ("TEST-chain.crt.pem", chain.into()),
        ("TEST-cv-root-rsa.pub.pem", rsa_public.into()),
        ("TEST-cv-root-rsa.key.pem", rsa_key.into()),
        ("TEST-cv-root-p256.cvc", cv_root(&root)?),
        ("TEST-cv-root-p256.key.pem", p256_text(&root.p256)?.into()),
    ])
}

fn certificate(der: &[u8]) -> Result<String, FilesError> {
    encode_string("CERTIFICATE", LineEnding::LF, der).map_err(|error: pem::Error| FilesError::Key(error.to_string()))
}

fn p256_text(key: &P256PrivateKey) -> Result<String, FilesError> {
    let unusable = |error: &dyn std::fmt::Display| FilesError::Key(error.to_string());
    let key = p256::SecretKey::from_slice(&key.0).map_err(|error| unusable(&error))?;
    Ok(key.to_pkcs8_pem(LineEnding::LF).map_err(|error| unusable(&error))?.to_string())
}

/// The private and the public key of the RSA root.
fn rsa_texts(root: &CvRoot) -> Result<(String, String), FilesError> {
    let unusable = |error: &dyn std::fmt::Display| FilesError::Key(error.to_string());
    let number = |bytes: &Vec<u8>| rsa::BoxedUint::from_be_slice_vartime(bytes);
    let [p, q] = &root.rsa.primes;
    let key = rsa::RsaPrivateKey::from_p_q(number(p), number(q), number(&root.rsa.e));
    let key = key.map_err(|error| unusable(&error))?;
    let private = key.to_pkcs8_pem(LineEnding::LF).map_err(|error| unusable(&error))?.to_string();
    let public = key.to_public_key().to_public_key_pem(LineEnding::LF).map_err(|error| unusable(&error))?;
    Ok((private, public))
}

/// The self-signed card-verifiable certificate of the P-256 root.
fn cv_root(root: &CvRoot) -> Result<Vec<u8>, FilesError> {
    let point = RustCrypto.p256_public(&root.p256).map_err(CertificateError::from)?;
    let body = Body {
        certificate: Certificate {
            authority: CvRoot::P256_HOLDER.to_vec(),
            holder: CvRoot::P256_HOLDER.to_vec(),
            authorisation: CvRoot::P256_AUTHORISATION.to_vec(),
            key: cvc::PublicKey::P256(point),
        },
        role: ROLE.to_vec(),
        validity: VALIDITY,
    };
    Ok(descriptive::sign(&RustCrypto, &root.p256, &body)?)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::files;

    #[test]
    fn the_files_in_fixtures_are_those_of_the_seed_0() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/keys");
        for (name, content) in files(0).expect("files") {
            let kept = fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(kept == content, "{name} differs: run `virtuale keys`");
        }
    }

    #[test]
    fn another_seed_is_another_authority() {
        let [zero, one] = [0, 1].map(|seed| files(seed).expect("files"));
        for ((name, zero), (_, one)) in zero.iter().zip(&one).skip(1) {
            assert!(zero != one, "{name} is the same");
            assert!(name.starts_with("TEST-"), "{name}");
        }
    }
}
