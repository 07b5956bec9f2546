//! The lines of PowerShell.

/// What makes a shell fail that evaluates what we print: nobody does.
pub(in crate::cli) const FAIL: Option<&[u8]> = None;

/// The line that sets variables.
pub(in crate::cli) fn set(variables: &[(&str, &[u8])]) -> Vec<u8> {
    let set =
        variables.iter().map(|(variable, value)| [b"$env:", variable.as_bytes(), b" = ", &quoted(value)].concat());
    [set.collect::<Vec<_>>().join(&b"; "[..]), b"\n".to_vec()].concat()
}

/// The line that takes these variables; nothing for none.
pub(in crate::cli) fn unset(variables: &[&str]) -> Vec<u8> {
    if variables.is_empty() {
        return Vec::new();
    }
    let paths: Vec<_> = variables.iter().map(|variable| format!("Env:{variable}")).collect();
    format!("Remove-Item {} -ErrorAction Ignore\n", paths.join(", ")).into_bytes()
}

/// A word that PowerShell takes for these bytes: in quotes, in which only they are doubled
/// [MSDOC-WINDOWS about_Quoting_Rules].
fn quoted(word: &[u8]) -> Vec<u8> {
    let mut quoted = b"'".to_vec();
    for &byte in word {
        quoted.push(byte);
        if byte == b'\'' {
            quoted.push(byte);
        }
    }
    quoted.push(b'\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::{set, unset};

    #[test]
    fn a_line_sets_or_takes_variables() {
        let line = set(&[("A", br"C:\l'abri $x"), ("B", b"b")]);
        assert_eq!(String::from_utf8_lossy(&line), "$env:A = 'C:\\l''abri $x'; $env:B = 'b'\n");
        assert_eq!(String::from_utf8_lossy(&unset(&["A", "B"])), "Remove-Item Env:A, Env:B -ErrorAction Ignore\n");
        assert_eq!(unset(&[]), b"");
    }
}
