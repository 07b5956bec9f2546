//! The file that a verb writes: somebody named it, and may not know what is there.

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};

use super::{Failure, messages::Message, system::words};
use crate::{
    shown,
    trace::{FIRST_WORD, LONGEST},
    writing,
};

/// Takes the name of a file to write. `-` is none: to some it means standard output, and to others a file.
pub(super) fn file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| if path == Path::new("-") { Err(words::NO_FILE) } else { Ok(path) })
}

/// Whether a file may take the place of another.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Force {
    /// Write over a file that is there already
    #[arg(long)]
    force: bool,
}

/// Holds that the text of a trace is short enough to be read, before it is written to `target` or shown.
///
/// # Errors
///
/// That it is not.
pub(super) fn can_be_read(text: &str, target: &Path) -> Result<(), Failure> {
    if text.len() <= LONGEST {
        return Ok(());
    }
    let what = format!("the trace for {} would have more than {LONGEST} bytes", shown::path(target));
    Err(Failure::usage(what, "nothing could read it: take what it is made of in parts"))
}

/// Holds that nothing is at a path, or a trace: what a card file reads, its layout and keys, is none.
///
/// # Errors
///
/// That it is something else.
pub(super) fn allow_trace(path: &Path) -> Result<(), Failure> {
    if writing::begins_with(path, FIRST_WORD.as_bytes()).map_err(|error| Failure::file("write", path, &error))? {
        return Ok(());
    }
    let what = format!("{} is there already, and is no trace", shown::path(path));
    Err(Failure::usage(what, "a redacted trace takes the place of a trace only: name another file"))
}

impl Force {
    /// Whether a file may be written that is made of these: asked before any work is done for it.
    ///
    /// # Errors
    ///
    /// That it is one of them, whose content would be lost; else that it is there already, if nobody says that it may
    /// go.
    pub(super) fn allow(self, file: &Path, inputs: &[&Path]) -> Result<(), Failure> {
        if inputs.iter().any(|input| writing::is_same(file, input)) {
            return Err(Failure::usage(
                Message::ReadHere { path: &shown::path(file) }.said(),
                Message::NameOther.said(),
            ));
        }
        if !self.force && writing::would_take_away(file) {
            let what = Message::IsThere { path: &shown::path(file) }.said();
            return Err(Failure::usage(what, Message::NameOtherOrForce.said()));
        }
        Ok(())
    }
}
