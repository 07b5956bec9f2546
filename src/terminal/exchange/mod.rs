//! Commands and answers over a transport, with what every terminal does: GET RESPONSE while bytes wait, the right Le
//! where the card names it.
//!
//! It keeps a log for people. It gives up on a card that never ends: both a single answer and a whole [`Dialogue`] have
//! a bound.

use virtuale_engine::{Fid, Response, StatusWord, image::Waiting, ins::Ins};
use zeroize::Zeroizing;

use super::transport::{Transport, TransportError};

mod capabilities;
mod command;

pub use capabilities::Capabilities;
pub use command::{Command, Unsendable};

/// The longest answer that is put together of what waits: that of an extended command.
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
    /// The command APDU; of one with a code only the header and the length.
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
    /// The last status word: neither that bytes wait nor, if the card is honest, that Le is wrong.
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
    /// The card takes no such command. Nothing of it was sent.
    #[error(transparent)]
    Unsendable(#[from] Unsendable),
}

/// EF.ATR/INFO, under the MF [ISO-7816-4 12.1.2].
const EF_ATR: Fid = Fid(0x2F01);

/// A terminal's talk with one card.
pub struct Dialogue<'a> {
    transport: &'a mut dyn Transport,
    capabilities: Capabilities,
    waiting: Waiting,
    response: Response,
    log: Vec<Exchange>,
}

impl<'a> Dialogue<'a> {
    /// Begins; sends nothing yet. The card takes the commands that its answer to reset says.
    #[must_use]
    pub fn new(transport: &'a mut dyn Transport) -> Self {
        let capabilities = Capabilities::of_atr(transport.atr());
        Self { transport, capabilities, waiting: Waiting::default(), response: Response::new(), log: Vec::new() }
    }

    /// With a card that says in its own way that bytes wait; as ISO 7816-4 has it if this is not called.
    #[must_use]
    pub fn with_waiting(self, waiting: Waiting) -> Self {
        Self { waiting, ..self }
    }

    /// Reads what EF.ATR/INFO says of the commands that the card takes, besides its answer to reset. The MF is selected
    /// then, and that file in it if it is there.
    ///
    /// # Errors
    ///
    /// As for [`Dialogue::send`]. A card without such a file makes no error.
    pub fn ask_capabilities(&mut self) -> Result<Capabilities, ExchangeError> {
        let mf = Command::new("SELECT MF", [0x00, Ins::SELECT.0, 0x00, 0x0C], &Fid::MF.0.to_be_bytes(), None);
        if self.send_twice(&mf)?.status.is_processed()
            && self.send_twice(&Command::select_file("EF.ATR", EF_ATR))?.status.is_processed()
        {
            let read = self.send_twice(&Command::read_binary("EF.ATR", 0)?)?;
            self.capabilities = self.capabilities.and_file(&read.data);
        }
        Ok(self.capabilities)
    }

    /// Sends a command, fetches all of its answer and logs each exchange.
    ///
    /// # Errors
    ///
    /// [`ExchangeError`] if the transport fails or the card never ends.
    pub fn send(&mut self, command: &Command) -> Result<Reply, ExchangeError> {
        self.send_to(command, self.waiting)
    }

    /// The same, once more if the card refuses for another reason than that there is no such thing.
    fn send_twice(&mut self, command: &Command) -> Result<Reply, ExchangeError> {
        let reply = self.send(command)?;
        let is_reason = matches!(reply.status.0 >> 8, 0x67 | 0x6A | 0x6B | 0x6D | 0x6E);
        if reply.status.is_processed() || is_reason { Ok(reply) } else { self.send(command) }
    }

    /// The same to a side of the card that says in its own way that bytes wait.
    ///
    /// # Errors
    ///
    /// As for [`Dialogue::send`].
    pub fn send_to(&mut self, command: &Command, waiting: Waiting) -> Result<Reply, ExchangeError> {
        let mut status = self.exchange(command)?;
        if let Some(right) = status.right_le() {
            status = self.exchange(&command.clone().with_le(right))?;
        }
        let mut data = self.response.data().to_vec();
        while let Some(announced) = waiting.announced(status) {
            status = self.exchange(&Command::get_response(command.class(), announced))?;
            data.extend_from_slice(self.response.data());
            if data.len() > LONGEST_ANSWER {
                return Err(ExchangeError::Endless);
            }
        }
        Ok(Reply { data, status })
    }

    /// What it goes over.
    pub(super) fn transport(&self) -> &dyn Transport {
        self.transport
    }

    /// The same, to reset the card.
    pub(super) fn transport_mut(&mut self) -> &mut dyn Transport {
        self.transport
    }

    /// Ends it: all exchanges, in order.
    #[must_use]
    pub fn into_log(self) -> Vec<Exchange> {
        self.log
    }

    /// Sends a command in as many APDUs as it takes, up to the first that the card refuses.
    fn exchange(&mut self, command: &Command) -> Result<StatusWord, ExchangeError> {
        // They are wiped when they were sent, or were not: one may present a code.
        let apdus = command.apdus(self.transport.protocol(), self.capabilities)?;
        let apdus: Vec<_> = apdus.into_iter().map(Zeroizing::new).collect();
        let count = apdus.len();
        let mut status = StatusWord::SUCCESS;
        for (index, apdu) in apdus.into_iter().enumerate() {
            let name = match count {
                1 => command.name().to_owned(),
                _ => format!("{} ({} of {count})", command.name(), index + 1),
            };
            status = self.exchange_one(name, &apdu, command)?;
            if status != StatusWord::SUCCESS {
                break;
            }
        }
        Ok(status)
    }

    fn exchange_one(&mut self, name: String, bytes: &[u8], command: &Command) -> Result<StatusWord, ExchangeError> {
        if self.log.len() >= MOST_EXCHANGES {
            return Err(ExchangeError::Endless);
        }
        self.transport.transmit(bytes, &mut self.response)?;
        let status = self.response.status().ok_or(TransportError::NoStatus { length: self.response.len() })?;
        let data = self.response.data();
        self.log.push(Exchange {
            name,
            command: command.logged(bytes).to_vec(),
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
    use virtuale_engine::{Aid, Fid, StatusWord, image::Waiting};

    use super::{Capabilities, Command, Dialogue, ExchangeError, LOGGED_BYTES, MOST_EXCHANGES, Unsendable};
    use crate::{
        profile::{Options, load},
        terminal::{
            toy::{ToyCard, ToyFile, parrot},
            transport::in_process::in_process,
        },
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
        let read = dialogue.send(&Command::read_binary("FILE", 0).expect("it has an address")).expect("an answer");
        assert_eq!((read.data.len(), read.status), (256, StatusWord::SUCCESS));
        let log = dialogue.into_log();
        let names: Vec<&str> = log.iter().map(|exchange| exchange.name.as_str()).collect();
        assert_eq!(names, ["SELECT A", "SELECT FILE", "GET RESPONSE", "READ BINARY FILE"]);
        assert_eq!(log[2].command, hex!("00 C0 00 00 05"));
        assert_eq!((log[3].length, log[3].data.len()), (256, LOGGED_BYTES));
    }

    #[test]
    fn what_waits_is_fetched_as_the_card_says_that_it_waits() {
        let responses = vec![hex!("9F 02").to_vec(), hex!("41 42 90 00").to_vec()];
        let mut transport = in_process(Box::new(parrot(responses))).expect("power");
        let select = Command::select_file("FILE", Fid(0x6F07));
        let mut dialogue = Dialogue::new(&mut transport).with_waiting(Waiting::GSM);
        let reply = dialogue.send(&select).expect("an answer");
        assert_eq!((&reply.data[..], reply.status), (&hex!("41 42")[..], StatusWord::SUCCESS));
        let mut transport = in_process(Box::new(parrot(vec![hex!("9F 02").to_vec()]))).expect("power");
        let reply = Dialogue::new(&mut transport).send(&select).expect("an answer");
        assert_eq!(reply.status, Waiting::GSM.status(2), "as ISO 7816-4 has it, nothing waits");
    }

    #[test]
    fn a_code_goes_to_the_card_and_into_no_log() {
        let mut transport = in_process(Box::new(parrot(vec![hex!("63 C2").to_vec()]))).expect("power");
        let mut dialogue = Dialogue::new(&mut transport);
        let reply = dialogue.send(&Command::verify("PIN", 1, b"1234")).expect("an answer");
        assert_eq!(reply.status, StatusWord(0x63C2));
        let log = dialogue.into_log();
        assert_eq!((log[0].name.as_str(), &log[0].command[..]), ("VERIFY PIN", &hex!("00 20 00 01 04")[..]));
    }

    #[test]
    fn a_wrong_le_is_put_right_once() {
        let mut transport = in_process(Box::new(parrot(vec![hex!("6C 05").to_vec()]))).expect("power");
        let mut dialogue = Dialogue::new(&mut transport);
        let read = dialogue.send(&Command::read_binary("FILE", 0).expect("it has an address")).expect("an answer");
        assert_eq!(read.status, StatusWord(0x6C05));
        let commands: Vec<Vec<u8>> = dialogue.into_log().into_iter().map(|exchange| exchange.command).collect();
        assert_eq!(commands, [hex!("00 B0 00 00 00"), hex!("00 B0 00 00 05")]);
    }

    #[test]
    fn a_long_command_is_chained_where_the_card_says_so_and_else_not_sent() {
        let long = Command::new("PUT DATA", [0x00, 0xDB, 0x3F, 0xFF], &[7; 600], None);
        let mut transport = in_process(Box::new(parrot(vec![hex!("90 00").to_vec()]))).expect("power");
        let mut dialogue = Dialogue::new(&mut transport);
        let outcome = dialogue.send(&long);
        let refused = Unsendable::Data { length: 600, most: 255 };
        assert!(matches!(&outcome, Err(ExchangeError::Unsendable(why)) if *why == refused), "{outcome:?}");
        dialogue.capabilities.chaining = true;
        assert_eq!(dialogue.send(&long).expect("an answer").status, StatusWord::SUCCESS);
        let log = dialogue.into_log();
        let names: Vec<&str> = log.iter().map(|exchange| exchange.name.as_str()).collect();
        assert_eq!(names, ["PUT DATA (1 of 3)", "PUT DATA (2 of 3)", "PUT DATA (3 of 3)"]);
        let heads: Vec<&[u8]> = log.iter().map(|exchange| &exchange.command[..5]).collect();
        assert_eq!(heads, [hex!("10 DB 3F FF FF"), hex!("10 DB 3F FF FF"), hex!("00 DB 3F FF 5A")]);
    }

    #[test]
    fn a_chain_ends_where_the_card_refuses_it() {
        let long = Command::new("PUT DATA", [0x00, 0xDB, 0x3F, 0xFF], &[7; 600], None);
        let responses = vec![hex!("90 00").to_vec(), hex!("68 84").to_vec()];
        let mut transport = in_process(Box::new(parrot(responses))).expect("power");
        let mut dialogue = Dialogue::new(&mut transport);
        dialogue.capabilities.chaining = true;
        assert_eq!(dialogue.send(&long).expect("an answer").status, StatusWord(0x6884));
        assert_eq!(dialogue.into_log().len(), 2);
    }

    #[test]
    fn a_card_says_in_its_ef_atr_what_it_takes() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale2-martin.toml");
        let options = Options { today: jiff::civil::date(2026, 1, 15), seed: 1 };
        let mut transport = in_process(Box::new(load(&path, &options).expect("a fixture").card())).expect("power");
        let mut dialogue = Dialogue::new(&mut transport);
        let before = dialogue.capabilities;
        let after = dialogue.ask_capabilities().expect("answers");
        let chaining = Capabilities { chaining: true, ..Capabilities::default() };
        assert_eq!((before, after), (Capabilities::default(), chaining));
        let said = vec![hex!("90 00").to_vec(), hex!("90 00").to_vec(), hex!("47 03 00 00 C0 90 00").to_vec()];
        let mut transport = in_process(Box::new(parrot(said))).expect("power");
        let asked = Dialogue::new(&mut transport).ask_capabilities().expect("answers");
        assert_eq!(asked, Capabilities { chaining: true, extended: true, longest_command: None });
    }

    #[test]
    fn what_a_card_takes_is_asked_again_if_it_is_refused_for_no_reason() {
        let done = || hex!("90 00").to_vec();
        let said = vec![done(), hex!("6F 00").to_vec(), done(), hex!("47 03 00 00 C0 90 00").to_vec()];
        let mut transport = in_process(Box::new(parrot(said))).expect("power");
        assert!(Dialogue::new(&mut transport).ask_capabilities().expect("answers").extended);
        let said = vec![done(), hex!("6A 82").to_vec(), done()];
        let mut transport = in_process(Box::new(parrot(said))).expect("power");
        let mut dialogue = Dialogue::new(&mut transport);
        assert_eq!(dialogue.ask_capabilities().expect("answers"), Capabilities::default());
        assert_eq!(dialogue.into_log().len(), 2, "there is no such file");
    }

    #[test]
    fn a_card_that_never_ends_is_given_up() {
        let mut endless = vec![0xAA; 64];
        endless.extend(hex!("61 40"));
        for response in [hex!("61 00").to_vec(), endless] {
            let mut transport = in_process(Box::new(parrot(vec![response]))).expect("power");
            let mut dialogue = Dialogue::new(&mut transport);
            let outcome = dialogue.send(&Command::read_binary("FILE", 0).expect("it has an address"));
            assert!(matches!(outcome, Err(ExchangeError::Endless)), "{outcome:?}");
            assert!(dialogue.into_log().len() <= MOST_EXCHANGES);
        }
    }
}
