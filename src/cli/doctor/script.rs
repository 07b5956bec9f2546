//! What a script says of itself: which program runs it, and which commands stand in it.
//!
//! It reads a script as far as a person would who looks for a word at the beginning of a command: whether a line is
//! ever reached is not seen, and neither is what a script puts together before it runs it.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::survey::VARIABLE;
use crate::cli::plain;

/// How many bytes of a script are read.
const LONGEST: u64 = 1 << 16;

/// Shells, whose scripts are read on.
pub(super) const SHELLS: [&str; 7] = ["sh", "bash", "dash", "ash", "ksh", "zsh", "busybox"];

/// Words before a command that are none.
const BEFORE: [&str; 13] =
    ["exec", "command", "builtin", "if", "then", "else", "elif", "while", "until", "do", "!", "{", "eval"];

/// Signs behind which a command of a shell begins.
const ENDS: [char; 6] = [';', '&', '|', '(', '`', ')'];

/// A script.
#[derive(Debug)]
pub(super) struct Script {
    text: String,
    /// Whether a shell is given it to read, whatever stands in its first line.
    is_given_to_a_shell: bool,
}

impl Script {
    /// The script in a file, if it is one.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let text = plain::text(path, LONGEST).ok()?;
        text.starts_with("#!").then_some(Self { text, is_given_to_a_shell: false })
    }

    /// What a shell is given to read.
    pub(super) fn for_shell(path: &Path) -> Option<Self> {
        plain::text(path, LONGEST).ok().map(|text| Self { text, is_given_to_a_shell: true })
    }

    /// The program that runs it: the path in its first line, or behind `env` a name. A carriage return is a part of it,
    /// as the system has it.
    pub(super) fn interpreter(&self) -> Option<PathBuf> {
        let first = self.text.strip_prefix("#!")?.split('\n').next()?;
        let mut words = first.split([' ', '\t']).filter(|word| !word.is_empty());
        let path = Path::new(words.next()?);
        if !path.ends_with("env") {
            return Some(path.to_owned());
        }
        let named = words.find(|word| !word.starts_with('-') && !word.contains('='));
        Some(named.map_or_else(|| path.to_owned(), PathBuf::from))
    }

    /// The commands that stand in it, each with its words, if it is one of a shell.
    pub(super) fn commands(&self) -> Vec<Vec<OsString>> {
        let shell = self.interpreter().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        if self.is_given_to_a_shell || shell.is_some_and(|shell| SHELLS.contains(&shell.as_str())) {
            commands_in(&self.text)
        } else {
            Vec::new()
        }
    }
}

/// The commands that stand in a text for a shell, each with its words.
pub(super) fn commands_in(text: &str) -> Vec<Vec<OsString>> {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    let commands = lines.flat_map(|line| line.split(ENDS)).map(|command| {
        // One of the variable of our readers is for them, too.
        let is_before = |word: &&str| BEFORE.contains(word) || (is_assignment(word) && !is_of_ours(word));
        let words = command.split_whitespace().skip_while(is_before);
        words.map(|word| OsString::from(word.trim_matches(['"', '\'']))).collect::<Vec<_>>()
    });
    commands.filter(|words| !words.is_empty()).collect()
}

fn is_of_ours(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| name == VARIABLE)
}

/// Whether a word sets a variable for the command behind it.
fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    !name.is_empty() && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Script;

    fn script(text: &str) -> Script {
        Script { text: text.into(), is_given_to_a_shell: false }
    }

    #[test]
    fn the_first_line_says_who_runs_it() {
        for (line, path) in [
            ("#!/bin/sh", "/bin/sh"),
            ("#! /usr/bin/perl -w", "/usr/bin/perl"),
            ("#!/usr/bin/env python3", "python3"),
            ("#!/usr/bin/env -S A=1 node --flag", "node"),
            ("#!/bin/sh\r", "/bin/sh\r"),
            ("#!/usr/bin/env", "/usr/bin/env"),
        ] {
            assert_eq!(script(&format!("{line}\nx")).interpreter().as_deref(), Some(Path::new(path)), "{line:?}");
        }
        assert_eq!(script("#!").interpreter(), None);
    }

    #[test]
    fn a_word_at_the_beginning_of_a_command_is_a_command() {
        let commands = |text: &str| script(text).commands();
        for line in [
            "sudo x",
            "  exec sudo x",
            "A=1 sudo x",
            "cd /; sudo x",
            "true && sudo x",
            "a=$(sudo x)",
            "if ! sudo x; then",
            "\"sudo\" x",
        ] {
            let found = commands(&format!("#!/bin/sh\n{line}\n"));
            assert!(found.iter().any(|words| *words == ["sudo", "x"]), "{line}: {found:?}");
        }
        assert_eq!(commands("#!/bin/sh\nenv -u A \\\n  -u B x\n"), [["env", "-u", "A", "-u", "B", "x"]]);
        assert_eq!(commands("#!/usr/bin/env bash\nsu -c x root\n"), [["su", "-c", "x", "root"]]);
        for line in ["# sudo x", "echo no sudo here", "sudoku", "x=sudo", "visudo"] {
            let found = commands(&format!("#!/bin/sh\n{line}\n"));
            assert!(found.iter().all(|words| words[0] != "sudo"), "{line}: {found:?}");
        }
        assert!(commands("#!/usr/bin/python3\nsudo\n").is_empty(), "no shell reads that as a command");
    }
}
