//! What `exec` adds to a command: `exec -- true` over `true`, with and without a card.
//!
//! Whole processes are measured, from the fork to the exit code, as a test suite pays them for each test.

use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};

const CARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale2-martin.toml");

/// Runs a command to its end.
fn run(line: &[&str]) {
    let [program, arguments @ ..] = line else { return };
    let status = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{line:?}");
}

fn startup(criterion: &mut Criterion) {
    let virtuale = env!("CARGO_BIN_EXE_virtuale");
    let lines: [(&str, &[&str]); 4] = [
        ("true", &["true"]),
        ("exec -- true", &[virtuale, "exec", "--", "true"]),
        ("exec --card FILE -- true", &[virtuale, "exec", "--card", CARD, "--", "true"]),
        ("exec --card FILE --card FILE -- true", &[virtuale, "exec", "--card", CARD, "--card", CARD, "--", "true"]),
    ];
    let mut group = criterion.benchmark_group("startup");
    for (name, line) in lines {
        group.bench_function(name, |bencher| bencher.iter(|| run(line)));
    }
}

criterion_group!(benches, startup);
criterion_main!(benches);
