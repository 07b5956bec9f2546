//! Local sockets, which are their user's alone: those of the system.

use std::{
    fs,
    io::{self, Read, Write},
    net::Shutdown,
    os::{
        fd::OwnedFd,
        unix::fs::{FileTypeExt, MetadataExt, symlink},
    },
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

#[cfg(not(target_vendor = "apple"))]
use rustix::net::SocketFlags;
use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::{Mode, fchmod},
    io::{Errno, retry_on_intr},
    net::{AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketType, bind, listen, recv, send, sockopt},
};

/// What listens.
pub(crate) use std::os::unix::net::UnixListener as Listener;
/// A connection.
pub(crate) use std::os::unix::net::UnixStream as Stream;

/// The longest path of a socket: `sun_path` has 108 bytes on Linux with the zero at its end, 104 elsewhere.
pub(crate) const LONGEST_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// What others may do with the socket.
const OWNER_ONLY: Mode = Mode::RUSR.union(Mode::WUSR);

/// Writing to a peer that is gone is an error, not a signal.
#[cfg(not(target_vendor = "apple"))]
const QUIET: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const QUIET: SendFlags = SendFlags::empty();

/// How long accepting pauses when the system has no room for another connection.
const OUT_OF_BREATH: Duration = Duration::from_millis(10);

/// Listens at a path where nothing is yet. Nobody else may connect, from the first moment on: a socket that had to be
/// closed to others afterwards, by its path, could be another file by then.
///
/// # Errors
///
/// [`io::ErrorKind::AddrInUse`] if something is there, else what the system says.
pub(crate) fn listen_privately(path: &Path) -> io::Result<Listener> {
    let socket = closed_in_children()?;
    // What Linux makes at the path has the mode of the socket.
    let is_private = fchmod(&socket, OWNER_ONLY).is_ok() && cfg!(target_os = "linux");
    bind(&socket, &SocketAddrUnix::new(path)?)?;
    if !is_private {
        rustix::fs::chmod(path, OWNER_ONLY)?;
    }
    listen(&socket, i32::MAX)?;
    Ok(Listener::from(socket))
}

/// A socket that no program gets which is started meanwhile.
#[cfg(not(target_vendor = "apple"))]
fn closed_in_children() -> io::Result<OwnedFd> {
    Ok(rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?)
}

/// The same where that takes two steps.
#[cfg(target_vendor = "apple")]
fn closed_in_children() -> io::Result<OwnedFd> {
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
    Ok(socket)
}

/// Connects to a socket. One whose queue is full is waited for.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if the queue stays full, [`io::ErrorKind::ConnectionRefused`] if nobody listens any
/// more, else what the system says.
pub(crate) fn connect(path: &Path, patience: Duration) -> io::Result<Stream> {
    let until = Instant::now() + patience;
    let address = SocketAddrUnix::new(path)?;
    let socket = closed_in_children()?;
    loop {
        // Linux waits for a place in the queue as long as for one in a buffer; elsewhere a full queue refuses at once.
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(full(patience));
        }
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, Some(left))?;
        match rustix::net::connect(&socket, &address) {
            Ok(()) => break,
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Err(full(patience)),
            Err(error) => return Err(error.into()),
        }
    }
    sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, None)?;
    Ok(Stream::from(socket))
}

fn full(patience: Duration) -> io::Error {
    let message =
        format!("too many programs wait there to be let in, and no place was free for {} s", patience.as_secs());
    io::Error::new(io::ErrorKind::TimedOut, message)
}

/// Whether what is known of a path says that it is a socket.
pub(crate) fn is_socket(_path: &Path, known: &fs::Metadata) -> bool {
    known.file_type().is_socket()
}

/// Whether whoever listens at a socket is this user: he hangs up on all others, without a word.
///
/// # Errors
///
/// [`io::ErrorKind::PermissionDenied`] with whose it is, or what the system says.
pub(crate) fn admits_us(path: &Path) -> io::Result<()> {
    match fs::metadata(path)?.uid() {
        owner if owner == rustix::process::geteuid().as_raw() => Ok(()),
        owner => Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("it belongs to user {owner}"))),
    }
}

/// Leaves at a path what leads to a socket elsewhere.
///
/// # Errors
///
/// What the system says.
pub(crate) fn lead(socket: &Path, from: &Path) -> io::Result<()> {
    symlink(socket, from)
}

/// Where the socket is that stands at a path, or to which one leads that stands there.
pub(crate) fn led_to(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// Whether two paths are those of one socket.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let known = |path: &Path| fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    one == other || known(one).is_some_and(|found| known(other) == Some(found))
}

/// Whether the peer runs as the user that this process runs as.
#[cfg(target_os = "linux")]
fn is_own_user(stream: &Stream) -> bool {
    sockopt::socket_peercred(stream).is_ok_and(|peer| peer.uid == rustix::process::geteuid())
}

/// Elsewhere the socket's mode has to do: 0600.
#[cfg(not(target_os = "linux"))]
fn is_own_user(_: &Stream) -> bool {
    true
}

/// The number of the process at the other end, where the system tells.
#[cfg(target_os = "linux")]
pub(crate) fn process_of(stream: &Stream) -> Option<u32> {
    let peer = sockopt::socket_peercred(stream).ok();
    peer.and_then(|peer| u32::try_from(peer.pid.as_raw_nonzero().get()).ok())
}

/// Elsewhere nobody tells.
#[cfg(not(target_os = "linux"))]
pub(crate) fn process_of(_: &Stream) -> Option<u32> {
    None
}

/// Accepts clients of this user, until `stopped` is closed from the other end. `listener` blocks nobody.
pub(crate) fn accept_all(listener: &Listener, stopped: &Stream, admit: impl Fn(Stream) -> io::Result<()>) {
    accept_all_and(listener, stopped, |_| false, admit);
}

/// As [`accept_all`], and also clients of other users of whom this says so.
pub(crate) fn accept_all_and(
    listener: &Listener,
    stopped: &Stream,
    let_in: impl Fn(&Stream) -> bool,
    admit: impl Fn(Stream) -> io::Result<()>,
) {
    loop {
        let mut sources = [PollFd::new(listener, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        let polled = poll(&mut sources, None);
        if sources.iter().skip(1).any(|stopped| !stopped.revents().is_empty()) {
            return;
        }
        let accepted = polled.map_err(io::Error::from).and_then(|_| listener.accept());
        let served = accepted.and_then(|(stream, _)| {
            if !is_own_user(&stream) && !let_in(&stream) {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
            // On some systems it would wait for nothing, as the listener does.
            stream.set_nonblocking(false)?;
            admit(stream)
        });
        let Err(error) = served else { continue };
        let harmless = matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock);
        // Without a number of the system's it is our own refusal.
        if error.raw_os_error().is_some() && !harmless {
            thread::sleep(OUT_OF_BREATH);
        }
    }
}

/// Reads what comes within a time.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if nothing came, else what the system says.
pub(crate) fn read_within(mut stream: &Stream, bytes: &mut [u8], time: Duration) -> io::Result<usize> {
    stream.set_read_timeout(Some(time))?;
    stream.read(bytes).map_err(over)
}

/// Writes what there is room for within a time.
///
/// # Errors
///
/// [`io::ErrorKind::TimedOut`] if there was none, else what the system says.
pub(crate) fn write_within(mut stream: &Stream, bytes: &[u8], time: Duration) -> io::Result<usize> {
    stream.set_write_timeout(Some(time))?;
    stream.write(bytes).map_err(over)
}

/// The system says "try again" where the time is over.
fn over(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

/// Sends what fits without waiting; says how much that was.
///
/// # Errors
///
/// What the system says.
pub(crate) fn send_at_once(stream: &Stream, bytes: &[u8]) -> io::Result<usize> {
    match retry_on_intr(|| send(stream, bytes, QUIET | SendFlags::DONTWAIT)) {
        Err(Errno::AGAIN) => Ok(0),
        sent => Ok(sent?),
    }
}

/// Sends all, however long it takes.
///
/// # Errors
///
/// What the system says.
pub(crate) fn send_all(stream: &Stream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let sent = retry_on_intr(|| send(stream, bytes, QUIET))?;
        bytes = bytes.get(sent..).unwrap_or_default();
    }
    Ok(())
}

/// Whether the other end hung up, with nothing left to be read.
pub(crate) fn is_gone(stream: &Stream) -> bool {
    let peeked = retry_on_intr(|| recv(stream, &mut [0; 1][..], RecvFlags::PEEK | RecvFlags::DONTWAIT));
    !matches!(peeked, Ok((_, 1)) | Err(Errno::AGAIN))
}

/// Closes both directions: whoever reads or writes on either side comes back.
pub(crate) fn hang_up(stream: &Stream) {
    // Fails only if the other side hung up first.
    let _ = stream.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use std::{fs, io, os::unix::fs::PermissionsExt};

    use super::{Stream, listen_privately};

    #[test]
    fn a_socket_is_its_users_alone_and_takes_no_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("socket");
        let listener = listen_privately(&path).expect("a socket");
        assert_eq!(fs::metadata(&path).expect("it").permissions().mode() & 0o777, 0o600);
        let _client = Stream::connect(&path).expect("it listens");
        listener.accept().expect("a client");
        fs::write(folder.path().join("file"), "text").expect("a file");
        let taken = listen_privately(&folder.path().join("file")).expect_err("a file is there");
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        assert_eq!(fs::metadata(folder.path().join("file")).expect("it").permissions().mode() & 0o111, 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_queue_is_not_waited_in_for_ever() {
        use std::{thread, time::Duration};

        use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, bind, listen, socket};

        use super::connect;

        const SHORT: Duration = Duration::from_millis(60);
        /// What only a failure takes.
        const LONG: Duration = Duration::from_secs(20);

        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("full");
        let listener = socket(AddressFamily::UNIX, SocketType::STREAM, None).expect("a socket");
        bind(&listener, &SocketAddrUnix::new(&path).expect("a short path")).expect("a fresh path");
        listen(&listener, 0).expect("it can listen");
        let first = connect(&path, LONG).expect("there is room for one");
        let error = connect(&path, SHORT).expect_err("and for no other");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(error.to_string().contains("too many programs wait there"), "{error}");
        let waiting = thread::spawn(move || connect(&path, LONG));
        drop(rustix::net::accept(&listener).expect("the first"));
        waiting.join().expect("no panic").expect("there is room again");
        drop(first);
    }
}
