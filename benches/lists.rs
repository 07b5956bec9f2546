//! An opposition list of 100,000 cards: from its text to a list, and a card looked up in it.

use std::{fmt::Write, hint::black_box, sync::Arc};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use jiff::civil::date;
use virtuale::{
    lists::{
        opposition::{self, Entry, Opposition, Reason, Serial},
        tod::Tod,
    },
    profile::diagnostic::Source,
};

/// How many cards the list has.
const CARDS: u32 = 100_000;

/// How many bodies the table has.
const BODIES: u32 = 1_000;

fn card(number: u32) -> Entry {
    // Some numbers in between are not opposed, and the reasons take turns.
    let serial = Serial::new(&format!("{:09}", 10_000_000 + number * 7)).expect("nine digits");
    let reason = Reason::ALL[number as usize % Reason::ALL.len()];
    Entry { serial, reason, since: number.is_multiple_of(2).then_some(date(2026, 1, 12)) }
}

fn opposition(criterion: &mut Criterion) {
    let cards: Vec<_> = (0..CARDS).map(card).collect();
    let text = opposition::monthly(date(2026, 1, 20), &cards);
    let mut group = criterion.benchmark_group("opposition");
    let fresh = || Arc::new(Source { name: "2026-01-20.loe".into(), text: text.clone() });
    group.bench_function("100,000 cards loaded", |bencher| {
        let load = |source: Arc<Source>| Opposition::of(&[source], date(2026, 1, 21)).expect("a list");
        bencher.iter_batched(fresh, load, BatchSize::LargeInput);
    });
    let list = Opposition::of(&[fresh()], date(2026, 1, 21)).expect("a list");
    let mut number = 0_u32;
    group.bench_function("one looked up, there or not", |bencher| {
        bencher.iter(|| {
            // A prime step: no two that follow each other are near each other.
            number = (number + 611_953) % (CARDS * 7);
            let serial = Serial::from_number(black_box(10_000_000 + number)).expect("nine digits");
            list.look_up(serial).map(|entry| entry.reason)
        });
    });
}

fn destinations(criterion: &mut Criterion) {
    let mut text = String::from("date = \"2026-01-01\"\n");
    for body in 0..BODIES {
        let _ = writeln!(
            text,
            "[[organisme]]\ncode_regime = \"01\"\ncaisse = \"{:03}\"\ncentre = \"0000\"\ndestinataire = \"D{body}\"",
            body
        );
    }
    let source = Arc::new(Source { name: "tod.toml".into(), text });
    let mut group = criterion.benchmark_group("destinations");
    group.bench_function("1,000 bodies loaded", |bencher| {
        bencher.iter(|| Tod::parse(&source, date(2026, 1, 21)).expect("a table"));
    });
    let table = Tod::parse(&source, date(2026, 1, 21)).expect("a table");
    group.bench_function("one looked up", |bencher| {
        bencher.iter(|| table.destination(black_box("01"), "500", "0000", date(2026, 1, 15)).expect("a row"));
    });
}

criterion_group!(benches, opposition, destinations);
criterion_main!(benches);
