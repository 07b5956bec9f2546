//! `virtuale keys`: the files of the test authority.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Exit, Failure, exit, options::number, output};
use crate::{profile::authority, shown, writing};

const EXAMPLES: &str = "\
Examples:
  virtuale keys -o /tmp/keys
  virtuale keys --seed 7 -o other-authority";

/// Arguments of `keys`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Which authority; that of the seed 0 certifies the keys of cards
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number::<u64>(0..=u64::MAX))]
    seed: u64,
    /// The folder to write to; it is made if need be, and keeps the files of another authority
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

/// Writes the files and prints their names.
pub(super) fn run(args: &Args) -> Exit {
    let files = authority::files(args.seed).map_err(|error| Failure::Environment(error.to_string().into(), None))?;
    let folder = &args.output;
    fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, &error))?;
    let files: Vec<_> = files.into_iter().map(|(name, content)| (folder.join(name), content)).collect();
    if let Some((path, _)) = files.iter().find(|(path, content)| differs(path, content)) {
        let message = format!("{} exists and is not a file of the authority of seed {}", shown::path(path), args.seed);
        return Err(Failure::usage(message, "name another folder with -o, or remove it"));
    }
    let mut names = String::new();
    for (path, content) in files {
        writing::replace(&path, |out| out.write_all(&content))
            .map_err(|error| Failure::file("write", &path, &error))?;
        names.push_str(&format!("{}\n", shown::path(&path)));
    }
    output::print(names)?;
    Ok(exit::DONE)
}

/// Whether something else is at a path than this, or than nothing. A pipe is not read: it may say nothing for ever.
fn differs(path: &Path, content: &[u8]) -> bool {
    let found = fs::metadata(path);
    found.is_ok_and(|found| {
        let is_so_long = found.is_file() && found.len() == content.len() as u64;
        !is_so_long || fs::read(path).is_ok_and(|kept| kept != content)
    })
}
