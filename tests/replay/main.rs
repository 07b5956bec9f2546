//! Ring 3: dialogues of public programs, replayed. Each file under fixtures/traces is a test.

use std::path::Path;

mod trials;

fn main() -> std::process::ExitCode {
    trials::run(&[Path::new("fixtures/traces")])
}
