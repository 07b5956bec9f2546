//! Secure messaging: one codec, two suites [ISO-7816-4 10] [REG-2016-799 CSM_188].
//!
//! A [`Session`] holds the keys and the send sequence counter of both directions. The card opens commands and seals
//! answers; the terminal seals commands and opens answers. The suite follows from the keys: triple DES with the retail
//! MAC and a zero initial vector, or AES with CMAC and the encrypted counter as initial vector.
//!
//! The counter goes up by one before every command and every answer. Whatever is wrong ends the session: the caller
//! drops it when it gets an [`SmError`].

use alloc::{vec, vec::Vec};
use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    StatusWord,
    crypto::{CipherKey, Crypto, CryptoError, HashAlgorithm},
};
use objects::{Confidential, Objects};

mod objects;
mod parts;
#[cfg(test)]
mod tests;

/// The bits of CLA that say: secure messaging, header authenticated.
pub const CLASS_BITS: u8 = 0x0C;

/// Why a protected message was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SmError {
    /// An object is missing, unknown, or out of order.
    #[error("secure messaging objects are missing or out of order")]
    Missing,
    /// The MAC, the padding, or the coding of an object is wrong.
    #[error("a secure messaging object or its MAC is wrong")]
    Wrong,
}

impl From<SmError> for StatusWord {
    fn from(error: SmError) -> Self {
        match error {
            SmError::Missing => Self::SM_OBJECTS_MISSING,
            SmError::Wrong => Self::SM_OBJECTS_WRONG,
        }
    }
}

impl From<CryptoError> for SmError {
    fn from(_: CryptoError) -> Self {
        Self::Wrong
    }
}

/// A command without its protection. It may hold a PIN or a key: its [`Debug`](fmt::Debug) shows no data.
#[derive(Clone, Eq, PartialEq)]
pub struct PlainCommand {
    /// CLA INS P1 P2; the secure messaging bits of CLA are kept.
    pub header: [u8; 4],
    /// The data field.
    pub data: Zeroizing<Vec<u8>>,
    /// The longest answer that is expected, 1 to 65536; `None` if none is.
    pub expected: Option<usize>,
}

/// The keys and the counter of one session.
#[derive(Clone, Debug)]
pub struct Session {
    encryption: CipherKey,
    mac: CipherKey,
    counter: u128,
}

impl Session {
    /// A session on two keys of one cipher. `counter` is the value before the first command; a triple DES session keeps
    /// its low 64 bits.
    ///
    /// `None` if the keys are of different ciphers.
    #[must_use]
    pub fn new(encryption: CipherKey, mac: CipherKey, counter: u128) -> Option<Self> {
        (encryption.block() == mac.block()).then_some(Self { encryption, mac, counter })
    }

    /// A session on keys derived from a shared secret: 1 encrypts, 2 authenticates [REG-2016-799 CSM_179]
    /// [OPENPACE-EAC derivation].
    #[must_use]
    pub fn derive(
        crypto: &dyn Crypto,
        suite: Suite,
        hash: HashAlgorithm,
        secret: &[u8],
        counter: u128,
    ) -> Option<Self> {
        let encryption = suite.derive_key(crypto, hash, secret, 1)?;
        let mac = suite.derive_key(crypto, hash, secret, 2)?;
        Self::new(encryption, mac, counter)
    }

    /// Opens a protected command: `header`, and the objects of its data field.
    ///
    /// # Errors
    ///
    /// [`SmError`]; the session must then be dropped.
    pub fn open_command(
        &mut self,
        crypto: &dyn Crypto,
        header: [u8; 4],
        field: &[u8],
    ) -> Result<PlainCommand, SmError> {
        self.count();
        let objects = Objects::parse(field)?;
        if objects.status.is_some() {
            return Err(SmError::Missing);
        }
        let mut padded_header = header.to_vec();
        pad(&mut padded_header, self.mac.block());
        self.check_mac(crypto, &padded_header, &objects)?;
        let data = self.reveal(crypto, objects.confidential.as_ref())?;
        let expected = objects.expected.map(expected_length).transpose()?;
        Ok(PlainCommand { header, data, expected })
    }

    /// Protects a command; the secure messaging bits of its CLA must be set.
    ///
    /// # Errors
    ///
    /// [`SmError::Wrong`] if `expected` is not 1 to 65536.
    pub fn seal_command(&mut self, crypto: &dyn Crypto, command: &PlainCommand) -> Result<Vec<u8>, SmError> {
        self.count();
        let mut field = Vec::new();
        self.conceal(crypto, is_odd(command.header[1]), &command.data, &mut field)?;
        if let Some(expected) = command.expected {
            objects::write_expected(&mut field, expected)?;
        }
        let mut padded_header = command.header.to_vec();
        pad(&mut padded_header, self.mac.block());
        let mac = self.compute_mac(crypto, &padded_header, &field)?;
        objects::write(&mut field, objects::MAC, &mac);
        Ok(field)
    }

    /// Protects an answer. `instruction` is the INS of its command: an odd one has its data in `85`.
    ///
    /// # Errors
    ///
    /// [`SmError::Wrong`] if the provider cannot use the keys.
    pub fn seal_response(
        &mut self,
        crypto: &dyn Crypto,
        instruction: u8,
        data: &[u8],
        status: StatusWord,
    ) -> Result<Vec<u8>, SmError> {
        self.count();
        let mut field = Vec::new();
        self.conceal(crypto, is_odd(instruction), data, &mut field)?;
        objects::write(&mut field, objects::STATUS, &status.0.to_be_bytes());
        let mac = self.compute_mac(crypto, &[], &field)?;
        objects::write(&mut field, objects::MAC, &mac);
        Ok(field)
    }

    /// Opens a protected answer: its data and the status word inside.
    ///
    /// # Errors
    ///
    /// [`SmError`]; the session must then be dropped.
    pub fn open_response(
        &mut self,
        crypto: &dyn Crypto,
        field: &[u8],
    ) -> Result<(Zeroizing<Vec<u8>>, StatusWord), SmError> {
        self.count();
        let objects = Objects::parse(field)?;
        let status = objects.status.ok_or(SmError::Missing)?;
        if objects.expected.is_some() {
            return Err(SmError::Missing);
        }
        self.check_mac(crypto, &[], &objects)?;
        let data = self.reveal(crypto, objects.confidential.as_ref())?;
        Ok((data, status))
    }

    fn count(&mut self) {
        self.counter = self.counter.wrapping_add(1);
    }

    /// The counter as long as a block.
    fn counter_block(&self) -> Vec<u8> {
        let bytes = self.counter.to_be_bytes();
        bytes[bytes.len() - self.mac.block()..].to_vec()
    }

    fn initial_vector(&self, crypto: &dyn Crypto) -> Result<Vec<u8>, SmError> {
        let zero = vec![0; self.encryption.block()];
        if matches!(self.encryption, CipherKey::TripleDes(_)) {
            return Ok(zero);
        }
        let mut vector = self.counter_block();
        crypto.encrypt_cbc(&self.encryption, &zero, &mut vector)?;
        Ok(vector)
    }

    /// Appends the object that hides `data`; none if there is no data.
    fn conceal(&self, crypto: &dyn Crypto, odd: bool, data: &[u8], field: &mut Vec<u8>) -> Result<(), SmError> {
        if data.is_empty() {
            return Ok(());
        }
        let mut cryptogram = self.cryptogram(crypto, data)?;
        if odd {
            objects::write(field, objects::CRYPTOGRAM_BER, &cryptogram);
        } else {
            cryptogram.insert(0, objects::PADDED);
            objects::write(field, objects::CRYPTOGRAM, &cryptogram);
        }
        Ok(())
    }

    /// Data, padded and enciphered, with room for an indicator.
    fn cryptogram(&self, crypto: &dyn Crypto, data: &[u8]) -> Result<Vec<u8>, SmError> {
        // It must not grow while it is plain, or a copy would be left behind: this is room for padding and indicator.
        let mut cryptogram = Vec::with_capacity(data.len() + self.encryption.block() + 1);
        cryptogram.extend_from_slice(data);
        pad(&mut cryptogram, self.encryption.block());
        crypto.encrypt_cbc(&self.encryption, &self.initial_vector(crypto)?, &mut cryptogram)?;
        Ok(cryptogram)
    }

    fn reveal(&self, crypto: &dyn Crypto, object: Option<&Confidential<'_>>) -> Result<Zeroizing<Vec<u8>>, SmError> {
        match object {
            None => Ok(Zeroizing::default()),
            Some(Confidential::Plain(data)) => Ok(Zeroizing::new(data.to_vec())),
            Some(Confidential::Cryptogram(cryptogram)) => self.plain(crypto, cryptogram),
        }
    }

    /// A cryptogram, deciphered and without its padding.
    fn plain(&self, crypto: &dyn Crypto, cryptogram: &[u8]) -> Result<Zeroizing<Vec<u8>>, SmError> {
        let mut plain = Zeroizing::new(cryptogram.to_vec());
        crypto.decrypt_cbc(&self.encryption, &self.initial_vector(crypto)?, &mut plain)?;
        let end = plain.iter().rposition(|&byte| byte != 0).filter(|&end| plain[end] == 0x80).ok_or(SmError::Wrong)?;
        if plain.len() - end > self.encryption.block() {
            return Err(SmError::Wrong);
        }
        plain.truncate(end);
        Ok(plain)
    }

    fn compute_mac(&self, crypto: &dyn Crypto, padded_header: &[u8], objects: &[u8]) -> Result<[u8; 8], SmError> {
        let mut tail = objects.to_vec();
        // Without objects the header alone is padded, once.
        if !tail.is_empty() {
            pad(&mut tail, self.mac.block());
        }
        Ok(crypto.mac(&self.mac, &[&self.counter_block(), padded_header, &tail])?)
    }

    fn check_mac(&self, crypto: &dyn Crypto, padded_header: &[u8], objects: &Objects<'_>) -> Result<(), SmError> {
        let right = self.compute_mac(crypto, padded_header, objects.authenticated)?;
        if bool::from(right.ct_eq(objects.mac)) { Ok(()) } else { Err(SmError::Wrong) }
    }
}

/// A cipher and its key length.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Suite {
    /// Two-key triple DES and the retail MAC.
    TripleDes,
    /// AES-128 and CMAC.
    Aes128,
    /// AES-256 and CMAC.
    Aes256,
}

impl fmt::Debug for PlainCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { header, data, expected } = self;
        let [cla, ins, p1, p2] = header;
        write!(f, "PlainCommand({cla:02X} {ins:02X} {p1:02X} {p2:02X}, {} bytes, expected: {expected:?})", data.len())
    }
}

impl Suite {
    /// The leftmost bytes of H(secret, counter); `None` if the hash is shorter than the key.
    fn derive_key(self, crypto: &dyn Crypto, hash: HashAlgorithm, secret: &[u8], counter: u32) -> Option<CipherKey> {
        let digest = Zeroizing::new(crypto.hash(hash, &[secret, &counter.to_be_bytes()]));
        let bytes = digest.as_bytes();
        Some(match self {
            Self::TripleDes => CipherKey::TripleDes(*bytes.first_chunk()?),
            Self::Aes128 => CipherKey::Aes128(*bytes.first_chunk()?),
            Self::Aes256 => CipherKey::Aes256(*bytes.first_chunk()?),
        })
    }
}

fn is_odd(instruction: u8) -> bool {
    instruction & 1 == 1
}

/// Appends `80 00 ..` up to a whole block, a full one if it was whole already [ISO-9797-1 method 2].
fn pad(data: &mut Vec<u8>, block: usize) {
    data.push(0x80);
    data.resize(data.len().next_multiple_of(block), 0);
}

/// What the value of `97` stands for: one or two bytes, zero for 256 or 65536.
fn expected_length(value: &[u8]) -> Result<usize, SmError> {
    match *value {
        [0] => Ok(256),
        [length] => Ok(usize::from(length)),
        [0, 0] => Ok(65_536),
        [high, low] => Ok(usize::from(u16::from_be_bytes([high, low]))),
        _ => Err(SmError::Wrong),
    }
}
