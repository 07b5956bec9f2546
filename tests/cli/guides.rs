//! Guides whose commands need a shell: each block of commands shows what happens in a folder with the fixtures.

use std::{fs, os::unix::fs::symlink, path::Path};

use crate::sandbox::{Sandbox, run};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A folder with the fixtures and the code of the professionals' cards.
pub(crate) fn folder() -> Sandbox {
    let sandbox = Sandbox::new();
    symlink(Path::new(ROOT).join("fixtures"), sandbox.path().join("fixtures")).expect("a link");
    fs::write(sandbox.path().join("pin.txt"), "1234\n").expect("a code");
    sandbox
}

/// Runs a script there, and gives its exit code and all that it printed and said.
pub(crate) fn said(sandbox: &Sandbox, script: &str) -> (i32, String) {
    let script = format!("exec 2>&1\n{script}");
    let (code, out, _) = run(sandbox.shell(&script).current_dir(sandbox.path()));
    (code, out)
}

/// Whether a guide, which has at least so many commands, shows what happens.
pub(crate) fn is_true(guide: &str, least: usize) {
    let path = Path::new(ROOT).join(guide);
    let guide = fs::read_to_string(&path).expect("the guide");
    let sandbox = folder();
    let mut parts = guide.split("```console\n");
    let mut right = parts.next().expect("a beginning").to_owned();
    let mut count = 0;
    for part in parts {
        let (block, after) = part.split_once("```").expect("an end");
        right.push_str("```console\n");
        for command in commands(block) {
            let (_, shown) = said(&sandbox, &command);
            right.push_str(&format!("$ {command}\n{shown}"));
            count += 1;
        }
        right.push_str(&format!("```{after}"));
    }
    assert!(count >= least, "{} has {count} commands only", path.display());
    snapbox::assert_data_eq!(right, snapbox::Data::read_from(&path, None).raw());
}

/// The commands of a block, which begin with `$ `; a line that ends with `\` goes on in the next one.
fn commands(block: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push(command.to_owned()),
            (None, Some(last)) if last.ends_with('\\') => last.push_str(&format!("\n{line}")),
            (None, Some(_)) => {}
            (None, None) => panic!("a block begins with a command: {line}"),
        }
    }
    commands
}
