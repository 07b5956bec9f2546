//! Reads of a word memory, in process: no reader, no wire.

use std::{hint::black_box, path::Path};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hex_literal::hex;
use jiff::civil::date;
use virtuale::profile::{Options, load};
use virtuale_engine::{Card, Interface, Response, StatusWord};

/// One word of the first zone of free reading.
const WORD: &[u8] = &hex!("BC B0 02 88 04");

/// 200 bytes of the largest zone.
const ZONE: &[u8] = &hex!("BC B0 03 88 C8");

/// The mapping, in the last zone but one.
const MAPPING: &[u8] = &hex!("BC B0 20 F8 18");

/// 250 bytes over the ends of seven zones.
const ZONES: &[u8] = &hex!("BC B0 02 68 FA");

/// Where the memory ends.
const END: &[u8] = &hex!("BC C0 00 00 08");

fn words(criterion: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale1-petit.toml");
    let profile = load(&path, &Options { today: date(2026, 1, 15), seed: 1 }).expect("a fixture");
    let mut card = profile.card();
    let mut response = Response::new();
    card.power_up(Interface::Contact).expect("an ATR");
    let mut group = criterion.benchmark_group("words");
    let commands =
        [("one word", WORD), ("200 bytes", ZONE), ("the mapping", MAPPING), ("over zones", ZONES), ("end", END)];
    for (name, command) in commands {
        card.transmit(command, &mut response).expect("power");
        assert_eq!(response.status(), Some(StatusWord::SUCCESS), "{name}");
        group.throughput(Throughput::Elements(1));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                card.transmit(black_box(command), &mut response).expect("power");
                black_box(response.as_bytes());
            });
        });
    }
}

criterion_group!(benches, words);
criterion_main!(benches);
