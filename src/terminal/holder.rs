//! The holder of a card, who alone knows its code: how a terminal asks for it.
//!
//! A code is never asked for of a card that would not take it, and a card says whether it has something that the code
//! would open. It is wiped when it is forgotten, is not shown, and is left out of the log of exchanges.

use std::{fmt, ops::RangeInclusive};

use virtuale_engine::StatusWord;
use zeroize::Zeroizing;

/// A code, as it is typed: ASCII digits.
#[derive(Clone)]
pub struct Code(Zeroizing<Vec<u8>>);

/// Why a text is no code.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoCode {
    /// It has no characters.
    #[error("the code is empty")]
    Empty,
    /// It has something else than digits.
    #[error("the code has something else than digits")]
    NotDigits,
    /// It has another length than the card's codes.
    #[error("the code has {length} digits")]
    Length {
        /// How many it has.
        length: usize,
        /// How many a code of this card has.
        right: RangeInclusive<usize>,
    },
}

/// What a card wants of its holder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asked {
    /// How many digits a code has.
    pub digits: RangeInclusive<usize>,
    /// How many tries are left, if the card says it; at least 1.
    pub tries: Option<u8>,
    /// Whether the code that was given before was wrong.
    pub again: bool,
    /// Whether something on the card waits for it. Where nothing does, nobody needs to be asked; a code that is given
    /// all the same is presented, so that a wrong one is told.
    pub opens: bool,
}

/// Who may know the code of a card.
pub trait Holder {
    /// The code, or nothing: then what it opens stays closed. Asked again after a wrong one, as long as there are
    /// tries.
    fn code(&mut self, asked: &Asked) -> Option<Code>;

    /// That the card takes no code any more, be it that it took none before, or that the last one was wrong; `for_good`
    /// if it takes no unblocking code either.
    fn blocked(&mut self, _for_good: bool) {}

    /// That the reading of a card which may have a code ended before it was asked for, if it was not.
    fn passed_over(&mut self) {}

    /// That the card did not look at the code, and what it said instead.
    fn refused(&mut self, _status: StatusWord) {}
}

/// A holder who is not there, or does not say the code.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Code {
    /// Of a text, without blanks around it.
    ///
    /// # Errors
    ///
    /// [`NoCode`] if it has no digits, anything else, or another length than a code of the card.
    pub fn new(text: &[u8], right: &RangeInclusive<usize>) -> Result<Self, NoCode> {
        let text = text.trim_ascii();
        match text.len() {
            0 => Err(NoCode::Empty),
            _ if !text.iter().all(u8::is_ascii_digit) => Err(NoCode::NotDigits),
            length if !right.contains(&length) => Err(NoCode::Length { length, right: right.clone() }),
            _ => Ok(Self(Zeroizing::new(text.to_vec()))),
        }
    }

    /// The same once more, for a terminal that presents it again after a reset.
    #[must_use]
    pub fn again(&self) -> Self {
        Self(self.0.clone())
    }

    /// Its digits.
    pub(super) fn digits(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").finish_non_exhaustive()
    }
}

impl Holder for Nobody {
    fn code(&mut self, _asked: &Asked) -> Option<Code> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, NoCode};

    #[test]
    fn a_code_has_digits_only_and_as_many_as_the_card_takes() {
        let of = |text: &[u8]| Code::new(text, &(4..=4)).map(|code| code.digits().to_vec());
        assert_eq!(of(b" 1234\r\n"), Ok(b"1234".to_vec()));
        assert_eq!(of(b" \n"), Err(NoCode::Empty));
        assert_eq!(of(b"12a4"), Err(NoCode::NotDigits));
        assert_eq!(of("१२३४".as_bytes()), Err(NoCode::NotDigits));
        assert_eq!(of(b"12345"), Err(NoCode::Length { length: 5, right: 4..=4 }));
    }

    #[test]
    fn a_code_is_not_shown() {
        let code = Code::new(b"1234", &(4..=4)).expect("digits");
        assert!(!format!("{code:?}").contains("1234"));
    }
}
