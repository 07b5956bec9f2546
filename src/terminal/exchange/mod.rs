//! Commands and answers over a link, with what every terminal does: GET RESPONSE after `61xx`, the right Le after `6Cxx`.
//!
//! It keeps a log for people. It gives up on a card that never ends: both a single answer and a whole [`Dialogue`] have
//! a bound.

use virtuale_engine::{Answer, StatusWord};

use super::link::{Link, LinkError};

mod command;

pub use command::Command;

/// The longest answer that is put together from `61xx`: that of an extended command.
const LONGEST_ANSWER: usize = 65_536;

/// How many exchanges a dialogue may have. Reading a full chip of 32 KB takes about 200.
const MOST_EXCHANGES: usize = 1_024;

/// How many bytes of an answer the log keeps.
const LOGGED_BYTES: usize = 256;

/// One command that was sent and what came back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exchange {
    /// What people call the command: `SELECT VITALE`.
    pub name: String,
    /// The command APDU.
    pub command: Vec<u8>,
    /// The data of the answer, cut after 256 bytes.
    pub data: Vec<u8>,
    /// How many bytes of data the answer had.
    pub length: usize,
    /// The status word.
    pub status: StatusWord,
}

/// The answer to a command, put together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Response {
    /// All its data.
    pub data: Vec<u8>,
    /// The last status word: neither `61xx` nor, if the card is honest, `6Cxx`.
    pub status: StatusWord,
}

/// Why a command has no [`Response`].
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The road to the card is gone.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The card keeps a terminal busy beyond any use.
    #[error("the card did not come to an end within {MOST_EXCHANGES} commands")]
    Endless,
}

/// A terminal's talk with one card.
pub struct Dialogue<'a> {
    link: &'a mut dyn Link,
    answer: Answer,
    log: Vec<Exchange>,
}

impl<'a> Dialogue<'a> {
    /// Begins; sends nothing yet.
    #[must_use]
    pub fn new(link: &'a mut dyn Link) -> Self {
        Self { link, answer: Answer::new(), log: Vec::new() }
    }

    /// The card's answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        self.link.atr()
    }

    /// Sends a command, fetches all of its answer and logs each exchange.
    ///
    /// # Errors
    ///
    /// [`ExchangeError`] if the link fails or the card never ends.
    pub fn send(&mut self, command: &Command) -> Result<Response, ExchangeError> {
        let mut status = self.exchange(command)?;
        if status.0 >> 8 == 0x6C {
            let [_, right] = status.0.to_be_bytes();
            status = self.exchange(&command.clone().with_le(right))?;
        }
        let mut data = self.answer.data().to_vec();
        while status.0 >> 8 == 0x61 {
            let [_, announced] = status.0.to_be_bytes();
            status = self.exchange(&Command::get_response(command.class(), announced))?;
            data.extend_from_slice(self.answer.data());
            if data.len() > LONGEST_ANSWER {
                return Err(ExchangeError::Endless);
            }
        }
        Ok(Response { data, status })
    }

    /// Ends it: all exchanges, in order.
    #[must_use]
    pub fn into_log(self) -> Vec<Exchange> {
        self.log
    }

    fn exchange(&mut self, command: &Command) -> Result<StatusWord, ExchangeError> {
        if self.log.len() >= MOST_EXCHANGES {
            return Err(ExchangeError::Endless);
        }
        let bytes = command.bytes(self.link.protocol());
        self.link.transmit(&bytes, &mut self.answer)?;
        let status = self.answer.status().ok_or(LinkError::NoStatus { length: self.answer.len() })?;
        let data = self.answer.data();
        self.log.push(Exchange {
            name: command.name().to_owned(),
            command: bytes,
            data: data.get(..LOGGED_BYTES).unwrap_or(data).to_vec(),
            length: data.len(),
            status,
        });
        Ok(status)
    }
}

impl std::fmt::Debug for Dialogue<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialogue").field("exchanges", &self.log.len()).finish_non_exhaustive()
    }
}
