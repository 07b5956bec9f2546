//! A card in a real reader: how it is named, how it is found, and a transport that has it for itself and opens it again
//! when it comes back.
//!
//! A real reader is one of any PC/SC service but the one that serves its card on: that of pcscd, or of other readers of
//! ours. What follows its card as it comes and goes is not here, but with who wants to know ([`crate::host`]).
//!
//! The rule upheld here: a card that is relayed is nobody else's as long as it has power, and what was proved to it is
//! forgotten when it is let go of.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use virtuale_engine::{Fault, Protocol, Reset, Response, atr::AtrError};

use super::{
    Doing, Lost, Transport, TransportError,
    pcsclite::{Connection, ListedReader, Service, sockets},
    relay::{Relay, Trouble},
};
use crate::{reader::ReturnCode, shown, system::socket::is_same};

/// What stands before the name of a real reader where a card is named.
pub const PREFIX: &str = "reader:";

/// What stands between the name of a reader and the path of its service's socket, which is a whole one.
const AT: char = '@';

/// How long opening a card may take: others may be about to end a transaction.
const OPENING: Duration = Duration::from_secs(10);

/// A reader of a PC/SC service, as somebody names it: `reader:NAME`, or `reader:NAME@/path/of/the/socket`.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RealReader {
    /// The whole name of the reader, as programs see it.
    pub name: String,
    /// The socket of its service; `None` for whichever has a reader of that name.
    pub socket: Option<PathBuf>,
}

/// A reader that was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Found {
    /// The socket of its service.
    pub socket: PathBuf,
    /// What the service says of it.
    pub reader: ListedReader,
}

/// Why there is no card of a real reader.
#[derive(Debug, thiserror::Error)]
pub enum RealReaderError {
    /// No service has a reader of that name.
    #[error("there is no reader {name:?}: {}", tried(services))]
    Unknown {
        /// The name.
        name: String,
        /// The services that were asked, and which readers each has.
        services: Vec<(PathBuf, Result<Vec<String>, TransportError>)>,
    },
    /// The service is the one that would show the card.
    #[error("{} is the socket of the readers that the card is for", shown::path(.0))]
    Own(PathBuf),
    /// No card is in the reader.
    #[error("there is no card in {name}, a reader at {}", shown::path(socket))]
    NoCard {
        /// The reader.
        name: String,
        /// The socket of its service.
        socket: PathBuf,
    },
    /// The card cannot be had.
    #[error("{}, a reader at {}: {}", shown::line(name), shown::path(socket), why(error))]
    NotOpened {
        /// The reader.
        name: String,
        /// The socket of its service.
        socket: PathBuf,
        /// Why.
        error: TransportError,
    },
    /// The card's answer to reset is none.
    #[error("{}: the card's answer to reset is not well formed: {error}", shown::line(name))]
    Atr {
        /// The reader.
        name: String,
        /// What is wrong with it.
        error: AtrError,
    },
}

impl RealReader {
    /// The reader that is named where a card is; `None` if something else is.
    #[must_use]
    pub fn named(card: &Path) -> Option<Self> {
        let rest = card.to_str()?.strip_prefix(PREFIX)?;
        let parted = rest.rmatch_indices(AT).find_map(|(at, _)| {
            let (name, socket) = (&rest[..at], Path::new(&rest[at + AT.len_utf8()..]));
            socket.is_absolute().then(|| Self { name: name.into(), socket: Some(socket.to_owned()) })
        });
        Some(parted.unwrap_or_else(|| Self { name: rest.into(), socket: None }))
    }

    /// What people are told of its card.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// Finds the reader: at its service, else at that of `PCSCLITE_CSOCK_NAME`, else at the system's. `own` is the
    /// socket that the card is to be served on at, which is none of these.
    ///
    /// # Errors
    ///
    /// [`RealReaderError::Unknown`] if none of them has it, [`RealReaderError::Own`] if that is the only one.
    pub fn find(&self, own: Option<&Path>) -> Result<Found, RealReaderError> {
        let is_own = |socket: &Path| own.is_some_and(|own| is_same(own, socket));
        let sockets = match &self.socket {
            Some(socket) if is_own(socket) => return Err(RealReaderError::Own(socket.clone())),
            Some(socket) => vec![socket.clone()],
            None => sockets().into_iter().filter(|socket| !is_own(socket)).collect(),
        };
        let mut services = Vec::new();
        for socket in sockets {
            let listed = Service::establish(&socket).and_then(|mut service| service.slots());
            match listed {
                Ok(readers) => {
                    if let Some(reader) = readers.iter().find(|reader| reader.name == self.name) {
                        return Ok(Found { socket, reader: reader.clone() });
                    }
                    services.push((socket, Ok(readers.into_iter().map(|reader| reader.name).collect())));
                }
                Err(error) => services.push((socket, Err(error))),
            }
        }
        Err(RealReaderError::Unknown { name: self.name.clone(), services })
    }
}

impl Found {
    /// Opens the card for this program alone.
    ///
    /// # Errors
    ///
    /// [`RealReaderError::NotOpened`] if there is no service, no card, or another program uses it.
    pub fn open(&self) -> Result<Connection<'static>, RealReaderError> {
        let name = &self.reader.name;
        let opened = Service::establish(&self.socket).and_then(|service| service.into_exclusive(name, OPENING));
        opened.map_err(|error| RealReaderError::NotOpened { name: name.clone(), socket: self.socket.clone(), error })
    }

    /// The card as one of this process. `lost` is called when a command finds the card gone, before the command is
    /// answered.
    ///
    /// # Errors
    ///
    /// As for [`Found::open`], and [`RealReaderError::Atr`].
    pub fn card(&self, lost: impl Fn() + Send + 'static) -> Result<RealCard, RealReaderError> {
        let connection = self.open()?;
        let atr = connection.atr().to_vec();
        let room = Room::default();
        let (found, open) = (self.clone(), Some(connection));
        let transport = Reopening { found, room: room.clone(), open, atr, lost: Box::new(lost) };
        let relay = Relay::new(transport, Trouble::default());
        let mut relay = relay.map_err(|error| RealReaderError::Atr { name: self.reader.name.clone(), error })?;
        let in_field = relay.is_in_field();
        Ok(RealCard { relay, room, in_field })
    }
}

impl RealReaderError {
    /// What to do about it, in words for people.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { .. } => {
                "name one that is there, whole; of another PC/SC service with its socket: reader:NAME@/path".into()
            }
            Self::Own(_) => "`virtuale insert SLOT --from OTHER` brings a card from one slot into another".into(),
            Self::NoCard { .. } => "put a card into it, or name another reader".into(),
            Self::NotOpened {
                error:
                    TransportError::Refused { code: ReturnCode::SHARING_VIOLATION, .. }
                    | TransportError::Unanswered { doing: Doing::OpenCard, .. },
                ..
            } => "end the program that uses it (of GnuPG: gpgconf --kill scdaemon), or let it close the card".into(),
            Self::NotOpened { .. } => "see that the card is in its reader and answers: virtuale doctor".into(),
            Self::Atr { .. } => "such a card cannot be shown to programs".into(),
        }
    }
}

/// A card of a real reader, which is opened already.
#[derive(Debug)]
pub struct RealCard {
    /// The card.
    pub relay: Relay<Reopening>,
    /// Where it finds its connection.
    pub room: Room,
    /// Whether its reader has an antenna.
    pub in_field: bool,
}

/// Where somebody leaves an open card for the transport that will want it next.
#[derive(Clone, Debug, Default)]
pub struct Room(Arc<Mutex<Option<Connection<'static>>>>);

impl Room {
    /// Leaves an open card here, in place of one that is here.
    pub fn leave(&self, connection: Connection<'static>) {
        let earlier = self.connection().replace(connection);
        drop(earlier);
    }

    /// Closes an open card that is here.
    pub fn clear(&self) {
        drop(self.take());
    }

    fn take(&self) -> Option<Connection<'static>> {
        self.connection().take()
    }

    fn connection(&self) -> MutexGuard<'_, Option<Connection<'static>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A transport that has a card for itself from a reset until nobody needs it any more, and opens it again at the next
/// reset.
pub struct Reopening {
    found: Found,
    room: Room,
    open: Option<Connection<'static>>,
    /// The answer to the last reset.
    atr: Vec<u8>,
    lost: Box<dyn Fn() + Send>,
}

impl Reopening {
    /// The card, opened if it is not.
    fn opened(&mut self) -> Result<&mut Connection<'static>, TransportError> {
        let open = match self.open.take().or_else(|| self.room.take()) {
            Some(open) => open,
            None => self.found.open().map_err(|error| match error {
                RealReaderError::NotOpened { error, .. } => error,
                _ => Fault::Mute.into(),
            })?,
        };
        Ok(self.open.insert(open))
    }

    /// What becomes of a card that did not do as asked: one that is only silent stays open.
    fn note<T>(&mut self, outcome: Result<T, TransportError>) -> Result<T, TransportError> {
        outcome.inspect_err(|error| {
            let stays = matches!(
                error,
                TransportError::Silent(_)
                    | TransportError::NoStatus { .. }
                    | TransportError::Refused {
                        code: ReturnCode::NOT_TRANSACTED | ReturnCode::INSUFFICIENT_BUFFER,
                        ..
                    }
            );
            if !stays {
                self.open = None;
            }
        })
    }
}

impl Transport for Reopening {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn protocol(&self) -> Protocol {
        self.open.as_ref().map_or(Protocol::T0, Transport::protocol)
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        let kind = if self.open.is_some() { kind } else { Reset::Cold };
        let reset = self.opened().and_then(|open| {
            open.reset(kind)?;
            Ok(open.atr().to_vec())
        });
        self.atr = self.note(reset)?;
        Ok(())
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        response.clear();
        let open = self.open.as_mut().ok_or(Fault::Unpowered)?;
        let sent = open.transmit(command, response);
        let sent = self.note(sent);
        if sent.as_ref().is_err_and(|error| matches!(error.lost(), Lost::Card | Lost::Reader | Lost::Name)) {
            (self.lost)();
        }
        sent
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), TransportError> {
        let open = self.open.as_mut().ok_or(Fault::Unpowered)?;
        let selected = open.select_protocol(protocol);
        self.note(selected)
    }

    fn power_off(&mut self) {
        self.open = None;
    }
}

impl fmt::Debug for Reopening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reopening").field("found", &self.found).finish_non_exhaustive()
    }
}

/// Why a card cannot be had, in words that a person looks for.
fn why(error: &TransportError) -> String {
    match error {
        TransportError::Refused { doing: Doing::OpenCard, code: ReturnCode::SHARING_VIOLATION } => {
            "another program uses the card".into()
        }
        TransportError::Refused { doing: Doing::OpenCard, code: ReturnCode::NO_SMARTCARD } => {
            "there is no card in it".into()
        }
        TransportError::Unanswered { doing: Doing::OpenCard, seconds } => {
            format!("another program has kept the card to itself for {seconds} s")
        }
        other => other.to_string(),
    }
}

/// What came of asking services for a reader.
fn tried(services: &[(PathBuf, Result<Vec<String>, TransportError>)]) -> String {
    let told = services.iter().map(|(socket, asked)| match asked {
        Ok(readers) if readers.is_empty() => format!("no reader is at {}", shown::path(socket)),
        Ok(readers) => {
            let readers: Vec<_> = readers.iter().map(|reader| shown::line(reader).into_owned()).collect();
            format!("at {} there are {}", shown::path(socket), readers.join(", "))
        }
        Err(error @ TransportError::Open { .. }) => error.to_string(),
        Err(error) => format!("{}: {error}", shown::path(socket)),
    });
    let told = told.collect::<Vec<_>>().join("; ");
    if told.is_empty() { "there is no other PC/SC service".into() } else { told }
}

#[cfg(test)]
mod tests {
    use std::{env, path::Path};

    use super::RealReader;

    #[test]
    fn a_reader_is_named_with_or_without_its_service() {
        let named = |card: &str| RealReader::named(Path::new(card)).map(|reader| (reader.name, reader.socket));
        assert_eq!(named("vitale2-martin"), None);
        assert_eq!(named("./reader:x"), None);
        assert_eq!(named("reader:Gemalto 00 00"), Some(("Gemalto 00 00".into(), None)));
        assert_eq!(named("reader:me@home 00"), Some(("me@home 00".into(), None)));
        let socket = env::temp_dir().join("x");
        let card = format!("reader:me@home 00@{}", socket.display());
        assert_eq!(named(&card), Some(("me@home 00".into(), Some(socket))));
        assert_eq!(named("reader:"), Some((String::new(), None)));
    }
}
