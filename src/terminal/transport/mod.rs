//! Transports from a terminal to a card: in process, or through a PC/SC service.
//!
//! A transport carries bytes and judges none: what a card answers is the business of [`exchange`](super::exchange).

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use virtuale_engine::{Fault, Protocol, Reset, Response};

pub mod in_process;
mod lost;
pub mod pcsclite;
pub mod real;
pub mod relay;

pub use lost::Lost;

use crate::{profile::said::counted, reader::ReturnCode, shown};

/// A powered card that a terminal talks to.
pub trait Transport {
    /// The answer to reset, as it came: it need not be well formed.
    fn atr(&self) -> &[u8];

    /// The protocol that is spoken. It decides whether a command with data may carry a Le.
    fn protocol(&self) -> Protocol;

    /// Resets the card: whatever was selected or proved is forgotten.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if the card or the transport to it does not come back.
    fn reset(&mut self, kind: Reset) -> Result<(), TransportError>;

    /// Sends one command APDU and leaves the response APDU in `response`, which is the caller's and is reused.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if no answer came. A status word that refuses is an answer.
    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError>;

    /// Agrees on a protocol, after a reset and before the first command. The card may be reset for it.
    ///
    /// # Errors
    ///
    /// [`Fault::ProtocolRefused`] if it is another one than is spoken and the transport cannot ask for it.
    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), TransportError> {
        if protocol == self.protocol() { Ok(()) } else { Err(Fault::ProtocolRefused.into()) }
    }

    /// Nobody needs the card any more until its next reset. A transport that cannot take its power leaves it.
    fn power_off(&mut self) {}
}

/// What a terminal wants of a PC/SC service. `Display` says it as English sentences go on: `list the readers`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Doing {
    /// Finding out which version of the protocol both speak.
    AgreeOnVersion,
    /// Establishing a context.
    EstablishContext,
    /// Listing the readers.
    ListReaders,
    /// Waiting until something changes in a reader.
    WaitForCard,
    /// Connecting to the card in a reader.
    OpenCard,
    /// Leaving the card.
    CloseCard,
    /// Having the card for oneself.
    BeginTransaction,
    /// Leaving the card to others again.
    EndTransaction,
    /// Resetting the card.
    Reset,
    /// Sending a command to the card.
    Transmit,
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AgreeOnVersion => "agree on a version",
            Self::EstablishContext => "establish a context",
            Self::ListReaders => "list the readers",
            Self::WaitForCard => "wait for a card",
            Self::OpenCard => "open the card",
            Self::CloseCard => "close the card",
            Self::BeginTransaction => "begin a transaction",
            Self::EndTransaction => "end the transaction",
            Self::Reset => "reset the card",
            Self::Transmit => "send a command to the card",
        })
    }
}

/// Why a service's socket is not open.
fn not_open(path: &Path, source: &io::Error) -> String {
    if path.as_os_str().is_empty() {
        return "PCSCLITE_CSOCK_NAME is not set, and the readers of Windows itself are none of those that this program asks"
            .to_owned();
    }
    format!("cannot open the PC/SC service's socket {}: {}", shown::path(path), shown::reason(source))
}

/// Why there is no transport to a card, or no more.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The service's socket is not there, or is not ours to open.
    #[error("{}", not_open(path, source))]
    Open {
        /// The socket; empty if none is known.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The service gives no answer, or does not come to the end of one.
    #[error("the PC/SC service gave no answer within {seconds} s when this program wanted to {doing}")]
    Unanswered {
        /// What was being done.
        doing: Doing,
        /// For how long it was waited.
        seconds: u64,
    },
    /// The service went away.
    #[error("the PC/SC service broke off while this program wanted to {doing}")]
    Broken {
        /// What was being done.
        doing: Doing,
        /// What the system says.
        source: io::Error,
    },
    /// The service speaks another version of the protocol.
    #[error("the PC/SC service speaks protocol {major}.{minor}; this program speaks 4.4 to 4.6")]
    Version {
        /// The service's major version.
        major: u32,
        /// The service's minor version.
        minor: u32,
    },
    /// The service said no.
    #[error("the PC/SC service refused to {doing}: {code}")]
    Refused {
        /// What was being done.
        doing: Doing,
        /// Its reason.
        code: ReturnCode,
    },
    /// The service answered something that its protocol does not have.
    #[error("the PC/SC service answered nonsense when asked to {doing}")]
    Nonsense {
        /// What was being done.
        doing: Doing,
    },
    /// The card was pulled, or its reader unplugged.
    #[error("the card was taken out")]
    Removed,
    /// The card is silent.
    #[error(transparent)]
    Silent(#[from] Fault),
    /// A card answered otherwise than under the secure messaging that was agreed on.
    #[error("the card's answer is not protected as was agreed on")]
    Unprotected,
    /// The card answered less than a status word.
    #[error("the card answered {}, fewer than a status word has", counted(*length, "byte", "octet"))]
    NoStatus {
        /// Bytes that came: 0 or 1.
        length: usize,
    },
}
