//! A role, proved with the key of a certificate (facts/cwa14890.md 2.2, 2.3 and 3.4).
//!
//! The terminal signs the card's challenge and serial number. On P-256 that is as German health cards have it. With RSA
//! nothing is public but the order of the steps: what is signed here is this project's choice, modelled on device
//! authentication.

use alloc::{vec, vec::Vec};

use subtle::ConstantTimeEq;

use super::{HEADER, TRAILER, hash_for};
use crate::{
    StatusWord,
    applet::Outcome,
    chip::{Context, dialogue::OtherKey, proofs::Role},
    commands::algorithm::Algorithm,
    crypto::{Crypto, HashAlgorithm, RsaPublicKey},
    cvc::PublicKey,
    vault::Access,
    world::Random,
};

/// Bytes of the terminal's serial number, which may come before an RSA signature.
const SERIAL_NUMBER: usize = 8;

/// A block that proves an RSA key: `6A`, random bytes, their hash with the message, `BC`.
pub(super) fn block(
    crypto: &dyn Crypto,
    random: &mut dyn Random,
    hash: Option<HashAlgorithm>,
    message: &[u8],
    length: usize,
) -> Result<Vec<u8>, StatusWord> {
    let hash = hash.unwrap_or(hash_for(length));
    let filling = length.checked_sub(hash.length() + 2).ok_or(StatusWord::INCOMPATIBLE_WITH_FILE)?;
    let mut filled = vec![0; filling];
    random.fill(&mut filled);
    let digest = crypto.hash(hash, &[&filled, message]);
    Ok([&[HEADER], &filled[..], digest.as_bytes(), &[TRAILER]].concat())
}

/// Checks a signature of the challenge and notes the role of its key.
pub(super) fn external(
    other: &OtherKey,
    algorithm: Option<u8>,
    challenge: &[u8],
    data: &[u8],
    context: &mut Context<'_>,
) -> Outcome {
    let (key, holder, role) = partner(other, context)?;
    let message = [challenge, &context.core.vault.serial_number(context.domain())].concat();
    let crypto = &*context.core.crypto;
    let right = match key {
        PublicKey::Rsa(key) => {
            let own = holder.len().saturating_sub(SERIAL_NUMBER);
            let signature = data.strip_prefix(&holder[own..]).filter(|rest| rest.len() == key.n.len()).unwrap_or(data);
            let hash = algorithm.and_then(|byte| Algorithm(byte).hash()).unwrap_or(hash_for(key.n.len()));
            is_signed(crypto, &key, hash, &message, signature)
        }
        PublicKey::P256(point) => {
            let digest = crypto.hash(HashAlgorithm::Sha256, &[&message]);
            crypto.ecdsa_verify(&point, digest.as_bytes(), data)
        }
    };
    if !right {
        return Err(StatusWord::AUTHENTICATION_FAILED.into());
    }
    context.dialogue().role = Some(role);
    context.judge();
    Ok(StatusWord::SUCCESS)
}

/// The key to check with, its holder, and the role that it proves.
fn partner(other: &OtherKey, context: &mut Context<'_>) -> Result<(PublicKey, Vec<u8>, Role), StatusWord> {
    let (public, is_mask, domain) = match other {
        OtherKey::Certified(holder) => {
            let certified = context.dialogue().certified(holder).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
            (certified.public.clone(), certified.is_mask, certified.domain)
        }
        OtherKey::Own(id) => {
            context.allow(*id, Access::External)?;
            let core = &mut *context.core;
            let public = core.vault.public(*id, &core.memory, &*core.crypto)?;
            let is_mask = matches!(public.key, PublicKey::P256(_));
            (public, is_mask, id.domain())
        }
    };
    let role = Role { authorisation: public.authorisation, is_mask, domain };
    Ok((public.key, public.holder, role))
}

fn is_signed(crypto: &dyn Crypto, key: &RsaPublicKey, hash: HashAlgorithm, message: &[u8], signature: &[u8]) -> bool {
    let Ok(block) = crypto.rsa_public(key, signature) else { return false };
    let [HEADER, inside @ .., TRAILER] = block.as_slice() else { return false };
    let Some(filling) = inside.len().checked_sub(hash.length()) else { return false };
    let (filled, digest) = inside.split_at(filling);
    crypto.hash(hash, &[filled, message]).as_bytes().ct_eq(digest).into()
}
