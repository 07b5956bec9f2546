//! Lines that a shell evaluates: `eval "$(virtuale serve --detach)"`, `eval "$(virtuale stop)"`.
//!
//! A shell does not look at the exit code of what stands in `$(...)` there: a script would go on, and its programs
//! would use the system's readers. So a `serve` that fails hands over the command `false`.

use std::{ffi::OsString, io, path::Path};

use super::{opensc, output, system};
use crate::host::VARIABLE;

/// The option that `serve` gives to the process in the background, which hands its line to the one that started it.
pub(super) const DETACHED: &str = "--detached";

/// The line that lets the programs of a shell find readers, and OpenSC its configuration for them.
pub(super) fn export(socket: &Path, opensc: Option<&Path>) -> Vec<u8> {
    let variables = [(VARIABLE, Some(socket)), (opensc::VARIABLE, opensc)];
    let set =
        variables.iter().filter_map(|(variable, path)| Some((*variable, (*path)?.as_os_str().as_encoded_bytes())));
    system::shell::set(&set.collect::<Vec<_>>())
}

/// The line that takes these variables from a shell; nothing for none.
pub(super) fn unset(variables: &[&str]) -> Vec<u8> {
    system::shell::unset(variables)
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
    if let Some(line) = system::shell::FAIL {
        let _ = hand_over(line);
    }
}

/// Hands a line to the shell that reads standard output.
///
/// # Errors
///
/// What the stream gives.
pub(super) fn hand_over(line: &[u8]) -> io::Result<()> {
    output::document(line)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::export;

    #[test]
    fn a_line_sets_what_readers_need() {
        assert_eq!(export("/s".as_ref(), None), b"export PCSCLITE_CSOCK_NAME=/s\n");
        let both = export("/a b".as_ref(), Some("/c".as_ref()));
        assert_eq!(both, b"export PCSCLITE_CSOCK_NAME='/a b' OPENSC_CONF=/c\n");
    }
}
