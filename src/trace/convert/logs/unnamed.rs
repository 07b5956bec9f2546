//! Tables without a line of names whose columns tell themselves what they hold.

use super::csv::{Column, End, Line, Row, SEPARATORS, row};
use crate::trace::convert::{
    fields,
    meanings::{self, Meaning},
    notation,
};

/// The separator and the columns of a table without a line of names: each row says in one column whose
/// the bytes in another one are, and there are bytes in no third one.
pub(super) fn columns(rows: &[Line<'_>]) -> Option<(char, Vec<Column>)> {
    SEPARATORS.into_iter().find_map(|separator| {
        let mut columns: Option<Vec<Cells>> = None;
        for line in rows {
            let Row { cells, end } = row(line.whole, separator, false);
            let found: Vec<Cells> = cells.iter().map(|cell| Cells::of(cell)).collect();
            let columns = columns.get_or_insert_with(|| found.clone());
            if end != End::Whole || columns.len() != found.len() {
                return None;
            }
            columns.iter_mut().zip(found).for_each(|(column, found)| *column = column.with(found));
        }
        let columns = columns.filter(|columns| {
            let count = |wanted| columns.iter().filter(|column| **column == wanted).count();
            rows.len() > 1 && count(Cells::Direction) == 1 && count(Cells::Bytes) == 1 && count(Cells::Mixed) == 0
        })?;
        let named = |(at, cells): (usize, Cells)| {
            // Who counts, counts on.
            let counts = cells == Cells::Digits && rises(rows, separator, at);
            Column { name: cells.name(counts).to_owned(), meaning: cells.meaning() }
        };
        Some((separator, columns.into_iter().enumerate().map(named).collect()))
    })
}

/// Whether the numbers of a column rise from each row to the next, or its hours do not fall.
fn rises(rows: &[Line<'_>], separator: char, at: usize) -> bool {
    let number = |line: &Line<'_>| {
        let cells = row(line.whole, separator, false).cells;
        let cell = cells.get(at)?.trim();
        Some((cell.replace([':', '.'], "").parse::<u64>().ok()?, cell.contains(':')))
    };
    let follows = |one: u64, next: u64, is_hour: bool| one < next || one == next && is_hour;
    rows.iter().map(number).is_sorted_by(|one, next| match (one, next) {
        (Some((one, _)), Some((next, is_hour))) => follows(*one, *next, *is_hour),
        _ => false,
    })
}

/// What a column without a name has in all rows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cells {
    Direction,
    Bytes,
    /// Counts, or bytes of which all digits are decimal.
    Digits,
    /// Times and other texts.
    Other,
    /// Bytes in some rows only.
    Mixed,
}

impl Cells {
    fn of(cell: &str) -> Self {
        match cell.trim() {
            cell if meanings::speaks(cell).is_some() => Self::Direction,
            cell if fields::has_bytes(cell) => Self::Bytes,
            cell if notation::only(cell).is_some_and(|bytes| bytes.0.len() > 1) => Self::Digits,
            _ => Self::Other,
        }
    }

    fn with(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Bytes, Self::Digits) | (Self::Digits, Self::Bytes) => Self::Bytes,
            (Self::Bytes | Self::Mixed, _) | (_, Self::Bytes | Self::Mixed) => Self::Mixed,
            _ => Self::Other,
        }
    }

    /// The name that a person would give it.
    fn name(self, counts: bool) -> &'static str {
        match self {
            Self::Digits if counts => "time",
            Self::Other => "time",
            _ => "",
        }
    }

    fn meaning(self) -> Option<Meaning> {
        match self {
            Self::Direction => Some(Meaning::Direction),
            Self::Bytes => Some(Meaning::Data),
            Self::Digits | Self::Other | Self::Mixed => None,
        }
    }
}
