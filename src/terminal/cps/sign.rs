//! Signing with a professional's card, as the agency's library does it [DOPS-CRYPTOLIB commands]: the card does the
//! last round of the hash and signs what comes of it.
//!
//! A CPS4 hashes nothing: it is given the hash, and names key and algorithm in another way [DOPS-CRYPTOLIB CPS4]. Which
//! of both a card is, its answer to the first command says.
//!
//! Which key signs, and by which number the card knows it, stands in its directory of keys; its certificate is the one
//! that the directory of certificates lists under the same identifier.

use sha2::block_api::compress256;
use virtuale_engine::{
    Aid, StatusWord,
    crypto::{Crypto, HashAlgorithm, RustCrypto},
    tlv::{self, Tag},
};

use super::{
    Reading, codes, directory,
    read::{CERTIFICATE_DIRECTORIES, IAS},
};
use crate::terminal::{
    exchange::{Command, Dialogue},
    files::ber::objects,
    holder::Code,
    signature::{COMPUTE, SHA256, SHA256_RSA, Unsigned, WHOLE, environment, operation, processed},
};

/// The name of the directory of private keys in layouts.
const KEY_DIRECTORY: &str = "PRKDF";

/// What a CPS4 calls SHA-256 with RSA, and the bit of a key whose hash was made before.
const CPS4_SHA256_RSA: u8 = 0x28;
const HASHED_BEFORE: u8 = 0x80;

/// The block of SHA-256, and what it begins with [FIPS-180-4 5.3.3].
const BLOCK: usize = 64;
const BEGINNING: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

/// The key of a card that signs what the holder wants.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SigningKey {
    /// The number by which the card knows it.
    pub reference: u8,
    /// Its certificate, in DER.
    pub certificate: Vec<u8>,
}

/// A card that signs, with its code proved.
#[derive(Debug)]
pub struct CardSigner<'d, 't> {
    dialogue: &'d mut Dialogue<'t>,
    key: SigningKey,
}

impl Reading {
    /// The key that signs what the holder wants; `None` if the card's directories name none with a certificate.
    #[must_use]
    pub fn signing_key(&self) -> Option<SigningKey> {
        let content = |name: &str| {
            let file = self.files.iter().find(|file| file.pointer.name == name)?;
            Some(file.content.as_slice())
        };
        let (id, reference) = directory::signing_key(content(KEY_DIRECTORY)?)?;
        let directory = CERTIFICATE_DIRECTORIES.into_iter().find_map(content)?;
        let fid = directory::certificate(directory, &id)?;
        let file = self.files.iter().find(|file| file.pointer.fid == fid)?;
        let first = objects(&file.content).next()?;
        let certificate = file.content.get(first.position..first.value_position + first.value.len())?.to_vec();
        Some(SigningKey { reference, certificate })
    }
}

impl<'d, 't> CardSigner<'d, 't> {
    /// Selects the application of the key and presents the holder's code, if it was given: another program may have
    /// proved it.
    ///
    /// # Errors
    ///
    /// [`Unsigned`] if the card refuses either.
    pub fn begin(dialogue: &'d mut Dialogue<'t>, key: SigningKey, code: Option<&Code>) -> Result<Self, Unsigned> {
        if let Some(application) = Aid::new(IAS) {
            let command = Command::select_application("CPX IAS", &application);
            processed(dialogue, &command)?;
        }
        if let Some(code) = code {
            let status = match codes::verify(dialogue, code)? {
                codes::Verdict::Right => None,
                codes::Verdict::Wrong(Some(0)) => Some(StatusWord::METHOD_BLOCKED),
                codes::Verdict::Wrong(left) => Some(StatusWord(0x63C0 | u16::from(left.unwrap_or_default() & 0x0F))),
                codes::Verdict::Refused(status) => Some(status),
            };
            if let Some(status) = status {
                return Err(Unsigned::Refused { command: "VERIFY PIN".into(), status });
            }
        }
        Ok(Self { dialogue, key })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Signs a message: SHA-256 and RSA with PKCS#1 version 1.5.
    ///
    /// # Errors
    ///
    /// [`Unsigned`] if the card refuses.
    pub fn sign(&mut self, message: &[u8]) -> Result<Vec<u8>, Unsigned> {
        let reference = self.key.reference;
        let card = &mut *self.dialogue;
        match processed(card, &environment("MSE SET HT", [0x41, 0xAA], &[0x80, 0x01, SHA256])) {
            Ok(_) => {
                processed(card, &operation("PSO HASH", [0x90, 0xA0], &last_round(message), None))?;
                let template = [0x80, 0x01, SHA256_RSA, 0x84, 0x01, reference];
                processed(card, &environment("MSE SET DST", [0x41, 0xB6], &template))?;
                processed(card, &operation(COMPUTE, [0x9E, 0x9A], &[], WHOLE))
            }
            Err(Unsigned::Refused { .. }) => {
                let template = [0x91, 0x02, CPS4_SHA256_RSA, reference | HASHED_BEFORE];
                processed(card, &environment("MSE SET DST", [0x81, 0xB6], &template))?;
                let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[message]);
                processed(card, &operation(COMPUTE, [0x9E, 0x9A], digest.as_bytes(), WHOLE))
            }
            Err(other) => Err(other),
        }
    }
}

/// What PSO HASH gets of a message [ISO-7816-8 HASH]: `90` with the state after all blocks but the last, and how many
/// bits they have, or nothing where there is one block only; `80` with that last block, which is never empty of a
/// message that is not.
fn last_round(message: &[u8]) -> Vec<u8> {
    let begun = message.len().saturating_sub(1) / BLOCK * BLOCK;
    let (before, last) = message.split_at(begun);
    let mut state = Vec::new();
    if begun > 0 {
        let mut words = BEGINNING;
        compress256(&mut words, before.as_chunks::<BLOCK>().0);
        state.extend(words.into_iter().flat_map(u32::to_be_bytes));
        state.extend((8 * begun as u64).to_be_bytes());
    }
    let mut data = Vec::new();
    tlv::put(Tag(0x90), &state, &mut data);
    tlv::put(Tag(0x80), last, &mut data);
    data
}
