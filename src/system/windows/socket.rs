//! Local sockets, which are their user's alone: a file that says at which port of this machine somebody listens, and a
//! secret that whoever connects must say first.
//!
//! ```text
//! 127.0.0.1:49152 00112233445566778899aabbccddeeff
//! ```
//!
//! Who may read the file may connect. The file is open as long as somebody listens, so that it can neither be written
//! over nor removed, and it goes when his program ends, in whatever way: one that can be written to is dead. Until a
//! stranger has said the secret nothing else that he says is read; he has little time for it, and a
//! wrong one is found out without telling how much of it was right.
//!
//! Sockets of the system (`AF_UNIX`) would do where they are, from Windows 10 on: the standard library has none.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, SocketAddrV4, TcpListener, TcpStream},
    os::windows::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{GOES_WHEN_CLOSED, RIGHT_TO_DELETE, RIGHT_TO_WRITE, SHARE_READ, is_held_by_another};

/// The longest path of a socket: that of any file, which programs take that know of no longer ones.
pub(crate) const LONGEST_PATH: usize = 259;

/// How many bytes the secret has, in hexadecimal.
const SECRET: usize = 32;

/// How long a stranger may take to say the secret.
const SHORT_PATIENCE: Duration = Duration::from_secs(2);

/// How many strangers are waited for at once; the one who came first makes room for a further one.
const MOST_STRANGERS: usize = 64;

/// How long accepting pauses when the system has no room for another connection.
const OUT_OF_BREATH: Duration = Duration::from_millis(10);

/// How often it is looked whether a file that is being made says all it will.
const BREATH: Duration = Duration::from_millis(1);

/// The longest file, in bytes: it says less.
const LONGEST: u64 = 128;

/// What a file says that leads to a socket elsewhere, before the path.
const LEADS_TO: &str = "-> ";

/// What listens.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    secret: [u8; SECRET],
    /// The file goes when it is closed.
    _file: File,
}

/// A connection. Nothing that is done to it waits but what says so: the system's socket never does.
#[derive(Debug)]
pub(crate) struct Stream(TcpStream);

/// Where somebody listens.
#[derive(Debug, PartialEq)]
struct Address {
    port: SocketAddr,
    secret: [u8; SECRET],
}

/// One who has not said the secret yet.
struct Stranger {
    stream: Stream,
    said: [u8; SECRET],
    length: usize,
    until: Instant,
}

/// Listens at a path where nothing is yet. Nobody else may connect.
///
/// # Errors
///
/// [`io::ErrorKind::AddrInUse`] if something is there, else what the system says.
pub(crate) fn listen_privately(path: &Path) -> io::Result<Listener> {
    let socket = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let secret = draw_secret()?;
    let mut options = File::options();
    options.write(true).create_new(true).share_mode(SHARE_READ);
    options.access_mode(RIGHT_TO_WRITE | RIGHT_TO_DELETE).custom_flags(GOES_WHEN_CLOSED);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => io::ErrorKind::AddrInUse.into(),
        _ => error,
    })?;
    file.write_all(Address { port: socket.local_addr()?, secret }.line().as_bytes())?;
    Ok(Listener { socket, secret, _file: file })
}

fn draw_secret() -> io::Result<[u8; SECRET]> {
    let mut random = [0; SECRET / 2];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let mut secret = [0; SECRET];
    hex::encode_to_slice(random, &mut secret).map_err(io::Error::other)?;
    Ok(secret)
}

/// Connects to a socket.
///
/// # Errors
///
/// [`io::ErrorKind::ConnectionRefused`] if nobody listens any more, [`io::ErrorKind::InvalidData`] if the file is none
/// of ours, [`io::ErrorKind::TimedOut`] if nobody lets us in, else what the system says.
pub(crate) fn connect(path: &Path, patience: Duration) -> io::Result<Stream> {
    let until = Instant::now() + patience;
    let address = find(path, until)?;
    let left = until.saturating_duration_since(Instant::now()).max(BREATH);
    let stream = Stream::of(TcpStream::connect_timeout(&address.port, left)?)?;
    send_all(&stream, &address.secret)?;
    Ok(stream)
}

/// Where somebody listens who has this file.
fn find(path: &Path, until: Instant) -> io::Result<Address> {
    let path = match led_to(path) {
        Some(place) => place,
        // The system's own words for what is not there.
        None => return Err(fs::metadata(path).err().unwrap_or(io::ErrorKind::NotFound.into())),
    };
    loop {
        let said = read(&path)?;
        let address = Address::parse(&said);
        if address.is_none() && !may_become_one(&said) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no socket"));
        }
        // While it is held nobody else can have its port.
        if !is_held(&path)? {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        match address {
            Some(address) => return Ok(address),
            None if Instant::now() < until => thread::sleep(BREATH),
            None => return Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

/// Whether somebody has the file open who listens: nobody else can write to it.
fn is_held(path: &Path) -> io::Result<bool> {
    match File::options().write(true).open(path) {
        Err(error) if is_held_by_another(&error) => Ok(true),
        Err(error) => Err(error),
        Ok(_) => Ok(false),
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut said = Vec::new();
    File::open(path)?.take(LONGEST).read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

/// Whether a file that is just being made may become a socket's.
fn may_become_one(said: &str) -> bool {
    said.is_empty()
}

impl Address {
    fn line(&self) -> String {
        format!("{} {}\n", self.port, String::from_utf8_lossy(&self.secret))
    }

    fn parse(text: &str) -> Option<Self> {
        let (port, secret) = text.strip_suffix('\n')?.split_once(' ')?;
        let port: SocketAddr = port.parse().ok()?;
        let secret = <[u8; SECRET]>::try_from(secret.as_bytes()).ok()?;
        let fits = port.ip() == Ipv4Addr::LOCALHOST && secret.iter().all(u8::is_ascii_hexdigit);
        fits.then_some(Self { port, secret })
    }
}

/// Whether what is known of a path, and what the file says, is that it is a socket.
pub(crate) fn is_socket(path: &Path, known: &fs::Metadata) -> bool {
    known.is_file() && read(path).is_ok_and(|said| Address::parse(&said).is_some() || may_become_one(&said))
}

/// Who may read the file is let in.
///
/// # Errors
///
/// None.
pub(crate) fn admits_us(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Leaves at a path what leads to a socket elsewhere. A link of the system takes rights that not everybody has.
///
/// # Errors
///
/// What the system says.
pub(crate) fn lead(socket: &Path, from: &Path) -> io::Result<()> {
    let socket = socket.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
    File::options().write(true).create_new(true).open(from)?.write_all(format!("{LEADS_TO}{socket}").as_bytes())
}

/// Where the socket is that stands at a path, or to which one leads that stands there.
pub(crate) fn led_to(path: &Path) -> Option<PathBuf> {
    let mut said = Vec::new();
    let most = u64::try_from(LONGEST_PATH * 4 + LEADS_TO.len()).unwrap_or(LONGEST);
    File::open(path).ok()?.take(most).read_to_end(&mut said).ok()?;
    let leads = std::str::from_utf8(&said).ok().and_then(|said| said.strip_prefix(LEADS_TO));
    let place = leads.map_or(path, Path::new);
    place.is_file().then(|| place.to_owned())
}

/// Whether two paths are those of one socket.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let known = |path: &Path| led_to(path).and_then(|path| fs::canonicalize(path).ok());
    one == other || known(one).is_some_and(|found| known(other) == Some(found))
}

/// Nobody tells which process is at the other end.
pub(crate) fn process_of(_: &Stream) -> Option<u32> {
    None
}

/// As [`accept_all`]: nobody tells of others here.
pub(crate) fn accept_all_and(
    listener: &Listener,
    stopped: &Stream,
    _: impl Fn(&Stream) -> bool,
    admit: impl Fn(Stream) -> io::Result<()>,
) {
    accept_all(listener, stopped, admit);
}

/// Accepts clients who say the secret, until `stopped` is closed from the other end. `listener` blocks nobody.
pub(crate) fn accept_all(listener: &Listener, stopped: &Stream, admit: impl Fn(Stream) -> io::Result<()>) {
    let mut strangers: Vec<Stranger> = Vec::new();
    loop {
        let first = strangers.iter().map(|stranger| stranger.until).min();
        let waiting = strangers.iter().map(|stranger| &stranger.stream.0);
        let sources = [&stopped.0].into_iter().chain(waiting).map(|stream| PollFd::new(stream, PollFlags::IN));
        let mut sources: Vec<_> = [PollFd::new(&listener.socket, PollFlags::IN)].into_iter().chain(sources).collect();
        let polled = poll(&mut sources, first.and_then(time_until).as_ref());
        if sources.get(1).is_some_and(|stopped| !stopped.revents().is_empty()) {
            return;
        }
        drop(sources);
        let mut failed = polled.is_err();
        for mut stranger in std::mem::take(&mut strangers) {
            match stranger.hear(&listener.secret) {
                Heard::All => failed |= admit(stranger.stream).is_err_and(|error| error.raw_os_error().is_some()),
                Heard::Part => strangers.push(stranger),
                Heard::Nonsense => {}
            }
        }
        match listener.socket.accept().and_then(|(socket, _)| Stream::of(socket)) {
            Ok(stream) => {
                if strangers.len() >= MOST_STRANGERS {
                    strangers.remove(0);
                }
                let until = Instant::now() + SHORT_PATIENCE;
                strangers.push(Stranger { stream, said: [0; SECRET], length: 0, until });
            }
            Err(error) => {
                failed |= !matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock);
            }
        }
        if failed {
            thread::sleep(OUT_OF_BREATH);
        }
    }
}

/// What a stranger said.
enum Heard {
    /// The secret.
    All,
    /// Part of something.
    Part,
    /// What is not the secret, or nothing for too long.
    Nonsense,
}

impl Stranger {
    /// Hears what he has said by now, and never more than a secret.
    fn hear(&mut self, secret: &[u8; SECRET]) -> Heard {
        let room = self.said.get_mut(self.length..).unwrap_or_default();
        match (&self.stream.0).read(room) {
            Ok(0) => return Heard::Nonsense,
            Ok(count) => self.length += count,
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
            Err(_) => return Heard::Nonsense,
        }
        match self.length {
            SECRET if is_right(&self.said, secret) => Heard::All,
            SECRET => Heard::Nonsense,
            _ if Instant::now() >= self.until => Heard::Nonsense,
            _ => Heard::Part,
        }
    }
}

/// Whether both are the same, in a time that does not say where they differ.
fn is_right(one: &[u8; SECRET], other: &[u8; SECRET]) -> bool {
    let differs = one.iter().zip(other).fold(0, |differs, (one, other)| std::hint::black_box(differs | (one ^ other)));
    differs == 0
}

/// What is left until then, as the system takes it.
fn time_until(then: Instant) -> Option<Timespec> {
    then.saturating_duration_since(Instant::now()).try_into().ok()
}

impl Listener {
    /// What the methods of this name do to others: it never waits, since [`accept_all`] does that.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.socket.set_nonblocking(nonblocking)
    }
}

impl Stream {
    fn of(socket: TcpStream) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_nonblocking(true)?;
        Ok(Self(socket))
    }

    /// Two ends of a connection.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn pair() -> io::Result<(Self, Self)> {
        let listener = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let one = TcpStream::connect(listener.local_addr()?)?;
        loop {
            // Whoever else comes to the port is not let in.
            let (other, from) = listener.accept()?;
            if from == one.local_addr()? {
                return Ok((Self::of(one)?, Self::of(other)?));
            }
        }
    }

    /// Closes a direction, or both.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.0.shutdown(how)
    }

    /// Does what the system does at once or not at all, when it is ready for it.
    fn patiently<T>(
        &self,
        ready: PollFlags,
        until: Option<Instant>,
        mut act: impl FnMut(&TcpStream) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            match act(&self.0) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if until.is_some_and(|until| Instant::now() >= until) {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                    poll(&mut [PollFd::new(&self.0, ready)], until.and_then(time_until).as_ref())?;
                }
                done => return done,
            }
        }
    }
}

impl Read for &Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.patiently(PollFlags::IN, None, |mut socket| socket.read(bytes))
    }
}

impl Write for &Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.patiently(PollFlags::OUT, None, |mut socket| socket.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads what comes within a time.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if nothing came, else what the system says.
pub(crate) fn read_within(stream: &Stream, bytes: &mut [u8], time: Duration) -> io::Result<usize> {
    stream.patiently(PollFlags::IN, Some(Instant::now() + time), |mut socket| socket.read(bytes))
}

/// Writes what there is room for within a time.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if there was none, else what the system says.
pub(crate) fn write_within(stream: &Stream, bytes: &[u8], time: Duration) -> io::Result<usize> {
    stream.patiently(PollFlags::OUT, Some(Instant::now() + time), |mut socket| socket.write(bytes))
}

/// Sends what fits without waiting; says how much that was.
///
/// # Errors
///
/// What the system says.
pub(crate) fn send_at_once(stream: &Stream, bytes: &[u8]) -> io::Result<usize> {
    match (&stream.0).write(bytes) {
        Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => Ok(0),
        sent => sent,
    }
}

/// Sends all, however long it takes.
///
/// # Errors
///
/// What the system says.
pub(crate) fn send_all(mut stream: &Stream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)
}

/// Whether the other end hung up, with nothing left to be read.
pub(crate) fn is_gone(stream: &Stream) -> bool {
    match stream.0.peek(&mut [0]) {
        Ok(count) => count == 0,
        Err(error) => !matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock),
    }
}

/// Closes both directions: whoever reads or writes on either side comes back.
pub(crate) fn hang_up(stream: &Stream) {
    // Fails only if the other side hung up first.
    let _ = stream.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use std::{
        fs, io,
        io::{Read, Write},
        net::TcpStream,
        path::Path,
        sync::mpsc,
        thread,
        time::Duration,
    };

    use super::{Address, Stream, accept_all, connect, lead, listen_privately, read_within};

    /// What only a failure takes.
    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn who_says_the_secret_is_let_in_and_nobody_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("socket");
        let listener = listen_privately(&path).expect("a socket");
        listener.set_nonblocking(true).expect("its mode");
        let address = Address::parse(&fs::read_to_string(&path).expect("it")).expect("an address");
        let (stop, stopped) = Stream::pair().expect("two ends");
        let (admitted, clients) = mpsc::channel();
        let accepting = thread::spawn(move || {
            accept_all(&listener, &stopped, |stream| admitted.send(stream).map_err(io::Error::other));
        });
        let mut wrong = TcpStream::connect(address.port).expect("it listens");
        wrong.write_all(&[b'0'; 32]).expect("room");
        assert_eq!(wrong.read(&mut [0]).ok().unwrap_or_default(), 0, "it hangs up");
        let _silent = TcpStream::connect(address.port).expect("it listens");
        let ours = connect(&path, LONG).expect("it lets us in");
        let theirs = clients.recv_timeout(LONG).expect("a client");
        (&ours).write_all(b"x").expect("room");
        assert_eq!(read_within(&theirs, &mut [0; 8], LONG).expect("what was said, and no secret"), 1);
        assert!(fs::write(&path, "other").is_err() && fs::remove_file(&path).is_err(), "it is held");
        drop(stop);
        accepting.join().expect("it ends");
        assert!(!path.exists());
        assert_eq!(connect(&path, LONG).expect_err("nobody").kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_file_that_nobody_holds_is_dead_and_another_one_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let refusal = |said: &str| {
            let path = folder.path().join("socket");
            fs::write(&path, said).expect("a file");
            connect(&path, LONG).expect_err("nobody listens").kind()
        };
        let secret = "0".repeat(32);
        assert_eq!(refusal(&format!("127.0.0.1:1 {secret}\n")), io::ErrorKind::ConnectionRefused);
        assert_eq!(refusal(""), io::ErrorKind::ConnectionRefused);
        for other in ["text", "127.0.0.1:1\n", &format!("10.0.0.1:1 {secret}\n"), &format!("127.0.0.1:1 {secret}x\n")] {
            assert_eq!(refusal(other), io::ErrorKind::InvalidData, "{other}");
        }
    }

    #[test]
    fn what_leads_to_a_socket_is_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, from) = (folder.path().join("socket"), folder.path().join("from"));
        let _listener = listen_privately(&path).expect("a socket");
        lead(&path, &from).expect("a way");
        assert_eq!(super::led_to(&from).as_deref(), Some(path.as_path()));
        connect(&from, LONG).expect("it leads there");
        assert!(super::led_to(Path::new("nothing")).is_none());
        let taken = listen_privately(&from).expect_err("something is there");
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
    }
}
