//! A trace on its way into a file.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{HostError, error::reason};
use crate::{shown, trace::record::Tape};

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
    /// That the file cannot be written.
    pub(crate) fn over(path: &Path) -> Result<Self, HostError> {
        let file = File::options().write(true).create(true).truncate(false).open(path);
        let begin = |file: File| {
            // A pipe or a device holds nothing.
            let earlier = file.metadata().is_ok_and(|known| known.is_file() && known.len() > 0);
            let out = Successor { file, held: earlier.then(Vec::new) };
            Ok(Self { tape: Tape::new(Box::new(out))?, path: path.to_owned(), earlier })
        };
        file.and_then(begin).map_err(|error| HostError::File { did: "write", path: path.to_owned(), error })
    }

    /// A file that was just made.
    ///
    /// # Errors
    ///
    /// That it cannot be written.
    pub(crate) fn new(file: File, path: &Path) -> io::Result<Self> {
        Ok(Self { tape: Tape::new(Box::new(file))?, path: path.to_owned(), earlier: false })
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

/// What comes into a file in place of an earlier trace, from its first command on.
struct Successor {
    file: File,
    /// What stands before the first command; none once the earlier trace is gone.
    held: Option<Vec<u8>>,
}

impl Write for Successor {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let Some(held) = &mut self.held else { return self.file.write(lines) };
        held.extend_from_slice(lines);
        if lines.split(|&byte| byte == b'\n').any(|line| line.starts_with(b">")) {
            self.file.set_len(0)?;
            self.file.write_all(held)?;
            self.held = None;
        }
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use virtuale_engine::Reset;

    use super::{TraceFile, fs};
    use crate::trace::write::Line;

    #[test]
    fn an_earlier_trace_goes_with_the_first_command() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("visit.apdu");
        let holds = || fs::read_to_string(&path).expect("text");
        fs::write(&path, "earlier, and rather longer than what comes in its place\n".repeat(4)).expect("a file");
        let trace_file = TraceFile::over(&path).expect("a trace");
        trace_file.tape().line("patient", &Line::Reset(Reset::Cold));
        assert!(holds().starts_with("earlier"));
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
    }
}
