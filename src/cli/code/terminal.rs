//! Asks a person for a code, without showing it.

use std::io;

use rustix::{
    io::{Errno, read},
    process::{Signal, kill_current_process_group},
};
use signal_hook::consts::{SIGINT, SIGQUIT};
use zeroize::Zeroizing;

use super::{
    MOST_COUNTED, digits,
    hidden::{self, Hidden},
    no_code, tries_left,
};
use crate::{
    cli::{language::Language, messages::Message, output},
    terminal::holder::{Asked, Code},
};

/// What is typed beyond so many characters is no code and is counted only: one more than what is told as a length.
const LONGEST: usize = MOST_COUNTED + 1;

/// Keys.
const BACKSPACE: [u8; 2] = [0x08, 0x7F];
const CONTROL_C: u8 = 0x03;
const CONTROL_D: u8 = 0x04;
const CONTROL_U: u8 = 0x15;
const CONTROL_Z: u8 = 0x1A;
const CONTROL_BACKSLASH: u8 = 0x1C;

/// The code, or nothing if the person wants to go on without it. What is no code is asked for again.
pub(super) fn ask(place: &str, asked: &Asked, language: Language) -> Option<Code> {
    let left = tries_left(asked.tries, language);
    if asked.again {
        output::say(Message::WrongCode { place, left: &left }.text(language));
    }
    loop {
        let right = digits(&asked.digits, language);
        // Before the question: who answers at once is not shown either, and loses nothing.
        let hidden = Hidden::begin()?;
        output::tell(Message::AskCode { place, digits: &right, left: &left }.text(language));
        let line = line_typed(hidden)?;
        if line.is_empty() {
            return None;
        }
        match Code::new(&line, &asked.digits) {
            Ok(code) => return Some(code),
            Err(why) => output::say(Message::NoCode { place, why: &no_code(&why, language) }.text(language)),
        }
    }
}

/// What is typed after a question.
pub(super) fn secret(question: &str) -> Option<Zeroizing<Vec<u8>>> {
    let hidden = Hidden::begin()?;
    output::tell(question);
    line_typed(hidden)
}

/// What a person types up to the end of the line, on a terminal that does not show it; `None` at the end of input.
fn line_typed(hidden: Hidden) -> Option<Zeroizing<Vec<u8>>> {
    let typed = typed();
    drop(hidden);
    output::say("");
    match typed {
        Typed::Line(line) => Some(line),
        Typed::End => None,
        Typed::Signal(signal) => {
            // As if the key had done what it does elsewhere.
            hidden::as_if_sent(signal);
            None
        }
    }
}

/// What came of typing.
enum Typed {
    Line(Zeroizing<Vec<u8>>),
    End,
    Signal(i32),
}

fn typed() -> Typed {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut beyond = 0_usize;
    let mut key = Zeroizing::new([0]);
    loop {
        match read(io::stdin(), &mut *key) {
            Err(Errno::INTR) => continue,
            Ok(0) | Err(_) => return Typed::End,
            Ok(_) => {}
        }
        match key[0] {
            b'\n' | b'\r' => return Typed::Line(line),
            CONTROL_C => return Typed::Signal(SIGINT),
            CONTROL_BACKSLASH => return Typed::Signal(SIGQUIT),
            CONTROL_Z => {
                line.clear();
                beyond = 0;
                // To all that the key would reach, so that a shell takes over; we hear it too.
                let _ = kill_current_process_group(Signal::TSTP);
            }
            CONTROL_D if line.is_empty() => return Typed::End,
            CONTROL_U => {
                line.clear();
                beyond = 0;
            }
            key if BACKSPACE.contains(&key) && beyond > 0 => beyond -= 1,
            key if BACKSPACE.contains(&key) => drop(line.pop()),
            key if line.len() < LONGEST => line.push(key),
            _ => beyond = beyond.saturating_add(1),
        }
    }
}
