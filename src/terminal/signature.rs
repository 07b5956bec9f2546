//! What every card says that is to sign: a signature, or why there is none.

use virtuale_engine::{StatusWord, ins::Ins};

use super::exchange::{Command, Dialogue, ExchangeError};

/// What PSO COMPUTE DIGITAL SIGNATURE is called.
pub(super) const COMPUTE: &str = "PSO COMPUTE DIGITAL SIGNATURE";

/// All that there is of an answer.
pub(super) const WHOLE: Option<usize> = Some(256);

/// What cards with an IAS component call SHA-256, and RSA and ECDSA with it [OPENSC-IASECC algorithms].
pub(super) const SHA256: u8 = 0x40;
pub(super) const SHA256_RSA: u8 = 0x42;
pub(super) const SHA256_ECDSA: u8 = 0x44;

/// Why a card signed nothing.
#[derive(Debug, thiserror::Error)]
pub enum Unsigned {
    /// There is no dialogue with the card.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// It refused a command.
    #[error("the card answered {command} with {status}")]
    Refused {
        /// Which.
        command: String,
        /// What it said.
        status: StatusWord,
    },
}

/// MANAGE SECURITY ENVIRONMENT, SET.
pub(super) fn environment(name: &str, [p1, p2]: [u8; 2], objects: &[u8]) -> Command {
    Command::new(name, [0x00, Ins::MANAGE_SECURITY_ENVIRONMENT.0, p1, p2], objects, None)
}

/// PERFORM SECURITY OPERATION.
pub(super) fn operation(name: &str, [p1, p2]: [u8; 2], data: &[u8], le: Option<usize>) -> Command {
    Command::new(name, [0x00, Ins::PERFORM_SECURITY_OPERATION.0, p1, p2], data, le)
}

/// The data of an answer, if the card did as it was told.
pub(super) fn processed(dialogue: &mut Dialogue<'_>, command: &Command) -> Result<Vec<u8>, Unsigned> {
    let reply = dialogue.send(command)?;
    match reply.status.is_processed() {
        true => Ok(reply.data),
        false => Err(Unsigned::Refused { command: command.name().to_owned(), status: reply.status }),
    }
}
