//! `virtuale completions`.

use clap_complete::Shell;

use super::{Exit, command, exit, output};

const EXAMPLES: &str = "\
Examples:
  virtuale completions bash > ~/.local/share/bash-completion/completions/virtuale
  virtuale completions fish > ~/.config/fish/completions/virtuale.fish";

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

/// Prints the script.
pub(super) fn run(args: &Args) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "virtuale", &mut script);
    output::document(&script)?;
    Ok(exit::DONE)
}
