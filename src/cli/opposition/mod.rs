//! `virtuale opposition`: which cards are opposed.

mod check;
mod make;
mod show;

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;
use serde::Serialize;

use super::{Exit, Failure, cards, language::Language, options::Reproducible};
use crate::{
    lists::opposition::{Freshness, GOOD_FOR, Opposition},
    profile::said::{Bilingual, said},
    terminal::pages,
};

/// Arguments of `opposition`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// The verbs below `opposition`. What stands here is what their help pages say.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Say of cards whether they are opposed, and of the lists whether they are in order and still good
    ///
    /// The exit code is 1 if a card is opposed, or if the lists are too old to accept any card.
    Check(check::Args),
    /// Write a list: of the lines of a text, and of what happened to the cards of card files
    ///
    /// The list is of the day of --now. Without --since it is a monthly list; with it an increment, which has what
    /// changed since those lists.
    Make(make::Args),
    /// Say what lists there are, how old they are, and how many cards they have
    Show(show::Args),
}

/// The lists, and the day.
#[derive(Debug, clap::Args)]
struct Lists {
    /// A monthly list, then the increments behind it in the order of their days; or a folder with them, where monthly
    /// lists end in .loe and increments in .loi
    #[arg(required = true, value_name = "LIST")]
    lists: Vec<PathBuf>,
    /// The language of what is said [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reproducible: Reproducible,
}

impl Args {
    /// The language of mistakes and of what is said.
    pub(super) fn language(&self) -> Language {
        match &self.verb {
            Verb::Check(args) => args.language(),
            Verb::Make(args) => args.language(),
            Verb::Show(args) => args.language(),
        }
    }
}

impl Lists {
    fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }

    /// Reads them.
    fn read(&self) -> Result<Opposition, Failure> {
        Opposition::open_all(&self.lists, self.reproducible.today()).map_err(cards::failure)
    }
}

/// Runs the verb.
pub(super) fn run(args: &Args) -> Exit {
    match &args.verb {
        Verb::Check(args) => check::run(args),
        Verb::Make(args) => make::run(args),
        Verb::Show(args) => show::run(args),
    }
}

/// What `--json` prints of the age of lists.
#[derive(Debug, Serialize)]
struct Age {
    date: String,
    days: i32,
    freshness: Freshness,
}

impl Age {
    fn of(lists: &Opposition, today: Date) -> Self {
        Self { date: lists.date().to_string(), days: lists.age(today), freshness: lists.freshness(today) }
    }
}

/// How old the lists are, in a sentence.
fn age(lists: &Opposition, today: Date) -> Bilingual {
    let date = day(lists.date());
    let end = lists.date().saturating_add(jiff::Span::new().days(GOOD_FOR));
    let (end, days) = (day(end), lists.age(today));
    match lists.freshness(today) {
        Freshness::TooOld => said!(
            with date;
            en: "The last list is of {date}, {days} days ago: no card is accepted after {GOOD_FOR} days without a newer one.",
            fr: "La dernière liste est du {date}, il y a {days} jours : aucune carte n'est acceptée après {GOOD_FOR} jours sans liste plus récente.",
        ),
        _ => said!(
            with date, end;
            en: "The last list is of {date}: it is good until {end}.",
            fr: "La dernière liste est du {date} : elle vaut jusqu'au {end}.",
        ),
    }
}

/// A day as each language writes it.
fn day(day: Date) -> Bilingual {
    Bilingual::new(pages::day(day.into(), pages::Lang::En), pages::day(day.into(), pages::Lang::Fr))
}
