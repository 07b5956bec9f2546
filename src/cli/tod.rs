//! `virtuale tod`: where the forms of a body go.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Exit, Failure, cards, exit, language::Language, options::Reproducible, output};
use crate::{
    lists::tod::{Body, Destination, Nowhere, Tod},
    profile::{
        said::{Bilingual, Said, counted, said},
        tree::Node,
    },
    shown,
    terminal::pages,
};

const EXAMPLES: &str = "\
Examples:
  virtuale tod table.toml 01 349 9881
  virtuale tod table.toml --card vitale2-martin --json";

/// Arguments of `tod`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The table (docs/lists.md)
    #[arg(value_name = "TABLE")]
    table: PathBuf,
    /// Regime, caisse and centre of a body: 01 349 9881, in one word or in three
    #[arg(value_name = "BODY", num_args = 0..=3)]
    body: Vec<String>,
    /// A card file, or the name of a built-in card, whose body is meant; may be given several times
    #[arg(long = "card", value_name = "CARD")]
    cards: Vec<PathBuf>,
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
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    date: String,
    count: usize,
    bodies: Vec<Found>,
}

/// A body that was asked about.
#[derive(Serialize)]
struct Found {
    /// The card file, if it was named by one.
    card: Option<String>,
    organisme: Body,
    destination: Option<Destination>,
    /// Why there is none.
    #[serde(serialize_with = "reason")]
    nowhere: Option<Nowhere>,
}

/// Why the forms of a body go nowhere, as `--json` has it.
#[derive(Serialize)]
struct NowhereReport<'a> {
    reason: &'static str,
    organisme: &'a Body,
    from: Option<String>,
}

fn reason<S: serde::Serializer>(nowhere: &Option<Nowhere>, serializer: S) -> Result<S::Ok, S::Error> {
    let report = nowhere.as_ref().map(|Nowhere { body, until }| NowhereReport {
        reason: if until.is_some() { "not_yet" } else { "unknown" },
        organisme: body,
        from: until.map(|until| until.to_string()),
    });
    report.serialize(serializer)
}

/// Looks the bodies up.
pub(super) fn run(args: &Args) -> Exit {
    let today = args.reproducible.today();
    let table = Tod::open(&args.table, today).map_err(cards::failure)?;
    let mut asked = Vec::new();
    if !args.body.is_empty() {
        asked.push((None, Body::read(&args.body.concat().replace(' ', "")).ok_or_else(no_body)?));
    }
    for card in &args.cards {
        asked.push((Some(card.to_string_lossy().into_owned()), body(card, &args.reproducible)?));
    }
    let look_up = |(card, organisme): (Option<String>, Body)| {
        let found = table.destination_of(&organisme, today);
        Found { card, nowhere: found.as_ref().err().cloned(), destination: found.ok(), organisme }
    };
    let bodies: Vec<Found> = asked.into_iter().map(look_up).collect();
    let is_lost = bodies.iter().any(|found| found.destination.is_none());
    let printed = if args.json {
        output::print_json(&Report { date: table.date().to_string(), count: table.count(), bodies })
    } else {
        let lines = if bodies.is_empty() { vec![praise(&table)] } else { bodies.iter().flat_map(lines).collect() };
        let language = args.language().into();
        output::print(
            lines.into_iter().map(|line| Said::from(line).text(language).to_owned() + "\n").collect::<String>(),
        )
    };
    exit::after(if is_lost { exit::FOUND } else { exit::DONE }, printed)
}

fn no_body() -> Failure {
    let message = said!(
        en: "a body has 2 digits of the regime, 3 of the caisse and 4 of the centre",
        fr: "un organisme a 2 chiffres de régime, 3 de caisse et 4 de centre",
    );
    Failure::usage(message, said!(en: "write 01 349 9881, or 013499881", fr: "écrire 01 349 9881, ou 013499881"))
}

/// The body of a card.
fn body(card: &Path, reproducible: &Reproducible) -> Result<Body, Failure> {
    let profile = cards::profile(card, reproducible)?;
    let part = |key: &str| profile.data().at(key).and_then(Node::text);
    let parts = part("assure.code_regime").zip(part("assure.caisse")).zip(part("assure.centre"));
    let body = parts.map(|((regime, caisse), centre)| Body::new(regime, caisse, centre));
    body.ok_or_else(|| {
        let card = shown::path(card);
        let message = said!(en: "{card} has no body", fr: "{card} n'a pas d'organisme");
        Failure::usage(message, said!(en: "name a carte Vitale", fr: "nommer une carte Vitale"))
    })
}

/// `valid: of 2026-01-01, 5 rows`.
fn praise(table: &Tod) -> Bilingual {
    let (date, rows) = (day(table.date()), counted(table.count(), "row", "ligne"));
    said!(with date, rows; en: "valid: of {date}, {rows}", fr: "valide : du {date}, {rows}")
}

/// Where the forms of a body go, and by which bodies.
fn lines(found: &Found) -> Vec<Bilingual> {
    let body = &found.organisme;
    let name = found.card.as_ref().map_or_else(String::new, |card| format!(" ({})", shown::line(card)));
    let mut lines = Vec::new();
    match (&found.destination, &found.nowhere) {
        (Some(Destination { to, name: called, merged, .. }), _) => {
            let called = called.as_ref().map_or_else(String::new, |called| format!(", {}", shown::line(called)));
            lines.push(said!(en: "{body}{name}: to {to}{called}", fr: "{body}{name} : vers {to}{called}"));
            lines.extend(merged.iter().map(|merger| {
                let (from, into) = (&merger.from, &merger.into);
                let since = merger
                    .since
                    .map(day)
                    .map_or_else(Bilingual::default, |day| said!(with day; en: " on {day}", fr: " le {day}"));
                said!(
                    with since;
                    en: "  {into} took the place of {from}{since}",
                    fr: "  {into} a repris {from}{since}",
                )
            }));
        }
        (None, Some(Nowhere { body: last, until: Some(until) })) => {
            let until = day(*until);
            lines.push(said!(
                with until;
                en: "{body}{name}: nowhere; another body takes the place of {last} on {until} only",
                fr: "{body}{name} : nulle part ; un autre organisme ne reprend {last} que le {until}",
            ));
        }
        (None, _) => {
            lines.push(said!(
                en: "{body}{name}: nowhere; the table does not have it",
                fr: "{body}{name} : nulle part ; la table ne le contient pas",
            ));
        }
    }
    lines
}

/// A day as each language writes it.
fn day(day: jiff::civil::Date) -> Bilingual {
    Bilingual::new(pages::day(day.into(), pages::Lang::En), pages::day(day.into(), pages::Lang::Fr))
}
