//! A trace on its way into a file.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{self, Path, PathBuf},
};

use super::HostError;
use crate::{
    shown::{self, reason},
    system::file::IS_REPLACED_OPEN,
    trace::{FIRST_WORD, record::Tape},
    writing::{self, Earlier, Lines},
};

/// A file with the tape that writes it.
#[derive(Debug)]
pub(crate) struct TraceFile {
    tape: Tape,
    path: PathBuf,
    /// Whether there was a trace before.
    earlier: bool,
}

impl TraceFile {
    /// The file with this name. What it holds stays until the first command is recorded, so that a session without
    /// commands takes away no trace of another one.
    ///
    /// # Errors
    ///
    /// That the file cannot be written, or that something else than a trace is there.
    pub(crate) fn over(path: &Path) -> Result<Self, HostError> {
        let failed = |error| HostError::File { did: "write", path: path.to_owned(), error };
        let with_mark = ["\u{FEFF}", FIRST_WORD].concat();
        let begins = |word: &str| writing::begins_with(path, word.as_bytes()).map_err(failed);
        if !begins(FIRST_WORD)? && !begins(&with_mark)? {
            return Err(HostError::NotATrace(path.to_owned()));
        }
        let begin = |begun| {
            let (out, earlier): (Box<dyn Write + Send>, _) = match begun {
                Earlier::Nothing(lines) => (Box::new(lines), false),
                Earlier::File(earlier) => (Box::new(Successor::of(path::absolute(path)?, earlier)), true),
            };
            // Where not even the first line has room, nothing was recorded, and nothing is left.
            let tape = Tape::new(out).inspect_err(|_| {
                if !earlier {
                    discard(path);
                }
            })?;
            Ok(Self { tape, path: path.to_owned(), earlier })
        };
        Lines::begin(path).and_then(begin).map_err(failed)
    }

    /// A file that was just made.
    ///
    /// # Errors
    ///
    /// That it cannot be written.
    pub(crate) fn new(lines: Lines, path: &Path) -> io::Result<Self> {
        Ok(Self { tape: Tape::new(Box::new(lines))?, path: path.to_owned(), earlier: false })
    }

    pub(crate) fn tape(&self) -> &Tape {
        &self.tape
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// That the trace is not whole, and why, if it is not.
    pub(crate) fn complaint(&self) -> Option<String> {
        let error = self.tape.failure()?;
        Some(format!("the recording {} is not whole: {}", shown::path(&self.path), reason(&error)))
    }

    /// Takes the file away if no command came: its trace would check nothing.
    pub(crate) fn remove_if_untouched(&self) {
        if !self.tape.has_command() && self.tape.failure().is_none() {
            // One that somebody else has moved or removed is none of ours any more.
            let _ = fs::remove_file(&self.path);
        }
    }

    /// What a person should know of the trace when nothing is added any more.
    pub(crate) fn conclusion(&self) -> Option<String> {
        let path = shown::path(&self.path);
        match self.complaint() {
            Some(complaint) => Some(complaint),
            None if self.tape.has_command() => None,
            None if self.earlier => Some(format!("no command was recorded: {path} is as it was")),
            None => Some(format!("no command was recorded: {path} checks nothing")),
        }
    }
}

/// Takes away an empty file that was made for a trace, behind all links.
fn discard(path: &Path) {
    let is_empty = |path: &PathBuf| path.metadata().is_ok_and(|known| known.is_file() && known.len() == 0);
    if let Some(path) = fs::canonicalize(path).ok().filter(is_empty) {
        let _ = fs::remove_file(path);
    }
}

/// What comes into a file in place of an earlier trace, from its first command on.
enum Successor {
    /// It is still the earlier one that is there, kept from others; these lines stand before the first command.
    Waiting { path: PathBuf, earlier: Option<File>, lines: Vec<u8> },
    /// It has taken the place.
    There(Lines),
}

impl Successor {
    fn of(path: PathBuf, earlier: File) -> Self {
        Self::Waiting { path, earlier: Some(earlier), lines: Vec::new() }
    }
}

impl Write for Successor {
    fn write(&mut self, new: &[u8]) -> io::Result<usize> {
        match self {
            Self::There(there) => return there.write(new),
            Self::Waiting { path, earlier, lines } => {
                lines.extend_from_slice(new);
                if new.split(|&byte| byte == b'\n').any(|line| line.starts_with(b">")) {
                    let unmade = |error: io::Error| {
                        let why = format!("the earlier one is still there: {}", reason(&error));
                        io::Error::new(error.kind(), why)
                    };
                    earlier.take_if(|_| !IS_REPLACED_OPEN);
                    *self = Self::There(Lines::replace(path, lines).map_err(unmade)?);
                }
            }
        }
        Ok(new.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Waiting { .. } => Ok(()),
            Self::There(lines) => lines.flush(),
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use virtuale_engine::Reset;

    use super::{HostError, TraceFile, fs};
    use crate::trace::write::Line;

    #[test]
    fn an_earlier_trace_goes_with_the_first_command() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("visit.apdu");
        let holds = || fs::read_to_string(&path).expect("text");
        fs::write(&path, format!("virtuale-trace 1\n{}", "# earlier, and rather longer\n".repeat(40))).expect("a file");
        let trace_file = TraceFile::over(&path).expect("a trace");
        trace_file.tape().line("patient", &Line::Reset(Reset::Cold));
        assert!(holds().contains("earlier"));
        trace_file.tape().line("doctor", &Line::Command(&[0x00, 0x84]));
        let begun = "virtuale-trace 1\nslot patient\nreset\nslot doctor\n> 00 84\n";
        assert_eq!(holds(), begun, "before the card has the command");
        trace_file.tape().line("doctor", &Line::Response(&[0x90, 0x00]));
        assert_eq!(holds(), format!("{begun}< 90 00\n"));
        assert_eq!(trace_file.complaint(), None);
    }

    #[test]
    fn a_new_trace_is_there_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("visit.apdu");
        let trace_file = TraceFile::over(&path).expect("a trace");
        assert_eq!(fs::read_to_string(&path).expect("text"), "virtuale-trace 1\n");
        assert!(!trace_file.tape().has_command());
        TraceFile::over(&folder.path().join("none/visit.apdu")).expect_err("no such folder");
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it may hold codes");
    }

    #[test]
    fn what_is_no_trace_is_never_recorded_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("card.toml");
        fs::write(&path, "layout = \"vitale2\"\n").expect("a file");
        let refused = TraceFile::over(&path).expect_err("a card file");
        assert!(matches!(refused, HostError::NotATrace(_)), "{refused}");
        assert_eq!(fs::read(&path).expect("it"), b"layout = \"vitale2\"\n");
        fs::write(&path, "").expect("a file");
        TraceFile::over(&path).expect("nothing is lost");
    }

    #[test]
    fn a_trace_that_cannot_be_replaced_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("visit.apdu");
        fs::write(&path, "virtuale-trace 1\n").expect("a file");
        let trace_file = TraceFile::over(&path).expect("a trace");
        let moved = folder.path().with_extension("moved");
        fs::rename(folder.path(), &moved).expect("the folder goes");
        trace_file.tape().line("", &Line::Command(&[0x00, 0x84]));
        fs::rename(&moved, folder.path()).expect("the folder comes back");
        assert_eq!(fs::read(&path).expect("it"), b"virtuale-trace 1\n");
        let complaint = trace_file.complaint().expect("one");
        assert!(complaint.contains(" is not whole: the earlier one is still there: "), "{complaint}");
    }
}
