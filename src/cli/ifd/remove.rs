//! `virtuale ifd remove`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::pieces::{FOLDER, failed, is_there, places};
use crate::{
    cli::{Exit, exit, language::Language, messages::Driven, output},
    shown,
};

const EXAMPLES: &str = "\
Examples:
  virtuale ifd remove --dry-run
  sudo virtuale ifd remove";

/// Arguments of `ifd remove`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Remove nothing; print what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Remove what was installed below this folder in place of /
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// The language of what is said [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
}

impl Args {
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Removes the files, or prints which they are.
pub(super) fn run(args: &Args) -> Exit {
    let mut found = Vec::new();
    for path in places(&args.root) {
        if is_there(&path)? {
            found.push(path);
        }
    }
    let language = args.language();
    if found.is_empty() {
        output::say(Driven::NothingThere.text(language));
        return Ok(exit::DONE);
    }
    for path in &found {
        if !args.dry_run {
            fs::remove_file(path).map_err(|error| failed(path, &error))?;
        }
        output::print(format_args!("{}\n", shown::path(path)))?;
    }
    if !args.dry_run {
        // Folders that only these files were in; others find them useful if this fails.
        let _ = fs::remove_dir(args.root.join("usr/local/lib/virtuale"));
        if args.root == Path::new("/") {
            let _ = fs::remove_dir(FOLDER);
        }
        output::say(Driven::Restart.text(language));
    }
    Ok(exit::DONE)
}
