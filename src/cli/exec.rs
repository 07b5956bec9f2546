//! `virtuale exec`: a command with readers of its own.

use std::{ffi::OsString, process::Command};

use super::{
    Failure, Outcome,
    instance::{Instance, Stop},
    options::Slots,
    supervise::Supervisor,
};

const EXAMPLES: &str = "\
Examples:
  virtuale exec --card fixtures/cards/vitale2-martin.toml -- pcsc_scan -r
  virtuale exec --card fixtures/cards/vitale2-martin.toml --card - -- ./billing-software

Exit codes: those of the command; 128+n when signal n killed it; 125 when exec itself failed;
126 when the command cannot be run; 127 when it is not found.";

/// Arguments of `exec`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = "virtuale exec [OPTIONS] -- CMD [ARG]...")]
pub(super) struct Args {
    #[command(flatten)]
    slots: Slots,
    /// The command to run and its arguments
    #[arg(trailing_var_arg = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Opens the readers, runs the command, and removes the readers.
pub(super) fn run(args: &Args) -> Outcome {
    // First, so that no signal finds us with a folder that nobody would remove.
    let supervisor = Supervisor::listen().map_err(|error| Failure::Environment(error.to_string(), None))?;
    let stop = Stop::Refuse("these readers live as long as the command of their `virtuale exec`");
    let instance = Instance::start(&args.slots, None, stop)?;
    let Some((program, arguments)) = args.command.split_first() else { return Err(Failure::Explained) };
    let mut command = Command::new(program);
    let code = supervisor.run(command.args(arguments).env("PCSCLITE_CSOCK_NAME", instance.socket()))?;
    instance.leave();
    Ok(code)
}
