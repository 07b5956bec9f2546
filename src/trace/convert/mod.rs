//! Logs that people already have, made into traces; and traces made into what other programs read.
//!
//! Every importer reads its log line by line, keeps what was said to cards, and says which lines it should have
//! understood and did not. No log can make one panic or grow beyond the size of the log.

mod dialogue;
mod export;
mod logs;
mod scan;
#[cfg(test)]
mod tests;

pub use dialogue::{Imported, Unread};
pub use export::{Unsaid, json, scriptor};

use dialogue::Dialogue;
use logs::{arrows, opensc, pcscd, scdaemon, spy};

/// What wrote a log.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Format {
    /// libpcscspy, versions 1.9 and 2: the raw file, not the text that pcsc-spy makes of it.
    Spy,
    /// pcscd with `--apdu`, with or without `--debug` and `--color`.
    Pcscd,
    /// OpenSC with OPENSC_DEBUG or `-vvvvv`.
    Opensc,
    /// scdaemon of GnuPG with `debug-level guru`.
    Scdaemon,
    /// Lines with `=>` and `<=` before bytes.
    Arrows,
    /// What scriptor prints.
    Scriptor,
}

impl Format {
    /// All of them, with their names on the command line.
    pub const ALL: [(&'static str, Self); 6] = [
        ("pcsc-spy", Self::Spy),
        ("pcscd", Self::Pcscd),
        ("opensc", Self::Opensc),
        ("scdaemon", Self::Scdaemon),
        ("arrows", Self::Arrows),
        ("scriptor", Self::Scriptor),
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// What wrote this log, told by what only it writes.
    #[must_use]
    pub fn detect(log: &str) -> Option<Self> {
        let wrote = |is_typical: fn(&str) -> bool| log.lines().any(is_typical);
        match () {
            () if wrote(spy::is_typical) => Some(Self::Spy),
            () if wrote(opensc::is_typical) => Some(Self::Opensc),
            () if wrote(scdaemon::is_typical) => Some(Self::Scdaemon),
            () if wrote(pcscd::is_typical) => Some(Self::Pcscd),
            () if wrote(arrows::is_typical_of_scriptor) => Some(Self::Scriptor),
            () if wrote(arrows::is_typical) => Some(Self::Arrows),
            () => None,
        }
    }
}

/// Makes a trace of a log.
#[must_use]
pub fn import(log: &str, format: Format) -> Imported {
    let mut dialogue = Dialogue::default();
    match format {
        Format::Spy => spy::read(log, &mut dialogue),
        Format::Pcscd => pcscd::read(log, &mut dialogue),
        Format::Opensc => opensc::read(log, &mut dialogue),
        Format::Scdaemon => scdaemon::read(log, &mut dialogue),
        Format::Arrows => arrows::read(log, &mut dialogue),
        Format::Scriptor => arrows::read_scriptor(log, &mut dialogue),
    }
    dialogue.finish()
}
