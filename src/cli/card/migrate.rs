//! `virtuale card migrate`.

use std::path::PathBuf;

use crate::{
    cli::{
        Exit, cards, exit,
        language::Language,
        messages::Keep,
        options::{Reproducible, number},
        output,
    },
    host::state::{Migrated, Moved, State},
    shown,
};

const EXAMPLES: &str = "\
Examples:
  virtuale card migrate --state cards my-card.toml
  virtuale card migrate --state cards --now 2026-03-01 my-card.toml";

/// Arguments of `card migrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A card file, or the name of a built-in card
    #[arg(value_name = "CARD")]
    card: PathBuf,
    /// The folder in which the card is kept
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
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

/// What `--json` prints.
#[derive(serde::Serialize)]
struct Report<'a> {
    card: &'a str,
    from: &'a str,
    to: &'a str,
    moved: Vec<Elements<'a>>,
    stood: Vec<Elements<'a>>,
}

/// Elements of a file.
#[derive(serde::Serialize)]
struct Elements<'a> {
    file: &'a str,
    elements: &'a [String],
}

impl<'a> Elements<'a> {
    fn of(of: &'a Moved) -> Self {
        Self { file: &of.file, elements: &of.elements }
    }
}

impl Args {
    /// The language of what is said.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Moves the dates, and says which.
pub(super) fn run(args: &Args) -> Exit {
    let profile = cards::profile(&args.card, &args.reproducible)?;
    let state = State::find(&args.state)?;
    let card = state.meant(&profile, args.number)?;
    let migrated = state.migrate(&profile, &card)?;
    if args.json {
        let Migrated { from, to, moved, stood } = &migrated;
        let [moved, stood] = [moved, stood].map(|all| all.iter().map(Elements::of).collect());
        output::print_json(&Report { card: &card, from, to, moved, stood })?;
    } else {
        output::print(page(&card, &migrated, args.language()))?;
    }
    Ok(exit::DONE)
}

fn page(card: &str, migrated: &Migrated, language: Language) -> String {
    let Migrated { from, to, moved, stood } = migrated;
    let head = match (from == to, moved.is_empty() && stood.is_empty()) {
        (true, _) => Keep::SameDay { card, day: to }.text(language),
        (false, true) => Keep::NoDates { card, from, to }.text(language),
        (false, false) => Keep::Migrated { card, from, to }.text(language),
    };
    let line = |of: &Moved| {
        let elements = of.elements.join(", ");
        format!("  {}: {}\n", shown::line(&of.file), shown::line(&elements))
    };
    let mut page = format!("{head}\n");
    moved.iter().for_each(|of| page.push_str(&line(of)));
    if !stood.is_empty() {
        page.push_str(&Keep::Stood.text(language));
        page.push('\n');
        stood.iter().for_each(|of| page.push_str(&line(of)));
    }
    page
}
