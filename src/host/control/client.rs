//! The side that asks.

use std::{
    env,
    ffi::OsString,
    fs, io,
    io::BufReader,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    ANSWER, Reply, Request, VERSION, beside,
    language::{Ask, Message, receive, send},
};
use crate::{
    host::{HostError, VARIABLE, running::running},
    profile::{
        reason::{self, reason},
        said::said,
    },
    reader::pcsclite::Patient,
    system::{
        file::is_one_name,
        socket::{admits_us, connect, is_socket},
    },
};

/// Which running readers are meant.
///
/// Nobody means those of somebody else without saying so: readers that are not this environment's are another program's
/// or another job's, also if they are the only ones that run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Which<'a> {
    /// Those of this environment, at the socket that `PCSCLITE_CSOCK_NAME` names.
    Own,
    /// Those of this name ([`Running::name`](crate::host::Running)).
    Named(&'a str),
    /// Those with this PC/SC socket.
    Socket(&'a Path),
}

impl Which<'_> {
    fn socket(self) -> Result<PathBuf, HostError> {
        match self {
            Self::Own => own(env::var_os(VARIABLE)),
            Self::Named(name) => {
                let found = running().into_iter().find(|running| is_one_name(&running.name, name));
                found.map(|running| running.socket).ok_or_else(|| HostError::NoneNamed(name.into()))
            }
            Self::Socket(socket) => Ok(socket.into()),
        }
    }
}

/// The socket that the variable names.
fn own(variable: Option<OsString>) -> Result<PathBuf, HostError> {
    variable.filter(|value| !value.is_empty()).map(PathBuf::from).ok_or(HostError::NoneOwn)
}

/// A connection to a running reader.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<Patient>,
    socket: PathBuf,
}

impl Client {
    /// Connects to the readers that are meant.
    ///
    /// # Errors
    ///
    /// That there are none, or that they do not let us in.
    pub fn find(which: Which<'_>) -> Result<Self, HostError> {
        Self::connect(which.socket()?, ANSWER)
    }

    /// Connects to the readers with this PC/SC socket, whose answers may each take so long.
    pub(in crate::host) fn connect(socket: PathBuf, patience: Duration) -> Result<Self, HostError> {
        let open = || {
            let stream = connect(&beside(&socket), patience)?;
            admits_us(&socket)?;
            Ok(BufReader::new(Patient::new(stream, patience)))
        };
        match open() {
            Ok(stream) => Ok(Self { stream, socket }),
            Err(error) => Err(not_there(&socket, &error)),
        }
    }

    /// Asks for something and waits for the answer.
    ///
    /// # Errors
    ///
    /// That it was refused, or that no answer came, within 30 s or at all.
    pub fn ask(&mut self, request: Request) -> Result<Reply, HostError> {
        let seconds = self.stream.get_ref().patience().as_secs();
        let lost = |error: io::Error| {
            let why = match error.kind() {
                io::ErrorKind::TimedOut => {
                    said!(en: "none came within {seconds} s", fr: "aucune n'est venue en {seconds} s")
                }
                io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => said!(
                    en: "it hung up: it is ending, or too many programs ask it",
                    fr: "il a raccroché : il se termine, ou trop de programmes l'interrogent",
                ),
                _ => reason(&error),
            };
            HostError::Lost { socket: self.socket.clone(), error: reason::error(error.kind(), why) }
        };
        self.stream.get_mut().begin();
        send(self.stream.get_mut(), &Ask { version: VERSION, request }).map_err(lost)?;
        let answer: Option<Message> = receive(&mut self.stream).map_err(lost)?;
        match answer {
            Some(Message { reply: Some(reply), .. }) => Ok(reply),
            Some(Message { refusal: Some(refusal), .. }) => Err(HostError::Refused(refusal)),
            Some(_) => Err(self.nonsense()),
            None => Err(lost(io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// The PC/SC socket of the readers.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Waits until readers that were asked to stop are gone: they close the connection last of all.
    ///
    /// # Errors
    ///
    /// [`HostError::Lingers`] if they are still there after 30 s.
    pub fn wait_for_its_end(mut self) -> Result<(), HostError> {
        self.stream.get_mut().begin();
        match io::copy(&mut self.stream, &mut io::sink()) {
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                let seconds = self.stream.get_ref().patience().as_secs();
                Err(HostError::Lingers { socket: self.socket, seconds })
            }
            // A connection that broke is over, too.
            _ => Ok(()),
        }
    }

    /// What a reply is that does not fit its request.
    pub fn nonsense(&self) -> HostError {
        HostError::Nonsense(self.socket.clone())
    }
}

fn not_there(socket: &Path, error: &io::Error) -> HostError {
    let why = match fs::metadata(socket) {
        Ok(known) if !is_socket(socket, &known) => said!(en: "it is no socket", fr: "ce n'est pas un socket"),
        Ok(_) if error.kind() == io::ErrorKind::NotFound => {
            said!(en: "it is none of ours", fr: "il n'est pas des nôtres")
        }
        _ => reason(error),
    };
    HostError::NotThere { socket: socket.to_owned(), why, kind: error.kind() }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{os::unix::net::UnixListener, thread, time::Duration};

    use super::{Client, Which, own};
    use crate::host::{
        HostError,
        control::{Request, beside},
    };

    /// How long answers may take that do not come.
    const SHORT: Duration = Duration::from_millis(50);

    #[test]
    fn without_the_variable_no_readers_are_own() {
        assert_eq!(own(Some("/a".into())).ok(), Some("/a".into()));
        for none in [None, Some("".into())] {
            assert!(matches!(own(none), Err(HostError::NoneOwn)));
        }
    }

    #[test]
    fn readers_that_do_not_end_are_not_said_to_be_gone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let socket = folder.path().join("pcsc");
        let _socket = UnixListener::bind(&socket).expect("a socket");
        let control = UnixListener::bind(beside(&socket)).expect("a socket beside it");
        let connect = |patience| Client::connect(socket.clone(), patience).expect("somebody listens");
        let silent = connect(SHORT).ask(Request::Slots).expect_err("nobody answers");
        assert!(silent.to_string().ends_with(": none came within 0 s"), "{silent}");
        let lingers = connect(SHORT).wait_for_its_end().expect_err("it is there");
        assert!(matches!(lingers, HostError::Lingers { .. }), "{lingers}");
        let [client, mut caller] = [connect(Duration::from_secs(20)), connect(SHORT)];
        let end = thread::spawn(move || drop(control));
        client.wait_for_its_end().expect("it ended");
        end.join().expect("no panic");
        let lost = caller.ask(Request::Slots).expect_err("nobody is there");
        assert!(lost.to_string().contains("it hung up"), "{lost}");
    }

    #[test]
    fn readers_are_meant_by_name_and_socket() {
        let host = crate::host::Host::builder().start().expect("a host");
        assert_eq!(Which::Named(&host.name()).socket().ok().as_deref(), Some(host.socket()));
        assert_eq!(Which::Socket("/s".as_ref()).socket().ok(), Some("/s".into()));
        assert!(matches!(Which::Named("nobody").socket(), Err(HostError::NoneNamed(name)) if name == "nobody"));
    }
}
