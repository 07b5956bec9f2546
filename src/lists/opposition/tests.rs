//! Lists: what is written is what is read, what is wrong is named with its place, and chains hold.

use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::{Entries, Entry, Freshness, Opposition, Reason, Serial, entries, increment, monthly, parse};
use crate::profile::{
    diagnostic::{Diagnostics, Source},
    schema::Language,
};

const TODAY: Date = date(2026, 1, 25);

fn source(name: &str, text: impl Into<String>) -> Arc<Source> {
    Arc::new(Source { name: name.into(), text: text.into() })
}

fn serial(number: u32) -> Serial {
    Serial(number)
}

fn entry(number: u32, reason: Reason, since: Option<Date>) -> Entry {
    Entry { serial: serial(number), reason, since }
}

/// A monthly list of 2026-01-20, and two increments behind it.
fn lists() -> [Arc<Source>; 3] {
    let cards = [entry(10_000_005, Reason::Stolen, None), entry(10_000_004, Reason::Lost, Some(date(2026, 1, 12)))];
    let first = [(serial(10_000_006), Some(entry(10_000_006, Reason::Fraud, None))), (serial(10_000_004), None)];
    let second = [(serial(10_000_005), Some(entry(10_000_005, Reason::NotReturned, None)))];
    [
        source("20.loe", monthly(date(2026, 1, 20), &cards)),
        source("21.loi", increment(date(2026, 1, 21), date(2026, 1, 20), &first)),
        source("23.loi", increment(date(2026, 1, 23), date(2026, 1, 21), &second)),
    ]
}

/// What is wrong, as people see it.
fn wrong(mistakes: Result<impl std::fmt::Debug, Diagnostics>) -> String {
    mistakes.expect_err("a mistake").render(false)
}

#[test]
fn a_serial_number_is_a_number() {
    assert_eq!(Serial::new("010000002"), Serial::new("10000002"));
    assert_eq!(Serial::new("10000002").map(|serial| serial.to_string()).as_deref(), Some("10000002"));
    assert_eq!(Serial::new("1").map(|serial| serial.to_string()).as_deref(), Some("00000001"));
    for digits in ["", "1234567890", "+1000000", "1000 000", "１２３４５６７８", "a"] {
        assert_eq!(Serial::new(digits), None, "{digits}");
    }
}

#[test]
fn a_monthly_list_is_written_by_number_and_sealed() {
    let text = &lists()[0].text;
    let (above, end) = text.rsplit_once("fin").expect("an end");
    assert_eq!(above, "virtuale-opposition 1\nmensuelle 2026-01-20\n10000004 perte 2026-01-12\n10000005 vol\n");
    assert_eq!(end, format!(" 2 {}\n", parse::sum(above)));
    let list = parse(&lists()[0]).expect("a list");
    assert_eq!((list.date, list.after, list.changes.len()), (date(2026, 1, 20), None, 2));
}

#[test]
fn increments_add_change_and_withdraw() {
    let lists = lists();
    let all = Opposition::of(&lists, TODAY).expect("lists");
    let reasons: Vec<_> = all.entries().iter().map(|entry| (entry.serial.number(), entry.reason)).collect();
    assert_eq!(reasons, [(10_000_005, Reason::NotReturned), (10_000_006, Reason::Fraud)]);
    assert_eq!(all.look_up(serial(10_000_004)), None);
    assert_eq!(all.look_up(serial(10_000_006)).map(|entry| entry.reason), Some(Reason::Fraud));
    assert_eq!(all.date(), date(2026, 1, 23));
    let counts: Vec<_> = all.parts().iter().map(|part| (part.is_monthly, part.added, part.withdrawn)).collect();
    assert_eq!(counts, [(true, 2, 0), (false, 1, 1), (false, 1, 0)]);
    let first = Opposition::of(&lists[..1], TODAY).expect("a list");
    assert_eq!(first.look_up(serial(10_000_004)).map(|entry| entry.since), Some(Some(date(2026, 1, 12))));
}

/// A list is good for seven days, and not on the eighth [OPPOSITION-LISTS days].
#[test]
fn a_list_is_good_for_a_week() {
    let list = Opposition::of(&lists()[..1], TODAY).expect("a list");
    for (day, freshness) in [
        (date(2026, 1, 19), Freshness::OfTheFuture),
        (date(2026, 1, 20), Freshness::Good),
        (date(2026, 1, 27), Freshness::Good),
        (date(2026, 1, 28), Freshness::TooOld),
    ] {
        assert_eq!(list.freshness(day), freshness, "{day}");
    }
}

#[test]
fn the_last_monthly_list_counts_and_may_be_of_the_day_of_an_increment() {
    let newer = source("23.loe", monthly(date(2026, 1, 23), &[entry(7, Reason::Denounced, None)]));
    let lists = [&lists()[..], &[newer]].concat();
    let list = Opposition::of(&lists, TODAY).expect("lists");
    assert_eq!(list.entries().len(), 1);
    assert_eq!(list.parts().len(), 1);
}

/// A head that was changed may not take a list out of what counts.
#[test]
fn what_is_set_aside_is_verified_too() {
    let [month, first, _] = lists();
    let older = source("10.loe", monthly(date(2026, 1, 10), &[entry(8, Reason::Lost, None)]));
    let all = Opposition::of(&[Arc::clone(&older), Arc::clone(&month), first], TODAY).expect("lists");
    assert_eq!(
        all.set_aside().iter().map(|part| (part.date, part.added)).collect::<Vec<_>>(),
        [(date(2026, 1, 10), 1)]
    );
    assert_eq!(all.parts().len(), 2);
    let forged = source("20.loe", month.text.replace("mensuelle 2026-01-20", "mensuelle 2026-01-09"));
    let told = wrong(Opposition::of(&[forged, older], TODAY));
    assert!(told.contains("20.loe:5:7") && told.contains("the check does not fit the list"), "{told}");
}

/// Of a monthly list and an increment of one day the monthly list counts, in either order; no two of a kind may be.
#[test]
fn of_two_lists_of_one_day_one_rule_holds() {
    let [month, first, _] = lists();
    let newer = source("21.loe", monthly(date(2026, 1, 21), &[entry(7, Reason::Denounced, None)]));
    for order in [[&first, &newer], [&newer, &first]] {
        let lists = [&month, order[0], order[1]].map(Arc::clone);
        let list = Opposition::of(&lists, TODAY).expect("lists");
        assert_eq!((list.entries().len(), list.parts().len(), list.set_aside().len()), (1, 1, 2));
    }
    let other = source("other.loe", monthly(date(2026, 1, 21), &[]));
    for two in [[newer.clone(), other.clone()], [other, newer]] {
        assert!(wrong(Opposition::of(&two, TODAY)).contains("is a list of this day too"));
    }
}

#[test]
fn gaps_disorder_and_the_future_are_named_with_their_places() {
    let [month, first, second] = lists();
    let of = |lists: &[&Arc<Source>]| {
        wrong(Opposition::of(&lists.iter().map(|&list| Arc::clone(list)).collect::<Vec<_>>(), TODAY))
    };
    let gap = of(&[&month, &second]);
    for part in ["23.loi:2:28", "follows the list of 2026-01-21", "20.loe, is of 2026-01-20", "this list is missing"] {
        assert!(gap.contains(part), "{part} is missing in\n{gap}");
    }
    let disorder = of(&[&month, &second, &first]);
    assert!(
        disorder.contains("21.loi:2:11") && disorder.contains("an earlier day than the one before it"),
        "{disorder}"
    );
    let twice = of(&[&month, &first, &first]);
    assert!(twice.contains("21.loi is a list of this day too"), "{twice}");
    let alone = of(&[&first]);
    assert!(alone.contains("there is no monthly list before this increment"), "{alone}");
    let future = wrong(Opposition::of(&lists(), date(2026, 1, 22)));
    assert!(future.contains("23.loi:2:11") && future.contains("of the future: today is 2026-01-22"), "{future}");
}

#[test]
fn what_is_wrong_in_a_list_is_named_with_its_place() {
    let good = lists()[0].text.clone();
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        wrong(parse(&source("a.loe", good.replacen(from, to, 1))))
    };
    for (from, to, parts) in [
        ("virtuale-opposition 1", "10000004 perte", &["a.loe:1:1", "this is no opposition list"][..]),
        ("opposition 1", "opposition 2", &["a.loe:1:1", "this version is not known"]),
        ("mensuelle", "mensuel", &["a.loe:2:1", "which it is, and of which day", "help: the second line"]),
        ("2026-01-20", "2026-02-30", &["a.loe:2:11", "no day of the calendar"]),
        ("perte", "pertes", &["a.loe:3:10", "no reason to oppose a card", "did you mean \"perte\"?"]),
        ("vol", "prison", &["a.loe:4:10", "reasons are perte, vol, fraude"]),
        ("10000005", "1000000x", &["a.loe:4:1", "no serial number"]),
        ("10000005", "1000000500", &["a.loe:4:1", "at most 9 digits, and this one 10"]),
        ("10000005 vol", "10000005", &["a.loe:4:9", "the line is not whole"]),
        ("perte", "\rperte", &["a.loe:5:7", "the check does not fit the list"]),
        ("2026-01-12", "2026-01-12 ici", &["a.loe:3:27", "more in the line than a card"]),
        ("2026-01-12", "12/01/2026", &["a.loe:3:16", "no day of the calendar", "a day is written 2026-01-20"]),
        ("10000005 vol\n", "", &["a.loe:4:5", "not as many cards: the list has 1", "the check does not fit"]),
        ("10000005", "10000006", &["a.loe:5:7", "the check does not fit the list", "of this list it is "]),
        ("fin 2 ", "fin ", &["a.loe:5:1", "the last line is not whole"]),
    ] {
        let told = changed(from, to);
        for part in parts {
            assert!(told.contains(part), "{from} to {to}: {part} is missing in\n{told}");
        }
    }
    let (whole, _) = good.split_once("fin").expect("an end");
    assert!(wrong(parse(&source("a.loe", whole))).contains("a.loe:4:13"), "cut off");
    assert!(wrong(parse(&source("a.loe", good.clone() + "10000009 vol\n"))).contains("behind the end"));
    assert!(wrong(parse(&source("a.loe", ""))).contains("there is nothing in this list"));
    let windows = wrong(parse(&source("a.loe", good.replace('\n', "\r\n"))));
    assert!(windows.contains("of the same lines with other ends: they end with CR LF, and ended with LF"), "{windows}");
    let sealed = whole.replace('\n', "\r\n");
    let sealed = format!("{sealed}fin 2 {}\r\n", parse::sum(&sealed));
    assert_eq!(parse(&source("a.loe", sealed.clone())).expect("a list").changes.len(), 2);
    let unix = wrong(parse(&source("a.loe", sealed.replace("\r\n", "\n"))));
    assert!(unix.contains("they end with LF, and ended with CR LF"), "{unix}");
    let old = wrong(parse(&source("a.loe", good.replace('\n', "\r"))));
    assert!(old.contains("its lines end with CR alone"), "{old}");
}

#[test]
fn a_card_is_in_a_list_once_and_who_is_withdrawn_was_in_one() {
    let twice = monthly(date(2026, 1, 20), &[entry(7, Reason::Lost, None), entry(7, Reason::Fraud, None)]);
    let told = wrong(Opposition::of(&[source("a.loe", twice)], TODAY));
    assert!(told.contains("a.loe:4:1") && told.contains("in the list already") && told.contains("- here"), "{told}");
    let withdrawn = increment(date(2026, 1, 21), date(2026, 1, 20), &[(serial(99), None)]);
    let told = wrong(Opposition::of(&[Arc::clone(&lists()[0]), source("b.loi", withdrawn)], TODAY));
    assert!(told.contains("b.loi:3:1") && told.contains("no list before has it"), "{told}");
}

#[test]
fn mistakes_are_told_in_french_too() {
    let text = lists()[0].text.replace("vol", "vole");
    let told = parse(&source("a.loe", text)).expect_err("a mistake").render_in(Language::French, false);
    assert!(
        told.contains("erreur : ce n'est pas un motif d'opposition") && told.contains("est-ce « vol » ?"),
        "{told}"
    );
}

#[test]
fn lines_without_head_and_end_are_read_too() {
    let cards =
        entries(&source("a.txt", "# cards\n10000004 perte 2026-01-12\n\n 7 vol\n"), Entries::Cards).expect("cards");
    assert_eq!(cards.iter().filter_map(|change| change.entry).count(), 2);
    let twice = wrong(entries(&source("a.txt", "7 vol\n07 perte\n"), Entries::Cards));
    assert!(twice.contains("a.txt:2:1") && twice.contains("in the list already"), "{twice}");
    assert!(entries(&source("a.txt", "+ 1 vol\n- 1\n"), Entries::Changes).is_err(), "one line says the other is wrong");
    let told = wrong(entries(&source("a.txt", "10000004 perte\n"), Entries::Changes));
    assert!(told.contains("each line of an increment has a sign"), "{told}");
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(
        cards in proptest::collection::btree_map(0_u32..1_000_000_000, (0_usize..7, proptest::option::of(0_i8..28)), 0..40),
        gone in proptest::collection::vec(any::<bool>(), 40),
    ) {
        let card = |(&number, &(reason, day)): (&u32, &(usize, Option<i8>))| {
            entry(number, Reason::ALL[reason], day.map(|day| date(2025, 12, day + 1)))
        };
        let cards: Vec<_> = cards.iter().map(card).collect();
        let month = source("a.loe", monthly(date(2026, 1, 20), &cards));
        let list = Opposition::of(&[Arc::clone(&month)], TODAY).expect("a list");
        prop_assert_eq!(list.entries(), &cards[..]);
        let withdrawn: Vec<_> =
            cards.iter().zip(&gone).filter(|(_, gone)| **gone).map(|(card, _)| (card.serial, None)).collect();
        let day = source("a.loi", increment(date(2026, 1, 21), date(2026, 1, 20), &withdrawn));
        let list = Opposition::of(&[month, day], TODAY).expect("lists");
        for (card, gone) in cards.iter().zip(&gone) {
            prop_assert_eq!(list.look_up(card.serial), (!gone).then_some(card));
        }
    }

    /// Whatever a list is, it is read to an end, and one that lost a byte is no list.
    #[test]
    fn no_list_that_was_changed_is_read(at in 0_usize..200, byte in any::<u8>()) {
        let good = &lists()[0].text;
        let mut bytes = good.clone().into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != byte && !bytes[at].is_ascii_whitespace());
        // Of the check the case does not count, and zeros before a number do not.
        prop_assume!(!bytes[at].eq_ignore_ascii_case(&byte));
        bytes[at] = byte;
        if let Ok(text) = String::from_utf8(bytes) {
            let read = parse(&source("a.loe", text));
            prop_assert!(read.is_err(), "{:?}", read);
        }
    }
}
