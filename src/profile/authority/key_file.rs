//! Private test keys from PEM files: PKCS#8, and the older forms of RSA and of elliptic curves. Bytes around the key
//! may be anything.

use std::{
    io::{self, Read},
    path::Path,
};

use p256::pkcs8::{DecodePrivateKey as _, PrivateKeyInfoRef, der::Decode};
use rsa::{pkcs1::DecodeRsaPrivateKey as _, traits::PrivateKeyParts};
use virtuale_engine::crypto::{P256PrivateKey, RsaNumbers};

use super::RsaLength;
use crate::profile::{
    reading, reason,
    said::{Bilingual, said},
};

/// The longest key file, in bytes; one of 4096 bits has 3300.
const LONGEST_FILE: u64 = 65_536;

/// The longest public exponent of a card's key, in bytes.
const LONGEST_EXPONENT: usize = 4;

/// A key that a card can have.
#[derive(Clone, Debug)]
pub enum KeyFile {
    /// RSA.
    Rsa(RsaNumbers),
    /// P-256.
    P256(P256PrivateKey),
}

/// How DER begins: with a sequence.
const SEQUENCE: u8 = 0x30;

/// Why a key file gives no key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyFileError {
    /// It has no line `-----BEGIN ...-----`.
    #[error("it is not in PEM: there is no line -----BEGIN ... PRIVATE KEY-----")]
    NotPem,
    /// It is in DER.
    #[error("it is in DER, and a card file takes keys in PEM")]
    Der,
    /// It has something else.
    #[error("it holds a {0}, not a private key")]
    OtherObject(String),
    /// It needs a password.
    #[error("it is encrypted: virtual cards take plain test keys (openssl pkey removes a password)")]
    Encrypted,
    /// Its key is for an algorithm that cards lack.
    #[error("its key is neither RSA nor P-256")]
    Algorithm,
    /// Its modulus has another length.
    #[error("its RSA key has {0} bits; cards have 2048, 3072 or 4096")]
    RsaLength(usize),
    /// Its numbers are those of no key, or of none that a chip has room for.
    #[error(
        "its content is damaged, or no card can have its key: RSA needs two primes of the same length and an exponent \
         of at most 4 bytes"
    )]
    Malformed,
}

impl KeyFileError {
    /// What is wrong, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let french = match self {
            Self::NotPem => "il n'est pas en PEM : aucune ligne -----BEGIN ... PRIVATE KEY-----".into(),
            Self::Der => "il est en DER, et un fichier de carte prend des clés en PEM".into(),
            Self::OtherObject(label) => format!("il contient un objet PEM « {label} », non une clé privée"),
            Self::Encrypted => "il est chiffré : les cartes virtuelles prennent des clés de test en clair \
                                (openssl pkey enlève un mot de passe)"
                .into(),
            Self::Algorithm => "sa clé n'est ni RSA, ni P-256".into(),
            Self::RsaLength(bits) => format!("sa clé RSA a {bits} bits ; les cartes en ont 2048, 3072 ou 4096"),
            Self::Malformed => {
                "son contenu est abîmé, ou aucune carte ne peut avoir sa clé : RSA demande deux nombres \
                                premiers de même longueur et un exposant de 4 octets au plus"
                    .into()
            }
        };
        Bilingual::new(self.to_string(), french)
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> Bilingual {
        match self {
            Self::Der => said!(
                en: "convert it: openssl pkey -inform DER -in key.der -out key.pem",
                fr: "le convertir : openssl pkey -inform DER -in cle.der -out cle.pem",
            ),
            _ => said!(
                en: "a private test key without a password: RSA of 2048, 3072 or 4096 bits, or P-256, in PEM",
                fr: "une clé privée de test sans mot de passe : RSA de 2048, 3072 ou 4096 bits, ou P-256, en PEM",
            ),
        }
    }
}

/// The bytes of a file that may have a key in it. A pipe or device is not waited for for ever.
///
/// # Errors
///
/// What the system says, [`io::ErrorKind::TimedOut`], or [`io::ErrorKind::FileTooLarge`] for one that is longer than
/// any key.
pub fn read_key_file(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = reading::patiently(path, |file| {
        let mut bytes = Vec::new();
        file.take(LONGEST_FILE + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    })?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(reason::error(io::ErrorKind::FileTooLarge, reason::too_long(LONGEST_FILE)));
    }
    Ok(bytes)
}

/// Reads the first private key of a file in PEM. What stands before it, such as parameters of a curve, is skipped.
///
/// # Errors
///
/// [`KeyFileError`] says why there is none.
pub fn parse_key_file(file: &[u8]) -> Result<KeyFile, KeyFileError> {
    // PEM itself is ASCII, so what is lost here is not part of a key.
    let text = String::from_utf8_lossy(file);
    let mut other = None;
    for start in text.match_indices("-----BEGIN ").map(|(start, _)| start) {
        let block = text.get(start..).unwrap_or_default();
        let label = block.trim_start_matches("-----BEGIN ").split("-----").next().unwrap_or_default();
        let block = whole_block(block, label).ok_or(KeyFileError::Malformed)?;
        match label {
            "PRIVATE KEY" => return pkcs8(block),
            "RSA PRIVATE KEY" | "EC PRIVATE KEY" if block.contains("ENCRYPTED") => return Err(KeyFileError::Encrypted),
            "RSA PRIVATE KEY" => {
                return numbers(&rsa::RsaPrivateKey::from_pkcs1_pem(block).map_err(|_| KeyFileError::Malformed)?);
            }
            "EC PRIVATE KEY" => {
                let key = p256::SecretKey::from_sec1_pem(block).map_err(|_| KeyFileError::Algorithm)?;
                return Ok(scalar(&key));
            }
            "ENCRYPTED PRIVATE KEY" => return Err(KeyFileError::Encrypted),
            _ => other = other.or_else(|| Some(label.to_lowercase())),
        }
    }
    let not_pem = if file.first() == Some(&SEQUENCE) { KeyFileError::Der } else { KeyFileError::NotPem };
    Err(other.map_or(not_pem, KeyFileError::OtherObject))
}

/// A block from its first line to its last.
fn whole_block<'a>(block: &'a str, label: &str) -> Option<&'a str> {
    let last = format!("-----END {label}-----");
    let end = block.find(&last)? + last.len();
    block.get(..end)
}

fn pkcs8(block: &str) -> Result<KeyFile, KeyFileError> {
    let (_, document) = p256::pkcs8::SecretDocument::from_pem(block).map_err(|_| KeyFileError::Malformed)?;
    let information = PrivateKeyInfoRef::from_der(document.as_bytes()).map_err(|_| KeyFileError::Malformed)?;
    if information.algorithm.oid == rsa::pkcs1::ALGORITHM_OID {
        return numbers(&rsa::RsaPrivateKey::try_from(information).map_err(|_| KeyFileError::Malformed)?);
    }
    if information.algorithm.oid != p256::elliptic_curve::ALGORITHM_OID {
        return Err(KeyFileError::Algorithm);
    }
    let key = p256::SecretKey::from_pkcs8_der(document.as_bytes()).map_err(|_| KeyFileError::Algorithm)?;
    Ok(scalar(&key))
}

fn scalar(key: &p256::SecretKey) -> KeyFile {
    KeyFile::P256(P256PrivateKey(key.to_bytes().into()))
}

fn numbers(key: &rsa::RsaPrivateKey) -> Result<KeyFile, KeyFileError> {
    use rsa::traits::PublicKeyParts as _;
    let bits = key.n().bits() as usize;
    let known = [RsaLength::Bits2048, RsaLength::Bits3072, RsaLength::Bits4096];
    if !known.iter().any(|length| length.bits() == bits) {
        return Err(KeyFileError::RsaLength(bits));
    }
    let [p, q] = key.primes() else { return Err(KeyFileError::Malformed) };
    let bytes = |number: &rsa::BoxedUint| number.to_be_bytes_trimmed_vartime().to_vec();
    let (primes, e) = ([bytes(p), bytes(q)], bytes(key.e()));
    let is_usual = primes[0].len() == primes[1].len() && e.len() <= LONGEST_EXPONENT;
    if is_usual { Ok(KeyFile::Rsa(RsaNumbers { primes, e })) } else { Err(KeyFileError::Malformed) }
}

#[cfg(test)]
mod tests {
    use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
    use rsa::{pkcs1::EncodeRsaPrivateKey as _, pkcs8::EncodePublicKey as _};

    use super::*;
    use crate::profile::authority::{card_rsa, derive_p256};

    fn rsa_key(length: RsaLength) -> rsa::RsaPrivateKey {
        let numbers = card_rsa(length, 0).0;
        let [p, q] = [&numbers.primes[0], &numbers.primes[1]].map(|prime| rsa::BoxedUint::from_be_slice_vartime(prime));
        let e = rsa::BoxedUint::from_be_slice_vartime(&numbers.e);
        rsa::RsaPrivateKey::from_p_q(p, q, e).expect("a key of the pool")
    }

    #[test]
    fn both_forms_of_rsa_give_the_same_numbers() {
        let (key, right) = (rsa_key(RsaLength::Bits2048), card_rsa(RsaLength::Bits2048, 0).0);
        let texts = [key.to_pkcs1_pem(LineEnding::LF).expect("PEM"), key.to_pkcs8_pem(LineEnding::LF).expect("PEM")];
        for text in texts {
            let Ok(KeyFile::Rsa(read)) = parse_key_file(text.as_bytes()) else { panic!("no key in {}", text.as_str()) };
            assert_eq!((&read.primes, &read.e), (&right.primes, &right.e));
        }
    }

    #[test]
    fn both_forms_of_p256_give_the_same_scalar() {
        let right = derive_p256(3, "a test");
        let key = p256::SecretKey::from_slice(&right.0).expect("a scalar");
        let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        let older = format!("{parameters}{}", key.to_sec1_pem(LineEnding::LF).expect("PEM").as_str());
        for text in [older.as_str(), &key.to_pkcs8_pem(LineEnding::LF).expect("PEM")] {
            let Ok(KeyFile::P256(read)) = parse_key_file(text.as_bytes()) else { panic!("no key in {text}") };
            assert_eq!(read.0, right.0);
        }
    }

    #[test]
    fn bytes_around_a_key_do_not_matter_and_der_is_told_apart() {
        let key = rsa_key(RsaLength::Bits2048);
        let pem = key.to_pkcs8_pem(LineEnding::LF).expect("PEM");
        let file = [b"cl\xE9 d'essai\n", pem.as_bytes(), b"\xFF"].concat();
        assert!(matches!(parse_key_file(&file), Ok(KeyFile::Rsa(_))));
        for der in [key.to_pkcs8_der().expect("DER").as_bytes(), key.to_pkcs1_der().expect("DER").as_bytes()] {
            let error = parse_key_file(der).expect_err("this is DER");
            assert_eq!(error, KeyFileError::Der);
            assert!(error.hint().english.contains("openssl pkey -inform DER"));
        }
    }

    #[test]
    fn what_is_no_key_says_why() {
        let key = rsa_key(RsaLength::Bits2048);
        let public = key.to_public_key().to_public_key_pem(LineEnding::LF).expect("PEM");
        let damaged = key.to_pkcs8_pem(LineEnding::LF).expect("PEM").replace("MII", "MIJ");
        let ed25519 = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
        let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        let cut = "-----BEGIN PRIVATE KEY-----\nMC4C";
        for (text, reason) in [
            ("hello", KeyFileError::NotPem),
            (public.as_str(), KeyFileError::OtherObject("public key".into())),
            (&damaged, KeyFileError::Malformed),
            (ed25519, KeyFileError::Algorithm),
            (locked, KeyFileError::Encrypted),
            (cut, KeyFileError::Malformed),
        ] {
            assert_eq!(parse_key_file(text.as_bytes()).err(), Some(reason), "{text}");
        }
    }
}
