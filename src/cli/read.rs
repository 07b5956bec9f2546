//! `virtuale read`: the built-in terminal.

use std::path::{Path, PathBuf};

use super::{Failure, Outcome, cards, exit, language::Language, options::Reproducible, output};
use crate::{
    profile::Profile,
    terminal::{
        link::{Link, in_process},
        pages::{self, PaperCopy, Report},
        vitale::{self, ReadError, Reading},
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale read --card fixtures/cards/vitale2-martin.toml
  virtuale read --card fixtures/cards/vitale2-martin.toml --reflet --lang fr
  virtuale read --card fixtures/cards/vitale2-martin.toml --json";

/// Arguments of `read`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The card file; each further one is read after it
    #[arg(long = "card", value_name = "FILE", required = true)]
    cards: Vec<PathBuf>,
    /// Print the copy on paper (fiche reflet) that the holder may ask for
    #[arg(long)]
    reflet: bool,
    /// Leave coverage and exoneration out of the copy on paper, as the holder may ask
    #[arg(long, requires = "reflet")]
    without_exoneration: bool,
    /// Add every command that went to the card, and what was answered
    #[arg(long, conflicts_with_all = ["reflet", "json"])]
    commands: bool,
    /// Print JSON: one document for each card
    #[arg(long, conflicts_with = "reflet")]
    json: bool,
    /// The language of the page [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// Reads each card in this process and prints what it says.
pub(super) fn run(args: &Args) -> Outcome {
    let lang = args.lang.unwrap_or_else(Language::of_locale).into();
    for (index, card) in args.cards.iter().enumerate() {
        let profile = cards::profile(card, &args.reproducible)?;
        let mut link = in_process::in_process(Box::new(profile.card())).map_err(|error| unread(card, &error))?;
        let reading = reading(&mut link, &profile, card, &args.reproducible)?;
        if args.json {
            output::print_json(&Report::of(&reading, lang))?;
            continue;
        }
        if index > 0 {
            output::print("\n")?;
        }
        let page = if args.reflet {
            pages::paper_copy(&reading, PaperCopy { exoneration: !args.without_exoneration }, lang)
        } else {
            pages::reading(&reading, &card.display().to_string(), lang)
        };
        output::print_page(&page)?;
        if args.commands {
            output::print("\n")?;
            output::print_page(&pages::commands(&reading, lang))?;
        }
    }
    Ok(exit::DONE)
}

/// Reads a card over any road, with the layout that its card file names.
///
/// # Errors
///
/// That it is no Vitale, or that the road to it is gone.
pub(super) fn reading(
    link: &mut dyn Link,
    profile: &Profile,
    card: &Path,
    reproducible: &Reproducible,
) -> Result<Reading, Failure> {
    vitale::read(link, profile.layout(), reproducible.today()).map_err(|error| match error {
        ReadError::NotVitale { .. } => {
            Failure::usage(format!("{}: {error}", card.display()), "this terminal reads Vitale 2 cards")
        }
        ReadError::Link(error) => unread(card, &error),
    })
}

fn unread(card: &Path, error: &dyn std::error::Error) -> Failure {
    Failure::Environment(format!("cannot read the card of {}: {error}", card.display()), None)
}
