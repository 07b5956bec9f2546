//! What lets somebody in: 256 bits that nobody guesses.

use std::{fmt, io};

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// How many bytes are drawn.
const LENGTH: usize = 32;

/// A secret of the page.
pub(super) struct Token(Zeroizing<String>);

impl Token {
    /// A new one, drawn by the system.
    ///
    /// # Errors
    ///
    /// That the system draws none.
    pub(super) fn draw() -> io::Result<Self> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        getrandom::fill(&mut *bytes).map_err(io::Error::other)?;
        Ok(Self(Zeroizing::new(hex::encode(*bytes))))
    }

    /// It as it stands in the address of the page.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    /// Whether somebody has it. How long that takes says nothing of how much of it was right.
    pub(super) fn is(&self, said: &str) -> bool {
        self.0.as_bytes().ct_eq(said.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn a_token_is_long_new_and_itself_only() {
        let (one, other) = (Token::draw().expect("random numbers"), Token::draw().expect("random numbers"));
        assert_eq!(one.text().len(), 64);
        assert!(one.is(one.text()) && !one.is(other.text()) && !one.is("") && !one.is(&one.text()[..63]));
        assert_eq!(format!("{one:?}"), "Token(..)");
    }
}
