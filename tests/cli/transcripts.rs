//! Transcripts: each `.trycmd` file in the folder `transcripts`, and the README, is what a person types and sees.

use crate::sandbox::Sandbox;

#[test]
fn transcripts_are_true() {
    let sandbox = Sandbox::new();
    trycmd::TestCases::new()
        .case("tests/cli/transcripts/*.trycmd")
        .case("README.md")
        .env("XDG_RUNTIME_DIR", sandbox.path().display().to_string())
        .env("LC_ALL", "C")
        .run();
}
