//! Codes and keys at work.

use alloc::{boxed::Box, vec::Vec};

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Cipher, Class, Material, ObjectId, P256PrivateKey, RsaPrivateKey, Vault};
use crate::{
    StatusWord,
    crypto::{CipherKey, Crypto},
    cvc,
    memory::{Memory, Span},
};

/// An RSA key made ready at its first use, and which of the keys of its object it was.
pub(crate) type Ready = Option<(u8, Box<dyn RsaPrivateKey>)>;

/// A private key, ready to be used.
pub(crate) enum KeyPair<'v> {
    Rsa(&'v dyn RsaPrivateKey),
    P256(P256PrivateKey),
}

/// A public key and what is known of its holder.
#[derive(Clone, Debug)]
pub(crate) struct Public {
    pub(crate) key: cvc::PublicKey,
    pub(crate) holder: Vec<u8>,
    pub(crate) authorisation: Vec<u8>,
}

impl KeyPair<'_> {
    /// Its public half.
    pub(crate) fn public(&self, crypto: &dyn Crypto) -> Result<cvc::PublicKey, StatusWord> {
        match self {
            Self::Rsa(key) => Ok(cvc::PublicKey::Rsa(key.public().clone())),
            Self::P256(key) => crypto.p256_public(key).map(cvc::PublicKey::P256).map_err(|_| StatusWord::NO_DIAGNOSIS),
        }
    }
}

impl Cipher {
    pub(super) fn of(key: &CipherKey) -> Self {
        match key {
            CipherKey::TripleDes(_) => Self::TripleDes,
            CipherKey::Aes128(_) => Self::Aes128,
            CipherKey::Aes256(_) => Self::Aes256,
        }
    }

    /// The length of a key in bytes.
    pub(crate) fn key_length(self) -> usize {
        match self {
            Self::TripleDes | Self::Aes128 => 16,
            Self::Aes256 => 32,
        }
    }

    fn key(self, bytes: &[u8]) -> Option<CipherKey> {
        Some(match self {
            Self::TripleDes => CipherKey::TripleDes(bytes.try_into().ok()?),
            Self::Aes128 => CipherKey::Aes128(bytes.try_into().ok()?),
            Self::Aes256 => CipherKey::Aes256(bytes.try_into().ok()?),
        })
    }
}

impl Vault {
    /// How many bytes a code has now.
    pub(crate) fn code_length(&self, id: ObjectId, memory: &Memory) -> usize {
        match self.object(id).material {
            Material::Code { cells, .. } => usize::from(memory.byte(cells)),
            _ => 0,
        }
    }

    /// Whether a code is this one. Takes as long whatever the answer.
    pub(crate) fn is_code(&self, id: ObjectId, memory: &Memory, given: &[u8]) -> bool {
        let Material::Code { cells, .. } = self.object(id).material else { return false };
        let given = coded(given, cells);
        given.as_slice().ct_eq(memory.read(cells)).into()
    }

    /// Whether a code may be so long.
    pub(crate) fn fits_code(&self, id: ObjectId, length: usize) -> bool {
        match self.object(id).material {
            Material::Code { shortest, longest, .. } => {
                (usize::from(shortest)..=usize::from(longest)).contains(&length)
            }
            _ => false,
        }
    }

    /// Replaces a code. Nothing is written if it does not fit.
    pub(crate) fn set_code(&self, id: ObjectId, memory: &mut Memory, code: &[u8]) {
        if let Material::Code { cells, .. } = self.object(id).material
            && self.fits_code(id, code.len())
        {
            memory.write(cells, &coded(code, cells));
        }
    }

    /// The keys of a key set, authentication first.
    pub(crate) fn key_set(&self, id: ObjectId, memory: &Memory) -> Option<[CipherKey; 2]> {
        let Material::KeySet { cipher, mac, encryption } = self.object(id).material else { return None };
        Some([cipher.key(memory.read(mac))?, cipher.key(memory.read(encryption))?])
    }

    /// Replaces the keys of a key set, authentication first. Nothing is written unless both fit.
    pub(crate) fn set_key_set(&self, id: ObjectId, memory: &mut Memory, keys: [&[u8]; 2]) -> Result<(), StatusWord> {
        let Material::KeySet { cipher, mac, encryption } = self.object(id).material else {
            return Err(StatusWord::WRONG_DATA);
        };
        if keys.iter().any(|key| key.len() != cipher.key_length()) {
            return Err(StatusWord::WRONG_DATA);
        }
        memory.write(mac, keys[0]);
        memory.write(encryption, keys[1]);
        Ok(())
    }

    /// How many bytes a key has, for its size object.
    pub(crate) fn size(&self, id: ObjectId) -> usize {
        match &self.object(id).material {
            Material::Code { longest, .. } => usize::from(*longest),
            Material::KeySet { cipher, .. } => cipher.key_length(),
            Material::Rsa { keys, .. } => keys.first().map_or(0, |key| key.primes.iter().map(Vec::len).sum()),
            Material::P256 { .. } => 32,
            Material::Public { key: cvc::PublicKey::Rsa(key), .. } => key.n.len(),
            Material::Public { key: cvc::PublicKey::P256(_), .. } => 32,
            Material::OfPair => self.other_half(id).map_or(0, |half| self.size(half)),
        }
    }

    /// A private key, made ready.
    pub(crate) fn key_pair(
        &mut self,
        id: ObjectId,
        memory: &Memory,
        crypto: &dyn Crypto,
    ) -> Result<KeyPair<'_>, StatusWord> {
        match &mut self.object_mut(id).material {
            Material::Rsa { keys, chosen, ready } => {
                let number = memory.byte(*chosen);
                if ready.as_ref().is_none_or(|(made, _)| *made != number) {
                    let numbers = keys.get(usize::from(number)).ok_or(StatusWord::NO_DIAGNOSIS)?;
                    *ready = Some((number, crypto.rsa_key(numbers).map_err(|_| StatusWord::NO_DIAGNOSIS)?));
                }
                let key = ready.as_ref().map(|(_, key)| KeyPair::Rsa(&**key));
                key.ok_or(StatusWord::NO_DIAGNOSIS)
            }
            Material::P256 { scalar } => {
                let scalar = memory.read(*scalar).try_into().map_err(|_| StatusWord::NO_DIAGNOSIS)?;
                Ok(KeyPair::P256(P256PrivateKey(scalar)))
            }
            _ => Err(StatusWord::REFERENCE_NOT_USABLE),
        }
    }

    /// A public key, be it of somebody else or the half of a pair.
    pub(crate) fn public(&mut self, id: ObjectId, memory: &Memory, crypto: &dyn Crypto) -> Result<Public, StatusWord> {
        if let Material::Public { key, holder, authorisation } = &self.object(id).material {
            let (key, holder, authorisation) = (key.clone(), holder.clone(), authorisation.clone());
            return Ok(Public { key, holder, authorisation });
        }
        let half = self.other_half(id).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        let key = self.key_pair(half, memory, crypto)?.public(crypto)?;
        Ok(Public { key, holder: Vec::new(), authorisation: Vec::new() })
    }

    /// The private key that a public half belongs to.
    fn other_half(&self, id: ObjectId) -> Option<ObjectId> {
        let object = self.object(id);
        let is_half = matches!(object.material, Material::OfPair);
        is_half.then(|| self.numbered(id.domain, Class::PrivateKey, object.number))?
    }

    /// Gives a private key another value: one of its spare ones for RSA, the next scalar that `draw` gives for P-256.
    pub(crate) fn renew(
        &self,
        id: ObjectId,
        memory: &mut Memory,
        crypto: &dyn Crypto,
        mut draw: impl FnMut(&mut [u8]),
    ) -> Result<(), StatusWord> {
        match &self.object(id).material {
            Material::Rsa { keys, chosen, .. } => {
                let next = memory.byte(*chosen).saturating_add(1);
                if usize::from(next) >= keys.len() {
                    return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
                }
                memory.write(*chosen, &[next]);
                Ok(())
            }
            Material::P256 { scalar } => {
                // One draw in 2^32 is no scalar; a source that never gives one is broken.
                for _ in 0..8 {
                    let mut key = P256PrivateKey([0; 32]);
                    draw(&mut key.0);
                    if crypto.p256_public(&key).is_ok() {
                        memory.write(*scalar, &key.0);
                        return Ok(());
                    }
                }
                Err(StatusWord::MEMORY_FAILURE)
            }
            _ => Err(StatusWord::REFERENCE_NOT_USABLE),
        }
    }
}

/// A code as its cells hold it: its length, the code, zeros.
fn coded(code: &[u8], cells: Span) -> Zeroizing<Vec<u8>> {
    let mut coded = Zeroizing::new(Vec::with_capacity(cells.length().max(code.len() + 1)));
    coded.push(u8::try_from(code.len()).unwrap_or(u8::MAX));
    coded.extend_from_slice(code);
    coded.resize(cells.length(), 0);
    coded
}
