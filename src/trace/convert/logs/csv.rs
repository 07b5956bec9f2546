//! Tables with a line of names above them: a column of commands and one of answers, or one of bytes and one that says
//! whose they are. A table of the second kind is understood without names too.

use crate::{
    trace::convert::{
        dialogue::Dialogue,
        fields::{self, Record},
        logs::unnamed,
        meanings::{self, Meaning},
    },
    work,
};

pub(super) const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// A column of a table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) meaning: Option<Meaning>,
}

/// The separator and the columns, if a line is one of names.
fn header(line: &str) -> Option<(char, Vec<Column>)> {
    SEPARATORS.into_iter().find_map(|separator| {
        let names = row(line, separator, false).cells.into_iter();
        let columns: Vec<_> = names.map(|name| Column { meaning: meanings::meaning(&name), name }).collect();
        let known: Vec<Meaning> = columns.iter().filter_map(|column| column.meaning).collect();
        meanings::tell(&known).then_some((separator, columns))
    })
}

/// A line of a table. A log may have millions of them, all of which are looked at together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    number: usize,
    pub(super) whole: &'a str,
}

/// The lines that are not empty, as they stand there.
fn lines(log: &str) -> impl Iterator<Item = Line<'_>> {
    let numbered = log.trim_start_matches('\u{FEFF}').lines().enumerate();
    numbered.map(|(index, whole)| Line { number: index + 1, whole }).filter(|line| !line.whole.trim().is_empty())
}

/// Whether a log is such a table: its first line that is not empty has the names, or each has what stands between
/// columns and tells them.
pub(in crate::trace::convert) fn is_typical(log: &str) -> bool {
    let Some(first) = lines(log).next() else { return false };
    let has_columns = || lines(log).all(|line| line.whole.contains(SEPARATORS));
    header(first.whole).is_some() || has_columns() && unnamed::columns(&lines(log).collect::<Vec<_>>()).is_some()
}

pub(in crate::trace::convert) fn read(log: &str, dialogue: &mut Dialogue) {
    let mut lines: Vec<_> = lines(log).collect();
    let Some(first) = lines.first().copied() else { return };
    let named = header(first.whole);
    let above = if named.is_some() { first.number } else { 0 };
    let Some((separator, columns)) = named.or_else(|| unnamed::columns(&lines)) else {
        let why = "no line of names: a table has columns such as command and response, or direction and data";
        return dialogue.unread(first.number, first.whole, why);
    };
    lines.retain(|line| line.number > above);
    // Below the names of a table of Markdown stands a ruler.
    if separator == '|' && lines.first().is_some_and(|line| is_ruler(line.whole)) {
        lines.remove(0);
    }
    // Nothing has to be told from behind where there is no quote.
    let ends = if log.contains('"') { ends_of_quotes(&lines, separator) } else { Vec::new() };
    let table = Table { lines, separator, columns, ends };
    fields::say(|take: &mut dyn FnMut(Record)| table.records(take), dialogue);
}

/// Whether a line is `|---|:---:|`.
fn is_ruler(line: &str) -> bool {
    line.contains("---") && line.chars().all(|sign| matches!(sign, '|' | '-' | ':') || sign.is_whitespace())
}

/// A value without the signs that set it off in a table of Markdown.
fn unquoted(value: &str, separator: char) -> &str {
    let inside = value.trim().strip_prefix('`').and_then(|value| value.strip_suffix('`'));
    inside.filter(|inside| separator == '|' && !inside.contains('`')).unwrap_or(value)
}

/// The lines below the names.
struct Table<'a> {
    lines: Vec<Line<'a>>,
    separator: char,
    columns: Vec<Column>,
    ends: Vec<Option<EndOfQuote>>,
}

impl Table<'_> {
    /// Gives its records one after another.
    fn records(&self, take: &mut dyn FnMut(Record)) {
        let Self { lines, separator, columns, ends } = self;
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let mut record = Record::new(line.number);
            let Row { mut cells, end } = row(line.whole, *separator, false);
            let fits = |end: &&EndOfQuote| cells.len() + end.cells == columns.len();
            let last = match end {
                End::Whole => Some(at),
                End::Quoted => ends.get(at + 1).and_then(Option::as_ref).filter(fits).map(|end| end.line),
                End::Damaged => None,
            };
            if let Some(last) = last {
                let more = lines.iter().take(last + 1).skip(at + 1);
                more.for_each(|line| go_on(&mut cells, row(line.whole, *separator, true)));
                at = last;
            } else {
                // Only this line is taken as damaged, and its quotes as signs like others.
                record.flaw(line.whole, "a value in quotes that does not end");
                cells = line.whole.split(*separator).map(str::to_owned).collect();
            }
            if cells.len() == columns.len() || last.is_some() {
                let named = columns.iter().zip(&cells);
                named.for_each(|(column, value)| {
                    record.add(&column.name, column.meaning, unquoted(value, *separator));
                });
            }
            if cells.len() != columns.len() && last.is_some() {
                record.flaw(line.whole, &format!("{} values under {} names", cells.len(), columns.len()));
            }
            take(record);
            at += 1;
        }
    }
}

/// How a line of a table ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// With its last value.
    Whole,
    /// Inside a value in quotes.
    Quoted,
    /// Nowhere: behind a value in quotes stands something else than the next one.
    Damaged,
}

/// The values of a line.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Row {
    pub(super) cells: Vec<String>,
    pub(super) end: End,
}

/// Reads a line, which may begin inside a value in quotes. A quote that opens one stands before anything else of it
/// (RFC 4180); any other is a sign like others.
pub(super) fn row(line: &str, separator: char, mut is_quoted: bool) -> Row {
    work::step(line.len());
    let mut cells = vec![String::new()];
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(cell) = cells.last_mut() else { break };
        match character {
            '"' if is_quoted && characters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if is_quoted => {
                is_quoted = false;
                while characters.next_if(|next| next.is_whitespace() && *next != separator).is_some() {}
                if characters.peek().is_some_and(|next| *next != separator) {
                    return Row { cells, end: End::Damaged };
                }
            }
            '"' if cell.trim().is_empty() => is_quoted = true,
            character if character == separator && !is_quoted => cells.push(String::new()),
            character => cell.push(character),
        }
    }
    Row { cells, end: if is_quoted { End::Quoted } else { End::Whole } }
}

/// Where a value in quotes ends that is open at the beginning of a line.
#[derive(Clone, Copy, Debug)]
struct EndOfQuote {
    /// The index of the line with which its record ends.
    line: usize,
    /// How many values there are behind it.
    cells: usize,
}

/// For each line where a value ends that is open at its beginning, told from behind so that no line is read for every
/// one that stands above it.
fn ends_of_quotes(lines: &[Line<'_>], separator: char) -> Vec<Option<EndOfQuote>> {
    let mut below = None;
    let end_at = |(index, line): (usize, &Line<'_>)| {
        let Row { cells, end } = row(line.whole, separator, true);
        let cells = cells.len() - 1;
        below = match end {
            End::Whole => Some(EndOfQuote { line: index, cells }),
            End::Quoted => below.map(|below: EndOfQuote| EndOfQuote { cells: below.cells + cells, ..below }),
            End::Damaged => None,
        };
        below
    };
    let mut ends: Vec<_> = lines.iter().enumerate().rev().map(end_at).collect();
    ends.reverse();
    ends
}

/// Goes on with the values of the next line; the first one goes on with the last one before it.
fn go_on(cells: &mut Vec<String>, more: Row) {
    let mut more = more.cells.into_iter();
    if let (Some(begun), Some(rest)) = (cells.last_mut(), more.next()) {
        work::step(rest.len() + 1);
        begun.push(' ');
        begun.push_str(&rest);
    }
    cells.extend(more);
}

#[cfg(test)]
mod tests {
    use super::{End, Row, row};

    #[test]
    fn values_in_quotes_may_have_the_separator() {
        let read = |line, separator, is_quoted| {
            let Row { cells, end } = row(line, separator, is_quoted);
            (cells.join("/"), end)
        };
        assert_eq!(read("a,\"b,\"\"c\",d", ',', false), ("a/b,\"c/d".to_owned(), End::Whole));
        assert_eq!(read("a;\"b", ';', false), ("a/b".to_owned(), End::Quoted));
        assert_eq!(read("b\" ; \"c\"", ';', true), ("b/ c".to_owned(), End::Whole));
        assert_eq!(read("5\" disk,7\"", ',', false), ("5\" disk/7\"".to_owned(), End::Whole));
        assert_eq!(read("a,\"5\" disk,7", ',', false), ("a/5".to_owned(), End::Damaged));
    }
}
