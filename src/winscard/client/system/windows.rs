//! Windows, whose programs find PC/SC by the name of a library and have no socket of their own to ask at: there a place
//! is a small file with a port of this machine and a secret, which whoever connects says first.
//!
//! ```text
//! 127.0.0.1:49152 00112233445566778899aabbccddeeff
//! ```
//!
//! Or it leads to another one: `-> C:\...\pcsc`. Whoever listens has the file open in a way that lets others read it
//! only: one that can be written to is dead, and its port may be anybody's.

use std::{
    env,
    ffi::OsString,
    fs::File,
    io::{self, ErrorKind, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::FROM_LIBRARY;
use crate::interface::await_bytes;

/// What leads to the readers of a library that lies beside a program.
const BESIDE: &str = "virtuale.socket";

/// Where the readers of a user are, from the folder that Windows keeps for his programs.
const RUN: &str = r"Virtuale\run";

/// What is open for as long as readers run, in their folder.
const LOCK: &str = "lock";

/// Their socket, there.
const SOCKET: &str = "pcsc";

/// What a file says that leads to a socket elsewhere, before the path.
const LEADS_TO: &str = "-> ";

/// How many digits the secret has.
const SECRET: usize = 32;

/// The longest file, in bytes: that of a long path.
const LONGEST: u64 = 4 * 1024;

/// How long somebody may take who listens and has not written yet where, and how long he is given to let us in.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether he has.
const BREATH: Duration = Duration::from_millis(1);

/// That another program has a file open in a way that does not go with what is asked (`ERROR_SHARING_VIOLATION`).
const SHARING_VIOLATION: i32 = 32;

/// The place of a service.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place(Which);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Which {
    /// This file, or the one that it leads to.
    At(PathBuf),
    /// That of the only readers that this user runs.
    TheOnly,
}

/// Where somebody listens.
#[derive(Debug, Eq, PartialEq)]
struct Address {
    port: SocketAddr,
    secret: [u8; SECRET],
}

impl Place {
    /// This one.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Which::At(path.into()))
    }

    /// Where a program's service is: the file that its environment names; else the one that what lies beside its
    /// library leads to; else that of the run in whose folder the library lies; else that of the only readers that this
    /// user runs, whichever these are when it is looked for them.
    #[must_use]
    pub fn find(named: Option<OsString>, library: Option<&Path>) -> Self {
        if let Some(named) = named.filter(|named| !named.is_empty()) {
            return Self::new(named);
        }
        let folder = library.and_then(Path::parent);
        let told = [BESIDE, FROM_LIBRARY].into_iter().filter_map(|name| folder.map(|folder| folder.join(name)));
        let is_socket = |path: &PathBuf| Said::read(path).is_ok_and(|said| said.is_of_a_socket());
        Self(told.into_iter().find(is_socket).map_or(Which::TheOnly, Which::At))
    }

    /// Where there is a service to ask, if there is one.
    pub(crate) fn look(&self) -> Option<PathBuf> {
        let place = match &self.0 {
            Which::At(path) => Some(path.clone()),
            Which::TheOnly => only(env::var_os("LOCALAPPDATA").map(PathBuf::from)?.join(RUN)),
        };
        place.and_then(|path| led_to(&path)).filter(|path| is_held(path))
    }
}

/// The socket of the only readers that run in a base folder; `None` of several.
fn only(base: PathBuf) -> Option<PathBuf> {
    let runs = base.read_dir().ok()?.flatten().map(|entry| entry.path());
    let mut held = runs.filter(|run| is_open_elsewhere(File::open(run.join(LOCK)))).map(|run| run.join(SOCKET));
    held.next().filter(|_| held.next().is_none())
}

/// The file at the end of a way of one step.
fn led_to(path: &Path) -> Option<PathBuf> {
    match Said::read(path).ok()? {
        Said::Way(path) => path.is_file().then_some(path),
        Said::Address(_) | Said::Nothing => Some(path.to_owned()),
        Said::Other => None,
    }
}

/// Whether somebody listens who has this file: nobody else can write to it.
fn is_held(path: &Path) -> bool {
    is_open_elsewhere(File::options().write(true).open(path))
}

fn is_open_elsewhere(opened: io::Result<File>) -> bool {
    opened.is_err_and(|error| error.raw_os_error() == Some(SHARING_VIOLATION))
}

/// What stands in a file.
#[derive(Debug, Eq, PartialEq)]
enum Said {
    Address(Address),
    Way(PathBuf),
    /// Nothing yet: it may be one that is just being made.
    Nothing,
    Other,
}

impl Said {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn read(path: &Path) -> io::Result<Self> {
        let mut said = Vec::new();
        File::open(path)?.take(LONGEST).read_to_end(&mut said)?;
        Ok(std::str::from_utf8(&said).map_or(Self::Other, Self::parse))
    }

    fn parse(text: &str) -> Self {
        if text.is_empty() {
            return Self::Nothing;
        }
        if let Some(way) = text.strip_prefix(LEADS_TO) {
            return Self::Way(way.trim_end_matches(['\r', '\n']).into());
        }
        Address::parse(text).map_or(Self::Other, Self::Address)
    }

    /// Whether it is that of a socket, or leads to one.
    fn is_of_a_socket(&self) -> bool {
        matches!(self, Self::Address(_) | Self::Way(_))
    }
}

impl Address {
    fn parse(text: &str) -> Option<Self> {
        let (port, secret) = text.strip_suffix('\n')?.split_once(' ')?;
        let port: SocketAddr = port.parse().ok()?;
        let secret = <[u8; SECRET]>::try_from(secret.as_bytes()).ok()?;
        let fits = port.ip() == Ipv4Addr::LOCALHOST && secret.iter().all(u8::is_ascii_hexdigit);
        fits.then_some(Self { port, secret })
    }

    /// That of a file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::ConnectionRefused`] if nobody listens any more, [`ErrorKind::InvalidData`] if it is no socket's,
    /// [`ErrorKind::TimedOut`] if it says nothing, else what the system says.
    fn of(path: &Path) -> io::Result<Self> {
        let until = Instant::now() + PATIENCE;
        loop {
            let said = Said::read(path)?;
            // While it is held nobody else can have its port.
            if !is_held(path) {
                return Err(ErrorKind::ConnectionRefused.into());
            }
            match said {
                Said::Address(address) => return Ok(address),
                Said::Nothing if Instant::now() < until => thread::sleep(BREATH),
                Said::Nothing => return Err(ErrorKind::TimedOut.into()),
                Said::Way(_) | Said::Other => return Err(ErrorKind::InvalidData.into()),
            }
        }
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Stream(TcpStream);

impl Stream {
    /// Connects, and says the secret.
    ///
    /// # Errors
    ///
    /// As for reading the file, and what the system says.
    pub(crate) fn connect(place: &Path) -> io::Result<Self> {
        let address = Address::of(place)?;
        let mut stream = TcpStream::connect_timeout(&address.port, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.write_all(&address.secret)?;
        Ok(Self(stream))
    }

    /// Reads what comes within a time, without one whenever it comes. The system's own limit of time is not used: after
    /// it has passed, Windows does not vouch for the connection [MSDOC-WINDOWS SO_RCVTIMEO].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TimedOut`] if nothing came, else what the system says.
    pub(crate) fn read_within(&mut self, bytes: &mut [u8], time: Option<Duration>) -> io::Result<usize> {
        if let Some(time) = time
            && !await_bytes(&self.0, time)?
        {
            return Err(ErrorKind::TimedOut.into());
        }
        self.0.read(bytes)
    }

    /// Closes both directions.
    pub(crate) fn hang_up(&self) {
        // Fails only if the service hung up first.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        env, fs,
        fs::File,
        io::{Read, Write},
        net::{Ipv4Addr, TcpListener},
        os::windows::fs::OpenOptionsExt,
        path::PathBuf,
        process,
        time::{Duration, Instant},
    };

    use super::{Place, Said, Stream, Which, only};

    /// Others may read it (`FILE_SHARE_READ`).
    const SHARE_READ: u32 = 1;

    fn folder(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("virtuale-winscard-{}-{name}", process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    fn held(path: &PathBuf, said: &str) -> File {
        let mut file = File::options().write(true).create_new(true).share_mode(SHARE_READ).open(path).expect("a file");
        file.write_all(said.as_bytes()).expect("room");
        file
    }

    #[test]
    fn a_place_is_named_or_lies_beside_the_library_or_is_the_only_one() {
        let folder = folder("place");
        let library = folder.join("winscard.dll");
        let find = |named: Option<&str>| Place::find(named.map(Into::into), Some(&library)).0;
        assert_eq!(find(None), Which::TheOnly);
        assert_eq!(find(Some("")), Which::TheOnly);
        assert_eq!(find(Some(r"C:\x")), Which::At(r"C:\x".into()));
        fs::write(folder.join("virtuale.socket"), "notes").expect("a file");
        assert_eq!(find(None), Which::TheOnly, "it leads nowhere");
        fs::write(folder.join("virtuale.socket"), "-> C:\\none\n").expect("a file");
        assert_eq!(find(None), Which::At(folder.join("virtuale.socket")));
        assert_eq!(Place::find(None, Some(&library)).look(), None, "nothing is there");
        let socket = folder.join("pcsc");
        let _held = held(&socket, "127.0.0.1:1 00112233445566778899aabbccddeeff\n");
        fs::write(folder.join("virtuale.socket"), format!("-> {}\r\n", socket.display())).expect("a file");
        assert_eq!(Place::find(None, Some(&library)).look(), Some(socket));
        drop(_held);
        fs::remove_dir_all(folder).expect("it was there");
    }

    #[test]
    fn several_readers_are_nobodys() {
        let base = folder("only");
        assert_eq!(only(base.clone()), None);
        for name in ["a", "b"] {
            fs::create_dir(base.join(name)).expect("a folder");
        }
        let lock = |name: &str| {
            File::options().write(true).create(true).truncate(true).share_mode(0).open(base.join(name).join("lock"))
        };
        let _first = lock("a").expect("a lock");
        assert_eq!(only(base.clone()), Some(base.join("a").join("pcsc")));
        let second = lock("b").expect("a lock");
        assert_eq!(only(base.clone()), None);
        drop(second);
        assert_eq!(only(base.clone()), Some(base.join("a").join("pcsc")));
        drop(_first);
        fs::remove_dir_all(base).expect("it was there");
    }

    #[test]
    fn the_secret_is_said_first_and_a_wait_ends_in_time() {
        let folder = folder("secret");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let secret = "00112233445566778899aabbccddeeff";
        let path = folder.join("pcsc");
        let file = held(&path, &format!("{} {secret}\n", listener.local_addr().expect("it")));
        let mut ours = Stream::connect(&path).expect("a connection");
        let (mut theirs, _) = listener.accept().expect("a client");
        let mut said = [0; 32];
        theirs.read_exact(&mut said).expect("the secret");
        assert_eq!(said, secret.as_bytes());
        let began = Instant::now();
        let waited = ours.read_within(&mut [0; 8], Some(Duration::from_millis(50)));
        assert_eq!(waited.map_err(|error| error.kind()), Err(std::io::ErrorKind::TimedOut));
        assert!(began.elapsed() >= Duration::from_millis(45));
        theirs.write_all(b"event").expect("room");
        assert_eq!(ours.read_within(&mut [0; 8], Some(Duration::from_secs(20))).expect("it"), 5);
        drop(file);
        assert!(Stream::connect(&path).is_err(), "nobody holds it");
        fs::remove_dir_all(folder).expect("it was there");
    }

    #[test]
    fn another_file_is_none() {
        let secret = "0".repeat(32);
        for other in ["text", "127.0.0.1:1\n", &format!("10.0.0.1:1 {secret}\n"), &format!("127.0.0.1:1 {secret}x\n")] {
            assert_eq!(Said::parse(other), Said::Other, "{other}");
        }
        assert_eq!(Said::parse(""), Said::Nothing);
    }
}
