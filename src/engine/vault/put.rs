//! Replacing PINs and keys by PUT DATA [OPENSC-IASECC sdo].
//!
//! OpenSC sends each part of a key in a command of its own: both primes, what the Chinese remainder theorem needs, and
//! only then the public exponent and the modulus. So every part stands for itself. What follows from others is kept as
//! it was put, until a prime is replaced; while it does not fit them the key cannot be used.

use super::{Cipher, Material, ObjectId, PublicCells, Vault, rsa::Follower};
use crate::{
    StatusWord,
    crypto::{Crypto, P256PrivateKey},
    cvc,
    memory::Memory,
    tlv::Tag,
};

/// The parts of keys by their tags.
mod part {
    use crate::tlv::Tag;

    pub(super) const MODULUS: Tag = Tag(0x81);
    pub(super) const EXPONENT: Tag = Tag(0x82);
    pub(super) const POINT: Tag = Tag(0x86);
    pub(super) const P: Tag = Tag(0x92);
    pub(super) const Q: Tag = Tag(0x93);
    /// Of `Q` modulo `P`.
    pub(super) const INVERSE: Tag = Tag(0x94);
    /// The private exponent modulo `P - 1`.
    pub(super) const EXPONENT_P: Tag = Tag(0x95);
    /// The private exponent modulo `Q - 1`.
    pub(super) const EXPONENT_Q: Tag = Tag(0x96);
    /// Of a key on P-256, as OpenPGP cards have it: for IAS cards nothing is public.
    pub(super) const SCALAR: Tag = P;
    pub(super) const HOLDER: Tag = Tag(0x5F20);
    pub(super) const AUTHORISATION: Tag = Tag(0x5F4C);
}

impl Vault {
    /// Replaces a PIN. `None` if it may not be this one, and nothing is written then.
    pub(crate) fn set_pin(&self, id: ObjectId, memory: &mut Memory, pin: &[u8]) -> Option<()> {
        let Material::Pin { value, .. } = self.object(id).material else { return None };
        self.takes_pin(id, pin).then(|| value.set(memory, pin))?
    }

    /// Replaces the keys of a key set, authentication first. `None` unless both fit, and nothing is written then.
    pub(crate) fn set_key_set(&self, id: ObjectId, memory: &mut Memory, keys: [&[u8]; 2]) -> Option<()> {
        let Material::KeySet { cipher, mac, encryption } = self.object(id).material else { return None };
        keys.iter().all(|key| key.len() == Cipher::key_length(cipher)).then(|| {
            memory.write(mac, keys[0]);
            memory.write(encryption, keys[1]);
        })
    }

    /// Replaces a part of a private or a public key.
    ///
    /// # Errors
    ///
    /// `6A80` if the key has no such part, or no room for it.
    pub(crate) fn set_part(
        &mut self,
        id: ObjectId,
        memory: &mut Memory,
        crypto: &dyn Crypto,
        (tag, value): (Tag, &[u8]),
    ) -> Result<(), StatusWord> {
        let fits = match &self.object(id).material {
            Material::Rsa(cells) => match tag {
                part::P => cells.set_prime(0, value, memory),
                part::Q => cells.set_prime(1, value, memory),
                part::EXPONENT => cells.set_exponent(value, memory),
                part::INVERSE => cells.set_follower(Follower::Inverse, value, memory),
                part::EXPONENT_P => cells.set_follower(Follower::ExponentP, value, memory),
                part::EXPONENT_Q => cells.set_follower(Follower::ExponentQ, value, memory),
                part::MODULUS => cells.set_follower(Follower::Modulus, value, memory),
                _ => None,
            },
            Material::P256 { scalar } if tag == part::SCALAR => {
                let key = value.try_into().ok().map(P256PrivateKey);
                let is_key = key.is_some_and(|key| crypto.p256_public(&key).is_ok());
                is_key.then(|| memory.write(*scalar, value))
            }
            Material::Public { key, holder, authorisation } => match (tag, key) {
                (part::HOLDER, _) => holder.set(memory, value),
                (part::AUTHORISATION, _) => authorisation.set(memory, value),
                (part::MODULUS, PublicCells::Rsa { modulus, .. }) => {
                    (value.len() == modulus.length()).then(|| memory.write(*modulus, value))
                }
                (part::EXPONENT, PublicCells::Rsa { exponent, .. }) => exponent.set(memory, value),
                (part::POINT, PublicCells::P256(point)) => {
                    (value.len() == point.length()).then(|| memory.write(*point, value))
                }
                _ => None,
            },
            Material::OfPair => return self.set_half(id, memory, crypto, (tag, value)),
            _ => None,
        };
        fits.ok_or(StatusWord::WRONG_DATA)
    }

    /// The same for the public half of a private key. A point is only checked: the scalar comes first.
    fn set_half(
        &mut self,
        id: ObjectId,
        memory: &mut Memory,
        crypto: &dyn Crypto,
        (tag, value): (Tag, &[u8]),
    ) -> Result<(), StatusWord> {
        let half = self.other_half(id).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        match tag {
            part::MODULUS | part::EXPONENT => self.set_part(half, memory, crypto, (tag, value)),
            part::POINT => {
                let right = self.key_pair(half, memory, crypto)?.public(crypto)?;
                let is_right = matches!(right, cvc::PublicKey::P256(point) if point == value);
                if is_right { Ok(()) } else { Err(StatusWord::WRONG_DATA) }
            }
            _ => Err(StatusWord::WRONG_DATA),
        }
    }
}
