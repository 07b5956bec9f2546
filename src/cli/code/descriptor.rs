//! Codes from a descriptor that whoever started the program opened.
//!
//! The descriptor is opened once more by its name, so nothing here takes it from anybody; a socket, which has no name,
//! is copied: programs that start others give them one for a pipe. What is wrong with it is said before any card is
//! asked.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, IsTerminal, Read, Seek, SeekFrom},
};

use rustix::io::Errno;
use zeroize::Zeroizing;

use crate::{
    cli::{
        Failure,
        language::Language,
        messages::{Message, in_both},
    },
    profile::{reason::reason, said::Bilingual},
};

/// No line with a code is longer, in bytes; of a longer one the rest is passed over.
const LONGEST_LINE: u64 = 256;

/// The bits of a descriptor's flags that say what it is open for, and their value where it is for writing only.
const ACCESS_MODE: u32 = 0o3;
const WRITE_ONLY: u32 = 0o1;

/// A descriptor with codes, one in each line.
pub(in crate::cli) struct Descriptor {
    number: u32,
    input: BufReader<File>,
}

impl Descriptor {
    /// Opens it for reading, from where it stands.
    ///
    /// # Errors
    ///
    /// That it is not open, that it is open for writing only, or that it is a terminal, which would show the code.
    pub(super) fn open(number: u32) -> Result<Self, Failure> {
        let state = State::of(number);
        if state.as_ref().is_some_and(|state| state.is_write_only) {
            return Err(refused(number, Message::DescriptorWriteOnly));
        }
        let named = File::open(format!("/dev/fd/{number}"));
        let opened = named.or_else(|error| copied(number, error)).and_then(|mut input| {
            // A file that is opened once more stands at its beginning; a pipe stands nowhere.
            match state.as_ref().map(|state| state.position) {
                Some(position) if position > 0 => input.seek(SeekFrom::Start(position)).map(|_| input),
                _ => Ok(input),
            }
        });
        let input = opened.map_err(|error| unreadable(number, &error))?;
        if input.is_terminal() {
            return Err(refused(number, Message::DescriptorIsTerminal));
        }
        Ok(Self { number, input: BufReader::new(input) })
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    ///
    /// That nothing can be read any more.
    pub(super) fn line(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        // As long as any line is, so that no part of it is left behind when it grows.
        let mut line = Zeroizing::new(Vec::with_capacity(usize::try_from(LONGEST_LINE).unwrap_or(usize::MAX)));
        let read = self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        let length = read.map_err(|error| unreadable(self.number, &error))?;
        if u64::try_from(length) == Ok(LONGEST_LINE) && line.last() != Some(&b'\n') {
            self.input.skip_until(b'\n').map_err(|error| unreadable(self.number, &error))?;
        }
        Ok((!line.is_empty()).then_some(line))
    }
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

fn unreadable(number: u32, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::NotFound {
        return refused(number, Message::DescriptorClosed);
    }
    let (number, why) = (number.to_string(), reason(error));
    let english = Message::NoDescriptor { number: &number, why: &why.english }.text(Language::En);
    let french = Message::NoDescriptor { number: &number, why: &why.french }.text(Language::Fr);
    Failure::usage(Bilingual::new(english, french), Message::OpenDescriptor.said())
}

fn refused(number: u32, why: Message<'_>) -> Failure {
    let number = number.to_string();
    let text = |language| Message::NoDescriptor { number: &number, why: &why.text(language) }.text(language);
    Failure::usage(in_both(text), Message::OpenDescriptor.said())
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
