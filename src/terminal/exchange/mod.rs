//! Commands and answers over a transport, with what every terminal does: GET RESPONSE after `61xx`, the right Le after
//! `6Cxx`.
//!
//! It keeps a log for people. It gives up on a card that never ends: both a single answer and a whole [`Dialogue`] have
//! a bound.

use virtuale_engine::{Response, StatusWord};

use super::transport::{Transport, TransportError};

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
pub struct Reply {
    /// All its data.
    pub data: Vec<u8>,
    /// The last status word: neither `61xx` nor, if the card is honest, `6Cxx`.
    pub status: StatusWord,
}

/// Why a command has no [`Reply`].
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The transport to the card is gone.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The card keeps a terminal busy beyond any use.
    #[error("the card did not come to an end within {MOST_EXCHANGES} commands")]
    Endless,
}

/// A terminal's talk with one card.
pub struct Dialogue<'a> {
    transport: &'a mut dyn Transport,
    response: Response,
    log: Vec<Exchange>,
}

impl<'a> Dialogue<'a> {
    /// Begins; sends nothing yet.
    #[must_use]
    pub fn new(transport: &'a mut dyn Transport) -> Self {
        Self { transport, response: Response::new(), log: Vec::new() }
    }

    /// Sends a command, fetches all of its answer and logs each exchange.
    ///
    /// # Errors
    ///
    /// [`ExchangeError`] if the transport fails or the card never ends.
    pub fn send(&mut self, command: &Command) -> Result<Reply, ExchangeError> {
        let mut status = self.exchange(command)?;
        if status.0 >> 8 == 0x6C {
            let [_, right] = status.0.to_be_bytes();
            status = self.exchange(&command.clone().with_le(right))?;
        }
        let mut data = self.response.data().to_vec();
        while status.0 >> 8 == 0x61 {
            let [_, announced] = status.0.to_be_bytes();
            status = self.exchange(&Command::get_response(command.class(), announced))?;
            data.extend_from_slice(self.response.data());
            if data.len() > LONGEST_ANSWER {
                return Err(ExchangeError::Endless);
            }
        }
        Ok(Reply { data, status })
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
        let bytes = command.bytes(self.transport.protocol());
        self.transport.transmit(&bytes, &mut self.response)?;
        let status = self.response.status().ok_or(TransportError::NoStatus { length: self.response.len() })?;
        let data = self.response.data();
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

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use virtuale_engine::{Aid, Fid, StatusWord};

    use super::{Command, Dialogue, ExchangeError, LOGGED_BYTES, MOST_EXCHANGES};
    use crate::terminal::{
        toy::{Parrot, ToyCard, ToyFile},
        transport::in_process::in_process,
    };

    #[test]
    fn answers_that_wait_are_fetched_and_every_exchange_is_logged() {
        let card = ToyCard::default().with(b"A", 0xD001, ToyFile::open(&[7; 300]));
        let mut transport = in_process(Box::new(card)).expect("a toy has power");
        let mut dialogue = Dialogue::new(&mut transport);
        let aid = Aid::new(b"A").expect("one byte");
        dialogue.send(&Command::select_application("A", &aid)).expect("an answer");
        let selected = dialogue.send(&Command::select_file("FILE", Fid(0xD001))).expect("an answer");
        assert_eq!((&selected.data[..], selected.status), (&hex!("62 03 80 01 00")[..], StatusWord::SUCCESS));
        let read = dialogue.send(&Command::read_binary("FILE", 0)).expect("an answer");
        assert_eq!((read.data.len(), read.status), (256, StatusWord::SUCCESS));
        let log = dialogue.into_log();
        let names: Vec<&str> = log.iter().map(|exchange| exchange.name.as_str()).collect();
        assert_eq!(names, ["SELECT A", "SELECT FILE", "GET RESPONSE", "READ BINARY FILE"]);
        assert_eq!(log[2].command, hex!("00 C0 00 00 05"));
        assert_eq!((log[3].length, log[3].data.len()), (256, LOGGED_BYTES));
    }

    #[test]
    fn a_wrong_le_is_put_right_once() {
        let mut transport = in_process(Box::new(Parrot::new(vec![hex!("6C 05").to_vec()]))).expect("power");
        let mut dialogue = Dialogue::new(&mut transport);
        let read = dialogue.send(&Command::read_binary("FILE", 0)).expect("an answer");
        assert_eq!(read.status, StatusWord(0x6C05));
        let commands: Vec<Vec<u8>> = dialogue.into_log().into_iter().map(|exchange| exchange.command).collect();
        assert_eq!(commands, [hex!("00 B0 00 00 00"), hex!("00 B0 00 00 05")]);
    }

    #[test]
    fn a_card_that_never_ends_is_given_up() {
        let mut endless = vec![0xAA; 64];
        endless.extend(hex!("61 40"));
        for response in [hex!("61 00").to_vec(), endless] {
            let mut transport = in_process(Box::new(Parrot::new(vec![response]))).expect("power");
            let mut dialogue = Dialogue::new(&mut transport);
            let outcome = dialogue.send(&Command::read_binary("FILE", 0));
            assert!(matches!(outcome, Err(ExchangeError::Endless)), "{outcome:?}");
            assert!(dialogue.into_log().len() <= MOST_EXCHANGES);
        }
    }
}
