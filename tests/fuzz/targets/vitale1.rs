//! Sequences of instructions to the word memory of a Vitale 1.
//!
//! The first byte says whether the card has its ISO view; what follows are steps as in [`commands`].

use virtuale_engine::{Interface, Response};

use super::{cards, commands};

/// The codes of the card, which the fuzzer may find in its corpus.
const CODES: [[u8; 4]; 2] = [[0x03, 0x49, 0x00, 0x01], [0x03, 0x49, 0x00, 0x02]];

/// Reads a word of the zone that only the issuer reads.
const CONFIDENTIAL: [u8; 5] = [0xBC, 0xB0, 0x02, 0x40, 0x04];

/// Reads the first pointer of the mapping, which all may read.
const MAPPING: [u8; 5] = [0xBC, 0xB0, 0x20, 0xF8, 0x04];

/// Plays the steps. Without a code nothing was opened, nothing written.
pub(super) fn run(data: &[u8]) {
    let Some((&which, steps)) = data.split_first() else { return };
    let mut card = cards::word_memory(which & 1 == 1);
    commands::play(&mut *card, steps);
    if CODES.iter().any(|code| steps.windows(code.len()).any(|bytes| bytes == code)) {
        return;
    }
    let mut response = Response::new();
    card.power_up(Interface::Contact).expect("an answer to reset");
    card.transmit(&MAPPING, &mut response).expect("an answer");
    assert_eq!(response.as_bytes(), [0x3F, 0xFF, 0xC3, 0x88, 0x90, 0x00], "the mapping was changed without a code");
    card.transmit(&CONFIDENTIAL, &mut response).expect("an answer");
    assert_eq!(response.as_bytes(), [0x69, 0x82], "the issuer's zone is open without a code");
}
