//! Where the code of a card's holder comes from: a descriptor that a script names, or a person at a terminal. Never
//! from the arguments of a program, which everybody on a machine may see.

mod descriptor;
mod hidden;
mod terminal;

use virtuale_engine::StatusWord;

use self::descriptor::Descriptor;
use super::{
    Failure,
    language::Language,
    messages::{Message, in_both},
    output,
};
use crate::terminal::holder::{Asked, Code, Holder, NoCode};

/// Where codes come from.
pub(super) enum Codes {
    /// From nowhere: there is nobody to ask.
    None,
    /// A person at a terminal.
    Person,
    /// A descriptor: one line for each card that has a code and takes it, or has it blocked.
    Descriptor(Descriptor),
}

impl Codes {
    /// Those of a descriptor, else of whoever sits at the terminal.
    ///
    /// # Errors
    ///
    /// That nothing can be read from the descriptor.
    pub(super) fn of(descriptor: Option<u32>) -> Result<Self, Failure> {
        match descriptor {
            Some(number) => Descriptor::open(number).map(Self::Descriptor),
            None if output::can_ask() => Ok(Self::Person),
            None => Ok(Self::None),
        }
    }

    /// Whoever is asked for the code of the card in a place.
    pub(super) fn of_card<'a>(&'a mut self, place: &'a str, language: Language) -> Asking<'a> {
        Asking { codes: self, place, language, told: None, asked: false, failure: None }
    }
}

/// Whoever is asked for the code of one card.
pub(super) struct Asking<'a> {
    codes: &'a mut Codes,
    place: &'a str,
    language: Language,
    /// The code, where it is told to a person: that of a virtual card in a demonstration.
    told: Option<String>,
    /// Whether the card asked for its code.
    asked: bool,
    failure: Option<Failure>,
}

impl Asking<'_> {
    /// The same, telling a person who is asked what the code is.
    pub(super) fn telling(self, code: Option<String>) -> Self {
        Self { told: code, ..self }
    }

    /// Why a code that a script gave opened nothing. A person was told.
    pub(super) fn failure(self) -> Option<Failure> {
        self.failure
    }

    /// The line of a descriptor, if it can be a code: it is looked at before the card is.
    /// `None` if there is none and nothing on the card waits for it.
    fn of_line(place: &str, descriptor: &mut Descriptor, asked: &Asked) -> Result<Option<Code>, Failure> {
        let hint = || Message::GiveCodeAlone.said();
        let Some(line) = descriptor.line()? else {
            let missing = || Failure::usage(Message::NoCodeLeft { place }.said(), hint());
            return if asked.opens { Err(missing()) } else { Ok(None) };
        };
        Code::new(&line, &asked.digits).map(Some).map_err(|why| {
            let text = |language| Message::NoCode { place, why: &no_code(&why, language) }.text(language);
            Failure::usage(in_both(text), hint())
        })
    }
}

impl Holder for Asking<'_> {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        let place = self.place;
        self.asked = true;
        match self.codes {
            Codes::None => None,
            Codes::Person if !asked.opens => None,
            Codes::Person => {
                if let Some(code) = self.told.take() {
                    output::say(Message::CodeWritten { place, code: &code }.text(self.language));
                }
                terminal::ask(place, asked, self.language)
            }
            Codes::Descriptor(_) if asked.again => {
                let text =
                    |language| Message::WrongCode { place, left: &tries_left(asked.tries, language) }.text(language);
                self.failure = Some(Failure::environment(in_both(text), Message::MindTries.said()));
                None
            }
            Codes::Descriptor(descriptor) => match Self::of_line(place, descriptor, asked) {
                Ok(code) => code,
                Err(failure) => {
                    self.failure = Some(failure);
                    None
                }
            },
        }
    }

    fn blocked(&mut self, for_good: bool) {
        let (place, hint) = (self.place, if for_good { Message::NothingUnblocks } else { Message::Unblock }.said());
        let failure = Failure::environment(Message::CodeBlocked { place }.said(), hint);
        // The page says it too: a person sees it there, but a script would not.
        if let Codes::Descriptor(descriptor) = self.codes {
            // The line of this card is no other's. Behind the last wrong code it was read already.
            let skipped = if self.asked { Ok(None) } else { descriptor.line() };
            self.failure = Some(skipped.err().unwrap_or(failure));
        }
    }

    fn refused(&mut self, status: StatusWord) {
        let (place, status) = (self.place, format!("{status:?}"));
        let message = Message::CodeRefused { place, status: &status }.said();
        let failure = Failure::environment(message, Message::NoTrySpent.said());
        match self.codes {
            Codes::None => {}
            Codes::Person => failure.report_in(self.language),
            Codes::Descriptor(_) => self.failure = Some(failure),
        }
    }
}

/// Why a line is no code, in words.
fn no_code(why: &NoCode, language: Language) -> String {
    match why {
        NoCode::Empty => Message::CodeEmpty.text(language),
        NoCode::NotDigits => Message::CodeNotDigits.text(language),
        NoCode::Length { length, right } => {
            let right = &digits(right, language);
            match length {
                1 => Message::CodeOfOneDigit { right }.text(language),
                _ => Message::CodeLength { length: &length.to_string(), right }.text(language),
            }
        }
    }
}

/// How many digits a code has, in words: `4`, or `4 to 8`.
fn digits(right: &std::ops::RangeInclusive<usize>, language: Language) -> String {
    let (least, most) = (right.start().to_string(), right.end().to_string());
    if least == most { least } else { Message::FromTo { least: &least, most: &most }.text(language) }
}

/// How many tries are left, in words.
fn tries_left(tries: Option<u8>, language: Language) -> String {
    match tries {
        Some(1) => Message::OneTryLeft.text(language),
        Some(tries) => Message::TriesLeft { tries: &tries.to_string() }.text(language),
        None => Message::TriesUnknown.text(language),
    }
}
