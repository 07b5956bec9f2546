//! Logs that people already have, made into traces; and traces made into what other programs read.
//!
//! Every importer reads its log line by line and keeps what was said to cards. A byte that was in the log is in the
//! trace, or its line is named. No log can make an importer panic, or a trace grow beyond the size of the log.
//!
//! What all importers need is here: lines without what people and services put before them (`frames`,
//! `prefix`), bytes in any notation
//! (`notation`), rows and wrapped lines (`gathered`), commands and answers in turn (`turns`), whose they are
//! (`readers`, `headings`, `speakers`), and what is never normal (`guards`). What only one log has is in `logs`. Each
//! takes from a line what it understands (`lines`), and what then is left of the line is looked at last of all
//! (`remains`, `leftovers`).

mod bases;
mod column;
mod described;
mod dialogue;
mod element;
mod export;
mod fields;
mod foreign;
mod frames;
mod gathered;
mod guards;
mod headings;
mod leftovers;
mod lines;
mod logs;
mod looks;
mod meanings;
mod notation;
mod order;
mod pairing;
mod parts;
mod patterns;
mod prefix;
mod readers;
mod remains;
mod scan;
mod speakers;
mod tail;
mod tellers;
#[cfg(test)]
mod tests;
mod turns;
mod values;
mod vocabulary;

pub use dialogue::{Imported, Unread};
pub use export::{Unsaid, json, scriptor};
pub use foreign::Foreign;
pub use patterns::{GROUPS, Patterns};

use dialogue::Dialogue;
use lines::Line;
use logs::{
    angles, arrows, csv, gp, gpshell, json, json_lines, opensc, opensc_tool, pairs, pcscd, scdaemon, scriptor, spy,
};

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
    /// opensc-tool with `-s`, or `apdu` in opensc-explorer.
    OpenscTool,
    /// What scriptor prints.
    Scriptor,
    /// GlobalPlatformPro or apdu4j with `-d`.
    Gp,
    /// GPShell with `enable_trace`.
    Gpshell,
    /// Lines with `=>` and `<=` or other arrows or words before bytes, as of JCShell, vicc and gscriptor.
    Arrows,
    /// Lines that begin with `>` and `<`, as of pyscard's observer and `virtuale apdu`.
    Angles,
    /// A table with a line of names.
    Csv,
    /// Names and values on each line, as `Cmd=...;Rep=...;SW=...`.
    Pairs,
    /// An object of JSON on each line.
    JsonLines,
    /// A document of JSON with such objects in it.
    Json,
}

impl Format {
    /// All of them, with their names on the command line.
    pub const ALL: [(&'static str, Self); 14] = [
        ("pcsc-spy", Self::Spy),
        ("pcscd", Self::Pcscd),
        ("opensc", Self::Opensc),
        ("opensc-tool", Self::OpenscTool),
        ("scdaemon", Self::Scdaemon),
        ("scriptor", Self::Scriptor),
        ("gp", Self::Gp),
        ("gpshell", Self::Gpshell),
        ("arrows", Self::Arrows),
        ("angles", Self::Angles),
        ("csv", Self::Csv),
        ("pairs", Self::Pairs),
        ("json-lines", Self::JsonLines),
        ("json", Self::Json),
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// What wrote this log, told by what only it writes.
    #[must_use]
    pub fn detect(log: &str) -> Option<Self> {
        let mut wrote = [false; PROGRAMS.len()];
        let (mut angles, mut arrows) = (angles::Found::default(), arrows::Counted::default());
        for line in lines::lines(log) {
            PROGRAMS.iter().zip(&mut wrote).for_each(|((_, wrote_line), wrote)| *wrote |= wrote_line(&line));
            angles.look(&line);
            arrows.count(&line);
        }
        let wrote = |wanted| PROGRAMS.iter().zip(wrote).any(|((format, _), wrote)| wrote && *format == wanted);
        let is_program = |format: &Self| !matches!(format, Self::JsonLines | Self::Pairs);
        let program = PROGRAMS.iter().map(|(format, _)| *format).find(|format| is_program(format) && wrote(*format));
        match program {
            Some(program) => Some(program),
            None if csv::is_typical(log) => Some(Self::Csv),
            None if wrote(Self::JsonLines) && !json::is_whole(log) => Some(Self::JsonLines),
            None if json::is_typical(log) => Some(Self::Json),
            None if wrote(Self::Pairs) => Some(Self::Pairs),
            None if angles.is_typical() => Some(Self::Angles),
            None => arrows.is_typical().then_some(Self::Arrows),
        }
    }
}

/// Whether a line tells who wrote it.
type Tells = fn(&Line<'_>) -> bool;

/// Formats that one line tells, the surest first, and whether it does.
const PROGRAMS: [(Format, Tells); 10] = [
    (Format::Spy, spy::is_typical),
    (Format::Opensc, opensc::is_typical),
    (Format::Scdaemon, scdaemon::is_typical),
    (Format::Pcscd, pcscd::is_typical),
    (Format::Gp, gp::is_typical),
    (Format::Gpshell, gpshell::is_typical),
    (Format::OpenscTool, opensc_tool::is_typical),
    (Format::Scriptor, scriptor::is_typical),
    (Format::JsonLines, json_lines::is_typical),
    (Format::Pairs, pairs::is_typical),
];

/// All lines of a log, for records.
fn collected(log: &str) -> Vec<Line<'_>> {
    lines::lines(log).collect()
}

/// Makes a trace of a log.
#[must_use]
pub fn import(log: &str, format: Format) -> Imported {
    let lines = lines::lines(log);
    let mut dialogue = Dialogue::default();
    match format {
        Format::Spy => spy::read(lines, &mut dialogue),
        Format::Pcscd => pcscd::read(lines, &mut dialogue),
        Format::Opensc => opensc::read(lines, &mut dialogue),
        Format::Scdaemon => scdaemon::read(lines, &mut dialogue),
        Format::OpenscTool => opensc_tool::read(lines, &mut dialogue),
        Format::Scriptor => scriptor::read(lines, &mut dialogue),
        Format::Gp => gp::read(lines, &mut dialogue),
        Format::Gpshell => gpshell::read(lines, &mut dialogue),
        Format::Arrows => arrows::read(lines, &mut dialogue),
        Format::Angles => angles::read(lines, &mut dialogue),
        Format::Csv => csv::read(log, &mut dialogue),
        Format::Pairs => pairs::read(&collected(log), &mut dialogue),
        Format::JsonLines => json_lines::read(&collected(log), &mut dialogue),
        Format::Json => json::read(log, &mut dialogue),
    }
    dialogue.finish()
}
