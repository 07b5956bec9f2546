//! `virtuale convert`: logs into traces, traces into scripts and JSON.

use std::{
    borrow::Cow,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{
    ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::{
    Exit, Failure, cards, exit,
    options::{SLOT_NUMBERS, number},
    output,
    system::words,
    target::{self, Force},
};
use crate::{
    profile::{diagnostic::Source, reading},
    shown,
    trace::{
        FIRST_WORD, LONGEST, Trace,
        convert::{self, Foreign, Format, Imported, Patterns},
        suite::counted,
    },
    writing,
};

const EXAMPLES: &str = "\
Examples:
  virtuale convert ~/pcsc-spy -o visit.apdu
  pcscd -f --apdu | virtuale convert - --from pcscd > visit.apdu
  virtuale convert visit.log --pattern 'TX (?<command>.*)' --pattern 'RX (?<response>.*)'
  virtuale convert visit.apdu --to json";

/// How many lines that were not understood are named.
const MOST_NAMED: usize = 10;

/// Arguments of `convert`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The log or trace, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What wrote the log [default: told by its content]
    #[arg(long, value_name = "PROGRAM", value_parser = program())]
    from: Option<Format>,
    /// For the log of any other program: a regular expression for its lines, with groups that say what they hold:
    /// command, response, sw, reader, atr, skip. May be given several times; the first that fits a line counts
    #[arg(long, value_name = "REGEX", conflicts_with = "from")]
    pattern: Vec<String>,
    /// What to make of it
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Apdu)]
    to: Form,
    /// For a script: the slot of the trace whose commands are meant, from 0
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = number::<usize>(SLOT_NUMBERS))]
    slot: usize,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE", value_parser = target::file())]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
}

/// What a log or a trace can become.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// A trace
    Apdu,
    /// A script for scriptor
    Scriptor,
    /// JSON
    Json,
}

/// A parser of the names of formats, which help and mistakes list.
fn program() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(|(name, _)| name)).try_map(|name| {
        Format::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format).ok_or("not a format")
    })
}

/// Converts, and says what could not be understood or said.
pub(super) fn run(args: &Args) -> Exit {
    let patterns = match &args.pattern[..] {
        [] => None,
        patterns => Some(Patterns::new("--pattern", patterns).map_err(Failure::Invalid)?),
    };
    // What a shell has opened as standard input may be a file too.
    let is_standard_input = args.file == Path::new("-");
    let input = if is_standard_input { words::STANDARD_INPUT.map(Path::new) } else { Some(args.file.as_path()) };
    args.output.iter().try_for_each(|file| args.force.allow(file, input.as_slice()))?;
    let text = read(&args.file)?;
    let name = args.file.to_string_lossy().into_owned();
    let is_trace = args.from.is_none() && patterns.is_none() && text.starts_with(FIRST_WORD);
    let (text, code) = if is_trace { (text, exit::DONE) } else { import(&text, patterns.as_ref(), args)? };
    target::can_be_read(&text, args.output.as_deref().unwrap_or(&args.file))?;
    let written = match args.to {
        Form::Apdu => Written::Text(text),
        Form::Scriptor => Written::Text(script(&parse(text, &name)?, &name, args.slot)?),
        Form::Json => Written::Json(parse(text, &name)?),
    };
    match &args.output {
        None => written.write_out()?,
        // It may have the codes of the log.
        Some(path) => writing::replace_private(path, |out| written.write(out))
            .map_err(|error| Failure::file("write", path, &error))?,
    }
    Ok(code)
}

/// The text of a log, of [`LONGEST`] bytes at most, in UTF-8 or UTF-16. Bytes that are no text, such as a reader's name
/// in another coding, do not matter to it.
fn read(path: &Path) -> Result<String, Failure> {
    let bytes = if path == Path::new("-") {
        reading::bytes(io::stdin().lock(), path, LONGEST)
    } else {
        // Only standard input may be silent for as long as it likes: its log comes as things happen.
        let its_path = path.to_owned();
        reading::patiently(path, move |file| Ok(reading::bytes(file, &its_path, LONGEST)))
            .map_err(|error| Failure::file("read", path, &error))?
    };
    let bytes = bytes.map_err(cards::failure)?;
    Ok(reading::decoded(&bytes).map_or_else(|error| error.readable, Cow::into_owned))
}

/// A log as a trace. What was not understood is said, and makes the code one of a finding.
///
/// A log without any command is refused: its trace would check nothing.
fn import(log: &str, patterns: Option<&Patterns>, args: &Args) -> Result<(String, u8), Failure> {
    let (imported, format) = match patterns {
        Some(patterns) => (patterns.import(log), None),
        None => {
            let format = args.from.or_else(|| Format::detect(log)).ok_or_else(|| unknown(log, args))?;
            (convert::import(log, format), Some(format))
        }
    };
    let Imported { text, commands, unread } = imported;
    let name = format.map_or("by your patterns", Format::name);
    output::say(format_args!("{}: {name}, {}", shown::path(&args.file), counted(commands, "command")));
    for line in unread.iter().take(MOST_NAMED) {
        output::say(format_args!("{}:{}: {line}", shown::path(&args.file), line.line));
    }
    if let Some(more) = unread.len().checked_sub(MOST_NAMED).filter(|&more| more > 0) {
        output::say(format_args!("and {} not understood; all are comments in the trace", counted(more, "more line")));
    }
    if commands == 0 {
        return Err(match format {
            Some(format) => without_command(log, format, args),
            None => Failure::usage(
                format!("no pattern finds a command in {}", shown::path(&args.file)),
                "a pattern fits a part of a line; see that it is written as the lines are",
            ),
        });
    }
    Ok((text, if unread.is_empty() { exit::DONE } else { exit::FOUND }))
}

fn unknown(log: &str, args: &Args) -> Failure {
    if let Some(form) = Foreign::of(log) {
        let what = format!("{} is {}, of which convert makes no trace", shown::path(&args.file), form.name());
        return Failure::usage(what, format!("{}; or write a --pattern for its lines", form.advice()));
    }
    let known = Format::ALL.map(|(name, _)| name).join(", ");
    Failure::usage(
        format!("nothing in {} looks like a log of card commands", shown::path(&args.file)),
        format!(
            "name the program that wrote it with --from: {known}; give a table a first line with names such as \
             direction,data; or write a --pattern for the lines, such as 'TX (?<command>.*)'"
        ),
    )
}

fn without_command(log: &str, format: Format, args: &Args) -> Failure {
    let hint = match Format::detect(log).filter(|&other| other != format) {
        Some(other) => format!("it looks like a log of another program: --from {}", other.name()),
        None => "see that the program logs the commands too".to_owned(),
    };
    let what = format!("there is no command in {}, if {} wrote it", shown::path(&args.file), format.name());
    Failure::usage(what, hint)
}

/// What is written.
enum Written {
    Text(String),
    /// A trace, of which each step is put into JSON when it is written.
    Json(Trace),
}

impl Written {
    fn write_out(&self) -> io::Result<()> {
        match self {
            Self::Text(text) => output::document(text.as_bytes()),
            Self::Json(_) => self.write(output::json_stdout()),
        }
    }

    fn write(&self, mut out: impl Write) -> io::Result<()> {
        match self {
            Self::Text(text) => out.write_all(text.as_bytes())?,
            Self::Json(trace) => {
                convert::json(trace, &mut out)?;
                out.write_all(b"\n")?;
            }
        }
        out.flush()
    }
}

fn parse(text: String, name: &str) -> Result<Trace, Failure> {
    Trace::parse(Arc::new(Source { name: name.to_owned(), text })).map_err(Failure::Invalid)
}

/// The script for one slot of a trace.
fn script(trace: &Trace, name: &str, slot: usize) -> Result<String, Failure> {
    if slot >= trace.slots().len() {
        let last = trace.slots().len() - 1;
        return Err(Failure::usage(
            format!("{} has no slot {slot}", shown::line(name)),
            format!("slots go from 0 to {last}"),
        ));
    }
    let (script, unsaid) = convert::scriptor(trace, slot);
    for step in unsaid {
        output::say(format_args!("{}:{}: a script cannot say this: {}", shown::line(name), step.line, step.what));
    }
    Ok(script)
}
