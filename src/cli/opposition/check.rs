//! `virtuale opposition check`.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Age, Lists, age,
    show::{aside, opposed},
};
use crate::{
    cli::{Exit, Failure, cards, exit, language::Language, options::Reproducible, output},
    lists::opposition::{Entry, Freshness, Opposition, Serial},
    profile::said::{Bilingual, Said, said},
    shown,
    terminal::guides::{Guides, Written},
};

const EXAMPLES: &str = "\
Examples:
  virtuale opposition check lists/ --serial 10000004
  virtuale opposition check 2026-01-20.loe 2026-01-21.loi --card vitale2-martin";

/// Arguments of `opposition check`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    lists: Lists,
    /// The serial number of a card; may be given several times
    #[arg(long = "serial", value_name = "NUMBER")]
    serials: Vec<Serial>,
    /// A card file, or the name of a built-in card; may be given several times
    #[arg(long = "card", value_name = "CARD")]
    cards: Vec<PathBuf>,
}

impl Args {
    pub(super) fn language(&self) -> Language {
        self.lists.language()
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    age: Age,
    cards: Vec<Card>,
}

/// A card that was asked about.
#[derive(Serialize)]
struct Card {
    /// Its card file, if it was named by it.
    card: Option<String>,
    numero_serie: String,
    opposed: Option<Entry>,
}

/// Looks the cards up.
pub(super) fn run(args: &Args) -> Exit {
    let (lists, today) = (args.lists.read()?, args.lists.reproducible.today());
    let look_up = |card: Option<String>, serial: Serial| Card {
        card,
        numero_serie: serial.to_string(),
        opposed: lists.look_up(serial).copied(),
    };
    let mut found: Vec<Card> = args.serials.iter().map(|&serial| look_up(None, serial)).collect();
    for card in &args.cards {
        let (serial, _) = listed(card, &args.lists.reproducible)?;
        found.push(look_up(Some(card.to_string_lossy().into_owned()), serial));
    }
    let is_refused = lists.freshness(today) == Freshness::TooOld || found.iter().any(|card| card.opposed.is_some());
    let printed = if args.lists.json {
        output::print_json(&Report { age: Age::of(&lists, today), cards: found })
    } else {
        output::print(text(&lists, &found, today, args.language()))
    };
    exit::after(if is_refused { exit::FOUND } else { exit::DONE }, printed)
}

/// By which number lists know the card of a card file, and what its issuer would put on the list of the day.
///
/// # Errors
///
/// That cards of its family are on none.
pub(super) fn listed(card: &Path, reproducible: &Reproducible) -> Result<(Serial, Option<Entry>), Failure> {
    let profile = cards::profile(card, reproducible)?;
    let written = Written { data: profile.data(), today: reproducible.today() };
    Guides::built_in().listed(profile.layout(), written).ok_or_else(|| {
        let card = shown::path(card);
        let message = said!(
            en: "{card} has no serial number by which a list could oppose it",
            fr: "{card} n'a pas de numéro de série par lequel une liste pourrait la mettre en opposition",
        );
        let hint = said!(en: "name a carte Vitale", fr: "nommer une carte Vitale");
        Failure::usage(message, hint)
    })
}

fn text(lists: &Opposition, found: &[Card], today: Date, language: Language) -> String {
    let lines = found.iter().map(line).chain(aside(lists)).chain([age(lists, today)]);
    lines.map(|line| Said::from(line).text(language.into()).to_owned() + "\n").collect()
}

fn line(card: &Card) -> Bilingual {
    let serial = &card.numero_serie;
    let name = card.card.as_ref().map_or_else(String::new, |card| format!(" ({})", shown::line(card)));
    match card.opposed.as_ref().map(opposed) {
        Some(why) => said!(
            with why;
            en: "{serial}{name}: opposed ({why})",
            fr: "{serial}{name} : en opposition ({why})",
        ),
        None => said!(en: "{serial}{name}: not opposed", fr: "{serial}{name} : pas en opposition"),
    }
}
