//! The lines of a shell of POSIX.

use crate::shown;

/// What makes a shell fail that evaluates what we print.
pub(in crate::cli) const FAIL: Option<&[u8]> = Some(b"false\n");

/// The line that sets variables for all that the shell starts.
pub(in crate::cli) fn set(variables: &[(&str, &[u8])]) -> Vec<u8> {
    let set = variables.iter().map(|(variable, value)| [variable.as_bytes(), b"=", &quoted(value)].concat());
    [b"export ".to_vec(), set.collect::<Vec<_>>().join(&b' '), b"\n".to_vec()].concat()
}

/// The line that takes these variables from a shell; nothing for none.
pub(in crate::cli) fn unset(variables: &[&str]) -> Vec<u8> {
    if variables.is_empty() {
        return Vec::new();
    }
    format!("unset {};\n", variables.join(" ")).into_bytes()
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
    use super::{quoted, unset};

    #[test]
    fn a_shell_reads_the_path_as_it_is() {
        assert_eq!(quoted(b"/run/user/1000/virtuale/42/pcsc"), b"/run/user/1000/virtuale/42/pcsc");
        assert_eq!(quoted(b"/tmp/l'abri $HOME"), br"'/tmp/l'\''abri $HOME'");
    }

    #[test]
    fn a_line_takes_what_readers_need() {
        assert_eq!(unset(&["A", "B"]), b"unset A B;\n");
        assert_eq!(unset(&[]), b"");
    }
}
