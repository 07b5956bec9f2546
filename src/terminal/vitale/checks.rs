//! The checks that a terminal does before it relies on a card: its life, who is on it, and their rights.

use super::{Beneficiary, Known, Period, Remark, Volet, judge};
use crate::{
    profile::{nir::Nir, tree::CardDate},
    terminal::period::is_soon,
};

/// What the card's own words, and what is known beside them, mean on that day.
pub(super) fn check(volet: &Volet, known: &Known, today: CardDate) -> Vec<Remark> {
    let mut remarks = judge(&volet.card, known, today).remarks;
    if volet.insured.nir.is_none() && volet.beneficiaries.is_empty() {
        remarks.push(Remark::NobodyOnCard);
    }
    for (index, beneficiary) in volet.beneficiaries.iter().enumerate() {
        remarks.extend(person(index + 1, beneficiary, today));
    }
    let of_insured = Remark::NirWrong { person: 1 };
    if volet.insured.nir.as_deref().is_some_and(is_wrong) && !remarks.contains(&of_insured) {
        remarks.push(of_insured);
    }
    remarks
}

fn person(person: usize, beneficiary: &Beneficiary, today: CardDate) -> Vec<Remark> {
    let mut remarks = Vec::new();
    match state(&beneficiary.rights, today) {
        State::None => remarks.push(Remark::NoRightsToday { person, since: None }),
        State::Ended(end) => remarks.push(Remark::NoRightsToday { person, since: Some(end) }),
        State::Until(Some(end)) if is_soon(end, today) => remarks.push(Remark::RightsEndSoon { person, end }),
        State::Until(_) => {}
    }
    for cover in beneficiary.complementary() {
        if let State::Ended(end) = state(&[cover.period], today) {
            remarks.push(Remark::ComplementaryEnded { person, end });
        }
    }
    if beneficiary.nir.as_deref().is_some_and(is_wrong) {
        remarks.push(Remark::NirWrong { person });
    }
    remarks
}

/// Where a day stands among periods.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// In none, and none ended.
    None,
    /// In none; the last ended then.
    Ended(CardDate),
    /// In one, which ends then or is open. Of several, the one that lasts longest.
    Until(Option<CardDate>),
}

/// Where a day stands among periods.
#[must_use]
pub fn state(periods: &[Period], today: CardDate) -> State {
    let current = periods.iter().filter(|period| period.is_given() && period.covers(today));
    let longest = current.max_by_key(|period| (period.end.is_none(), period.end));
    let last = || periods.iter().filter(|period| period.is_over(today)).filter_map(|period| period.end).max();
    match longest {
        Some(period) => State::Until(period.end),
        None => last().map_or(State::None, State::Ended),
    }
}

fn is_wrong(nir: &str) -> bool {
    Nir::read(nir).is_err()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{State, check, state};
    use crate::{
        profile::tree::CardDate,
        terminal::{
            toy::{date, tree},
            vitale::{Known, Period, Remark, view},
        },
    };

    fn day(text: &str) -> CardDate {
        date(text).expect("a date")
    }

    fn found(data: &serde_json::Value, today: &str) -> Vec<Remark> {
        check(&view::volet(&tree(data)), &Known::default(), day(today))
    }

    #[test]
    fn a_good_card_has_no_remarks() {
        let card = json!({
            "carte": { "debut_validite": "2024-01-15", "fin_validite": "2029-01-14", "mise_a_jour": "2025-06-01" },
            "assure": { "nir": "172192B99900224" },
            "beneficiaire": [{ "nom": "TEST", "droits": [{ "debut": "2020-01-01" }] }],
        });
        assert_eq!(found(&card, "2026-01-15"), []);
        let overdue = Remark::UpdateOverdue { last: day("2025-06-01") };
        assert_eq!(found(&card, "2027-01-15"), [], "the year after that of the update");
        assert_eq!(found(&card, "2027-01-16"), std::slice::from_ref(&overdue));
        assert_eq!(found(&card, "2028-12-20"), [Remark::CardEndsSoon { end: day("2029-01-14") }, overdue.clone()]);
        assert_eq!(found(&card, "2029-01-15"), [Remark::CardExpired { end: day("2029-01-14") }, overdue]);
        assert_eq!(found(&card, "2024-01-14"), [Remark::CardNotYetValid { start: day("2024-01-15") }]);
    }

    #[test]
    fn a_card_without_an_end_is_doubted_after_five_years() {
        let card = json!({ "carte": { "debut_validite": "2020-02-29" }, "assure": { "nir": "172192B99900224" } });
        let past = Remark::CardPastFiveYears { start: day("2020-02-29") };
        assert!(!found(&card, "2025-02-28").contains(&past));
        assert!(found(&card, "2025-03-01").contains(&past));
    }

    #[test]
    fn each_person_is_looked_at() {
        let card = json!({
            "assure": { "nir": "172192B99900225" },
            "beneficiaire": [
                { "nom": "A", "droits": [{ "debut": "2024-01-01", "fin": "2024-12-31" }] },
                { "nom": "B", "droits": [{ "debut": "2024-01-01", "fin": "2026-01-31" }] },
                { "nom": "C", "droits": [], "amc": { "numero_b2": "1", "debut": "2024-01-01", "fin": "2025-12-31" } },
            ],
        });
        assert_eq!(
            found(&card, "2026-01-15"),
            [
                Remark::NoRightsToday { person: 1, since: Some(day("2024-12-31")) },
                Remark::NirWrong { person: 1 },
                Remark::RightsEndSoon { person: 2, end: day("2026-01-31") },
                Remark::NoRightsToday { person: 3, since: None },
                Remark::ComplementaryEnded { person: 3, end: day("2025-12-31") },
            ]
        );
        assert_eq!(found(&json!({}), "2026-01-15"), [Remark::NobodyOnCard]);
    }

    #[test]
    fn of_several_periods_the_longest_counts() {
        let of = |start: &str, end: Option<&str>| Period { start: date(start), end: end.and_then(date) };
        let periods =
            [of("2024-01-01", Some("2026-12-31")), of("2025-01-01", None), of("2020-01-01", Some("2021-01-01"))];
        assert_eq!(state(&periods, day("2026-01-15")), State::Until(None));
        assert_eq!(state(&periods[..1], day("2026-01-15")), State::Until(date("2026-12-31")));
        assert_eq!(state(&periods[2..], day("2026-01-15")), State::Ended(day("2021-01-01")));
        assert_eq!(state(&[Period::default()], day("2026-01-15")), State::None);
    }
}
