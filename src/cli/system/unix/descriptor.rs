//! Descriptors by their number. One is opened once more by its name, so nothing here takes it from anybody; a socket,
//! which has no name, is copied: programs that start others give them one for a pipe.

use std::{
    fs::{self, File},
    io::{self, Seek, SeekFrom},
};

use rustix::io::Errno;

use crate::cli::system::Opened;

/// The bits of a descriptor's flags that say what it is open for, and their value where it is for writing only.
const ACCESS_MODE: u32 = 0o3;
const WRITE_ONLY: u32 = 0o1;

/// Opens one for reading, from where it stands.
pub(in crate::cli) fn open(number: u32) -> Opened {
    let state = State::of(number);
    if state.as_ref().is_some_and(|state| state.is_write_only) {
        return Opened::WriteOnly;
    }
    let named = File::open(format!("/dev/fd/{number}"));
    let opened = named.or_else(|error| copied(number, error)).and_then(|mut input| {
        // A file that is opened once more stands at its beginning; a pipe stands nowhere.
        match state.as_ref().map(|state| state.position) {
            Some(position) if position > 0 => input.seek(SeekFrom::Start(position)).map(|_| input),
            _ => Ok(input),
        }
    });
    opened.map_or_else(Opened::Not, Opened::Ready)
}

/// A copy of a descriptor that could not be opened by its name since it is a socket.
#[cfg(target_os = "linux")]
fn copied(number: u32, error: io::Error) -> io::Result<File> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

    let Some(number) = i32::try_from(number).ok().filter(|_| Errno::from_io_error(&error) == Some(Errno::NXIO)) else {
        return Err(error);
    };
    let own = pidfd_open(getpid(), PidfdFlags::empty());
    // Where the system gives no copy, that the descriptor cannot be opened is what there is to say.
    own.and_then(|own| pidfd_getfd(own, number, PidfdGetfdFlags::empty())).map(File::from).map_err(|_| error)
}

/// Other systems copy none without its owner.
#[cfg(not(target_os = "linux"))]
fn copied(_number: u32, error: io::Error) -> io::Result<File> {
    Err(error)
}

/// What the system says of a descriptor.
struct State {
    position: u64,
    is_write_only: bool,
}

impl State {
    /// `None` where it does not say it.
    fn of(number: u32) -> Option<Self> {
        Self::within(&fs::read_to_string(format!("/proc/self/fdinfo/{number}")).ok()?)
    }

    fn within(text: &str) -> Option<Self> {
        let value = |name| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let flags = u32::from_str_radix(value("flags:")?, 8).ok()?;
        Some(Self { position: value("pos:")?.parse().ok()?, is_write_only: flags & ACCESS_MODE == WRITE_ONLY })
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn the_system_says_where_a_descriptor_stands_and_what_it_is_open_for() {
        let of = |text| State::within(text).map(|state| (state.position, state.is_write_only));
        assert_eq!(of("pos:\t5\nflags:\t0100000\nmnt_id:\t15\n"), Some((5, false)));
        assert_eq!(of("pos:\t0\nflags:\t0100001\n"), Some((0, true)));
        assert_eq!(of("pos:\t0\nflags:\t02\n"), Some((0, false)));
        assert_eq!(of("flags:\t0100000\n"), None);
    }
}
