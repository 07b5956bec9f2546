//! Transcripts: each `.trycmd` file in the folder `transcripts`, the README, and the guides on billing programs, lists,
//! lives and updates, is what a person types and sees.

use crate::sandbox::Sandbox;

/// The transcripts in which readers run for a moment; so they do in the README.
const READERS: &str = "tests/cli/transcripts/demo.trycmd";

/// Transcripts are run at the same time, in a folder for readers of their own.
fn run(choose: impl FnOnce(&trycmd::TestCases)) {
    let sandbox = Sandbox::new();
    let cases = trycmd::TestCases::new();
    cases.env("XDG_RUNTIME_DIR", sandbox.path().display().to_string()).env("LC_ALL", "C");
    choose(&cases);
    cases.run();
}

#[test]
fn transcripts_are_true() {
    run(|cases| {
        cases.case("tests/cli/transcripts/*.trycmd").skip(READERS);
        for guide in ["docs/billing.md", "docs/lists.md", "docs/life.md", "docs/updates.md"] {
            cases.case(guide);
        }
    });
}

/// Apart: others say that no reader runs.
#[test]
fn transcripts_with_readers_are_true() {
    run(|cases| {
        cases.case(READERS).case("README.md");
    });
}
