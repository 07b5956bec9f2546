//! The side that asks.

use std::{
    env, fs, io,
    io::BufReader,
    os::unix::{fs::FileTypeExt, net::UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Reply, Request, VERSION, beside,
    language::{Ask, Message, receive, send},
};
use crate::host::{HostError, error::reason, folder};

/// How long a running reader may take to answer: it loads a card file at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to a running reader.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<UnixStream>,
    socket: PathBuf,
}

impl Client {
    /// Finds the reader that is meant: that of this PC/SC socket; that of `PCSCLITE_CSOCK_NAME`; the only one that
    /// runs.
    ///
    /// # Errors
    ///
    /// That there is none or more than one, or that it does not let us in.
    pub fn find(named: Option<&Path>) -> Result<Self, HostError> {
        let set = env::var_os("PCSCLITE_CSOCK_NAME").filter(|value| !value.is_empty()).map(PathBuf::from);
        match named.map(Path::to_path_buf).or(set) {
            Some(socket) => Self::connect(socket),
            None => Self::connect(only_one(folder::running())?),
        }
    }

    fn connect(socket: PathBuf) -> Result<Self, HostError> {
        let connect = || {
            let stream = UnixStream::connect(beside(&socket))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Ok(BufReader::new(stream))
        };
        match connect() {
            Ok(stream) => Ok(Self { stream, socket }),
            Err(error) => Err(not_there(&socket, &error)),
        }
    }

    /// Asks for something and waits for the answer.
    ///
    /// # Errors
    ///
    /// That it was refused, or that no answer came.
    pub fn ask(&mut self, request: Request) -> Result<Reply, HostError> {
        let lost = |error: io::Error| HostError::Lost { socket: self.socket.clone(), error };
        send(self.stream.get_mut(), &Ask { version: VERSION, request }).map_err(lost)?;
        let answer: Option<Message> = receive(&mut self.stream).map_err(lost)?;
        match answer {
            Some(Message { reply: Some(reply), .. }) => Ok(reply),
            Some(Message { refusal: Some(refusal), .. }) => Err(HostError::Refused(refusal)),
            _ => Err(lost(io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// Waits until the reader's process is gone: it closes the connection by ending.
    pub fn wait_for_its_end(mut self) {
        let _ = io::copy(&mut self.stream, &mut io::sink());
    }

    /// What a reply is that does not fit its request.
    pub fn nonsense(&self) -> HostError {
        HostError::Nonsense(self.socket.clone())
    }
}

fn only_one(running: Vec<PathBuf>) -> Result<PathBuf, HostError> {
    match <[PathBuf; 1]>::try_from(running) {
        Ok([socket]) => Ok(socket),
        Err(none) if none.is_empty() => Err(HostError::NoneRuns),
        Err(several) => Err(HostError::SeveralRun(several)),
    }
}

fn not_there(socket: &Path, error: &io::Error) -> HostError {
    let why = match fs::metadata(socket) {
        Ok(found) if !found.file_type().is_socket() => "it is no socket".into(),
        Ok(_) if error.kind() == io::ErrorKind::NotFound => "it is none of ours".into(),
        _ => reason(error),
    };
    HostError::NotThere { socket: socket.to_owned(), why, kind: error.kind() }
}

#[cfg(test)]
mod tests {
    use super::only_one;

    #[test]
    fn without_a_name_there_must_be_exactly_one() {
        assert_eq!(only_one(vec!["/a".into()]).ok(), Some("/a".into()));
        assert!(only_one(vec![]).expect_err("none").to_string().contains("no reader runs"));
        assert!(only_one(vec!["/a".into(), "/b".into()]).expect_err("two").to_string().contains("2 readers run"));
    }
}
