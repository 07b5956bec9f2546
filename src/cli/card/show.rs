//! `virtuale card show`.

use std::path::PathBuf;

use crate::{
    cli::{Exit, cards, exit, language::Language, messages::Message, options::Reproducible, output},
    profile::Profile,
    shown::Pairs,
    terminal::{
        guides::{Guides, Written},
        pages,
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale card show vitale2-martin
  virtuale card show --json vitale2-martin";

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
        output::print_json(&pages::data_as_json(profile.data()))?;
    } else {
        let format = args.language().format();
        let face = profile.layout().family().face(profile.data());
        output::print_page(&pages::face(&face, &made_of(&profile, args.language()), format))?;
        let written = Written { data: profile.data(), today: args.reproducible.today() };
        if let Some(page) = Guides::built_in().written(profile.layout(), written, format) {
            output::print("\n")?;
            output::print_page(&page)?;
        }
    }
    Ok(exit::DONE)
}

/// What a card is made of.
fn made_of(profile: &Profile, language: Language) -> String {
    let atr = Pairs(profile.image().atr.as_bytes()).to_string();
    Message::MadeOf { layout: profile.layout().name(), atr: &atr }.text(language)
}
