//! The README: what it shows is what happens, and its two commands are those that CI runs.

use std::fs;

use crate::sandbox::{Sandbox, run};

fn file(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).expect(path)
}

/// The blocks of one language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let starts = text.match_indices(&fence).map(|(at, _)| &text[at + fence.len()..]).collect::<Vec<_>>();
    starts.into_iter().map(|rest| rest.split("```").next().expect("an end")).collect()
}

#[test]
fn its_two_commands_are_what_ci_runs() {
    let readme = file("README.md");
    let commands: Vec<_> = blocks(&readme, "sh").into_iter().flat_map(str::lines).collect();
    let by_cargo: Vec<_> = commands.into_iter().filter(|line| line.starts_with("cargo")).collect();
    assert_eq!(by_cargo, ["cargo run --release --locked -- demo", "cargo test --locked"]);
    let ci = file(".ci/run");
    for command in by_cargo {
        assert!(ci.lines().any(|line| line.trim_end().ends_with(command)), ".ci/run does not run: {command}");
    }
}

#[test]
fn its_apdu_dialogue_is_what_happens() {
    let readme = file("README.md");
    let dialogue = *blocks(&readme, "text").first().expect("a block of text");
    let (command, shown) = dialogue.split_once('\n').expect("a command and what it prints");
    let arguments: Vec<_> = command.strip_prefix("$ virtuale ").expect("a command").split(' ').collect();
    let (code, printed, error) = run(Sandbox::new().virtuale(&arguments).current_dir(env!("CARGO_MANIFEST_DIR")));
    assert_eq!((code, printed.as_str(), error.as_str()), (0, shown, ""));
}

#[test]
fn its_card_file_is_the_shortest_of_the_program() {
    let readme = file("README.md");
    let shown = *blocks(&readme, "toml").first().expect("a card file");
    let shortest = file("applets/cards/vitale2-minimal.toml");
    let lines = shortest.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    assert_eq!(shown.trim_end(), lines);
}
