//! The life of a card, row by row of the law's table, and on any day.

use std::{path::Path, sync::Arc};

use jiff::{Span, civil::Date};
use proptest::prelude::*;

use super::{CardFacts, Known, Life, Period, Remark, judge, opposed_on, view};
use crate::{
    lists::{
        Lists,
        opposition::{self, Entry, Opposition, Reason, Serial},
        tod::Tod,
    },
    profile::{Options, Profile, diagnostic::Source, parse, tree::CardDate},
    terminal::toy::date,
};

fn day(text: &str) -> CardDate {
    date(text).expect("a date")
}

fn civil(text: &str) -> Date {
    text.parse().expect("a day")
}

/// A card of 2024-01-15 that was updated on a day.
fn card(updated: &str) -> CardFacts {
    CardFacts {
        serial: Some("10000077".into()),
        validity: Period { start: date("2024-01-15"), end: date("2029-01-14") },
        updated: date(updated),
        ..CardFacts::default()
    }
}

/// What the issuer of a card with these events knows on a day, and what its chip says.
fn with_events(events: &str, today: &str) -> (Life, Profile) {
    let events = events.lines().filter_map(|line| line.split_once(' ')).map(|(date, what)| {
        let (what, end) = what.split_once(' ').unwrap_or((what, ""));
        let end = if end.is_empty() { String::new() } else { format!("fin = \"{end}\"\n") };
        format!("[[evenement]]\ntype = \"{what}\"\ndate = \"{date}\"\n{end}")
    });
    let text = format!(
        "layout = \"vitale2\"\n[carte]\nnumero_serie = \"10000077\"\n{}[assure]\nnir = \"1 85 19 75 999 001\"\n\
         nom = \"MARTIN\"\nprenom = \"CAMILLE\"\nnaissance = \"1985-19-01\"\n",
        events.collect::<String>()
    );
    let (today, source) = (civil(today), Source { name: "events.toml".into(), text });
    let profile = parse(source, None, &Options { today, seed: 0 }).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let data = profile.data();
    (judge(&view::volet(data).card, &Known::of_events(data, today), today.into()), profile)
}

/// What is told of a card but that it is one for tests.
fn told(life: &Life) -> Vec<Remark> {
    life.remarks.iter().filter(|remark| **remark != Remark::TestCard).cloned().collect()
}

/// A card of events, day by day: whether it can be used, whether it pays, and what is told.
type Row = (&'static str, bool, bool, &'static [&'static str]);

fn holds(events: &str, rows: &[Row]) {
    for (today, accepts, pays, codes) in rows {
        let (life, _) = with_events(events, today);
        let told = told(&life);
        let codes_of = told.iter().map(|remark| serde_json::to_value(remark).expect("JSON")["code"].clone());
        let codes_of: Vec<_> = codes_of.collect();
        let found: Vec<&str> = codes_of.iter().filter_map(|code| code.as_str()).collect();
        assert_eq!((life.accepts(), life.pays(), found), (*accepts, *pays, codes.to_vec()), "{today}: {told:?}");
        let without = told.iter().find(|remark| remark.bearing() > super::Bearing::None && remark.article().is_none());
        assert_eq!(without, None, "{today}: it says no article");
    }
}

/// Valid for five years; the issuer may extend it by an update [ARRETE-SANS0721151A 9].
#[test]
fn valid_for_five_years_and_longer_by_an_update() {
    let events = "2021-01-15 emission\n2025-01-15 mise_a_jour\n2026-01-01 prolongation 2028-01-14\n";
    holds(
        events,
        &[
            ("2021-01-14", false, false, &["card_not_yet_valid"]),
            ("2021-01-15", true, true, &[]),
            ("2025-12-31", true, true, &["card_ends_soon"]),
            ("2026-01-15", true, true, &[]),
            ("2028-01-14", true, false, &["card_ends_soon", "update_overdue"]),
            ("2028-01-15", false, false, &["card_expired", "update_overdue"]),
        ],
    );
    holds(
        "2021-01-15 emission\n2025-01-15 mise_a_jour\n",
        &[("2026-01-14", true, true, &["card_ends_soon"]), ("2026-01-15", false, false, &["card_expired"])],
    );
    holds("2021-01-15 emission 2021-06-30\n", &[("2021-07-01", false, false, &["card_expired"])]);
}

/// A yearly update, counted from the issue; without it third-party payment is suspended until there is one. One for a
/// change within the year counts [ARRETE-SANS0721151A 8].
#[test]
fn without_the_yearly_update_nobody_pays_for_the_patient() {
    holds(
        "2024-01-15 emission\n2024-03-01 mise_a_jour\n2027-05-20 mise_a_jour\n",
        &[
            ("2025-01-15", true, true, &[]),
            // The update of the first year counts for it: the next is due in the second, until its end.
            ("2026-01-15", true, true, &[]),
            ("2026-01-16", true, false, &["update_overdue"]),
            ("2027-05-19", true, false, &["update_overdue"]),
            ("2027-05-20", true, true, &[]),
            ("2028-06-01", true, true, &[]),
        ],
    );
    // The issue itself is the update of no year.
    holds(
        "2024-01-15 emission\n",
        &[("2025-01-15", true, true, &[]), ("2025-01-16", true, false, &["update_overdue"])],
    );
    // A change that is loaded is an update as any other.
    holds(
        "2024-01-15 emission\n2025-01-10 changement\n2025-01-14 mise_a_jour\n",
        &[("2026-01-15", true, true, &[]), ("2026-01-16", true, false, &["update_overdue"])],
    );
}

/// A change is loaded within a month, else the card cannot be used until it is [ARRETE-SANS0721151A 8].
#[test]
fn a_change_is_loaded_within_a_month_or_the_card_waits() {
    holds(
        "2025-12-01 emission\n2026-01-31 changement\n2026-03-10 mise_a_jour\n",
        &[
            ("2026-01-30", true, true, &[]),
            ("2026-01-31", true, true, &["change_to_load"]),
            ("2026-02-28", true, true, &["change_to_load"]),
            ("2026-03-01", false, false, &["card_opposed"]),
            ("2026-03-10", true, true, &[]),
        ],
    );
    let (life, _) = with_events("2025-12-01 emission\n2026-01-15 mutation\n", "2026-02-16");
    let since = date("2026-02-16");
    assert_eq!(told(&life), [Remark::CardOpposed { reason: Reason::BodyChanged, since }]);
    // The month of the first change runs on when there is a second.
    let (life, _) = with_events("2025-12-01 emission\n2026-01-15 changement\n2026-02-01 changement\n", "2026-02-01");
    assert_eq!(told(&life), [Remark::ChangeToLoad { until: day("2026-02-15") }]);
}

/// Lost, stolen, denounced and not returned cards are on the opposition list, as long as they are out and valid
/// [CSS-R161 33-3, 33-7].
#[test]
fn lost_stolen_denounced_and_not_returned_cards_are_opposed() {
    for (what, reason) in [
        ("perte", Reason::Lost),
        ("vol", Reason::Stolen),
        ("fraude", Reason::Fraud),
        ("denonciation", Reason::Denounced),
    ] {
        let events = format!("2025-12-01 emission\n2026-01-20 {what}\n");
        assert!(with_events(&events, "2026-01-19").0.accepts(), "{what}");
        let (life, profile) = with_events(&events, "2026-01-20");
        assert_eq!(told(&life), [Remark::CardOpposed { reason, since: date("2026-01-20") }], "{what}");
        let entry = opposed_on(profile.data(), civil("2026-01-20")).expect("an entry");
        assert_eq!((entry.reason, entry.serial.number()), (reason, 10_000_077), "{what}");
        assert_eq!(opposed_on(profile.data(), civil("2030-12-01")), None, "it is not valid any more");
    }
    holds(
        "2025-12-01 emission\n2026-01-20 perte\n2026-01-25 levee\n2026-02-01 mise_a_jour\n",
        &[("2026-01-24", false, false, &["card_opposed"]), ("2026-01-25", true, true, &[])],
    );
    holds(
        "2025-12-01 emission\n2026-01-20 remplacement\n2026-02-20 non_restitution\n",
        &[
            ("2026-01-20", false, false, &["card_replaced"]),
            ("2026-02-20", false, false, &["card_opposed", "card_replaced"]),
        ],
    );
    holds(
        "2025-12-01 emission\n2026-01-20 remplacement\n2026-02-20 restitution\n",
        &[("2026-02-20", false, false, &["card_returned"])],
    );
}

/// An issuer blocks a card and takes it back [ARRETE-SANS0721151A 2]; that is on the chip.
#[test]
fn a_blocked_card_waits_until_it_is_unblocked() {
    let events = "2025-12-01 emission\n2026-01-20 blocage\n2026-02-01 deblocage\n";
    holds(
        events,
        &[
            ("2026-01-19", true, true, &[]),
            ("2026-01-20", false, false, &["card_blocked"]),
            ("2026-02-01", true, true, &[]),
        ],
    );
    let state =
        |today| with_events(events, today).1.data().at("carte.etat").and_then(|node| node.text().map(str::to_owned));
    let states = ["2026-01-19", "2026-01-20", "2026-02-01"].map(state);
    assert_eq!(states.each_ref().map(Option::as_deref), [None, Some("bloquee"), Some("active")]);
}

/// What a terminal knows without any list is on the chip: the rest is its issuer's.
#[test]
fn the_chip_says_what_it_knows_and_nothing_else() {
    let events = "2025-12-01 emission\n2026-01-02 mise_a_jour\n2026-01-20 vol\n";
    let (_, profile) = with_events(events, "2026-01-21");
    let facts = view::volet(profile.data()).card;
    let (validity, updated) = (Period { start: date("2025-12-01"), end: date("2030-11-30") }, date("2026-01-02"));
    assert_eq!((facts.validity, facts.updated, facts.state.clone()), (validity, updated, None));
    let life = judge(&facts, &Known::default(), day("2026-01-21"));
    assert!(life.pays(), "nobody told the terminal: {life:?}");
    let entry = opposed_on(profile.data(), civil("2026-01-21")).expect("an entry");
    let list = opposition::monthly(civil("2026-01-21"), &[entry]);
    let life = judge(&facts, &asked(&list, &facts, "2026-01-22"), day("2026-01-22"));
    assert_eq!(told(&life), [Remark::CardOpposed { reason: Reason::Stolen, since: date("2026-01-20") }]);
}

/// What a list says of a card on a day.
fn asked(list: &str, card: &CardFacts, today: &str) -> Known {
    let list = Arc::new(Source { name: "a.loe".into(), text: list.to_owned() });
    let opposition = Opposition::of(&[list], civil(today)).expect("a list");
    let lists = Lists { opposition: Some(opposition), tod: None };
    Known::of_lists(&lists, card, &super::Insured::default(), civil(today))
}

/// After seven days without a list no card is accepted [OPPOSITION-LISTS days]; nor is one that says no number.
#[test]
fn no_card_is_accepted_by_an_old_list_or_without_a_number() {
    let list = opposition::monthly(civil("2026-01-20"), &[]);
    let of = |today: &str| judge(&card("2026-01-15"), &asked(&list, &card("2026-01-15"), today), day(today));
    assert!(of("2026-01-27").pays());
    let old = Remark::OppositionTooOld { date: day("2026-01-20"), days: 8 };
    assert_eq!((of("2026-01-28").remarks, of("2026-01-28").accepts()), (vec![old], false));
    let nameless = CardFacts { serial: None, ..card("2026-01-15") };
    let life = judge(&nameless, &asked(&list, &nameless, "2026-01-21"), day("2026-01-21"));
    assert_eq!((&life.remarks[..], life.accepts()), (&[Remark::NoSerialNumber][..], false));
}

/// Renumbered bodies leave old cards unusable, unless the table of destinations follows them
/// [WIKIPEDIA-VITALE destinations].
#[test]
fn a_card_of_a_body_that_is_gone_needs_a_table_that_follows_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lists/tod.toml");
    let today = civil("2026-02-15");
    let lists = Lists { opposition: None, tod: Some(Tod::open(&path, today).expect("a table")) };
    let of = |caisse: Option<&str>| {
        let caisse = caisse.map(str::to_owned);
        let (regime, centre) = (Some("01".to_owned()), Some("0001".to_owned()));
        let insured = super::Insured { regime, body: caisse, centre, ..super::Insured::default() };
        judge(&card("2026-01-15"), &Known::of_lists(&lists, &card("2026-01-15"), &insured, today), today.into())
    };
    assert_eq!(of(Some("349")), Life::default());
    let merged = of(Some("344"));
    let (from, into) = ("01 344 0001".into(), "01 349 9881".into());
    assert_eq!((&merged.remarks[..], merged.pays()), (&[Remark::BodyMerged { from, into }][..], true));
    let gone = of(Some("999"));
    let body = Some("01 999 0001".into());
    assert_eq!((&gone.remarks[..], gone.accepts()), (&[Remark::NoDestination { body }][..], false));
    assert_eq!(of(None).remarks, [Remark::NoDestination { body: None }]);
}

proptest! {
    /// On any day: what cannot be used does not pay; a card is in its validity exactly between its two days; an update
    /// makes nothing worse on that day; and what was once missed stays so until the next update.
    #[test]
    fn days_go_by(issued in 0_i32..3000, updated in 0_i32..4000, today in 0_i32..4000) {
        let begin = civil("2019-02-28");
        let on = |days: i32| begin.checked_add(Span::new().days(days)).expect("a day");
        let (issue, now) = (on(issued), on(today));
        let last = on(issued.max(updated.min(today)));
        let end = issue.checked_add(Span::new().years(5)).and_then(|end| end.yesterday()).expect("a day");
        let facts = |last: Date| CardFacts {
            validity: Period { start: Some(issue.into()), end: Some(end.into()) },
            updated: Some(last.into()),
            ..CardFacts::default()
        };
        let life = |last, now: Date| judge(&facts(last), &Known::default(), now.into());
        prop_assert!(life(last, now).accepts() || !life(last, now).pays());
        prop_assert_eq!(life(last, now).accepts(), (issue..=end).contains(&now));
        if now >= issue {
            prop_assert_eq!(life(now, now).pays() || now == issue, life(now, now).accepts() || now == issue);
            let overdue = |now| life(last, now).remarks.contains(&Remark::UpdateOverdue { last: last.into() });
            prop_assert!(!overdue(now) || overdue(now.tomorrow().expect("a day")));
            // Nobody is late within a year of an update, and everybody is after two.
            let year = |years| last.checked_add(Span::new().years(years)).expect("a day");
            prop_assert!(!overdue(year(1)) && overdue(year(2).checked_add(Span::new().days(2)).expect("a day")));
        }
    }

    /// What the list of a day has is what is told of a card on that day, for every reason.
    #[test]
    fn who_is_listed_is_told(listed in proptest::option::of(0_usize..7), ago in 0_i32..20) {
        let today = civil("2026-02-15");
        let made = today.checked_sub(Span::new().days(ago)).expect("a day");
        let serial = Serial::new("10000077").expect("digits");
        let entry = listed.map(|reason| Entry { serial, reason: Reason::ALL[reason], since: None });
        let list = opposition::monthly(made, &entry.into_iter().collect::<Vec<_>>());
        let facts = card("2026-01-15");
        let life = judge(&facts, &asked(&list, &facts, "2026-02-15"), today.into());
        prop_assert_eq!(life.accepts(), listed.is_none() && ago <= opposition::GOOD_FOR);
    }
}
