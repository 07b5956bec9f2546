//! What holds for every importer: an exchange that is printed in its form is read back, however it is printed; and a
//! log that was damaged makes a trace with the same bytes, or a line is named.

use proptest::{prelude::*, sample::Index};

use super::{
    printed::{exchanges, printed, read_back, style},
    same_cases,
};
use crate::trace::convert::{Format, import};

/// What happens to a log.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// A character goes.
    Lost,
    /// Another one, which is no digit, stands in its place.
    Replaced(char),
    /// A line goes.
    Line,
}

fn damage() -> impl Strategy<Value = Damage> {
    let other = prop_oneof![Just('G'), Just(' '), Just('='), Just('.'), Just('?'), Just('\n')];
    prop_oneof![Just(Damage::Lost), other.prop_map(Damage::Replaced), Just(Damage::Line)]
}

fn damaged(log: &str, place: Index, damage: Damage) -> String {
    let characters: Vec<char> = log.chars().collect();
    let at = place.index(characters.len());
    match damage {
        Damage::Lost => characters[..at].iter().chain(&characters[at + 1..]).collect(),
        Damage::Replaced(other) => characters[..at].iter().chain([&other]).chain(&characters[at + 1..]).collect(),
        Damage::Line => {
            let lines: Vec<&str> = log.split_inclusive('\n').collect();
            let at = place.index(lines.len());
            lines[..at].iter().chain(&lines[at + 1..]).copied().collect()
        }
    }
}

/// Whether nothing in a log tells that one of its lines is missing: a record of both command and answer, a row without
/// offset or count, the only wrapped command of GPShell.
fn loses_lines_unseen(format: Format, exchanges: usize) -> bool {
    matches!(format, Format::Csv | Format::JsonLines | Format::Pairs | Format::OpenscTool | Format::Scriptor)
        || format == Format::Gpshell && exchanges < 2
}

proptest! {
    #![proptest_config(same_cases(400, 11))]

    #[test]
    fn what_is_printed_is_read_back(exchanges in exchanges(), format in 0..Format::ALL.len(), style in style()) {
        let (_, format) = Format::ALL[format];
        let log = printed(format, &exchanges, style);
        prop_assert_eq!(Format::detect(&log), Some(format), "{}", log);
        let imported = import(&log, format);
        prop_assert_eq!(read_back(&imported), exchanges, "{}", log);
        // Bytes that are the same as text of those before them are told of.
        let told: Vec<_> = imported.unread.iter().filter(|unread| !unread.why.ends_with("nothing tells")).collect();
        prop_assert!(told.is_empty(), "{:?}\n{}", told, log);
    }

    #[test]
    fn what_is_damaged_has_the_same_bytes_or_is_named(
        exchanges in exchanges(),
        format in 0..Format::ALL.len(),
        style in style(),
        place: Index,
        damage in damage(),
    ) {
        let (_, format) = Format::ALL[format];
        let is_line = matches!(damage, Damage::Line) && !loses_lines_unseen(format, exchanges.len());
        let damage = if matches!(damage, Damage::Line) && !is_line { Damage::Lost } else { damage };
        let style = if is_line { style.unwrapped() } else { style };
        let log = printed(format, &exchanges, style);
        let log = damaged(&log, place, damage);
        let imported = import(&log, format);
        let found = read_back(&imported);
        // A log without any command is refused.
        let is_told = !imported.unread.is_empty() || imported.commands == 0;
        prop_assert!(is_told || found == exchanges, "{:?}\n{:?} not {:?}\n{}", damage, found, exchanges, log);
    }
}
