//! What is never normal in a command or an answer, whatever log it comes from: a sign that the log was not understood
//! or is not whole.

use super::element::{Bytes, Element};

/// What is wrong with a command [ISO-7816-3 12.1]: shorter than its header, or of another length than its Lc says.
pub(super) fn flaw_of_command(command: &Bytes) -> Option<String> {
    let Some(length) = command.length() else { return flaw_of_gap(command) };
    let lc = |index| command.byte(index).map(usize::from);
    if length < 4 {
        return Some(format!("a command of {length} bytes, shorter than its header"));
    }
    if length <= 5 {
        return None;
    }
    let short = lc(4)?;
    if short > 0 {
        return (length != 5 + short && length != 6 + short)
            .then(|| format!("a command whose Lc says {short} bytes of data, and {} follow it", length - 5));
    }
    let (Some(high), Some(low)) = (lc(5), lc(6)) else {
        return Some("a command whose extended length breaks off".to_owned());
    };
    let extended = high << 8 | low;
    let whole = length == 7 || extended > 0 && (length == 7 + extended || length == 9 + extended);
    (!whole).then(|| format!("a command whose Lc says {extended} bytes of data, and {} follow it", length - 7))
}

/// What is wrong with an answer: no status word at its end, whose first byte is `6X` or `9X` and not `60`
/// [ISO-7816-4 5.6].
pub(super) fn flaw_of_response(response: &Bytes) -> Option<String> {
    let length = response.0.len();
    if response.length().is_some() && length < 2 {
        return Some("an answer of one byte, without a status word".to_owned());
    }
    let first = response.0.get(length.checked_sub(2)?)?;
    match first {
        Element::Byte(first) if !matches!(first, 0x61..=0x6F | 0x90..=0x9F) => {
            Some(format!("an answer that ends with no status word: {first:02X} is the first byte of none"))
        }
        // What stands for bytes is behind the answer, or in its status word.
        _ if length == 3 && ends_with_status(&Bytes(response.0[..2].to_vec())) && is_gap(response, 2) => {
            Some(HIDES_NOTHING.to_owned())
        }
        Element::Gap if !is_gap(response, length - 1) => {
            Some("signs for hidden bytes inside the status word of an answer".to_owned())
        }
        _ => None,
    }
}

/// Signs for hidden bytes stand where none is missing.
pub(super) const HIDES_NOTHING: &str = "signs for hidden bytes, of which none is missing";

fn is_gap(bytes: &Bytes, index: usize) -> bool {
    bytes.0.get(index) == Some(&Element::Gap)
}

/// What is wrong with the signs that stand for hidden bytes in a command, whose length they leave open: they hide data,
/// which stand behind the header and are as many as Lc says.
fn flaw_of_gap(command: &Bytes) -> Option<String> {
    let gap = command.0.iter().position(|element| *element == Element::Gap)?;
    let shown = command.0.iter().filter(|element| **element != Element::Gap).count();
    if shown > 0 && (gap < 4 || gap == 4 && shown > 4) {
        return Some("signs for hidden bytes before or inside the header of a command".to_owned());
    }
    let lc = command.byte(4).filter(|lc| *lc > 0)?;
    (has_no_data(command) || shown > 5 + usize::from(lc)).then(|| HIDES_NOTHING.to_owned())
}

/// Whether a command is one that takes no data: GET CHALLENGE, READ BINARY, READ RECORD, GET RESPONSE and GET DATA
/// without secure messaging [ISO-7816-4 11].
fn has_no_data(command: &Bytes) -> bool {
    !is_protected(command) && matches!(command.byte(1), Some(0x84 | 0xB0 | 0xB2 | 0xC0 | 0xCA))
}

/// Whether the class of a command may say that it is under secure messaging [ISO-7816-4 5.4.1].
fn is_protected(command: &Bytes) -> bool {
    command
        .byte(0)
        .is_none_or(|class| class & 0x40 == 0 && class & 0x0C != 0 || class & 0xC0 == 0x40 && class & 0x20 != 0)
}

/// What is wrong with an answer to a command: it is longer than the command asks for by its Le [ISO-7816-4 5.1], or is
/// as long and something is hidden in it. Where nothing is asked for, a program may have fetched what the card had.
pub(super) fn flaw_of_exchange(command: &Bytes, answer: &Bytes) -> Option<String> {
    let most = length_by_le(command).filter(|most| *most > 2 && !is_protected(command))?;
    let shown = answer.0.iter().filter(|element| **element != Element::Gap).count();
    if shown > most {
        let (data, asked) = (shown - 2, most - 2);
        return Some(format!("an answer of {data} bytes of data, and its command asks for {asked} at most"));
    }
    (shown == most && answer.length().is_none()).then(|| HIDES_NOTHING.to_owned())
}

/// How many bytes an answer has if the card gives all that the command asks for, by an Le that is exact
/// [ISO-7816-3 12.1]; `None` where it asks for whatever there is, or has data.
pub(super) fn length_by_le(command: &Bytes) -> Option<usize> {
    let ne = match command.length()? {
        4 => 0,
        5 => usize::from(command.byte(4)?),
        7 if command.byte(4)? == 0 => usize::from(command.byte(5)?) << 8 | usize::from(command.byte(6)?),
        length => {
            let (lc, le) = (usize::from(command.byte(4)?), usize::from(command.byte(length - 1)?));
            if lc > 0 && length == 6 + lc { le } else { return None }
        }
    };
    (ne > 0 || command.length() == Some(4)).then_some(ne + 2)
}

/// Whether bytes end with what could be a status word [ISO-7816-4 5.6].
pub(super) fn ends_with_status(response: &Bytes) -> bool {
    let first = response.0.len().checked_sub(2).and_then(|at| response.byte(at));
    first.is_some_and(|first| matches!(first, 0x61..=0x6F | 0x90..=0x9F))
}

/// How many bytes a command has by its own Lc, if a gap in it can be filled so. Nobody knows of an Le behind it.
pub(super) fn length_by_lc(command: &Bytes) -> Option<usize> {
    command.byte(4).filter(|lc| *lc > 0).map(|lc| 5 + usize::from(lc))
}

#[cfg(test)]
mod tests {
    use super::{flaw_of_command, flaw_of_exchange, flaw_of_response, length_by_lc};
    use crate::trace::convert::notation::read;

    #[test]
    fn commands_of_every_case_are_normal() {
        for command in [
            "00 A4 04 00",
            "00 B0 00 00 00",
            "00 A4 00 00 02 3F 00",
            "00 A4 00 00 02 3F 00 00",
            "00 B0 00 00 00 01 00",
            "00 D6 00 00 00 00 01 AA",
            "00 D6 00 00 00 00 01 AA 00 00",
            "00 20 00 81 04 XX XX XX XX",
            "00 20 00 81 04 [hidden]",
        ] {
            assert_eq!(flaw_of_command(&read(command).bytes), None, "{command}");
        }
        for command in [
            "00",
            "00 A4 04",
            "00 A4 00 00 02 3F",
            "00 A4 00 00 02 3F 00 00 00",
            "00 A4 00 00 00 00",
            "00 D6 00 00 00 00 02 AA",
            "00 20 00 81 04 XX XX XX",
        ] {
            assert!(flaw_of_command(&read(command).bytes).is_some(), "{command}");
        }
        assert_eq!(length_by_lc(&read("00 20 00 81 04 [hidden]").bytes), Some(9));
    }

    #[test]
    fn what_is_hidden_is_data() {
        for command in ["[hidden]", "00 20 00 81 ...", "00 20 00 81 04 31 ... 34", "00 20 00 81 04 [hidden] 00"] {
            assert_eq!(flaw_of_command(&read(command).bytes), None, "{command}");
        }
        for command in [
            "... 00 C0 00 00 05",
            "00 C0 ... 00 00 05",
            "00 A4 04 00 ... 01 41",
            "00 C0 00 00 05 ...",
            "00 20 00 81 01 31 ... 00",
        ] {
            assert!(flaw_of_command(&read(command).bytes).is_some(), "{command}");
        }
        for response in ["41 90 ... 00", "90 00 ..."] {
            assert!(flaw_of_response(&read(response).bytes).is_some(), "{response}");
        }
    }

    #[test]
    fn an_answer_is_as_long_as_its_command_asks_for_at_most() {
        let flaw = |command, answer| flaw_of_exchange(&read(command).bytes, &read(answer).bytes);
        for (command, answer) in [
            ("00 C0 00 00 02", "41 42 90 00"),
            ("00 C0 00 00 02", "6C 03"),
            ("00 C0 00 00 02", "... 42 90 00"),
            ("00 C0 00 00 00", "41 42 90 00"),
            ("00 A4 04 00", "6F 00 90 00"),
            ("00 A4 04 00 01 41", "6F 00 90 00"),
            ("0C B0 00 00 02", "41 42 43 90 00"),
            ("00 A4 04 00 01 41 02", "6F 00 90 00"),
        ] {
            assert_eq!(flaw(command, answer), None, "{command} {answer}");
        }
        for (command, answer) in [
            ("00 C0 00 00 02", "41 42 43 90 00"),
            ("00 C0 00 00 02", "41 ... 42 90 00"),
            ("80 CA 9F 7F 02", "41 42 43 90 00"),
            ("00 A4 04 00 01 41 02", "6F 00 41 90 00"),
            ("00 B0 00 00 00 00 02", "6F 00 41 90 00"),
        ] {
            assert!(flaw(command, answer).is_some(), "{command} {answer}");
        }
    }

    #[test]
    fn an_answer_ends_with_a_status_word() {
        for response in ["90 00", "61 1E", "01 02 6A 82", "9F 10", "[hidden] 90 00", "[hidden]", "XX XX"] {
            assert_eq!(flaw_of_response(&read(response).bytes), None, "{response}");
        }
        for response in ["90", "00 01", "60 00", "90 00 12"] {
            assert!(flaw_of_response(&read(response).bytes).is_some(), "{response}");
        }
    }
}
