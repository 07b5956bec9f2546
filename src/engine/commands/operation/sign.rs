//! PSO COMPUTE DIGITAL SIGNATURE (ISO 7816-8, 11.6; facts/ias.md 4 and 8).

use alloc::vec::Vec;

use crate::{
    Answer, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{Context, dialogue::Direction},
    commands::{
        algorithm::{Algorithm, Scheme},
        padding,
    },
    crypto::{Crypto, Digest, HashAlgorithm, P256PrivateKey, RsaPrivateKey},
    image::TemplateKind,
    vault::{Access, KeyPair},
};

/// The lengths of the hashes that ECDSA takes: SHA-1 to SHA-512.
const HASHES: [usize; 5] = [20, 28, 32, 48, 64];

/// Signs the hash that PSO HASH left, or the one in the data; with RSA the data may also be a whole padded block.
pub(super) fn compute_digital_signature(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
    let template = context.dialogue().environment.template(TemplateKind::Signature, Direction::Compute).clone();
    let key = template.object.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    context.allow(key, Access::Sign)?;
    let hashed = context.dialogue().hash.filter(|_| command.data().is_empty());
    let core = &mut *context.core;
    let message = Message { algorithm: template.algorithm.map(Algorithm), hashed, data: command.data() };
    let request = match core.vault.key_pair(key, &core.memory, &*core.crypto)? {
        KeyPair::Rsa(pair) => message.block(pair.public().n.len())?,
        KeyPair::P256(_) => message.digest()?,
    };
    context.count_use(key)?;
    context.dialogue().hash = None;
    let core = &mut *context.core;
    match core.vault.key_pair(key, &core.memory, &*core.crypto)? {
        KeyPair::Rsa(pair) => answer.extend(&power(pair, &request)?),
        KeyPair::P256(pair) => answer.extend(&ecdsa(&*core.crypto, &pair, &request)?),
    }
    Ok(StatusWord::SUCCESS)
}

/// What is to be signed.
struct Message<'a> {
    algorithm: Option<Algorithm>,
    /// The hash that PSO HASH left.
    hashed: Option<(HashAlgorithm, Digest)>,
    data: &'a [u8],
}

impl Message<'_> {
    /// The block that RSA signs, of so many bytes.
    fn block(&self, length: usize) -> Result<Vec<u8>, StatusWord> {
        self.check_scheme(Scheme::Pkcs1)?;
        if self.data.len() == length {
            return Ok(self.data.to_vec());
        }
        let (algorithm, digest) = self.hash()?;
        padding::pad_to_sign(&padding::digest_info(algorithm, digest.as_bytes()), length)
            .ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)
    }

    /// The hash that ECDSA signs.
    fn digest(&self) -> Result<Vec<u8>, StatusWord> {
        self.check_scheme(Scheme::Ecdsa)?;
        match self.data {
            [] => Ok(self.hash()?.1.as_bytes().to_vec()),
            digest if HASHES.contains(&digest.len()) => Ok(digest.to_vec()),
            _ => Err(StatusWord::WRONG_DATA),
        }
    }

    /// Whether the scheme that was set is the one that the key has.
    fn check_scheme(&self, scheme: Scheme) -> Result<(), StatusWord> {
        match self.algorithm.map(Algorithm::scheme) {
            None => Ok(()),
            Some(set) if set == Some(scheme) => Ok(()),
            Some(_) => Err(StatusWord::INCOMPATIBLE_WITH_FILE),
        }
    }

    /// The hash that is signed, which must be by the function that was set.
    fn hash(&self) -> Result<(HashAlgorithm, Digest), StatusWord> {
        let set = self.algorithm.and_then(Algorithm::hash);
        if self.data.is_empty() {
            let agrees = |&(algorithm, _): &(HashAlgorithm, Digest)| set.is_none_or(|set| set == algorithm);
            return self.hashed.filter(agrees).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        let algorithm = set.ok_or(StatusWord::WRONG_DATA)?;
        Ok((algorithm, Digest::new(algorithm, self.data).ok_or(StatusWord::WRONG_DATA)?))
    }
}

/// The private power of a block, which must be below the modulus.
pub(in crate::commands) fn power(pair: &dyn RsaPrivateKey, block: &[u8]) -> Result<Vec<u8>, StatusWord> {
    pair.raw(block).map_err(|_| StatusWord::WRONG_DATA)
}

pub(in crate::commands) fn ecdsa(
    crypto: &dyn Crypto,
    pair: &P256PrivateKey,
    digest: &[u8],
) -> Result<[u8; 64], StatusWord> {
    crypto.ecdsa_sign(pair, digest).map_err(|_| StatusWord::WRONG_DATA)
}
