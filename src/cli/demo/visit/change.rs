//! The caisse's part of a visit: a change that lets the insured's rights go on for a year, and the station that makes
//! it.

use std::fmt::Write;

use jiff::{ToSpan, civil::Date};

use super::counter::first;
use crate::{
    cli::options::Reproducible,
    profile::{
        change::{Amendment, Change, Subject},
        dates::calendar,
        diagnostic::Source,
        layout::Layout,
        said::Bilingual,
        schema::Schema,
        station_chance,
    },
    terminal::{
        pages::{Update, Updated},
        transport::Transport,
        update::{self, IssuerKeys, Plan, UpdateError},
        vitale::{Period, Reading},
    },
};

/// An update station in the place of the terminal.
pub(super) struct Station<'a> {
    /// The layout of the card.
    pub(super) layout: &'a Layout,
    /// Where it is.
    pub(super) place: &'a str,
    pub(super) run: &'a Reproducible,
}

/// What was changed.
pub(super) struct Changed {
    change: Change,
    keys: Schema,
    amendment: Amendment,
    plan: Plan,
    outcome: Updated,
}

impl Changed {
    /// As a page shows it.
    pub(super) fn as_page<'a>(&'a self, place: &'a str) -> Update<'a> {
        let Self { change, keys, amendment, plan, outcome } = self;
        Update { place, header: change.header(), keys, differences: &amendment.differences, plan, outcome: *outcome }
    }
}

impl Station<'_> {
    /// Proves the issuer's keys, reads the card, changes it, and reads it again; else says why the card stays as it is.
    pub(super) fn update(&self, patient: &mut dyn Transport) -> Result<Changed, Bilingual> {
        let Self { layout, place, run } = *self;
        let (today, said) = (run.today(), |error: UpdateError| error.said());
        let keys = IssuerKeys::of(layout, None, None, today).map_err(first)?;
        let keys = keys.filter(|_| layout.transaction_room().is_some());
        let keys = keys.ok_or_else(|| said(UpdateError::NotUpdatable { layout: layout.name().to_owned() }))?;
        let mut chance = station_chance(run.seed);
        let mut station = update::Station::open(patient, layout, &keys, today, &mut chance).map_err(said)?;
        let reading = station.read().map_err(said)?;
        let source = Source { name: "changement.toml".into(), text: text(&reading, today) };
        let change = Change::read(source, today).map_err(first)?;
        let subject = Subject { layout, data: &reading.data, place, base: None, atr: None };
        let amendment = change.amend(&subject).map_err(first)?;
        let plan = Plan::new(&amendment, &reading.files, layout).map_err(said)?;
        let outcome = if plan.is_empty() {
            Updated::Nothing
        } else {
            station.write(&plan).and_then(|()| station.check(&plan)).map_err(said)?;
            Updated::Done
        };
        let keys = Change::keys().map_err(first)?;
        Ok(Changed { change, keys, amendment, plan, outcome })
    }
}

/// The change file: rights for a year more, where those of the insured have an end; else it is the yearly update.
fn text(reading: &Reading, today: Date) -> String {
    let serial = reading.volet.card.serial.as_deref().unwrap_or_default();
    let rights = reading.volet.beneficiaries.first().map(|person| &person.rights[..]).unwrap_or_default();
    let more = extended(rights, today);
    let nature = if more.is_empty() { "annuelle" } else { "droits" };
    let mut text = format!("[changement]\nnumero_serie = \"{serial}\"\ndate = \"{today}\"\nnature = \"{nature}\"\n");
    for (start, end) in more {
        // Writing to a text does not fail.
        let _ = write!(text, "\n[[assure.droits]]\ndebut = \"{start}\"\nfin = \"{end}\"\n");
    }
    text
}

/// Periods of rights, of which the last one ends a year later: a year from today, if it is over. None where rights have
/// no end, or where a day is none of the calendar.
fn extended(rights: &[Period], today: Date) -> Vec<(Date, Date)> {
    let days = |period: &Period| period.start.and_then(calendar).zip(period.end.and_then(calendar));
    let mut periods = rights.iter().map(days).collect::<Option<Vec<_>>>().unwrap_or_default();
    let Some((_, last)) = periods.iter_mut().max_by_key(|(_, end)| *end) else { return Vec::new() };
    let Ok(later) = today.max(*last).checked_add(1.year()) else { return Vec::new() };
    *last = later;
    periods
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Date, Period, extended};

    #[test]
    fn the_last_rights_that_end_go_on_for_a_year() {
        let today = date(2026, 1, 15);
        let period = |start: Date, end: Option<Date>| Period { start: Some(start.into()), end: end.map(Into::into) };
        let old = period(date(2020, 1, 1), Some(date(2021, 12, 31)));
        let now = period(date(2024, 1, 15), Some(date(2027, 1, 15)));
        let open = period(date(2030, 1, 1), None);
        let right = [(date(2020, 1, 1), date(2021, 12, 31)), (date(2024, 1, 15), date(2028, 1, 15))];
        assert_eq!(extended(&[old, now], today), right);
        assert_eq!(extended(&[old], today), [(date(2020, 1, 1), date(2027, 1, 15))], "they are over");
        assert_eq!(extended(&[old, open], today), [], "they have no end");
        assert_eq!(extended(&[Period { start: None, ..now }], today), []);
    }
}
