//! Replacing codes and keys by PUT DATA (facts/cards.md E.3).
//!
//! OpenSC sends each part of a key in a command of its own, so every part stands for itself. What follows from others is
//! not kept but must fit them: the primes, and an exponent that is not the old one, come first. As long as the parts are
//! those of no key it cannot be used.

use zeroize::Zeroizing;

use super::{Cipher, Material, ObjectId, PublicCells, Vault};
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
    /// Replaces a code. `None` if it may not be so long, and nothing is written then.
    pub(crate) fn set_code(&self, id: ObjectId, memory: &mut Memory, code: &[u8]) -> Option<()> {
        let Material::Code { value, .. } = self.object(id).material else { return None };
        self.fits_code(id, code.len()).then(|| value.set(memory, code))?
    }

    /// Replaces the keys of a key set, authentication first. `None` unless both fit, and nothing is written then.
    pub(crate) fn set_key_set(&self, id: ObjectId, memory: &mut Memory, keys: [&[u8]; 2]) -> Option<()> {
        let Material::KeySet { cipher, mac, encryption } = self.object(id).material else { return None };
        keys.iter().all(|key| key.len() == Cipher::key_length(cipher)).then(|| {
            memory.write(mac, keys[0]);
            memory.write(encryption, keys[1]);
        })
    }

    /// Replaces a part of a private or a public key, or checks one that follows from others.
    ///
    /// # Errors
    ///
    /// `6A80` if the key has no such part, or if it does not fit; `6984` if it follows from parts that are those of no key.
    pub(crate) fn set_part(
        &mut self,
        id: ObjectId,
        memory: &mut Memory,
        crypto: &dyn Crypto,
        (tag, value): (Tag, &[u8]),
    ) -> Result<(), StatusWord> {
        let fits = match &mut self.object_mut(id).material {
            Material::Rsa(cells) => match tag {
                part::P => cells.set_prime(0, value, memory),
                part::Q => cells.set_prime(1, value, memory),
                part::EXPONENT => cells.set_exponent(value, memory),
                part::MODULUS => is_same(value, &cells.ready(memory, crypto)?.public().n),
                part::INVERSE | part::EXPONENT_P | part::EXPONENT_Q => {
                    let [exponent_p, exponent_q, inverse] = cells.ready(memory, crypto)?.chinese_remainders();
                    let right = match tag {
                        part::EXPONENT_P => exponent_p,
                        part::EXPONENT_Q => exponent_q,
                        _ => inverse,
                    };
                    is_same(value, &right)
                }
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

    /// The same for the public half of a private key: only an exponent is more than a check.
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

/// Whether two numbers are equal, whatever zeros stand in front.
fn is_same(given: &[u8], right: &[u8]) -> Option<()> {
    let trimmed = |number: &[u8]| {
        let zeros = number.iter().take_while(|&&byte| byte == 0).count();
        Zeroizing::new(number[zeros..].to_vec())
    };
    (trimmed(given) == trimmed(right)).then_some(())
}
