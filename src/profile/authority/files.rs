//! The files of the test authority: certificates and keys that other programs can use.

use p256::pkcs8::{
    EncodePrivateKey as _, LineEnding,
    der::pem::{self, encode_string},
};
use rsa::pkcs8::EncodePublicKey as _;
use virtuale_engine::{
    crypto::{P256PrivateKey, RsaNumbers},
    cvc::CertificateError,
};

use super::{Authority, Body, CvAuthority, FortAuthority, IssueError};

/// What the folder of keys says about itself.
const READ_ME: &str = "\
TEST keys and certificates of Virtuale. They protect nothing: anybody can make them again with `virtuale keys`.
Never trust them on a system that matters.

TEST-root.crt.pem                   the root of X.509 certificates
TEST-root.key.pem                   its key, P-256
TEST-issuing.crt.pem                the issuing authority below it, which certifies the keys of cards
TEST-issuing.key.pem                its key, P-256
TEST-chain.crt.pem                  both certificates, for `openssl verify -CAfile`

TEST-body.crt.pem                   the body that care forms go to, certified by the issuing authority
TEST-body.key.pem                   its key, RSA 2048, for which what is sensitive in a form is enciphered

The chain that certifies professionals' cards, of the shape of the agency's, and what its authorities have revoked.

TEST-fort-root.crt.pem              the root FORT
TEST-fort-root.key.pem              its key, RSA 4096
TEST-fort-root.crl.pem              what it has revoked: nothing
TEST-fort-persons.crt.pem           the authority FORT PERSONNES below it, which certifies the keys of cards
TEST-fort-persons.key.pem           its key, RSA 4096
TEST-fort-persons.crl.pem           what it has revoked: the card with the number 9900054321
TEST-fort-chain.crt.pem             both certificates, for `openssl verify -CAfile`

Card-verifiable certificates, which cards check by themselves. Their references, roles and rights are invented.

TEST-cv-root-rsa.pub.pem            the root of certificates with message recovery; its reference is TESTCVR1
TEST-cv-root-rsa.key.pem            its key, RSA 2048
TEST-cv-root-p256.cvc               the root of self-descriptive certificates; its reference is TESTCVE1
TEST-cv-root-p256.key.pem           its key
TEST-cv-authority-rsa.cvc           an authority below the root, TESTCAR1
TEST-cv-authority-rsa.key.pem       its key, RSA 2048
TEST-cv-authority-p256.cvc          the same in the other form, TESTCAE1
TEST-cv-authority-p256.key.pem      its key
TEST-cv-professional-rsa.cvc        a health professional whom that authority certifies, TESTPSR1
TEST-cv-professional-rsa.key.pem    the key, RSA 2048
TEST-cv-professional-p256.cvc       the same in the other form, TESTPSE1
TEST-cv-professional-p256.key.pem   the key
";

/// A file of the authority that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A certificate.
    #[error(transparent)]
    Certificate(#[from] IssueError),
    /// A card-verifiable certificate.
    #[error("cannot sign a card-verifiable certificate: {0}")]
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
    let [root_certificate, issuing_certificate] = [certificate(&authority.root)?, certificate(&authority.issuing)?];
    let chain = format!("{issuing_certificate}{root_certificate}");
    let body = Body::from_seed(seed)?;
    let fort = FortAuthority::from_seed(seed)?;
    let [fort_root, fort_persons] = [certificate(&fort.root)?, certificate(&fort.persons)?];
    let fort_chain = format!("{fort_persons}{fort_root}");
    let cv = CvAuthority::from_seed(seed)?;
    Ok(vec![
        ("TEST-README.txt", READ_ME.into()),
        ("TEST-root.crt.pem", root_certificate.into()),
        ("TEST-root.key.pem", p256_text(&authority.root_key)?),
        ("TEST-issuing.crt.pem", issuing_certificate.into()),
        ("TEST-issuing.key.pem", p256_text(&authority.issuer.key)?),
        ("TEST-chain.crt.pem", chain.into()),
        ("TEST-body.crt.pem", certificate(&body.certificate)?.into()),
        ("TEST-body.key.pem", rsa_text(&body.key)?),
        ("TEST-fort-root.crt.pem", fort_root.into()),
        ("TEST-fort-root.key.pem", rsa_text(&fort.root_key)?),
        ("TEST-fort-root.crl.pem", list(&fort.root_crl)?.into()),
        ("TEST-fort-persons.crt.pem", fort_persons.into()),
        ("TEST-fort-persons.key.pem", rsa_text(&fort.persons_key)?),
        ("TEST-fort-persons.crl.pem", list(&fort.persons_crl)?.into()),
        ("TEST-fort-chain.crt.pem", fort_chain.into()),
        ("TEST-cv-root-rsa.pub.pem", public_text(&cv.root.rsa)?),
        ("TEST-cv-root-rsa.key.pem", rsa_text(&cv.root.rsa)?),
        ("TEST-cv-root-p256.cvc", cv.root_certificate),
        ("TEST-cv-root-p256.key.pem", p256_text(&cv.root.p256)?),
        ("TEST-cv-authority-rsa.cvc", cv.authority.rsa),
        ("TEST-cv-authority-rsa.key.pem", rsa_text(&cv.authority.keys.rsa)?),
        ("TEST-cv-authority-p256.cvc", cv.authority.p256),
        ("TEST-cv-authority-p256.key.pem", p256_text(&cv.authority.keys.p256)?),
        ("TEST-cv-professional-rsa.cvc", cv.professional.rsa),
        ("TEST-cv-professional-rsa.key.pem", rsa_text(&cv.professional.keys.rsa)?),
        ("TEST-cv-professional-p256.cvc", cv.professional.p256),
        ("TEST-cv-professional-p256.key.pem", p256_text(&cv.professional.keys.p256)?),
    ])
}

fn certificate(der: &[u8]) -> Result<String, FilesError> {
    text("CERTIFICATE", der)
}

fn list(der: &[u8]) -> Result<String, FilesError> {
    text("X509 CRL", der)
}

fn text(label: &'static str, der: &[u8]) -> Result<String, FilesError> {
    encode_string(label, LineEnding::LF, der).map_err(|error: pem::Error| FilesError::Key(error.to_string()))
}

fn p256_text(key: &P256PrivateKey) -> Result<Vec<u8>, FilesError> {
    let key = p256::SecretKey::from_slice(&key.0).map_err(unusable)?;
    Ok(key.to_pkcs8_pem(LineEnding::LF).map_err(unusable)?.as_bytes().to_vec())
}

fn rsa_text(numbers: &RsaNumbers) -> Result<Vec<u8>, FilesError> {
    Ok(rsa_key(numbers)?.to_pkcs8_pem(LineEnding::LF).map_err(unusable)?.as_bytes().to_vec())
}

fn public_text(numbers: &RsaNumbers) -> Result<Vec<u8>, FilesError> {
    Ok(rsa_key(numbers)?.to_public_key().to_public_key_pem(LineEnding::LF).map_err(unusable)?.into())
}

fn rsa_key(numbers: &RsaNumbers) -> Result<rsa::RsaPrivateKey, FilesError> {
    let number = |bytes: &Vec<u8>| rsa::BoxedUint::from_be_slice_vartime(bytes);
    let [p, q] = &numbers.primes;
    rsa::RsaPrivateKey::from_p_q(number(p), number(q), number(&numbers.e)).map_err(unusable)
}

fn unusable(error: impl std::fmt::Display) -> FilesError {
    FilesError::Key(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::files;

    #[test]
    fn the_files_in_fixtures_are_those_of_the_seed_0() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/keys");
        let files = files(0).expect("files");
        assert!(!files.is_empty());
        for (name, content) in files {
            let kept = fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(kept == content, "{name} differs: run `virtuale keys -o fixtures/keys`");
        }
    }

    #[test]
    fn another_seed_is_another_authority() {
        let [zero, one] = [0, 1].map(|seed| files(seed).expect("files"));
        assert!(zero.len() > 1 && zero.len() == one.len(), "{} and {}", zero.len(), one.len());
        for ((name, zero), (_, one)) in zero.iter().zip(&one).skip(1) {
            assert!(zero != one, "{name} is the same");
            assert!(name.starts_with("TEST-"), "{name}");
        }
    }
}
