//! Signing with a Vitale 2, by the key that a professional's card opens. That there is one, where its certificate
//! stands and how it is asked are this project's choice: how real cards take part in a form is not public
//! [NOT-FOUND formats].

use virtuale_engine::{
    Fid,
    crypto::{Crypto, HashAlgorithm, RustCrypto},
};

use crate::terminal::{
    exchange::{Command, Dialogue, ExchangeError},
    files::ber::objects,
    signature::{COMPUTE, SHA256_ECDSA, Unsigned, WHOLE, environment, operation, processed},
};

/// The certificate of the key, in the application `VITALE`.
const CERTIFICATE: Fid = Fid(0xD020);
const CERTIFICATE_NAME: &str = "CERTFSE";

/// The key, there.
const KEY: u8 = 0x81;

/// The step of READ BINARY, and the longest certificate.
const STEP: u16 = 256;
const LONGEST: u16 = 4096;

/// A Vitale to which a professional's card has proved its role, and which stays in its application `VITALE` for as
/// long.
#[derive(Debug)]
pub struct VitaleSigner<'d, 't> {
    dialogue: &'d mut Dialogue<'t>,
    certificate: Vec<u8>,
}

impl<'d, 't> VitaleSigner<'d, 't> {
    /// Reads the certificate of the key.
    ///
    /// # Errors
    ///
    /// [`Unsigned`] if the card has none.
    pub fn begin(dialogue: &'d mut Dialogue<'t>) -> Result<Self, Unsigned> {
        processed(dialogue, &Command::select_file(CERTIFICATE_NAME, CERTIFICATE))?;
        let mut content = Vec::new();
        for offset in (0..LONGEST).step_by(usize::from(STEP)) {
            let command = Command::read_binary(CERTIFICATE_NAME, offset).map_err(ExchangeError::from)?;
            let part = match processed(dialogue, &command) {
                // A file of whole steps ends with a refused offset.
                Err(Unsigned::Refused { .. }) if offset > 0 => break,
                part => part?,
            };
            content.extend_from_slice(part.get(..usize::from(STEP)).unwrap_or(&part));
            if part.len() < usize::from(STEP) {
                break;
            }
        }
        let first = objects(&content).next().map(|first| first.position..first.value_position + first.value.len());
        let certificate = first.and_then(|range| content.get(range)).unwrap_or_default().to_vec();
        Ok(Self { dialogue, certificate })
    }

    /// The certificate of the key, in DER as far as the card is honest.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Signs a message: SHA-256 and ECDSA. Gives r and s, as the card does.
    ///
    /// # Errors
    ///
    /// [`Unsigned`] if the card refuses.
    pub fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, Unsigned> {
        let template = [0x80, 0x01, SHA256_ECDSA, 0x84, 0x01, KEY];
        processed(self.dialogue, &environment("MSE SET DST", [0x41, 0xB6], &template))?;
        let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[message]);
        processed(self.dialogue, &operation(COMPUTE, [0x9E, 0x9A], digest.as_bytes(), WHOLE))
    }
}
