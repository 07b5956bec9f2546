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

/// Writes one page for the program and one for each verb, if nothing but such pages goes for them.
pub(super) fn run(args: &Args) -> Exit {
    let folder = &args.folder;
    fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, &error))?;
    let mut command = command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    render(&command, folder, &mut pages).map_err(|error| Failure::file("write man pages to", folder, &error))?;
    for (path, page) in &pages {
        if !writing::begins_with(path, title(page)).map_err(|error| Failure::file("write", path, &error))? {
            let what = format!("{} is there already, and is no man page of this program", shown::path(path));
            return Err(Failure::usage(what, "name another folder, or remove it"));
        }
    }
    for (path, page) in &pages {
        let written = writing::replace(path, |out| out.write_all(page));
        written.map_err(|error| Failure::file("write", path, &error))?;
    }
    output::say(format_args!("man pages are in {}", shown::path(folder)));
    Ok(exit::DONE)
}

/// Makes the page of a command and those of the verbs below it.
fn render(command: &Command, folder: &Path, pages: &mut Vec<(PathBuf, Vec<u8>)>) -> io::Result<()> {
    let (page, mut text) = (Man::new(command.clone()), Vec::new());
    page.render(&mut text)?;
    pages.push((folder.join(page.get_filename()), text));
    let mut verbs = command.get_subcommands().filter(|verb| !verb.is_hide_set());
    verbs.try_for_each(|verb| render(verb, folder, pages))
}

/// What a page begins with, whichever version of the program made it.
fn title(page: &[u8]) -> &[u8] {
    const TITLE: &[u8] = b".TH ";
    let title = page.windows(TITLE.len()).position(|part| part == TITLE).unwrap_or_default() + TITLE.len();
    let name = page.iter().skip(title).position(|byte| *byte == b' ').unwrap_or_default();
    page.get(..=title + name).unwrap_or(page)
}
