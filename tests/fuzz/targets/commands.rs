//! Sequences of commands.
//!
//! The first byte chooses one of the [`cards`]. What follows are steps: a length from 1 to `FB` and a command of that
//! length; `FC` and a length of three bytes for longer ones; `FD` takes the power away, `FE` and `FF` are a cold and a
//! warm reset.

use virtuale_engine::{Card, Fault, Interface, Protocol, Reset, Response, StatusWord, apdu::Apdu};

use super::cards;

/// Plays the steps, and judges each answer by what every card owes its reader.
pub(super) fn run(data: &[u8]) {
    let Some((&which, steps)) = data.split_first() else { return };
    play(&mut *cards::card(usize::from(which) % cards::COUNT), steps);
}

/// Plays steps on a card that says what every card says.
pub(super) fn play(card: &mut dyn Card, steps: &[u8]) {
    play_judged(card, steps, |_, status| matches!(status.0 >> 8, 0x61..=0x6F | 0x90));
}

/// Plays steps on a card. `says` tells whether a status word may come after a command.
pub(super) fn play_judged(card: &mut dyn Card, mut steps: &[u8], says: fn(&[u8], StatusWord) -> bool) {
    let mut response = Response::new();
    let mut powered = true;
    card.power_up(Interface::Contact).expect("an answer to reset");
    while let Some(step) = take_step(&mut steps) {
        match step {
            Step::Reset(kind) => {
                kind.apply(card, Interface::Contact).expect("an answer to reset");
                powered = true;
            }
            Step::PowerOff => {
                card.power_off();
                powered = false;
            }
            Step::Command(command) => match card.transmit(command, &mut response) {
                Ok(()) => judge(command, card.atr().first_protocol(), &response, says),
                Err(fault) => {
                    assert!(!powered && fault == Fault::Unpowered, "{fault}");
                    assert!(response.is_empty(), "silence with an answer");
                }
            },
        }
    }
}

enum Step<'a> {
    Reset(Reset),
    PowerOff,
    Command(&'a [u8]),
}

/// The next step; a command that is cut off goes as it is.
fn take_step<'a>(steps: &mut &'a [u8]) -> Option<Step<'a>> {
    let (&first, rest) = steps.split_first()?;
    *steps = rest;
    let length = match first {
        0xFC => {
            let (length, rest) = rest.split_first_chunk::<3>()?;
            *steps = rest;
            let [high, middle, low] = length.map(usize::from);
            high << 16 | middle << 8 | low
        }
        0xFD => return Some(Step::PowerOff),
        0xFE => return Some(Step::Reset(Reset::Cold)),
        0xFF => return Some(Step::Reset(Reset::Warm)),
        length => usize::from(length),
    };
    let (command, rest) = steps.split_at(length.min(steps.len()));
    *steps = rest;
    Some(Step::Command(command))
}

/// A status word at the end, data only where the command was carried out, and no more of it than was asked for.
fn judge(command: &[u8], protocol: Protocol, response: &Response, says: fn(&[u8], StatusWord) -> bool) {
    let status = response.status().expect("a status word");
    assert!(says(command, status), "{status} is no status word for {command:02X?}");
    let data = response.data().len();
    assert!(data == 0 || status.is_processed() || status.0 >> 8 == 0x9F, "{status} with {data} bytes");
    let room = Apdu::parse(command, protocol).map_or(0, |apdu| apdu.le().map_or(0, |le| le.limit()));
    assert!(data <= room, "{data} bytes where {room} were asked for by {command:02X?}");
}
