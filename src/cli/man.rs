//! `virtuale man`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Command;
use clap_mangen::Man;

use super::{Exit, Failure, command, exit, output};
use crate::{shown, writing};

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
    let mut command = command().disable_help_subcommand(true);
    command.build();
    write(&command, folder).map_err(|error| Failure::file("write man pages to", folder, &error))?;
    output::say(format_args!("man pages are in {}", shown::path(folder)));
    Ok(exit::DONE)
}

/// Writes the page of a command and those of the verbs below it.
fn write(command: &Command, folder: &Path) -> io::Result<()> {
    let page = Man::new(command.clone());
    writing::replace(&folder.join(page.get_filename()), |mut out| page.render(&mut out))?;
    command.get_subcommands().filter(|verb| !verb.is_hide_set()).try_for_each(|verb| write(verb, folder))
}
