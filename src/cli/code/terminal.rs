//! Asks a person for a code, without showing it.

use zeroize::Zeroizing;

use super::{MOST_COUNTED, digits, no_code, tries_left};
use crate::{
    cli::{language::Language, messages::Message, output, system::Hidden},
    terminal::holder::{Asked, Code},
};

/// What is typed beyond so many characters is no code and is counted only: one more than what is told as a length.
const LONGEST: usize = MOST_COUNTED + 1;

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
        let line = hidden.line(LONGEST)?;
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
    hidden.line(LONGEST)
}
