//! Periods: they run forwards, and those of one list do not overlap unless its schema lets them.
//!
//! A period includes its last day. One without a beginning has always been, one without an end stays open. What has
//! neither says nothing of days, and stands beside others.

use crate::profile::{
    card_mistake::{CardMistake, CardMistakes},
    said::{Bilingual, said},
    tree::{CardDate, Node, Span, Table},
};

/// A beginning or an end.
#[derive(Clone, Debug)]
struct Limit {
    date: CardDate,
    /// Where it was written; empty if it was not.
    span: Span,
}

/// A period.
#[derive(Clone, Debug)]
struct Period {
    begin: Option<Limit>,
    end: Option<Limit>,
    /// The header of its table.
    span: Span,
}

/// Notes if the period of a table runs backwards. `keys` are those of its beginning and its end.
pub(super) fn check_order(keys: &(String, String), table: &Table, mistakes: &mut CardMistakes) {
    let (Some(begin), Some(end)) = (limit(table, &keys.0), limit(table, &keys.1)) else { return };
    if !is_before(end.date, begin.date) {
        return;
    }
    let (written, other) = if end.span.is_empty() { (&begin, &end) } else { (&end, &begin) };
    let says = |limit: &Limit| {
        let date = limit.date;
        if limit.span == end.span {
            said!(en: "ends on {date}", fr: "finit le {date}")
        } else {
            said!(en: "begins on {date}", fr: "commence le {date}")
        }
    };
    let message = said!(en: "this period ends before it begins", fr: "cette période finit avant de commencer");
    let mistake = CardMistake::new(mistakes.source(), written.span.clone(), message).label(says(written));
    mistakes.add(if other.span.is_empty() {
        let (key, date) = (if other.span == end.span { &keys.1 } else { &keys.0 }, other.date);
        mistake.hint(said!(
            en: "\"{key}\" is {date} if it is left out: write it too",
            fr: "« {key} » vaut {date} si on l'omet : l'écrire aussi",
        ))
    } else {
        mistake.related(other.span.clone(), says(other)).hint(said!(
            en: "the end is the last day of the period, on its first day or after it",
            fr: "la fin est le dernier jour de la période : le premier jour lui-même, ou après",
        ))
    });
}

/// Notes which periods of a list overlap.
pub(super) fn check_overlap(keys: &(String, String), members: &[Node], mistakes: &mut CardMistakes) {
    let mut periods: Vec<_> = members.iter().filter_map(|member| Period::of(member, keys)).collect();
    periods.sort_by_key(|period| period.begin.as_ref().map(|begin| begin.date));
    let mut longest: Option<&Period> = None;
    for period in &periods {
        if let Some(before) = longest.filter(|before| before.reaches(period)) {
            mistakes.add(overlap(before, period, mistakes));
        }
        if longest.is_none_or(|longest| period.outlasts(longest)) {
            longest = Some(period);
        }
    }
}

/// The mistake, at the period that stands later in the text.
fn overlap(before: &Period, after: &Period, mistakes: &CardMistakes) -> CardMistake {
    let (early, early_says) = before.last();
    let (late, late_says) = after.first();
    let ((here, says), (there, there_says)) = match early.start < late.start {
        true => ((late, late_says), (early, early_says)),
        false => ((early, early_says), (late, late_says)),
    };
    let message = said!(en: "these periods overlap", fr: "ces périodes se chevauchent");
    let mistake = CardMistake::new(mistakes.source(), here, message);
    let mistake = mistake.label(said!(with says; en: "this one {says}", fr: "celle-ci {says}"));
    let mistake =
        mistake.related(there, said!(with there_says; en: "this one {there_says}", fr: "celle-ci {there_says}"));
    mistake.hint(said!(
        en: "a period includes its last day: the next begins on the day after",
        fr: "une période comprend son dernier jour : la suivante commence le lendemain",
    ))
}

impl Period {
    fn of(node: &Node, (begin, end): &(String, String)) -> Option<Self> {
        let table = node.table()?;
        let (begin, end) = (limit(table, begin), limit(table, end));
        (begin.is_some() || end.is_some()).then(|| Self { begin, end, span: node.span.clone() })
    }

    /// Whether it lasts until another begins, which does not begin before it.
    fn reaches(&self, other: &Self) -> bool {
        let limits = self.end.as_ref().zip(other.begin.as_ref());
        limits.is_none_or(|(end, begin)| !is_before(end.date, begin.date))
    }

    /// Whether it ends after another.
    fn outlasts(&self, other: &Self) -> bool {
        let limits = self.end.as_ref().zip(other.end.as_ref());
        limits.map_or(self.end.is_none(), |(this, other)| this.date > other.date)
    }

    /// Where its beginning stands, and what to say of it.
    fn first(&self) -> (Span, Bilingual) {
        match &self.begin {
            Some(limit) => {
                let date = limit.date;
                (self.place(limit), said!(en: "begins on {date}", fr: "commence le {date}"))
            }
            None => (self.span.clone(), said!(en: "has no beginning", fr: "n'a pas de début")),
        }
    }

    /// Where its end stands, and what to say of it.
    fn last(&self) -> (Span, Bilingual) {
        match &self.end {
            Some(limit) => {
                let date = limit.date;
                (self.place(limit), said!(en: "ends on {date}", fr: "finit le {date}"))
            }
            None => (self.span.clone(), said!(en: "has no end", fr: "n'a pas de fin")),
        }
    }

    fn place(&self, limit: &Limit) -> Span {
        if limit.span.is_empty() { self.span.clone() } else { limit.span.clone() }
    }
}

fn limit(table: &Table, key: &str) -> Option<Limit> {
    let node = table.get(key)?;
    Some(Limit { date: node.date()?, span: node.span.clone() })
}

/// Whether an end comes before a beginning. An end without a time of day lasts until midnight.
fn is_before(end: CardDate, begin: CardDate) -> bool {
    let begin = if (end.hour, end.minute) == (0, 0) { CardDate { hour: 0, minute: 0, ..begin } } else { begin };
    end < begin
}
