//! Codes and keys at work.

use alloc::vec::Vec;

use super::{Cipher, Class, Material, ObjectId, P256PrivateKey, PublicCells, Vault, rsa::Ready};
use crate::{
    StatusWord,
    crypto::{CipherKey, Crypto, RsaPrivateKey, RsaPublicKey},
    cvc,
    memory::Memory,
};

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

impl PublicCells {
    fn value(self, memory: &Memory) -> Option<cvc::PublicKey> {
        Some(match self {
            Self::Rsa { modulus, exponent } => {
                let [n, e] = [memory.read(modulus), exponent.value(memory)].map(<[u8]>::to_vec);
                cvc::PublicKey::Rsa(RsaPublicKey { n, e })
            }
            Self::P256(point) => cvc::PublicKey::P256(memory.read(point).try_into().ok()?),
        })
    }
}

/// Where an RSA key is kept once it is ready.
fn kept(ready: &mut Vec<(ObjectId, Option<Ready>)>, id: ObjectId) -> &mut Option<Ready> {
    let place = ready.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
        ready.push((id, None));
        ready.len() - 1
    });
    &mut ready[place].1
}

impl Vault {
    /// How many bytes a PIN has now.
    pub(crate) fn pin_length(&self, id: ObjectId, memory: &Memory) -> usize {
        match self.object(id).material {
            Material::Pin { value, .. } => value.value(memory).len(),
            _ => 0,
        }
    }

    /// Whether a PIN is this one. Takes as long whatever the answer.
    pub(crate) fn is_pin(&self, id: ObjectId, memory: &Memory, given: &[u8]) -> bool {
        matches!(self.object(id).material, Material::Pin { value, .. } if value.holds(memory, given))
    }

    /// A PIN as it was given, without the `FF` behind its digits where it is as long as a PIN may be: from a PIN pad it
    /// comes so [OPENSC-IASECC card-iasecc.c]. That the card takes it for the same PIN is inferred.
    pub(crate) fn unpadded<'g>(&self, id: ObjectId, given: &'g [u8]) -> &'g [u8] {
        match self.object(id).material {
            Material::Pin { longest, .. } if given.len() == usize::from(longest) => {
                let digits = given.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(given.len());
                match given.split_at_checked(digits) {
                    Some((digits @ [_, ..], padding)) if padding.iter().all(|&byte| byte == 0xFF) => digits,
                    _ => given,
                }
            }
            _ => given,
        }
    }

    /// Whether a PIN may be so long.
    pub(crate) fn fits_pin(&self, id: ObjectId, length: usize) -> bool {
        match self.object(id).material {
            Material::Pin { shortest, longest, .. } => (usize::from(shortest)..=usize::from(longest)).contains(&length),
            _ => false,
        }
    }

    /// Whether a PIN may be this one from now on.
    pub(crate) fn takes_pin(&self, id: ObjectId, new: &[u8]) -> bool {
        let is_any = !matches!(self.object(id).material, Material::Pin { digits: true, .. });
        self.fits_pin(id, new.len()) && (is_any || new.iter().all(u8::is_ascii_digit))
    }

    /// The keys of a key set, authentication first.
    pub(crate) fn key_set(&self, id: ObjectId, memory: &Memory) -> Option<[CipherKey; 2]> {
        let Material::KeySet { cipher, mac, encryption } = self.object(id).material else { return None };
        Some([cipher.key(memory.read(mac))?, cipher.key(memory.read(encryption))?])
    }

    /// How many bytes a key has, for its size object.
    pub(crate) fn size(&self, id: ObjectId) -> usize {
        match &self.object(id).material {
            Material::Pin { longest, .. } => usize::from(*longest),
            Material::KeySet { cipher, .. } => cipher.key_length(),
            Material::Rsa(cells) => cells.length(),
            Material::Public { key: PublicCells::Rsa { modulus, .. }, .. } => modulus.length(),
            Material::P256 { .. } | Material::Public { key: PublicCells::P256(_), .. } => 32,
            Material::OfPair => self.other_half(id).map_or(0, |half| self.size(half)),
        }
    }

    /// A private key, made ready.
    ///
    /// # Errors
    ///
    /// `6984` if its parts are those of no key, `6985` if the object is no private key.
    pub(crate) fn key_pair(
        &mut self,
        id: ObjectId,
        memory: &Memory,
        crypto: &dyn Crypto,
    ) -> Result<KeyPair<'_>, StatusWord> {
        match &self.domains[id.domain.0].objects[id.index].material {
            Material::Rsa(cells) => cells.ready(kept(&mut self.ready, id), memory, crypto).map(KeyPair::Rsa),
            Material::P256 { scalar } => {
                let scalar = memory.read(*scalar).try_into().map_err(|_| StatusWord::NO_DIAGNOSIS)?;
                Ok(KeyPair::P256(P256PrivateKey(scalar)))
            }
            _ => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        }
    }

    /// A public key, be it of somebody else or the half of a pair.
    pub(crate) fn public(&mut self, id: ObjectId, memory: &Memory, crypto: &dyn Crypto) -> Result<Public, StatusWord> {
        if let Material::Public { key, holder, authorisation } = self.object(id).material {
            let key = key.value(memory).ok_or(StatusWord::NO_DIAGNOSIS)?;
            let [holder, authorisation] = [holder, authorisation].map(|field| field.value(memory).to_vec());
            return Ok(Public { key, holder, authorisation });
        }
        let half = self.other_half(id).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        let key = self.key_pair(half, memory, crypto)?.public(crypto)?;
        Ok(Public { key, holder: Vec::new(), authorisation: Vec::new() })
    }

    /// The private key that a public half belongs to.
    pub(super) fn other_half(&self, id: ObjectId) -> Option<ObjectId> {
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
            Material::Rsa(cells) => {
                let bits = cells.take_spare(memory).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
                crypto.rsa_searched(bits);
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
