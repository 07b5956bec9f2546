//! `virtuale record`: a real card, relayed and recorded.

use std::{ffi::OsString, path::PathBuf, process::Command};

use super::{
    Exit, Failure,
    options::Reproducible,
    output,
    relay::{At, broken, relay},
    system::{self, Supervisor},
    target,
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
    /// The name of the PC/SC reader with the card, which the command's own reader has too; each further one is another
    /// slot of the trace
    #[arg(long = "reader", required = true, value_name = "NAME")]
    readers: Vec<String>,
    #[command(flatten)]
    at: At,
    /// The trace to write
    #[arg(short, long, value_name = "FILE", value_parser = target::file())]
    output: PathBuf,
    #[command(flatten)]
    reproducible: Reproducible,
    /// The command to run and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Runs the command with readers of its own, in which the real cards answer.
pub(super) fn run(args: &Args) -> Exit {
    let mut host = args.reproducible.host().record(&args.output).remark(REMARK);
    let mut troubles = Vec::new();
    for (slot, reader) in args.readers.iter().enumerate() {
        // A card is in use as long as this process lives, and so is the connection.
        let service = Box::leak(Box::new(args.at.service(reader)?));
        let connection = service.connect(reader).map_err(|error| broken(reader, &error))?;
        let trouble = Trouble::default();
        let mut card = relay(connection, &trouble)?;
        if card.is_in_field() {
            host = host.contactless(slot);
        }
        host = host.card_made(reader, Box::new(card)).slot_name(reader);
        troubles.push((reader, trouble));
    }
    let host = host.refuse_stop("these readers live as long as the command of their `virtuale record`").prepare()?;
    // A signal ends what waits for the real readers, but leaves no folder behind.
    let supervisor = Supervisor::listen().map_err(|error| Failure::Environment(error.to_string().into(), None))?;
    let host = host.open()?;
    let Some((program, arguments)) = args.command.split_first() else { return Err(Failure::Explained) };
    let code = supervisor.run(host.attach(Command::new(system::program(program)).args(arguments)));
    host.leave().iter().for_each(output::say);
    match troubles.into_iter().find_map(|(reader, trouble)| Some((reader, trouble.take()?))) {
        Some((reader, error)) => Err(broken(reader, &error)),
        None => code.map(system::hand_on),
    }
}
