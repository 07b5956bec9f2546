//! What software for professionals waits for: a CPS3 that signs, authenticates, and is looked at for the first time.
//!
//! The cold session is the golden trace `agency-cold`, in process; benches/transport.rs has it through libpcsclite.

use std::{fs, hint::black_box, path::Path};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hex_literal::hex;
use jiff::civil::date;
use virtuale::profile::{self, Options, VirtualCard};
use virtuale_engine::{Card, Interface, Response, StatusWord};

const CARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/cps-lefevre.toml");
const SESSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/traces/agency-cold.apdu");

const VERIFY: &[u8] = &hex!("00 20 00 01 04 31323334");
/// Key 82 authenticates.
const PROVE_BY_82: &[u8] = &hex!("00 22 41 A4 06 80 01 02 84 01 82");
/// Key 81 signs a SHA-256 hash.
const SIGN_BY_81: &[u8] = &hex!("00 22 41 B6 06 80 01 42 84 01 81");

fn card() -> VirtualCard {
    let options = Options { today: date(2026, 1, 15), seed: 0 };
    let mut card = profile::load(Path::new(CARD), &options).expect("a fixture").card();
    card.power_up(Interface::Contact).expect("an ATR");
    card
}

fn status(card: &mut VirtualCard, command: &[u8]) -> StatusWord {
    let mut response = Response::new();
    card.transmit(command, &mut response).expect("power");
    response.status().expect("a status word")
}

/// The commands of the cold session, none of which goes over two lines.
fn session() -> Vec<Vec<u8>> {
    let text = fs::read_to_string(SESSION).expect("the trace");
    let commands = text.lines().filter_map(|line| line.strip_prefix("> "));
    let bytes = |line: &str| -> String { line.split('#').next().unwrap_or_default().split_whitespace().collect() };
    commands.map(|line| hex::decode(bytes(line)).expect("hexadecimal digits")).collect()
}

fn operations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("CPS3");
    let prove = [&hex!("00 88 00 00 33")[..], &[0x5A; 0x33]].concat();
    let sign = [&hex!("00 2A 9E 9A 20")[..], &[0x5A; 0x20]].concat();
    for (name, set, command) in [("authenticate", PROVE_BY_82, &prove), ("sign", SIGN_BY_81, &sign)] {
        let mut card = card();
        for before in [&hex!("00 A4 09 0C 04 3F00 0001")[..], VERIFY, set] {
            assert_eq!(status(&mut card, before), StatusWord::SUCCESS, "{name}");
        }
        // 256 bytes wait.
        assert_eq!(status(&mut card, command), StatusWord(0x6100), "{name}");
        let mut response = Response::new();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                response.clear();
                card.transmit(black_box(command), &mut response)
            });
        });
    }
    let (commands, mut card, mut response) = (session(), card(), Response::new());
    group.throughput(Throughput::Elements(commands.len() as u64));
    group.bench_function(format!("cold session, {} commands", commands.len()), |bencher| {
        bencher.iter(|| {
            card.reset().expect("power");
            for command in &commands {
                response.clear();
                card.transmit(black_box(command), &mut response).expect("power");
            }
        });
    });
    group.finish();
}

criterion_group!(benches, operations);
criterion_main!(benches);
