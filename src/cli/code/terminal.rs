//! Asks a person for a code, without showing it.

use std::io;

use rustix::{
    io::{Errno, read},
    process::{Signal, getpid, kill_process},
    termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr},
};
use zeroize::Zeroizing;

use super::{digits, no_code, tries_left};
use crate::{
    cli::{language::Language, messages::Message, output},
    terminal::holder::{Asked, Code},
};

/// What is typed beyond so many characters is no code and is not kept.
const LONGEST: usize = 64;

/// Keys.
const BACKSPACE: [u8; 2] = [0x08, 0x7F];
const CONTROL_C: u8 = 0x03;
const CONTROL_D: u8 = 0x04;
const CONTROL_U: u8 = 0x15;

/// The code, or nothing if the person wants to go on without it. What is no code is asked for again.
pub(super) fn ask(place: &str, asked: &Asked, language: Language) -> Option<Code> {
    let left = tries_left(asked.tries, language);
    if asked.again {
        output::say(Message::WrongCode { place, left: &left }.text(language));
    }
    loop {
        let right = digits(&asked.digits, language);
        output::tell(Message::AskCode { place, digits: &right, left: &left }.text(language));
        let line = hidden_line()?;
        if line.is_empty() {
            return None;
        }
        match Code::new(&line, &asked.digits) {
            Ok(code) => return Some(code),
            Err(why) => output::say(Message::NoCode { place, why: &no_code(&why, language) }.text(language)),
        }
    }
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Hidden(Termios);

impl Hidden {
    /// `None` if the terminal shows it all the same.
    fn begin() -> Option<Self> {
        let before = tcgetattr(io::stdin()).ok()?;
        let mut hidden = before.clone();
        // Keys come one by one, also those that would end the program: it must not leave the terminal as it is now.
        hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(io::stdin(), OptionalActions::Flush, &hidden).ok()?;
        Some(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // Nobody can be told if that fails.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}

/// What a person types up to the end of the line; `None` at the end of input, or if it would be seen.
fn hidden_line() -> Option<Zeroizing<Vec<u8>>> {
    let hidden = Hidden::begin()?;
    let typed = typed();
    drop(hidden);
    output::say("");
    if let Typed::Interrupted = typed {
        // As if the key had done what it does elsewhere.
        let _ = kill_process(getpid(), Signal::INT);
    }
    match typed {
        Typed::Line(line) => Some(line),
        Typed::End | Typed::Interrupted => None,
    }
}

/// What came of typing.
enum Typed {
    Line(Zeroizing<Vec<u8>>),
    End,
    Interrupted,
}

fn typed() -> Typed {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut key = Zeroizing::new([0]);
    loop {
        match read(io::stdin(), &mut *key) {
            Err(Errno::INTR) => continue,
            Ok(0) | Err(_) => return Typed::End,
            Ok(_) => {}
        }
        match key[0] {
            b'\n' | b'\r' => return Typed::Line(line),
            CONTROL_C => return Typed::Interrupted,
            CONTROL_D if line.is_empty() => return Typed::End,
            CONTROL_U => line.clear(),
            key if BACKSPACE.contains(&key) => drop(line.pop()),
            key if line.len() < LONGEST => line.push(key),
            _ => {}
        }
    }
}
