//! The chip alone, in process: no reader, no wire, no card file.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hex_literal::hex;
use virtuale_engine::{
    Aid, Atr, Card, Chip, ChipImage, Fid, Interface, Protocol, Reset, Response, StatusWord,
    crypto::RustCrypto,
    image::{CompactRule, Condition, ControlObject, Directory, FileImage, FileIndex, FileKind, Habits, LifeCycle},
    platform::{Clock, Day, Forgetful, Platform, Random},
};

const SELECT_AID: &[u8] = &hex!("00 A4 04 00 0B D250000002564954414C45 00");
const SELECT_EF: &[u8] = &hex!("00 A4 02 00 02 2010 00");
const READ_BINARY: &[u8] = &hex!("00 B0 00 00 C8");

struct Fixed;

impl Clock for Fixed {
    fn today(&self) -> Day {
        Day { year: 2026, month: 1, day: 15 }
    }
}

impl Random for Fixed {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }

    fn position(&self) -> u64 {
        0
    }

    fn seek(&mut self, _: u64) {}
}

fn platform() -> Platform {
    Platform {
        clock: Box::new(Fixed),
        random: Box::new(Fixed),
        sink: Box::new(Forgetful),
        crypto: Box::new(RustCrypto),
    }
}

fn file(fid: u16, parent: Option<usize>, kind: FileKind) -> FileImage {
    let conditions = hex!("FF FF FF FF 00 00").map(Condition).to_vec();
    let rules = ControlObject::Rules(vec![ControlObject::Contact]);
    let control = vec![
        ControlObject::Size,
        ControlObject::Descriptor,
        ControlObject::Fid,
        ControlObject::Names,
        rules,
        ControlObject::LifeCycle,
    ];
    FileImage {
        fid: Fid(fid),
        parents: parent.map(FileIndex).into_iter().collect(),
        kind,
        life_cycle: LifeCycle::Activated,
        contact: CompactRule { access_mode: 0x7B, conditions },
        contactless: None,
        control,
    }
}

/// A card with two applications and thirty files in each.
fn image() -> ChipImage {
    let application = |name: &[u8]| {
        let aids = Aid::new(name).into_iter().collect();
        FileKind::Directory(Directory { aids, ..Directory::default() })
    };
    let mut files = vec![
        file(0x3F00, None, application(b"\xD2\x50\x00\x00\x02MF_VITALE")),
        file(0x0001, Some(0), application(b"\xD2\x50\x00\x00\x02VITALE")),
    ];
    for parent in [0, 1] {
        files.extend((0x2001..0x201F).map(|fid| {
            file(fid, Some(parent), FileKind::Transparent { sfi: None, content: vec![0x55; 300].into(), size: 300 })
        }));
    }
    let atr = Atr::parse(&hex!("3B 80 80 01 01")).expect("a good ATR");
    ChipImage { atr, contactless_atr: None, capacity: 32_768, habits: Habits::default(), classes: Vec::new(), files }
}

fn chip(protocol: Protocol) -> Chip {
    let mut chip = Chip::new(&image(), &|_| None, platform()).expect("a good image");
    chip.power_up(Interface::Contact).expect("an ATR");
    chip.select_protocol(protocol).expect("the ATR offers both");
    chip
}

fn commands(criterion: &mut Criterion) {
    let mut chip = chip(Protocol::T1);
    let mut response = Response::new();
    let mut group = criterion.benchmark_group("commands");
    for command in [SELECT_AID, SELECT_EF, READ_BINARY] {
        chip.transmit(command, &mut response).expect("power");
        assert_eq!(response.status(), Some(StatusWord::SUCCESS), "{command:02X?}");
    }
    let cases: [(&str, &[&[u8]]); 4] = [
        ("SELECT AID, SELECT EF, READ BINARY 200", &[SELECT_AID, SELECT_EF, READ_BINARY]),
        ("SELECT AID", &[SELECT_AID]),
        ("SELECT EF", &[SELECT_EF]),
        ("READ BINARY 200", &[READ_BINARY]),
    ];
    for (name, commands) in cases {
        group.throughput(Throughput::Elements(commands.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for command in commands {
                    chip.transmit(black_box(command), &mut response).expect("power");
                    black_box(response.as_bytes());
                }
            });
        });
    }
}

fn resets(criterion: &mut Criterion) {
    let mut chip = chip(Protocol::T0);
    let mut group = criterion.benchmark_group("resets");
    for (name, kind) in [("cold", Reset::Cold), ("warm", Reset::Warm)] {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(kind).apply(&mut chip, Interface::Contact)));
    }
}

fn making(criterion: &mut Criterion) {
    let image = image();
    criterion.bench_function("a chip from its image", |bencher| {
        bencher.iter(|| Chip::new(black_box(&image), &|_| None, platform()).expect("a good image"));
    });
}

criterion_group!(benches, commands, resets, making);
criterion_main!(benches);
