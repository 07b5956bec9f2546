//! What is lost where a transport fails, in the few words in which terminals tell it.

use virtuale_engine::Fault;

use super::TransportError;
use crate::reader::ReturnCode;

/// What is lost with a transport.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Lost {
    /// There is no card, or it was removed.
    Card,
    /// The card is there and does not answer.
    Answer,
    /// The reader gives no answer, or the service that has it.
    Reader,
    /// There is no reader of that name.
    Name,
    /// Something came that should not: it may go better the next time.
    Thread,
}

impl TransportError {
    /// What is lost.
    #[must_use]
    pub fn lost(&self) -> Lost {
        match self {
            Self::Open { .. } | Self::Unanswered { .. } | Self::Broken { .. } => Lost::Reader,
            Self::Refused { code, .. } => of_code(*code),
            Self::Removed | Self::Silent(Fault::PowerLost | Fault::Unpowered) => Lost::Card,
            Self::Silent(Fault::Mute) => Lost::Answer,
            Self::Version { .. }
            | Self::Nonsense { .. }
            | Self::Unprotected
            | Self::NoStatus { .. }
            | Self::Silent(Fault::ProtocolRefused) => Lost::Thread,
        }
    }
}

fn of_code(code: ReturnCode) -> Lost {
    match code {
        ReturnCode::NO_SMARTCARD | ReturnCode::REMOVED_CARD => Lost::Card,
        ReturnCode::UNRESPONSIVE_CARD | ReturnCode::UNPOWERED_CARD | ReturnCode::NOT_TRANSACTED => Lost::Answer,
        ReturnCode::UNKNOWN_READER => Lost::Name,
        ReturnCode::READER_UNAVAILABLE
        | ReturnCode::NO_SERVICE
        | ReturnCode::SERVICE_STOPPED
        | ReturnCode::NO_READERS_AVAILABLE => Lost::Reader,
        _ => Lost::Thread,
    }
}

#[cfg(test)]
mod tests {
    use std::{io, path::PathBuf};

    use virtuale_engine::Fault;

    use super::{Lost, ReturnCode, TransportError};
    use crate::terminal::transport::Doing;

    #[test]
    fn what_is_lost_is_told_in_few_words() {
        let refused = |code| TransportError::Refused { doing: Doing::Transmit, code };
        let rows = [
            (refused(ReturnCode::REMOVED_CARD), Lost::Card),
            (refused(ReturnCode::NO_SMARTCARD), Lost::Card),
            (TransportError::Silent(Fault::PowerLost), Lost::Card),
            (TransportError::Removed, Lost::Card),
            (refused(ReturnCode::UNPOWERED_CARD), Lost::Answer),
            (refused(ReturnCode::NOT_TRANSACTED), Lost::Answer),
            (TransportError::Silent(Fault::Mute), Lost::Answer),
            (refused(ReturnCode::UNKNOWN_READER), Lost::Name),
            (refused(ReturnCode::READER_UNAVAILABLE), Lost::Reader),
            (TransportError::Unanswered { doing: Doing::Transmit, seconds: 1 }, Lost::Reader),
            (TransportError::Open { path: PathBuf::new(), source: io::ErrorKind::NotFound.into() }, Lost::Reader),
            (refused(ReturnCode::RESET_CARD), Lost::Thread),
            (refused(ReturnCode(0x8010_0FFF)), Lost::Thread),
            (TransportError::Silent(Fault::ProtocolRefused), Lost::Thread),
            (TransportError::NoStatus { length: 1 }, Lost::Thread),
            (TransportError::Nonsense { doing: Doing::Transmit }, Lost::Thread),
        ];
        for (error, lost) in rows {
            assert_eq!(error.lost(), lost, "{error}");
        }
    }
}
