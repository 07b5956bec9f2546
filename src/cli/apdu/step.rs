//! What a person writes: a command in hexadecimal, or `reset`.

use crate::cli::Failure;

/// What to write instead.
pub(super) const HINT: &str = "a command is hexadecimal, such as 00A4040000 or '00 A4 04 00 00', or the word reset";

/// One thing to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Step {
    /// Power off and on.
    Reset,
    /// Send this.
    Command(Vec<u8>),
}

impl Step {
    /// Reads a line; `None` if it is empty but for a comment.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn parse(line: &str) -> Result<Option<Self>, String> {
        let text = line.split('#').next().unwrap_or_default().trim();
        if text.is_empty() {
            return Ok(None);
        }
        if text.eq_ignore_ascii_case("reset") {
            return Ok(Some(Self::Reset));
        }
        let digits: String = text.chars().filter(|character| !character.is_whitespace() && *character != ':').collect();
        if let Some(other) = digits.chars().find(|character| !character.is_ascii_hexdigit()) {
            return Err(format!("{text:?} is not hexadecimal: {other:?} is no digit"));
        }
        match hex::decode(&digits) {
            Ok(bytes) => Ok(Some(Self::Command(bytes))),
            Err(_) => Err(format!("{text:?} has an odd number of digits")),
        }
    }
}

/// The steps of a command line. Bytes that a shell took apart, as in `00 A4 04 00`, are one command.
///
/// # Errors
///
/// That one is none.
pub(super) fn of_arguments(arguments: &[String]) -> Result<Vec<Step>, Failure> {
    let taken_apart = arguments.len() > 1 && arguments.iter().all(|argument| argument.len() == 2);
    let joined = [arguments.concat()];
    let lines = if taken_apart { &joined[..] } else { arguments };
    let steps = lines.iter().map(|line| match Step::parse(line) {
        Ok(Some(step)) => Ok(step),
        Ok(None) => Err(Failure::usage(format!("{line:?} holds no command"), HINT)),
        Err(message) => Err(Failure::usage(message, HINT)),
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Step, of_arguments};

    fn arguments(arguments: &[&str]) -> Vec<String> {
        arguments.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn digits_may_be_written_in_several_ways() {
        let select = Some(Step::Command(vec![0x00, 0xA4, 0x04, 0x00]));
        for line in ["00A40400", "00 a4 04 00 # SELECT", "00:A4:04:00\n", "  00A4 0400\r\n"] {
            assert_eq!(Step::parse(line), Ok(select.clone()), "{line:?}");
        }
        assert_eq!(Step::parse("Reset"), Ok(Some(Step::Reset)));
        assert_eq!(Step::parse(" # nothing"), Ok(None));
    }

    #[test]
    fn arguments_are_commands_unless_a_shell_took_one_apart() {
        let steps = |line: &[&str]| of_arguments(&arguments(line)).ok();
        assert_eq!(steps(&["00", "A4"]), Some(vec![Step::Command(vec![0x00, 0xA4])]));
        assert_eq!(steps(&["00A4", "reset"]), Some(vec![Step::Command(vec![0x00, 0xA4]), Step::Reset]));
        assert_eq!(steps(&["00A4", "00G4"]), None);
        assert_eq!(steps(&[""]), None);
        assert_eq!(steps(&[]), Some(vec![]));
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in ".{0,40}") {
            let _ = Step::parse(&line);
        }
    }
}
