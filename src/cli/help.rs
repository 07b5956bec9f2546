//! `virtuale help`: what the help page of a verb says.

use clap::CommandFactory;

use super::{Cli, Exit, Failure, exit, output};

const EXAMPLES: &str = "\
Examples:
  virtuale help
  virtuale help exec
  virtuale help card new";

/// Arguments of `help`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The verb, and the verb below it [default: the program]
    #[arg(value_name = "VERB")]
    verbs: Vec<String>,
}

/// Prints what `virtuale VERB --help` prints.
pub(super) fn run(args: &Args) -> Exit {
    let mut program = Cli::command();
    program.build();
    let mut command = &mut program;
    for verb in &args.verbs {
        let names: Vec<_> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
        let above = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
        let Some(below) = command.find_subcommand_mut(verb) else {
            let hint = match names.as_slice() {
                [] => format!("see: {above} --help"),
                names => format!("its verbs are {}", names.join(", ")),
            };
            return Err(Failure::usage(format!("`{above}` has no verb {verb:?}"), hint));
        };
        command = below;
    }
    output::print(command.render_long_help().ansi())?;
    Ok(exit::DONE)
}
