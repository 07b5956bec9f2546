//! `virtuale record`: a real card, relayed and recorded.

use std::{ffi::OsString, path::PathBuf, process::Command};

use super::{
    Exit, Failure,
    options::Reproducible,
    output,
    relay::{At, broken, relay},
    supervise::Supervisor,
};
use crate::terminal::transport::relay::Trouble;

const EXAMPLES: &str = "\
Examples:
  virtuale record --reader \"Gemalto PC Twin Reader 00 00\" -o visit.apdu -- ./billing-software

Exit codes: those of the command; 128+n when signal n killed it; 126 when the command cannot be
run; 127 when it is not found; 4 when the transport to the card broke.";

/// What the trace says first.
const REMARK: &str = "recorded from a real card: redact it before it is kept or shown";

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
    let card = relay(connection, &trouble)?;
    let host = args.reproducible.host().card_made(&args.reader, Box::new(card)).record(&args.output).remark(REMARK);
    let host = host.refuse_stop("this reader lives as long as the command of its `virtuale record`").start()?;
    let Some((program, arguments)) = args.command.split_first() else { return Err(Failure::Explained) };
    let code = supervisor.run(host.attach(Command::new(program).args(arguments)));
    host.leave().iter().for_each(output::say);
    match trouble.take() {
        Some(error) => Err(broken(&args.reader, &error)),
        None => code,
    }
}
