//! Ring 2: what a card answers, as tables. Each file under fixtures/scenarios is a test.

use std::path::Path;

#[path = "../replay/trials.rs"]
mod trials;

fn main() -> std::process::ExitCode {
    trials::run(&[Path::new("fixtures/scenarios")])
}
