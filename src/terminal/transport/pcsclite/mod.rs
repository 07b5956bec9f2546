//! The client half of pcsc-lite's socket protocol [PCSC-LITE winscard_clnt.c], without its library.
//!
//! A [`Service`] is one context over one connection; a [`Connection`] is an open card and a
//! [`Transport`](super::Transport). It works with our own server and with a real pcscd of 1.8.24 or later. It believes
//! no length that the service gives.

use std::{
    env,
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

use super::{Doing, TransportError};
use crate::{
    reader::{
        ReturnCode,
        pcsclite::{
            Patient,
            wire::{self, Command, Header, Message},
        },
    },
    system::socket::{Stream, connect, hang_up},
};

mod connection;
mod slots;

pub use connection::Connection;
pub use slots::ListedReader;

/// The variable in which programs find the socket.
const SOCKET_VARIABLE: &str = "PCSCLITE_CSOCK_NAME";

/// Where pcscd listens unless told otherwise. The readers of Windows itself are asked in another way.
const SYSTEM_SOCKET: Option<&str> = if cfg!(windows) { None } else { Some("/run/pcscd/pcscd.comm") };

/// How long a service may take to let us in and to say which version it speaks, which waits for nobody.
const GREETING: Duration = Duration::from_secs(5);

/// How long any other reply may take; opening a card waits for the transactions of others.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How long a refusal "in use by another handle" is taken for a reason to ask again.
const BUSY: Duration = Duration::from_secs(10);

/// The pause between two such questions.
const PAUSE: Duration = Duration::from_millis(20);

/// A PC/SC service: one connection, one context.
#[derive(Debug)]
pub struct Service {
    stream: Patient,
    minor: u32,
    context: u32,
}

/// What ends a wait for a service from another thread ([`Service::bell`]).
#[derive(Clone, Debug)]
pub struct Bell(Arc<Stream>);

impl Bell {
    /// The wait ends now.
    pub fn ring(&self) {
        hang_up(&self.0);
    }
}

/// The socket that libpcsclite would use: the one of `PCSCLITE_CSOCK_NAME`, else the system's. On Windows, which has
/// none, an empty path stands for that.
#[must_use]
pub fn default_socket() -> PathBuf {
    named_socket().or_else(|| SYSTEM_SOCKET.map(PathBuf::from)).unwrap_or_default()
}

fn named_socket() -> Option<PathBuf> {
    env::var_os(SOCKET_VARIABLE).filter(|socket| !socket.is_empty()).map(PathBuf::from)
}

/// Where PC/SC services may listen that programs started here could use: at the socket of `PCSCLITE_CSOCK_NAME`, if it
/// is set, and at the system's.
#[must_use]
pub fn sockets() -> Vec<PathBuf> {
    let mut sockets: Vec<_> = named_socket().into_iter().chain(SYSTEM_SOCKET.map(PathBuf::from)).collect();
    sockets.dedup();
    sockets
}

impl Service {
    /// Connects to a service and establishes a context.
    ///
    /// # Errors
    ///
    /// [`TransportError::Open`] if there is no service, [`TransportError::Unanswered`] if it gives no answer within
    /// 5 s, [`TransportError::Version`] if it speaks another protocol.
    pub fn establish(socket: &Path) -> Result<Self, TransportError> {
        let stream = connect(socket, GREETING);
        Self::over(stream.map_err(|source| TransportError::Open { path: socket.to_owned(), source })?, GREETING)
    }

    /// Ends, from another thread, whatever is waited for here: the service is as if it had broken off.
    #[must_use]
    pub fn bell(&self) -> Bell {
        Bell(self.stream.stream())
    }

    fn over(stream: Stream, greeting: Duration) -> Result<Self, TransportError> {
        let mut service = Self { stream: Patient::new(stream, greeting), minor: wire::NEWEST_MINOR, context: 0 };
        service.agree_on_version()?;
        let doing = Doing::EstablishContext;
        service.stream.wait_at_most(PATIENCE);
        let request = wire::Establish { scope: 0, context: 0, code: ReturnCode::SUCCESS };
        let reply = service.request(doing, Command::ESTABLISH_CONTEXT, &request)?;
        accept(doing, reply.code)?;
        service.context = reply.context;
        Ok(service)
    }

    /// Asks for the newest version, then for the service's own if that is another one that is spoken here.
    fn agree_on_version(&mut self) -> Result<(), TransportError> {
        let reply = self.ask_version(wire::NEWEST_MINOR)?;
        let spoken = |reply: &wire::Version| {
            reply.major == wire::MAJOR && (wire::OLDEST_MINOR..=wire::NEWEST_MINOR).contains(&reply.minor)
        };
        let reply = match reply.code {
            ReturnCode::SERVICE_STOPPED if spoken(&reply) => self.ask_version(reply.minor)?,
            _ => reply,
        };
        if reply.code != ReturnCode::SUCCESS || !spoken(&reply) {
            return Err(TransportError::Version { major: reply.major, minor: reply.minor });
        }
        self.minor = reply.minor;
        Ok(())
    }

    fn ask_version(&mut self, minor: u32) -> Result<wire::Version, TransportError> {
        let request = wire::Version { major: wire::MAJOR, minor, code: ReturnCode::SUCCESS };
        self.request(Doing::AgreeOnVersion, Command::VERSION, &request)
    }

    /// Sends a request whose reply has the same shape, and gives the reply, whatever its return code.
    fn request<M: Message>(&mut self, doing: Doing, command: Command, body: &M) -> Result<M, TransportError> {
        self.send(doing, command, body, &[])?;
        self.receive(doing)
    }

    /// As [`Service::request`], again and again while another handle keeps the card to itself for a short time.
    fn request_patiently<M: Message>(
        &mut self,
        doing: Doing,
        command: Command,
        body: &M,
        code_of: impl Fn(&M) -> ReturnCode,
    ) -> Result<M, TransportError> {
        let start = Instant::now();
        loop {
            let reply = self.request(doing, command, body)?;
            if code_of(&reply) != ReturnCode::SHARING_VIOLATION || start.elapsed() > BUSY {
                return Ok(reply);
            }
            thread::sleep(PAUSE);
        }
    }

    /// Sends a request: header, body, and what follows the body. The time for its reply begins.
    fn send<M: Message>(
        &mut self,
        doing: Doing,
        command: Command,
        body: &M,
        behind: &[u8],
    ) -> Result<(), TransportError> {
        // What is sent behind may be a command with a code in it.
        let mut bytes = Zeroizing::new(Vec::with_capacity(Header::SIZE + M::SIZE + behind.len()));
        let size = u32::try_from(M::SIZE).unwrap_or_default();
        Header { size, command }.encode(&mut bytes);
        body.encode(&mut bytes);
        bytes.extend_from_slice(behind);
        self.send_bytes(doing, &bytes)
    }

    /// Sends a request that has no body. The time for its reply begins.
    fn send_bare(&mut self, doing: Doing, command: Command) -> Result<(), TransportError> {
        let mut bytes = Vec::with_capacity(Header::SIZE);
        Header { size: 0, command }.encode(&mut bytes);
        self.send_bytes(doing, &bytes)
    }

    fn send_bytes(&mut self, doing: Doing, bytes: &[u8]) -> Result<(), TransportError> {
        self.stream.begin();
        self.stream.write_all(bytes).map_err(|source| self.broken(doing, source))
    }

    fn receive<M: Message>(&mut self, doing: Doing) -> Result<M, TransportError> {
        let mut bytes = vec![0; M::SIZE];
        self.receive_into(doing, &mut bytes)?;
        M::decode(&bytes).ok_or(TransportError::Nonsense { doing })
    }

    fn receive_into(&mut self, doing: Doing, bytes: &mut [u8]) -> Result<(), TransportError> {
        self.stream.read_exact(bytes).map_err(|source| self.broken(doing, source))
    }

    fn broken(&self, doing: Doing, source: io::Error) -> TransportError {
        match source.kind() {
            ErrorKind::TimedOut => TransportError::Unanswered { doing, seconds: self.stream.patience().as_secs() },
            _ => TransportError::Broken { doing, source },
        }
    }
}

fn accept(doing: Doing, code: ReturnCode) -> Result<(), TransportError> {
    match code {
        ReturnCode::SUCCESS => Ok(()),
        code => Err(TransportError::Refused { doing, code }),
    }
}

#[cfg(test)]
mod tests;
