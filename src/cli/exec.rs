//! `virtuale exec`: a command with readers of its own.

use std::{ffi::OsString, path::PathBuf, process::Command};

use super::{
    Exit, Failure,
    drivers::Drivers,
    galss::Galss,
    library::Library,
    opensc,
    options::Slots,
    output, pin,
    system::{self, Supervisor},
    target,
};

const EXAMPLES: &str = "\
Examples:
  virtuale exec --card vitale2-martin -- pcsc_scan -r
  virtuale exec --card vitale2-martin --card - -- ./billing-software
  virtuale exec --opensc --card vitale2-martin -- pkcs15-tool --dump
  virtuale exec --galss --card vitale2-martin --card cps-lefevre -- ./billing-software
  virtuale exec --card vitale2-martin --card 'reader:Gemalto PC Twin Reader 00 00' -- ./billing-software
  virtuale exec --library --card vitale2-martin -- pcsc_scan -r
  virtuale exec --card vitale2-martin --record visit.apdu -- ./billing-software

Exit codes: those of the command; 128+n when signal n killed it; 125 when exec itself failed;
126 when the command cannot be run; 127 when it is not found.";

/// Arguments of `exec`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = "virtuale exec [OPTIONS] -- CMD [ARG]...")]
pub(super) struct Args {
    #[command(flatten)]
    slots: Slots,
    /// Also tell OpenSC which driver our cards need, through OPENSC_CONF
    #[arg(long)]
    opensc: bool,
    #[command(flatten)]
    galss: Galss,
    #[command(flatten)]
    drivers: Drivers,
    #[command(flatten)]
    library: Library,
    /// Record what the command says to the cards and what they answer, as a trace
    #[arg(long, value_name = "FILE", value_parser = target::file())]
    record: Option<PathBuf>,
    /// The command to run and its arguments
    #[arg(trailing_var_arg = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Opens the readers, runs the command, and removes the readers.
pub(super) fn run(args: &Args) -> Exit {
    if args.command.first().is_some_and(|program| program.is_empty()) {
        return Err(Failure::usage("the command has no name: its first word is empty", "name a program behind --"));
    }
    let host = args.slots.host()?.refuse_stop("these readers live as long as the command of their `virtuale exec`");
    let host = args.drivers.ask_of(args.galss.ask_of(host)?);
    args.library.check()?;
    let host = match &args.record {
        Some(file) => host.record(file),
        None => host,
    };
    let host = host.prepare().inspect_err(|_| args.slots.keeping.remarks().iter().for_each(output::say))?;
    // Not before, so that a signal ends what waits for a card file; and not later, so that none finds us with a folder
    // that nobody would remove.
    let supervisor = Supervisor::listen().map_err(|error| Failure::Environment(error.to_string().into(), None))?;
    let host = host.open()?;
    args.slots.remarks(&host).iter().for_each(output::say);
    args.record.iter().for_each(|_| pin::mention_recording(&host));
    args.drivers.mention(&host);
    let Some((program, arguments)) = args.command.split_first() else { return Err(Failure::Explained) };
    let mut command = Command::new(system::program(program));
    host.attach(command.args(arguments));
    if args.opensc {
        command.env(opensc::VARIABLE, opensc::write(host.folder())?);
    }
    args.galss.attach(&host, &mut command)?;
    args.library.attach(&host, &mut command)?;
    let code = supervisor.run(&mut command)?;
    host.leave().iter().for_each(output::say);
    Ok(system::hand_on(code))
}
