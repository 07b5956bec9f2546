//! `virtuale man`.

use std::{fs, path::PathBuf};

use super::{Exit, Failure, command, exit, output};
use crate::shown;

const EXAMPLES: &str = "\
Example:
  virtuale man ~/.local/share/man/man1";

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder to write them to, made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Writes one page for the program and one for each verb.
pub(super) fn run(args: &Args) -> Exit {
    let folder = &args.folder;
    fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, &error))?;
    clap_mangen::generate_to(command(), folder).map_err(|error| Failure::file("write man pages to", folder, &error))?;
    output::say(format_args!("man pages are in {}", shown::path(folder)));
    Ok(exit::DONE)
}
