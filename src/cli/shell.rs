//! Lines that a shell evaluates: `eval "$(virtuale serve --detach)"`, `eval "$(virtuale stop)"`.
//!
//! A shell does not look at the exit code of what stands in `$(...)` there: a script would go on, and its programs
//! would use the system's readers. So a `serve` that fails hands over the command `false`.

use std::{ffi::OsString, io, os::unix::ffi::OsStrExt, path::Path};

use super::{opensc, output};
use crate::{host::VARIABLE, shown};

/// The option that `serve` gives to the process in the background, which hands its line to the one that started it.
pub(super) const DETACHED: &str = "--detached";

/// The line that lets the programs of a shell find readers, and OpenSC its configuration for them.
pub(super) fn export(socket: &Path, opensc: Option<&Path>) -> Vec<u8> {
    let variables = [(VARIABLE, Some(socket)), (opensc::VARIABLE, opensc)];
    let set = variables.iter().filter_map(|(variable, path)| Some((variable, (*path)?)));
    let set = set.map(|(variable, path)| [variable.as_bytes(), b"=", &quoted(path.as_os_str().as_bytes())].concat());
    [b"export ".to_vec(), set.collect::<Vec<_>>().join(&b' '), b"\n".to_vec()].concat()
}

/// The line that takes these variables from a shell; nothing for none.
pub(super) fn unset(variables: &[&str]) -> Vec<u8> {
    if variables.is_empty() {
        return Vec::new();
    }
    format!("unset {};\n", variables.join(" ")).into_bytes()
}

/// Whether a shell may be about to evaluate what the program prints with these arguments, the first of which is its
/// name, and would go on without readers.
pub(super) fn evaluates(arguments: &[OsString]) -> bool {
    let serves = arguments.get(1).is_some_and(|verb| verb == "serve");
    let is_a_child = arguments.iter().any(|argument| *argument == *DETACHED);
    serves && !is_a_child && !output::is_on_terminal()
}

/// Makes the shell's `eval` fail. Where nobody reads it, nobody misses it.
pub(super) fn fail() {
    let _ = hand_over(b"false\n");
}

/// Hands a line to the shell that reads standard output.
///
/// # Errors
///
/// What the stream gives.
pub(super) fn hand_over(line: &[u8]) -> io::Result<()> {
    output::document(line)
}

/// A word that any shell takes for these bytes. It is evaluated, not read: [`shown::word`] has `$'...'` for what is
/// hidden, which not every `sh` knows.
fn quoted(word: &[u8]) -> Vec<u8> {
    if word.iter().all(shown::is_plain_in_shells) {
        return word.to_vec();
    }
    let mut quoted = b"'".to_vec();
    for &byte in word {
        match byte {
            b'\'' => quoted.extend(b"'\\''"),
            other => quoted.push(other),
        }
    }
    quoted.push(b'\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::{export, quoted, unset};

    #[test]
    fn a_shell_reads_the_path_as_it_is() {
        assert_eq!(quoted(b"/run/user/1000/virtuale/42/pcsc"), b"/run/user/1000/virtuale/42/pcsc");
        assert_eq!(quoted(b"/tmp/l'abri $HOME"), br"'/tmp/l'\''abri $HOME'");
    }

    #[test]
    fn a_line_sets_or_takes_what_readers_need() {
        assert_eq!(export("/s".as_ref(), None), b"export PCSCLITE_CSOCK_NAME=/s\n");
        let both = export("/a b".as_ref(), Some("/c".as_ref()));
        assert_eq!(both, b"export PCSCLITE_CSOCK_NAME='/a b' OPENSC_CONF=/c\n");
        assert_eq!(unset(&["A", "B"]), b"unset A B;\n");
        assert_eq!(unset(&[]), b"");
    }
}
