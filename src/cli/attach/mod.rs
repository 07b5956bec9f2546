//! `virtuale attach` and `virtuale detach`: the PC/SC library of ours beside a program of Windows, which finds it there
//! before that of the system. `exec` and what else runs a command has it there for as long as that runs.
//!
//! Nothing is written over or removed that is not ours. Whether a program looks beside itself is asked by `doctor`.

#[cfg(windows)]
mod beside;
mod image;
#[cfg(test)]
mod made;
mod pe;
mod pieces;
mod target;

use std::path::PathBuf;

#[cfg(windows)]
pub(in crate::cli) use beside::{Beside, find, is_wine_as_it_comes};
pub(in crate::cli) use image::Image;
#[cfg(test)]
pub(in crate::cli) use made::Made;
pub(in crate::cli) use pe::{Pe, Width};
pub(in crate::cli) use pieces::{LIBRARY, WAY, Whose, whose};
#[cfg(test)]
pub(in crate::cli) use target::library_of;
pub(in crate::cli) use target::{bits, is_of_windows};

use super::{Exit, Failure, exit, language::Language, messages::Attached, output};
use crate::{
    host::{self, HostName},
    shown,
};
use pieces::Piece;
use target::Target;

const EXAMPLES: &str = "\
Examples:
  virtuale attach C:\\Billing
  virtuale attach C:\\Billing\\billing.exe --name till";

const EXAMPLES_OF_DETACH: &str = "\
Examples:
  virtuale detach C:\\Billing";

/// Arguments of `attach`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder of the program, or the program, if the folder has some of 32 bits and some of 64; for a library that
    /// asks for cards, as an addon of Node.js, the folder of the library
    #[arg(value_name = "FOLDER|PROGRAM")]
    place: PathBuf,
    /// The readers that it finds, whether they run yet or not: those that `virtuale serve --name NAME` has [default:
    /// those of its environment, else the only ones that run]
    #[arg(long, value_name = "NAME", conflicts_with = "socket")]
    name: Option<HostName>,
    /// The socket of the readers that it finds
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// The language of what is said [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
}

/// Arguments of `detach`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES_OF_DETACH)]
pub(super) struct Detach {
    /// The folder, or the program, that was attached
    #[arg(value_name = "FOLDER|PROGRAM")]
    place: PathBuf,
    /// The language of what is said [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
}

impl Args {
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

impl Detach {
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Puts the library beside a program, and says what it did.
pub(super) fn run(args: &Args) -> Exit {
    let language = args.language();
    let target = Target::of(&args.place)?;
    let library = target.library()?;
    let readers = match (&args.name, &args.socket) {
        (Some(name), _) => {
            let base =
                host::place().map_err(|error| Failure::environment(error.to_string(), Attached::SetLocal.said()))?;
            Some(base.join(name.as_str()).join("pcsc"))
        }
        (None, Some(socket)) => Some(std::path::absolute(socket).unwrap_or_else(|_| socket.clone())),
        (None, None) => None,
    };
    let pieces = [Piece::library(target.folder(), library), Piece::way(target.folder(), readers.as_deref())];
    let was = [pieces[0].whose()?, pieces[1].whose()?];
    if was[0] == Whose::OursOnce {
        output::say(Attached::Replaced { path: &shown::path(pieces[0].path()) }.text(language));
    }
    for (piece, was) in pieces.iter().zip(was) {
        if piece.settle(was)? {
            output::print(format_args!("{}\n", shown::path(piece.path())))?;
        }
    }
    let programs = target.programs();
    output::say(match target.width() {
        Width::X86 => Attached::For32 { programs: &programs }.text(language),
        _ => Attached::For64 { programs: &programs }.text(language),
    });
    output::say(match (&args.name, &readers) {
        (Some(name), _) => Attached::FindsNamed { name: name.as_str() }.text(language),
        (None, Some(socket)) => Attached::FindsSocket { socket: &shown::path(socket) }.text(language),
        (None, None) => Attached::FindsOnly.text(language),
    });
    output::say(Attached::TakeAway { folder: &shown::word(target.folder()) }.text(language));
    Ok(exit::DONE)
}

/// Takes away what `attach` put there, and what a run left that was killed.
pub(super) fn detach(args: &Detach) -> Exit {
    let language = args.language();
    let folder = target::folder_of(&args.place)?;
    let mut was_there = false;
    let mut foreign = None;
    for name in [LIBRARY, WAY] {
        let path = folder.join(name);
        match whose(&path).map_err(|error| Failure::file("read", &path, &error))? {
            Whose::Nobodys => {}
            was @ (Whose::Ours | Whose::OursOnce) => {
                pieces::remove(&path)?;
                if was == Whose::OursOnce {
                    output::say(Attached::WasOnce { path: &shown::path(&path) }.text(language));
                }
                output::print(format_args!("{}\n", shown::path(&path)))?;
                was_there = true;
            }
            Whose::Others => foreign = Some(path),
        }
    }
    if let Some(path) = foreign {
        output::say(Attached::LeftOthers { path: &shown::path(&path) }.text(language));
    } else if !was_there {
        output::say(Attached::NothingThere { folder: &shown::path(&folder) }.text(language));
    }
    Ok(exit::DONE)
}
