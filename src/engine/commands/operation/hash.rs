//! PSO HASH [ISO-7816-8 HASH] [RUN-OPENSC hash].

use crate::{
    StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{Context, dialogue::Direction},
    commands::algorithm::Algorithm,
    crypto::{Digest, HashAlgorithm, HashState},
    image::TemplateKind,
    tlv::{self, Tag},
};

/// Bytes of the count at the end of an intermediate state.
const COUNT: usize = 8;

/// The most bytes of the rest of a message: a block of SHA-1 and SHA-256.
const LONGEST_REST: usize = 64;

/// Hashes a whole message. A hash of before is gone, also if there is none now.
pub(super) fn hash(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    context.dialogue().hash = None;
    let algorithm = algorithm(context)?;
    let digest = context.core.platform.crypto.hash(algorithm, &[command.data()]);
    keep(algorithm, digest, context)
}

/// Ends a hash that was begun outside: `90` is the state and the count of bits, or nothing, `80` the rest of the
/// message, 64 bytes at most. Of a message whose first block is not hashed there is no state [DOPS-CRYPTOLIB commands]:
/// one with a count of zero is refused, by a word that is inferred. `90` alone may also be the whole hash. A hash of
/// before is gone, also if there is none now.
pub(super) fn last_round(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    context.dialogue().hash = None;
    let algorithm = algorithm(context)?;
    let mut objects = tlv::objects(command.data());
    let mut next = |tag| match objects.next() {
        None => Ok(None),
        Some(Ok(object)) if object.tag == tag => Ok(Some(object.value)),
        Some(_) => Err(StatusWord::WRONG_DATA),
    };
    let begun = next(Tag(0x90))?.ok_or(StatusWord::WRONG_DATA)?;
    let tail = next(Tag(0x80))?;
    if objects.next().is_some() {
        return Err(StatusWord::WRONG_DATA.into());
    }
    let crypto = &context.core.platform.crypto;
    let digest = match (begun, tail) {
        (digest, None) => Digest::new(algorithm, digest),
        ([], Some(message)) if message.len() > LONGEST_REST => None,
        ([], Some(message)) => Some(crypto.hash(algorithm, &[message])),
        (begun, Some(tail)) => begun
            .split_last_chunk::<COUNT>()
            .map(|(chaining, count)| HashState { chaining, bits: u64::from_be_bytes(*count) })
            .filter(|state| state.bits != 0)
            .and_then(|state| crypto.finish_hash(algorithm, state, tail).ok()),
    };
    keep(algorithm, digest.ok_or(StatusWord::WRONG_DATA)?, context)
}

/// Keeps a hash for the next signature.
fn keep(algorithm: HashAlgorithm, digest: Digest, context: &mut Context<'_>) -> Outcome {
    context.dialogue().hash = Some((algorithm, digest));
    Ok(StatusWord::SUCCESS)
}

/// Which hash was set: by the hash template, else by that of the signature.
fn algorithm(context: &mut Context<'_>) -> Result<HashAlgorithm, StatusWord> {
    let environment = &context.dialogue().environment;
    let of = |kind| Algorithm(environment.template(kind, Direction::Compute).algorithm).hash();
    of(TemplateKind::Hash).or_else(|| of(TemplateKind::Signature)).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)
}
