//! `docs/cli.md` is made from the program's own model of its command line.
//! `SNAPSHOTS=overwrite cargo test --test cli reference` writes it anew.

use std::fmt::Write;

use snapbox::{assert_data_eq, data::DataFormat};

const OPENING: &str = "\
# The command line

This page is made from the program itself; a test compares them. `virtuale VERB --help` shows the same.
";

/// The page of one verb, then those of its verbs.
fn describe(command: &mut clap::Command, page: &mut String) {
    for verb in command.get_subcommands_mut() {
        let name = verb.get_bin_name().unwrap_or_default().to_owned();
        if verb.has_subcommands() {
            describe(verb, page);
            continue;
        }
        let help = verb.clone().term_width(100).render_long_help();
        let _ = write!(page, "\n## {name}\n\n```text\n{}\n```\n", help.to_string().trim_end());
    }
}

#[test]
fn the_reference_says_what_the_program_does() {
    let mut command = virtuale::cli::command();
    command.build();
    let mut page = OPENING.to_owned();
    let _ = write!(page, "\n## Exit codes\n\n```text\n{}\n```\n", virtuale::cli::exit::TABLE);
    describe(&mut command, &mut page);
    let lines: Vec<_> = page.lines().map(str::trim_end).collect();
    let expected =
        snapbox::Data::read_from(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/cli.md").as_ref(), Some(DataFormat::Text));
    assert_data_eq!(lines.join("\n") + "\n", expected.raw());
}
