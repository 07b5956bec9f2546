//! Sequences of commands to a CPS4, on its channels.
//!
//! The input is steps as in [`commands`].

use virtuale_engine::{Card, Interface, Response, StatusWord};

use super::{cards, commands};

/// The codes of the card, which the fuzzer may find in its corpus.
const CODES: [&[u8]; 2] = [b"1234", b"12345678"];

/// Opens channel 1, names a key that signs, and gives it a hash.
const SELECT: &[u8] = &[0x01, 0xA4, 0x04, 0x0C, 0x08, 0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x01, 0x00];
const SET: &[u8] = &[0x01, 0x22, 0x81, 0xB6, 0x04, 0x91, 0x02, 0x28, 0x90];
const SIGN: [u8; 37] = {
    let mut command = [0xA5; 37];
    (command[0], command[1], command[2], command[3], command[4]) = (0x01, 0x2A, 0x9E, 0x9A, 0x20);
    command
};

/// Asks for the tries of the holder's code.
const TRIES: &[u8] = &[0x01, 0x20, 0x00, 0x01, 0x00];

/// Plays the steps. Without a code no more than three tries were made, and nothing is signed.
pub(super) fn run(steps: &[u8]) {
    let mut card = cards::fourth();
    commands::play_judged(&mut *card, steps, says);
    if CODES.iter().any(|code| steps.windows(code.len()).any(|bytes| bytes == *code)) {
        return;
    }
    card.power_up(Interface::Contact).expect("an answer to reset");
    assert_eq!(answer(&mut *card, TRIES), StatusWord::CHANNEL_NOT_SUPPORTED, "a reset closes the channels");
    assert_eq!(answer(&mut *card, SELECT), StatusWord::SUCCESS, "the applet is gone");
    let left = answer(&mut *card, TRIES);
    assert!(matches!(left.0, 0x63C1..=0x63C3 | 0x6983), "{left} says how many tries are left");
    assert_eq!(answer(&mut *card, SET), StatusWord::SUCCESS, "the key is gone");
    assert_eq!(answer(&mut *card, &SIGN), StatusWord::SECURITY_NOT_SATISFIED, "it signs without a code");
}

/// It never says what the agency's library takes for another application.
fn says(command: &[u8], status: StatusWord) -> bool {
    if command.first() == Some(&0xA0) {
        return matches!(status.0 >> 8, 0x61..=0x6F | 0x90..=0x9F);
    }
    matches!(status.0 >> 8, 0x61..=0x6F | 0x90) && !matches!(status.0, 0x6E00 | 0x6A86)
}

fn answer(card: &mut dyn Card, command: &[u8]) -> StatusWord {
    let mut response = Response::new();
    card.transmit(command, &mut response).expect("an answer");
    response.status().expect("a status word")
}
