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
    /// A descriptor: one line for each card that needs a code.
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
        Asking { codes: self, place, language, failure: None }
    }
}

/// Whoever is asked for the code of one card.
pub(super) struct Asking<'a> {
    codes: &'a mut Codes,
    place: &'a str,
    language: Language,
    failure: Option<Failure>,
}

impl Asking<'_> {
    /// Why a code that a script gave opened nothing. A person was told.
    pub(super) fn failure(self) -> Option<Failure> {
        self.failure
    }

    /// The line of a descriptor, if it can be a code: it is looked at before the card is.
    fn of_line(place: &str, descriptor: &mut Descriptor, asked: &Asked) -> Result<Code, Failure> {
        let hint = || Message::GiveCodeAlone.said();
        let line = descriptor.line()?.ok_or_else(|| Failure::usage(Message::NoCodeLeft { place }.said(), hint()))?;
        Code::new(&line, &asked.digits).map_err(|why| {
            let text = |language| Message::NoCode { place, why: &no_code(&why, language) }.text(language);
            Failure::usage(in_both(text), hint())
        })
    }
}

impl Holder for Asking<'_> {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        let place = self.place;
        match self.codes {
            Codes::None => None,
            Codes::Person => terminal::ask(place, asked, self.language),
            Codes::Descriptor(_) if asked.again => {
                let text =
                    |language| Message::WrongCode { place, left: &tries_left(asked.tries, language) }.text(language);
                self.failure = Some(Failure::environment(in_both(text), Message::MindTries.said()));
                None
            }
            Codes::Descriptor(descriptor) => match Self::of_line(place, descriptor, asked) {
                Ok(code) => Some(code),
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
        if matches!(self.codes, Codes::Descriptor(_)) {
            self.failure = Some(failure);
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
            let right = digits(right, language);
            Message::CodeLength { length: &length.to_string(), right: &right }.text(language)
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
