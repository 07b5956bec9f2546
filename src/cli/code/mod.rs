//! Where the code of a card's holder comes from: a descriptor that a script names, or a person at a terminal. Never
//! from the arguments of a program, which everybody on a machine may see.

mod descriptor;
mod terminal;

use virtuale_engine::StatusWord;
use zeroize::Zeroizing;

use self::descriptor::Descriptor;
use super::{
    Failure, exit,
    language::Language,
    messages::{Message, in_both},
    output,
};
use crate::terminal::holder::{Asked, Code, Holder, NoCode};

/// No more digits of what is no code are counted.
const MOST_COUNTED: usize = 64;

/// What a person types at the terminal of standard input, which does not show it, after a question; nothing at the end
/// of input, or if the terminal would show it.
pub(super) fn secret(question: &str) -> Option<Zeroizing<Vec<u8>>> {
    terminal::secret(question)
}

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
        Asking { codes: self, place, language, told: None, asked: false, failure: None, opened_nothing: false }
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
    /// Whether the last code that a person gave opened nothing, of which that person was told.
    opened_nothing: bool,
}

impl Asking<'_> {
    /// The same, telling a person who is asked what the code is.
    pub(super) fn telling(self, code: Option<String>) -> Self {
        Self { told: code, ..self }
    }

    /// What came of the codes that were given: the exit code of a reading with them, whose page is a person's all the
    /// same.
    ///
    /// # Errors
    ///
    /// Why a code that a script gave opened nothing.
    pub(super) fn outcome(self) -> Result<u8, Failure> {
        let code = if self.opened_nothing { exit::ENVIRONMENT } else { exit::DONE };
        self.failure.map_or(Ok(code), Err)
    }

    /// The line of a card is no other's: it is passed over, if it was not read.
    fn pass_over_line(&mut self) {
        if let (Codes::Descriptor(descriptor), false) = (&mut *self.codes, self.asked) {
            self.asked = true;
            self.failure = descriptor.line().err();
        }
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
                self.opened_nothing = asked.again;
                if let Some(code) = self.told.take() {
                    output::say(Message::CodeWritten { place, code: &code }.text(self.language));
                }
                terminal::ask(place, asked, self.language).inspect(|_| self.opened_nothing = false)
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
        let (place, was_given) = (self.place, self.asked);
        let message = if was_given { Message::LastCodeWrong { place } } else { Message::CodeBlocked { place } };
        let unblock = if for_good { Message::NothingUnblocks } else { Message::Unblock };
        match self.codes {
            Codes::None => {}
            // Who gave no code sees it on the page.
            Codes::Person if !was_given => {}
            Codes::Person => {
                Failure::environment(message.said(), unblock.said()).report_in(self.language);
                self.opened_nothing = true;
            }
            Codes::Descriptor(_) => {
                self.pass_over_line();
                let text = |language| {
                    let (unblock, alone) = (unblock.text(language), Message::LeaveDescriptor.text(language));
                    format!("{unblock}\n{alone}")
                };
                let blocked = Failure::environment(message.said(), in_both(text));
                self.failure = Some(self.failure.take().unwrap_or(blocked));
            }
        }
    }

    fn passed_over(&mut self) {
        self.pass_over_line();
    }

    fn refused(&mut self, status: StatusWord) {
        let (place, status) = (self.place, format!("{status:?}"));
        let message = Message::CodeRefused { place, status: &status }.said();
        let failure = Failure::environment(message, Message::NoTrySpent.said());
        match self.codes {
            Codes::None => {}
            Codes::Person => {
                failure.report_in(self.language);
                self.opened_nothing = true;
            }
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
                2..=MOST_COUNTED => Message::CodeLength { length: &length.to_string(), right }.text(language),
                _ => Message::CodeBeyond { most: &MOST_COUNTED.to_string(), right }.text(language),
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{
        io::{Seek, Write},
        os::fd::AsRawFd,
    };

    use super::{Asked, Codes, Descriptor, Holder, Language};

    #[test]
    fn each_card_has_its_line_whatever_becomes_of_it() {
        let mut file = tempfile::tempfile().expect("a file");
        write!(file, "0000\n1111\n2222\n{}\n1234\n12", "7".repeat(3000)).expect("room");
        file.rewind().expect("a file");
        let number = u32::try_from(file.as_raw_fd()).expect("it is open");
        let mut codes = Codes::Descriptor(Descriptor::open(number).expect("it can be read"));
        let asked = Asked { digits: 4..=4, tries: Some(3), again: false, opens: true };
        codes.of_card("no end", Language::En).passed_over();
        codes.of_card("blocked", Language::En).blocked(false);
        let mut cut_short = codes.of_card("no end behind its code", Language::En);
        assert!(cut_short.code(&asked).is_some());
        cut_short.passed_over();
        assert!(cut_short.outcome().is_ok());
        let told = |asking: super::Asking<'_>| asking.outcome().expect_err("no code").to_string();
        let mut long = codes.of_card("x", Language::En);
        assert!(long.code(&asked).is_none());
        let right = "the card in x was not asked: the code has more than 64 digits, and a code of this card has 4";
        assert_eq!(told(long), right);
        let mut last = codes.of_card("y", Language::En);
        assert!(last.code(&asked).is_some(), "the rest of a line that is too long is none");
        last.blocked(false);
        assert_eq!(told(last), "the code of the card in y is wrong, and there is no try left: it is blocked now");
        let mut short = codes.of_card("z", Language::En);
        assert!(short.code(&asked).is_none());
        assert_eq!(told(short), "the card in z was not asked: the code has 2 digits, and a code of this card has 4");
    }
}
