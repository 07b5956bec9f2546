//! How fast a trace is replayed on one core, from the file to the verdict: read, parsed, sent to a card, compared.

use std::{
    fmt::Write,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    sync::Arc,
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use virtuale::{
    profile::{self, Options, Profile},
    trace::{Chance, Trace, cards, replay::replay},
};
use virtuale_engine::{Card, Interface, Response};

/// How many commands a trace has: enough for the card's loading not to matter.
const COMMANDS: usize = 30_000;

/// SELECT VITALE, SELECT CERTIF, READ BINARY of so many bytes, over and over.
fn commands(length: u8) -> [Vec<u8>; 3] {
    [
        vec![0x00, 0xA4, 0x04, 0x0C, 0x0B, 0xD2, 0x50, 0x00, 0x00, 0x02, 0x56, 0x49, 0x54, 0x41, 0x4C, 0x45],
        vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0xD0, 0x1A],
        vec![0x00, 0xB0, 0x00, 0x00, length],
    ]
}

fn profile() -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale2-t1.toml");
    profile::load(&path, &Options { today: date(2026, 1, 15), seed: 0 }).expect("a fixture")
}

/// A trace of what the card answers to these commands.
fn write_trace(folder: &Path, length: u8) -> PathBuf {
    let mut card = profile().card();
    card.power_up(Interface::Contact).expect("power");
    let mut response = Response::new();
    let mut text = "virtuale-trace 1\n".to_owned();
    for command in commands(length).iter().cycle().take(COMMANDS) {
        card.transmit(command, &mut response).expect("an answer");
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ");
        writeln!(text, "> {}\n< {}", hex(command), hex(response.as_bytes())).expect("memory");
    }
    let path = folder.join(format!("{length}.apdu"));
    fs::write(&path, text).expect("a file");
    path
}

fn from_file_to_verdict(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = profile();
    let mut group = criterion.benchmark_group("replay");
    group.throughput(Throughput::Elements(u64::try_from(COMMANDS).expect("it fits")));
    for length in [16, 200] {
        let path = write_trace(folder.path(), length);
        group.bench_function(format!("READ BINARY {length}"), |bencher| {
            bencher.iter(|| {
                let trace = cards::read(&path).expect("a trace");
                let outcome =
                    replay(&trace, Chance::Recorded, |_| Ok::<_, ()>(Some(Box::new(profile.card())))).expect("a card");
                assert!(outcome.findings.is_empty() && outcome.commands == COMMANDS);
            });
        });
        let text = fs::read_to_string(&path).expect("the trace");
        group.bench_function(format!("parsing alone, READ BINARY {length}"), |bencher| {
            let source = Arc::new(profile::diagnostic::Source { name: "t".into(), text: text.clone() });
            bencher.iter(|| black_box(Trace::parse(Arc::clone(&source)).expect("a trace")));
        });
    }
    group.finish();
}

criterion_group!(benches, from_file_to_verdict);
criterion_main!(benches);
