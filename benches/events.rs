//! What the tap of the events costs a card: without it, with nobody who listens, and with one listener.

use std::{hint::black_box, path::Path, sync::Arc};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use virtuale::{
    layer::{Layers, Onlookers, Stay, events::Bus},
    profile::{self, Options, VirtualCard},
};
use virtuale_engine::{Card, Interface, Response};

const SELECT_VITALE: &[u8] = b"\x00\xA4\x04\x0C\x0B\xD2\x50\x00\x00\x02VITALE";
const SELECT_CERTIF: &[u8] = &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0xD0, 0x1A];
const READ_BINARY: &[u8] = &[0x00, 0xB0, 0x00, 0x00, 0xC8];

/// A card whose file of 200 bytes and more is selected.
fn selected(dress: impl FnOnce(VirtualCard) -> Box<dyn Card>) -> Box<dyn Card> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale2-t1.toml");
    let profile = profile::load(&path, &Options { today: date(2026, 1, 15), seed: 0 }).expect("a fixture");
    let mut card = dress(profile.card());
    card.power_up(Interface::Contact).expect("power");
    for command in [SELECT_VITALE, SELECT_CERTIF] {
        card.transmit(command, &mut Response::new()).expect("an answer");
    }
    card
}

fn read_binary(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("READ BINARY 200");
    group.throughput(Throughput::Elements(1));
    let bus = Arc::<Bus>::default();
    let tapped = || {
        let stay = Stay::new(Arc::clone(&bus), 0);
        stay.begin(1);
        selected(|card| Layers::default().dress(0, card, Onlookers { stay: Some(stay), recorder: None }))
    };
    let mut cards = [("no tap", selected(|card| Box::new(card))), ("a tap, nobody listens", tapped())];
    let mut response = Response::new();
    for (name, card) in &mut cards {
        group.bench_function(*name, |bencher| {
            bencher.iter(|| card.transmit(black_box(READ_BINARY), &mut response).expect("an answer"));
        });
    }
    let mut card = tapped();
    let listener = bus.listen(1000);
    group.bench_function("a tap, one listener", |bencher| {
        bencher.iter(|| {
            card.transmit(black_box(READ_BINARY), &mut response).expect("an answer");
            while listener.now().is_some() {}
        });
    });
    group.finish();
}

criterion_group!(benches, read_binary);
criterion_main!(benches);
