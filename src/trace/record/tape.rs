//! The trace in the making.

use std::{
    fmt,
    io::{self, Write},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::trace::{
    LONGEST,
    write::{Line, Writer},
};

/// A trace that several cards are recorded on. Lines stand in it in the order in which things happened.
#[derive(Clone)]
pub struct Tape {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    writer: Writer<Bounded>,
    /// Why nothing is written any more.
    broken: Option<Arc<io::Error>>,
    /// Whether a command was written.
    has_command: bool,
    /// Whether it was said that the trace holds a code.
    warned: bool,
}

/// A way out for whole lines that ends where nothing could read the trace any more.
struct Bounded {
    out: Box<dyn Write + Send>,
    /// How many bytes it still takes.
    left: usize,
}

/// What stands before the first code of a trace.
pub(super) const HOLDS_A_CODE: &str =
    "This trace holds a code as it was sent. Redact it before somebody else sees it: virtuale redact";

impl Tape {
    /// A new trace.
    ///
    /// # Errors
    ///
    /// What the way out says to the first line.
    pub fn new(out: Box<dyn Write + Send>) -> io::Result<Self> {
        let writer = Writer::new(Bounded { out, left: LONGEST })?;
        let inner = Inner { writer, broken: None, has_command: false, warned: false };
        Ok(Self { inner: Arc::new(Mutex::new(inner)) })
    }

    /// Writes a line about a slot. After the first failure nothing is written; [`Tape::failure`] tells.
    pub fn line(&self, slot: &str, line: &Line<'_>) {
        self.lock().line(slot, line);
    }

    /// Writes a line with a code in it; before the first one, that the trace holds one.
    pub(super) fn secret_line(&self, slot: &str, line: &Line<'_>) {
        let mut inner = self.lock();
        if !mem::replace(&mut inner.warned, true) {
            inner.line(slot, &Line::Comment(HOLDS_A_CODE));
        }
        inner.line(slot, line);
    }

    /// Why the trace is not whole, if it is not.
    #[must_use]
    pub fn failure(&self) -> Option<Arc<io::Error>> {
        self.lock().broken.clone()
    }

    /// Whether a command was recorded.
    #[must_use]
    pub fn has_command(&self) -> bool {
        self.lock().has_command
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn line(&mut self, slot: &str, line: &Line<'_>) {
        if self.broken.is_none() {
            self.broken = self.writer.line(slot, line).err().map(Arc::new);
            self.has_command |= matches!(line, Line::Command(_) | Line::NamedCommand(..));
        }
    }
}

impl Write for Bounded {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let Some(left) = self.left.checked_sub(lines.len()) else {
            let full =
                format!("it has the {LONGEST} bytes that a trace may have; what follows is for another recording");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, full));
        };
        self.out.write_all(lines)?;
        self.left = left;
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tape").finish_non_exhaustive()
    }
}
