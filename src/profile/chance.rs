//! The chance of a card: a stream of random bytes that is its own, and the same in each run with the same seed.
//!
//! docs/reproducible.md has the derivation, byte by byte, with test vectors. It asks for the seed of the run, the card
//! file (its name without folder and ending, and its text) and the number of the slot, and for nothing that differs
//! from one machine to the next.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use virtuale_engine::{
    crypto::{Crypto, HashAlgorithm, RustCrypto},
    platform::Random,
};

/// What the chance of a card follows from. A card that is kept has that of its first day, whatever seed and slot come
/// later.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Birth {
    /// The seed of the run.
    pub(crate) seed: u64,
    /// What tells the card file from others.
    pub(crate) identity: [u8; 32],
    /// The number of the slot.
    pub(crate) slot: u64,
}

impl Birth {
    /// The stream of a card that was born so.
    pub(super) fn stream(&self, label: Label) -> Stream {
        Identity::from_bytes(self.identity).stream(self.seed, self.slot, label)
    }
}

/// Random bytes of which is known how far they were drawn.
pub(super) struct Counted<R> {
    pub(super) random: R,
    pub(super) drawn: Arc<AtomicU64>,
}

impl<R: Random> Random for Counted<R> {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.random.fill(bytes);
        self.drawn.store(self.random.position(), Ordering::Release);
    }

    fn position(&self) -> u64 {
        self.random.position()
    }

    fn seek(&mut self, position: u64) {
        self.random.seek(position);
        self.drawn.store(self.random.position(), Ordering::Release);
    }
}

/// What tells a card file from others: a hash of its name and its text.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) struct Identity([u8; 32]);

/// What a stream is for. Each has its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Label {
    /// What the chip draws.
    Chip,
    /// How long a component works that fails.
    Wear,
    /// What the card is called in the field of an antenna.
    Field,
    /// What an update station draws.
    Station,
}

/// Random bytes that can be repeated.
#[derive(Debug)]
pub(super) struct Stream(ChaCha20Rng);

impl Identity {
    /// That of a card file. Ends of lines are the same for all systems.
    pub(super) fn of(name: &str, text: &str) -> Self {
        let text = text.replace("\r\n", "\n");
        Self(hash(&[b"virtuale card 1", name.as_bytes(), text.as_bytes()]))
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// That whose bytes these are.
    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The stream of a card of this card file.
    pub(super) fn stream(&self, seed: u64, slot: u64, label: Label) -> Stream {
        let label: &[u8] = match label {
            Label::Chip => b"chip",
            Label::Wear => b"wear",
            Label::Field => b"field",
            Label::Station => b"station",
        };
        let (seed, slot) = (seed.to_be_bytes(), slot.to_be_bytes());
        Stream(ChaCha20Rng::from_seed(hash(&[b"virtuale chance 1", label, &seed, &self.0, &slot])))
    }
}

/// The chance of an update station in a run with a seed: it has no card file.
#[must_use]
pub fn station(seed: u64) -> impl Random {
    Identity::of("", "").stream(seed, 0, Label::Station)
}

/// SHA-256 of parts, each behind its length in eight bytes, so that no other parts give the same bytes.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let lengths: Vec<[u8; 8]> = parts.iter().map(|part| (part.len() as u64).to_be_bytes()).collect();
    let pieces: Vec<&[u8]> = lengths.iter().zip(parts).flat_map(|(length, &part)| [&length[..], part]).collect();
    let digest = RustCrypto.hash(HashAlgorithm::Sha256, &pieces);
    digest.as_bytes().try_into().unwrap_or_default()
}

impl Stream {
    /// A number below another one, which is not 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit.max(1)
    }
}

impl Random for Stream {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// In words of four bytes: what is left of a word is not drawn.
    fn position(&self) -> u64 {
        u64::try_from(self.0.get_word_pos()).unwrap_or(u64::MAX)
    }

    fn seek(&mut self, position: u64) {
        self.0.set_word_pos(position.into());
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;
    use virtuale_engine::platform::Random;

    use super::{Identity, Label, Stream};

    const TEXT: &str = "layout = \"vitale2\"\n";

    fn draw(stream: &mut Stream, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        stream.fill(&mut bytes);
        bytes
    }

    #[test]
    fn streams_are_those_of_the_documentation() {
        // Recomputed with Python's hashlib and a ChaCha20 written by hand.
        let identity = Identity::of("carte", TEXT);
        let right = hex!("21260b73fd8ee913410f2a761da241e7ad6937d2f99b8b7de525697bcb14d042");
        assert_eq!(identity.bytes(), &right);
        let guide = include_str!("../../docs/reproducible.md");
        assert!(guide.contains(&hex::encode(right)));
        for (seed, slot, label, word, first) in [
            (7, 0, Label::Chip, "chip", hex!("bf7d9f7e26d99e8741a6a146b2ea215c")),
            (7, 1, Label::Chip, "chip", hex!("756321add9be5a5c26a51c08f0951575")),
            (7, 0, Label::Wear, "wear", hex!("be8c7c1a3817ffea4a744d42356be78a")),
            (7, 0, Label::Field, "field", hex!("d3caa995419f604a6915979dda9ed04b")),
            (0, 0, Label::Chip, "chip", hex!("843c63156b02e9dfa23977997f81eacc")),
        ] {
            assert_eq!(draw(&mut identity.stream(seed, slot, label), 16), first, "seed {seed}, slot {slot}, {word}");
            let line = format!("seed {seed}, slot {slot}, {word} {} ...", hex::encode(first));
            assert!(guide.contains(&line), "docs/reproducible.md lacks: {line}");
        }
    }

    #[test]
    fn names_and_texts_tell_card_files_apart_and_ends_of_lines_do_not() {
        let identity = Identity::of("carte", TEXT);
        assert_ne!(identity, Identity::of("autre", TEXT));
        assert_ne!(identity, Identity::of("carte", "layout = \"vitale1\"\n"));
        assert_ne!(Identity::of("ab", "c"), Identity::of("a", "bc"));
        assert_eq!(identity, Identity::of("carte", "layout = \"vitale2\"\r\n"));
    }

    proptest! {
        #[test]
        fn a_stream_goes_on_from_its_position(draws in proptest::collection::vec(0..300_usize, 0..10)) {
            let fresh = || Identity::of("carte", TEXT).stream(7, 0, Label::Chip);
            let mut stream = fresh();
            draws.iter().for_each(|&length| drop(draw(&mut stream, length)));
            let mut other = fresh();
            other.seek(stream.position());
            prop_assert_eq!(stream.position(), other.position());
            prop_assert_eq!(draw(&mut stream, 100), draw(&mut other, 100));
        }
    }
}
