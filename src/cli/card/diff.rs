//! `virtuale card diff`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::content::Content;
use crate::{
    billing::groups::{DifferenceReport, differences, differences_page},
    cli::{Exit, exit, language::Language, options::Reproducible, output},
};

const EXAMPLES: &str = "\
Examples:
  virtuale card diff vitale2-martin vitale2-durand
  virtuale card diff vitale2-martin test.in";

/// Arguments of `card diff`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A file of zones, a card file, or the name of a built-in card
    #[arg(value_name = "A")]
    first: PathBuf,
    /// What it is compared with: likewise
    #[arg(value_name = "B")]
    second: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The language of what is said [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    reproducible: Reproducible,
}

impl Args {
    /// The language of what is said.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    left: &'a Path,
    right: &'a Path,
    same: bool,
    differences: Vec<DifferenceReport<'a>>,
}

/// Compares the two.
pub(super) fn run(args: &Args) -> Exit {
    let zone = |named: &Path| Content::load(named, &args.reproducible)?.into_zone(named);
    let (first, second) = (zone(&args.first)?, zone(&args.second)?);
    let differences = differences(&first, &second);
    let printed = if args.json {
        let reports = differences.iter().map(DifferenceReport::of).collect();
        let same = differences.is_empty();
        output::print_json(&Report { left: &args.first, right: &args.second, same, differences: reports })
    } else {
        let names = [&args.first, &args.second].map(|name| name.to_string_lossy());
        output::print(differences_page(&differences, names.each_ref().map(|name| &**name), args.language().into()))
    };
    exit::after(if differences.is_empty() { exit::DONE } else { exit::FOUND }, printed)
}
