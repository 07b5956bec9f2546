//! `virtuale card show`.

use std::{fmt::Write, path::PathBuf};

use crate::{
    cli::{Exit, cards, exit, language::Language, options::Reproducible, output},
    profile::{Profile, families::Face},
    terminal::{
        guides::{Guides, Written},
        pages::data_as_json,
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale card show vitale2-martin
  virtuale card show --json vitale2-martin";

/// How many characters fit on the card between its edges.
const WIDTH: usize = 52;

/// Arguments of `card show`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A card file, or the name of a built-in card
    #[arg(value_name = "CARD")]
    card: PathBuf,
    /// Print all that the card file says, defaults included, as JSON
    #[arg(long)]
    json: bool,
    /// The language of what is said below the card [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    reproducible: Reproducible,
}

impl Args {
    /// The language of what is said below the card.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Draws the card.
pub(super) fn run(args: &Args) -> Exit {
    let profile = cards::profile(&args.card, &args.reproducible)?;
    if args.json {
        output::print_json(&data_as_json(profile.data()))?;
    } else {
        let Face { lines, people } = profile.layout().family().face(profile.data());
        output::print(format_args!("{}\n{}", face(&lines), self::people(&people, &profile)))?;
        let written = Written { data: profile.data(), today: args.reproducible.today() };
        if let Some(page) = Guides::built_in().written(profile.layout(), written, args.language().format()) {
            output::print("\n")?;
            output::print_page(&page)?;
        }
    }
    Ok(exit::DONE)
}

/// What is printed on the card, in its edges.
fn face(lines: &[String]) -> String {
    let edge = "─".repeat(WIDTH + 2);
    let mut face = format!("╭{edge}╮\n");
    for line in lines {
        let cut: String = line.chars().take(WIDTH).collect();
        let _ = writeln!(face, "│ {cut:WIDTH$} │");
    }
    let _ = writeln!(face, "╰{edge}╯");
    face
}

/// Everybody on the card, and what it is made of.
fn people(people: &[(String, String)], profile: &Profile) -> String {
    let mut page = String::new();
    for (name, born) in people {
        let _ = writeln!(page, "  {name:<40}  {born}");
    }
    let atr: Vec<_> = profile.image().atr.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    let _ = writeln!(page, "  layout {}, ATR {}", profile.layout().name(), atr.join(" "));
    page
}
