//! The lines of PowerShell.

use crate::shown;

/// What makes a shell fail that evaluates what we print: nobody does.
pub(in crate::cli) const FAIL: Option<&[u8]> = None;

/// The line that sets variables.
pub(in crate::cli) fn set(variables: &[(&str, &[u8])]) -> Vec<u8> {
    let set = variables.iter().map(|(variable, value)| {
        let value = shown::quoted(&String::from_utf8_lossy(value));
        format!("$env:{variable} = {value}")
    });
    format!("{}\n", set.collect::<Vec<_>>().join("; ")).into_bytes()
}

/// The line that takes these variables; nothing for none.
pub(in crate::cli) fn unset(variables: &[&str]) -> Vec<u8> {
    if variables.is_empty() {
        return Vec::new();
    }
    let paths: Vec<_> = variables.iter().map(|variable| format!("Env:{variable}")).collect();
    format!("Remove-Item {} -ErrorAction Ignore\n", paths.join(", ")).into_bytes()
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
