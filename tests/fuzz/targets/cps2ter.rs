//! Sequences of commands to a CPS3, whose class `A0` is that of the generation before.
//!
//! The input is steps as in [`commands`].

use virtuale_engine::{Card, Interface, Response, StatusWord};

use super::{cards, commands};

/// The codes of the card, which the fuzzer may find in its corpus.
const CODES: [&[u8]; 2] = [b"1234", b"12345678"];

/// All that class `A0` says, beside `9Fxx`.
const WORDS: [u16; 14] =
    [0x9000, 0x9240, 0x9402, 0x9404, 0x9408, 0x9802, 0x9804, 0x9808, 0x9810, 0x9840, 0x6700, 0x6B00, 0x6D00, 0x6F00];

/// Selects an activity on the side of class `A0`, one step at a time.
const OPEN: [&[u8]; 2] = [&[0xA0, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00], &[0xA0, 0xA4, 0x00, 0x00, 0x02, 0x40, 0x10]];
const READ: [u8; 5] = [0xA0, 0xB0, 0x00, 0x00, 0x01];

/// Asks for the tries of the holder's code.
const TRIES: [u8; 5] = [0x00, 0x20, 0x00, 0x01, 0x00];

/// Plays the steps. Without a code nothing was opened, and no more than three tries were made.
pub(super) fn run(steps: &[u8]) {
    let mut card = cards::professional();
    commands::play_judged(&mut *card, steps, says);
    if CODES.iter().any(|code| steps.windows(code.len()).any(|bytes| bytes == *code)) {
        return;
    }
    card.power_up(Interface::Contact).expect("an answer to reset");
    let left = answer(&mut *card, &TRIES);
    assert!(matches!(left.0, 0x63C1..=0x63C3 | 0x6983), "{left} says how many tries are left");
    for select in OPEN {
        assert_eq!(answer(&mut *card, select), StatusWord(0x9F0F), "an activity is gone");
    }
    assert_eq!(answer(&mut *card, &READ), StatusWord(0x9804), "an activity is open without a code");
}

/// The other side never says what the agency's library takes for another application.
fn says(command: &[u8], status: StatusWord) -> bool {
    if command.first() == Some(&0xA0) {
        return WORDS.contains(&status.0) || status.0 >> 8 == 0x9F;
    }
    matches!(status.0 >> 8, 0x61..=0x6F | 0x90) && !matches!(status.0, 0x6E00 | 0x6A86)
}

fn answer(card: &mut dyn Card, command: &[u8]) -> StatusWord {
    let mut response = Response::new();
    card.transmit(command, &mut response).expect("an answer");
    response.status().expect("a status word")
}
