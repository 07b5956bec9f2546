//! `virtuale opposition show`.

use jiff::civil::Date;
use serde::Serialize;

use super::{Age, Lists, age, day};
use crate::{
    cli::{Exit, exit, language::Language, output},
    lists::opposition::{Entry, Opposition, Part, Reason},
    profile::said::{Bilingual, Said, counted, said},
    shown,
};

const EXAMPLES: &str = "\
Examples:
  virtuale opposition show lists/
  virtuale opposition show --cards 2026-01-20.loe 2026-01-21.loi";

/// Arguments of `opposition show`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    lists: Lists,
    /// Name every card too
    #[arg(long)]
    cards: bool,
}

impl Args {
    pub(super) fn language(&self) -> Language {
        self.lists.language()
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    age: Age,
    parts: Vec<PartReport>,
    count: usize,
    reasons: Vec<Count>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cards: Option<&'a [Entry]>,
}

#[derive(Serialize)]
struct PartReport {
    path: String,
    monthly: bool,
    date: String,
    added: usize,
    withdrawn: usize,
}

#[derive(Serialize)]
struct Count {
    reason: Reason,
    count: usize,
}

/// Prints what the lists are.
pub(super) fn run(args: &Args) -> Exit {
    let (lists, today) = (args.lists.read()?, args.lists.reproducible.today());
    if args.lists.json {
        output::print_json(&report(&lists, today, args.cards))?;
        return Ok(exit::DONE);
    }
    let language = args.language().into();
    let mut lines: Vec<Bilingual> = aside(&lists);
    lines.extend(lists.parts().iter().map(part));
    let count = counted(lists.entries().len(), "card", "carte");
    lines.push(said!(with count; en: "In all {count}:", fr: "En tout {count} :"));
    lines.extend(counts(&lists).into_iter().map(|Count { reason, count }| {
        let reason = reason.said();
        said!(with reason; en: "  {count:>7}  {reason}", fr: "  {count:>7}  {reason}")
    }));
    if args.cards {
        lines.extend(lists.entries().iter().map(|entry| {
            let (serial, state) = (entry.serial, opposed(entry));
            said!(with state; en: "{serial}  {state}", fr: "{serial}  {state}")
        }));
    }
    lines.push(age(&lists, today));
    let lines: Vec<_> = lines.into_iter().map(|line| Said::from(line).text(language).to_owned()).collect();
    output::print(lines.join("\n") + "\n")?;
    Ok(exit::DONE)
}

fn report(lists: &Opposition, today: Date, with_cards: bool) -> Report<'_> {
    let part = |part: &Part| PartReport {
        path: part.path.to_string_lossy().into_owned(),
        monthly: part.is_monthly,
        date: part.date.to_string(),
        added: part.added,
        withdrawn: part.withdrawn,
    };
    Report {
        age: Age::of(lists, today),
        parts: lists.parts().iter().map(part).collect(),
        count: lists.entries().len(),
        reasons: counts(lists),
        cards: with_cards.then(|| lists.entries()),
    }
}

/// How many cards there are for each reason that has one.
fn counts(lists: &Opposition) -> Vec<Count> {
    let count = |reason| Count { reason, count: lists.entries().iter().filter(|entry| entry.reason == reason).count() };
    Reason::ALL.into_iter().map(count).filter(|count| count.count > 0).collect()
}

/// A list in a line.
fn part(part: &Part) -> Bilingual {
    let Part { path, date, is_monthly, added, withdrawn } = part;
    let (path, date) = (shown::path(path), day(*date));
    if *is_monthly {
        let added = counted(*added, "card", "carte");
        return said!(
            with date, added;
            en: "monthly list of {date}: {added} ({path})",
            fr: "liste mensuelle du {date} : {added} ({path})",
        );
    }
    said!(
        with date;
        en: "increment of {date}: {added} added or changed, {withdrawn} withdrawn ({path})",
        fr: "incrément du {date} : ajouts ou changements {added}, retraits {withdrawn} ({path})",
    )
}

/// The lists that do not count any more, each in a line.
pub(super) fn aside(lists: &Opposition) -> Vec<Bilingual> {
    let line = |list: &Part| {
        let list = part(list);
        said!(with list; en: "set aside: {list}", fr: "mise de côté : {list}")
    };
    lists.set_aside().iter().map(line).collect()
}

/// Why a card is opposed, and since when.
pub(super) fn opposed(entry: &Entry) -> Bilingual {
    let reason = entry.reason.said();
    match entry.since.map(day) {
        Some(since) => said!(with reason, since; en: "{reason}, {since}", fr: "{reason}, {since}"),
        None => reason,
    }
}
