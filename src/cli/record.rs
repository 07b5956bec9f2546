//! `virtuale record`: a real card, relayed and recorded.

use std::{ffi::OsString, path::PathBuf, process::Command};

use virtuale_engine::Card;

use super::{
    Exit, Failure,
    instance::{Instance, Loaded, Stop},
    options::{Reproducible, Slots},
    relay::{At, Relay, Trouble, broken},
    supervise::Supervisor,
    trace_file::TraceFile,
};
use crate::trace::{record::Recorder, write::Line};

const EXAMPLES: &str = "\
Examples:
  virtuale record --reader \"Gemalto PC Twin Reader 00 00\" -o visit.apdu -- ./billing-software

Exit codes: those of the command; 128+n when signal n killed it; 126 when the command cannot be
run; 127 when it is not found; 4 when the transport to the card broke.";

/// Arguments of `record`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = "virtuale record --reader NAME -o FILE [OPTIONS] -- CMD [ARG]...")]
pub(super) struct Args {
    /// The PC/SC reader with the card
    #[arg(long, value_name = "NAME")]
    reader: String,
    #[command(flatten)]
    at: At,
    /// The trace to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    reproducible: Reproducible,
    /// The command to run and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Runs the command with a reader of its own, in which the real card answers.
pub(super) fn run(args: &Args) -> Exit {
    let supervisor = Supervisor::listen().map_err(|error| Failure::Environment(error.to_string(), None))?;
    // The card is in use as long as this process lives, and so is the connection.
    let service = Box::leak(Box::new(args.at.service(&args.reader)?));
    let connection = service.connect(&args.reader).map_err(|error| broken(&args.reader, &error))?;
    let trouble = Trouble::default();
    let card = Relay::new(connection, trouble.clone())?;
    let trace_file = TraceFile::over(&args.output)?;
    head(&trace_file, &card, args);
    let card: Box<dyn Card> = Box::new(Recorder::new(Box::new(card), trace_file.tape().clone(), ""));
    let slots = Slots::of_the_house(args.reproducible.clone());
    let stop = Stop::Refuse("this reader lives as long as the command of its `virtuale record`");
    let loaded = Loaded { file: PathBuf::from(&args.reader), card };
    let instance = Instance::with_cards(vec![Some(loaded)], &slots, None, stop)?;
    let Some((program, arguments)) = args.command.split_first() else { return Err(Failure::Explained) };
    let code = supervisor.run(Command::new(program).args(arguments).env("PCSCLITE_CSOCK_NAME", instance.socket()));
    instance.leave();
    trace_file.conclude();
    match trouble.take() {
        Some(error) => Err(broken(&args.reader, &error)),
        None => code,
    }
}

/// What the trace has to say first.
fn head(trace_file: &TraceFile, card: &dyn Card, args: &Args) {
    let tape = trace_file.tape();
    tape.line("", &Line::Comment("recorded from a real card: redact it before it is kept or shown"));
    tape.line("", &Line::Now(args.reproducible.today()));
    tape.line("", &Line::Atr(card.atr().as_bytes()));
}
