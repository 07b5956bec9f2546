//! `virtuale card diff`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{
    changes::{self, Comparison},
    content::Content,
};
use crate::{
    billing::groups::{DifferenceReport, differences, differences_page},
    cli::{
        Exit, exit,
        language::Language,
        options::{Reproducible, number},
        output,
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale card diff vitale2-martin vitale2-durand
  virtuale card diff vitale2-martin test.in
  virtuale card diff --state cards vitale2-martin
  virtuale card diff --state before --state cards vitale2-martin";

/// Arguments of `card diff`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A file of zones, a card file, or the name of a built-in card
    #[arg(value_name = "A")]
    first: PathBuf,
    /// What it is compared with: likewise
    #[arg(value_name = "B", required_unless_present = "state", conflicts_with = "state")]
    second: Option<PathBuf>,
    /// Compare the card that is kept of the card file A in this folder with its first day; given twice, with a copy of
    /// the folder that was made before
    #[arg(long, value_name = "DIR")]
    state: Vec<PathBuf>,
    /// Which card of the card file, where several are kept [default: the one that was made of the same text, else the
    /// first]
    #[arg(long, value_name = "NUMBER", value_parser = number::<u32>(1..=u64::from(u32::MAX)))]
    number: Option<u32>,
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
    let Some(other) = &args.second else {
        return changes::run(&Comparison {
            card: &args.first,
            folders: &args.state,
            number: args.number,
            json: args.json,
            language: args.language(),
            reproducible: &args.reproducible,
        });
    };
    let zone = |named: &Path| Content::load(named, &args.reproducible)?.into_zone(named);
    let (first, second) = (zone(&args.first)?, zone(other)?);
    let differences = differences(&first, &second);
    let printed = if args.json {
        let reports = differences.iter().map(DifferenceReport::of).collect();
        let same = differences.is_empty();
        output::print_json(&Report { left: &args.first, right: other, same, differences: reports })
    } else {
        let names = [&args.first, other].map(|name| name.to_string_lossy());
        output::print(differences_page(&differences, names.each_ref().map(|name| &**name), args.language().into()))
    };
    exit::after(if differences.is_empty() { exit::DONE } else { exit::FOUND }, printed)
}
