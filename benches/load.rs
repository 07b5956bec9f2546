//! From the text of a card file to a card: what `insert` and every start pay for each card.

use std::{fs, hint::black_box, path::Path};

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::civil::date;
use virtuale::profile::{self, Options, diagnostic::Source};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 0 };

fn loads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    for name in ["vitale2-minimal", "vitale2-martin", "vitale2-durand"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("applets/cards/{name}.toml"));
        let text = fs::read_to_string(path).expect("a fixture");
        group.bench_function(format!("{name} from TOML"), |bencher| {
            bencher.iter(|| {
                let source = Source { name: name.to_owned(), text: text.clone() };
                profile::parse(black_box(source), None, &OPTIONS).expect("a valid card")
            });
        });
        let source = Source { name: name.to_owned(), text };
        let profile = profile::parse(source, None, &OPTIONS).expect("a valid card");
        group.bench_function(format!("{name}, a fresh card of it"), |bencher| bencher.iter(|| profile.card()));
    }
}

criterion_group!(benches, loads);
criterion_main!(benches);
