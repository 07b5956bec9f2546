//! `virtuale opposition check`.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;

use super::{Age, Lists, age, show::opposed};
use crate::{
    cli::{Exit, Failure, cards, exit, language::Language, options::Reproducible, output},
    lists::opposition::{Entry, Freshness, Opposition, Serial},
    profile::{
        Profile,
        families::{Family, vitale::Vitale},
        said::{Bilingual, Said, said},
        tree::Node,
    },
    shown,
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
        let serial = serial(card, &args.lists.reproducible)?;
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

/// The serial number of a card.
fn serial(card: &Path, reproducible: &Reproducible) -> Result<Serial, Failure> {
    serial_of(&cards::profile(card, reproducible)?).ok_or_else(|| {
        let card = shown::path(card);
        let message = said!(
            en: "{card} has no serial number by which a list could oppose it",
            fr: "{card} n'a pas de numéro de série par lequel une liste pourrait la mettre en opposition",
        );
        let hint = said!(en: "name a carte Vitale", fr: "nommer une carte Vitale");
        Failure::usage(message, hint)
    })
}

/// The serial number of a carte Vitale; other cards have numbers of another kind.
pub(super) fn serial_of(profile: &Profile) -> Option<Serial> {
    let is_vitale = profile.layout().family().name() == Vitale.name();
    Serial::new(profile.data().at("carte.numero_serie").and_then(Node::text).filter(|_| is_vitale)?)
}

fn text(lists: &Opposition, found: &[Card], today: Date, language: Language) -> String {
    let lines = found.iter().map(line).chain([age(lists, today)]);
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
