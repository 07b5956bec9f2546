//! The side that asks.

use std::{
    env, fs, io,
    io::BufReader,
    os::unix::{fs::FileTypeExt, net::UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Refusal, Reply, Request, VERSION, beside,
    language::{Answer, Ask, receive, send},
};
use crate::cli::{
    failure::{Failure, reason},
    folder,
};

/// How long a running reader may take to answer: it loads a card file at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// What to do where none runs.
const START: &str = "start one: eval \"$(virtuale serve --detach --card FILE)\"";

/// A connection to a running reader.
#[derive(Debug)]
pub(crate) struct Client {
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
    pub(crate) fn find(named: Option<&Path>) -> Result<Self, Failure> {
        let set = env::var_os("PCSCLITE_CSOCK_NAME").filter(|value| !value.is_empty()).map(PathBuf::from);
        match named.map(Path::to_path_buf).or(set) {
            Some(socket) => Self::connect(socket),
            None => Self::connect(only_one(folder::running())?),
        }
    }

    fn connect(socket: PathBuf) -> Result<Self, Failure> {
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
    pub(crate) fn ask(&mut self, request: Request) -> Result<Reply, Failure> {
        let lost = |error: io::Error| {
            Failure::environment(
                format!("the reader at {} did not answer: {}", self.socket.display(), reason(&error)),
                "see whether it still runs: virtuale slots",
            )
        };
        send(self.stream.get_mut(), &Ask { version: VERSION, request }).map_err(lost)?;
        let answer: Option<Answer> = receive(&mut self.stream).map_err(lost)?;
        match answer {
            Some(Answer { reply: Some(reply), .. }) => Ok(reply),
            Some(Answer { refusal: Some(Refusal { code, message, hint }), .. }) => {
                Err(Failure::Refused { code, message, hint })
            }
            _ => Err(lost(io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// Waits until the reader's process is gone: it closes the connection by ending.
    pub(crate) fn wait_for_its_end(mut self) {
        let _ = io::copy(&mut self.stream, &mut io::sink());
    }

    /// What a reply is that does not fit its request.
    pub(crate) fn nonsense(&self) -> Failure {
        Failure::environment(
            format!("the reader at {} answered something else than it was asked", self.socket.display()),
            "start it again, with this version of the program",
        )
    }
}

fn only_one(running: Vec<PathBuf>) -> Result<PathBuf, Failure> {
    match <[PathBuf; 1]>::try_from(running) {
        Ok([socket]) => Ok(socket),
        Err(none) if none.is_empty() => Err(Failure::environment("no reader runs", START)),
        Err(several) => Err(Failure::environment(
            format!("{} readers run", several.len()),
            format!("say which:\n{}", options(&several)),
        )),
    }
}

/// How each of these readers is named, line by line.
fn options(sockets: &[PathBuf]) -> String {
    let lines: Vec<_> = sockets.iter().map(|socket| format!("  --socket {}", socket.display())).collect();
    lines.join("\n")
}

fn not_there(socket: &Path, error: &io::Error) -> Failure {
    let why = match fs::metadata(socket) {
        Ok(found) if !found.file_type().is_socket() => "it is no socket".into(),
        Ok(_) if error.kind() == io::ErrorKind::NotFound => "it is none of ours".into(),
        _ => reason(error),
    };
    let hint = match error.kind() {
        io::ErrorKind::NotFound => known(&folder::running()),
        io::ErrorKind::ConnectionRefused => "the program that made the socket is gone: start it again".into(),
        io::ErrorKind::PermissionDenied => "only the user who started the reader may control it".into(),
        _ => "see what stands in the way: virtuale doctor".into(),
    };
    Failure::environment(format!("cannot control the reader at {}: {why}", socket.display()), hint)
}

/// Which readers there are instead of one that is not there.
fn known(running: &[PathBuf]) -> String {
    match running {
        [] => format!("no reader of ours runs; {START}"),
        running => format!("readers of ours run at:\n{}", options(running)),
    }
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
