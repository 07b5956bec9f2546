//! SHA-1 and SHA-256, also from a state that was reached outside the card.

use sha1::Sha1;
use sha2::Sha256;

use crate::crypto::{CryptoError, Digest, HashAlgorithm, HashState};

/// The block of both functions, in bytes.
const BLOCK: usize = 64;

pub(super) fn hash(algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
    match algorithm {
        HashAlgorithm::Sha1 => digest::<Sha1>(parts),
        HashAlgorithm::Sha256 => digest::<Sha256>(parts),
    }
}

fn digest<H: sha2::Digest>(parts: &[&[u8]]) -> Digest {
    let mut hasher = H::new();
    for part in parts {
        hasher.update(part);
    }
    Digest::from_slice(&hasher.finalize())
}

pub(super) fn finish(algorithm: HashAlgorithm, state: HashState<'_>, tail: &[u8]) -> Result<Digest, CryptoError> {
    let whole_blocks = state.bits.is_multiple_of(8 * BLOCK as u64);
    if state.chaining.len() != algorithm.length() || !whole_blocks || tail.len() > BLOCK {
        return Err(CryptoError::Input);
    }
    let bits = state.bits.checked_add(8 * tail.len() as u64).ok_or(CryptoError::Input)?;
    let (padded, blocks) = pad(tail, bits);
    Ok(match algorithm {
        HashAlgorithm::Sha1 => {
            let mut words = words::<5>(state.chaining);
            sha1::block_api::compress(&mut words, &padded[..blocks]);
            from_words(&words)
        }
        HashAlgorithm::Sha256 => {
            let mut words = words::<8>(state.chaining);
            sha2::block_api::compress256(&mut words, &padded[..blocks]);
            from_words(&words)
        }
    })
}

/// The last one or two blocks: the tail, a one bit, zeros, the count of bits [FIPS-180-4 5.1.1]. The tail may be a
/// whole block.
fn pad(tail: &[u8], bits: u64) -> ([[u8; BLOCK]; 2], usize) {
    let mut padded = [[0; BLOCK]; 2];
    let blocks = if tail.len() + 9 <= BLOCK { 1 } else { 2 };
    let bytes = padded.as_flattened_mut();
    bytes[..tail.len()].copy_from_slice(tail);
    bytes[tail.len()] = 0x80;
    let end = blocks * BLOCK;
    bytes[end - 8..end].copy_from_slice(&bits.to_be_bytes());
    (padded, blocks)
}

fn words<const N: usize>(bytes: &[u8]) -> [u32; N] {
    let (chunks, _) = bytes.as_chunks::<4>();
    let mut words = [0; N];
    for (word, chunk) in words.iter_mut().zip(chunks) {
        *word = u32::from_be_bytes(*chunk);
    }
    words
}

fn from_words(words: &[u32]) -> Digest {
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *chunk = word.to_be_bytes();
    }
    Digest::from_slice(&bytes[..4 * words.len()])
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    /// What a terminal does before a last round: hashes the whole blocks and hands over the state.
    fn begin(algorithm: HashAlgorithm, message: &[u8]) -> (Vec<u8>, u64, &[u8]) {
        let (blocks, tail) = message.as_chunks::<64>();
        let state = match algorithm {
            HashAlgorithm::Sha1 => {
                let mut state = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
                sha1::block_api::compress(&mut state, blocks);
                from_words(&state)
            }
            HashAlgorithm::Sha256 => {
                let mut state = [
                    0x6A09_E667,
                    0xBB67_AE85,
                    0x3C6E_F372,
                    0xA54F_F53A,
                    0x510E_527F,
                    0x9B05_688C,
                    0x1F83_D9AB,
                    0x5BE0_CD19,
                ];
                sha2::block_api::compress256(&mut state, blocks);
                from_words(&state)
            }
        };
        (state.as_bytes().to_vec(), 512 * blocks.len() as u64, tail)
    }

    proptest! {
        #[test]
        fn a_hash_ended_on_the_card_is_the_hash(message in proptest::collection::vec(any::<u8>(), 0..300)) {
            for algorithm in [HashAlgorithm::Sha1, HashAlgorithm::Sha256] {
                let (chaining, bits, tail) = begin(algorithm, &message);
                let state = HashState { chaining: &chaining, bits };
                prop_assert_eq!(finish(algorithm, state, tail), Ok(hash(algorithm, &[&message])));
            }
        }

        #[test]
        fn the_last_block_may_be_whole(blocks in 1..5_usize, byte: u8) {
            // [DOPS-CRYPTOLIB commands]
            let message = vec![byte; 64 * blocks];
            let (before, last) = message.split_at(64 * (blocks - 1));
            for algorithm in [HashAlgorithm::Sha1, HashAlgorithm::Sha256] {
                let (chaining, bits, _) = begin(algorithm, before);
                let state = HashState { chaining: &chaining, bits };
                prop_assert_eq!(finish(algorithm, state, last), Ok(hash(algorithm, &[&message])));
            }
        }
    }

    #[test]
    fn a_state_that_no_terminal_can_have_is_refused() {
        let chaining = [0; 32];
        for (length, bits, tail) in [(31, 0, 0), (32, 8, 0), (32, 512, 65), (32, u64::MAX - 511, 64), (20, 0, 0)] {
            let state = HashState { chaining: &chaining[..length], bits };
            assert_eq!(finish(HashAlgorithm::Sha256, state, &[0; 65][..tail]), Err(CryptoError::Input));
        }
    }
}
