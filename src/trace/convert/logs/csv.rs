//! Tables with a line of names above them: a column of commands and one of answers, or one of bytes and one that says
//! whose they are.

use crate::trace::convert::{
    dialogue::Dialogue,
    fields::{self, Meaning, Record},
    lines::Line,
    pairing::Waiting,
};

const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// The separator and the meanings of the columns, if a line is one of names.
fn header(line: &str) -> Option<(char, Vec<Option<Meaning>>)> {
    SEPARATORS.into_iter().find_map(|separator| {
        let columns: Vec<_> = cells(line, separator).0.iter().map(|name| fields::meaning(name)).collect();
        let known: Vec<Meaning> = columns.iter().flatten().copied().collect();
        fields::tell(&known).then_some((separator, columns))
    })
}

/// Whether a log is such a table: its first line that is not empty has the names.
pub(in crate::trace::convert) fn is_typical(lines: &[Line<'_>]) -> bool {
    first(lines).is_some_and(|line| header(raw(line)).is_some())
}

fn first<'l, 'a>(lines: &'l [Line<'a>]) -> Option<&'l Line<'a>> {
    lines.iter().find(|line| !line.raw.trim().is_empty())
}

fn raw<'a>(line: &Line<'a>) -> &'a str {
    line.raw.trim_start_matches('\u{FEFF}')
}

pub(in crate::trace::convert) fn read(lines: &[Line<'_>], dialogue: &mut Dialogue) {
    let Some((separator, columns)) = first(lines).and_then(|line| header(raw(line))) else { return };
    let mut waiting = Waiting::default();
    let names = first(lines).map_or(0, |line| line.number);
    let mut lines = lines.iter().filter(|line| line.number > names && !line.raw.trim().is_empty());
    while let Some(line) = lines.next() {
        let (mut cells_of, mut is_open) = cells(line.raw, separator);
        // A value in quotes may have ends of lines.
        while is_open && let Some(more) = lines.next() {
            let begun = cells_of.pop().unwrap_or_default();
            let (more, still_open) = cells(&format!("\"{}", more.raw), separator);
            let mut more = more.into_iter();
            cells_of.push(format!("{begun} {}", more.next().unwrap_or_default()));
            cells_of.extend(more);
            is_open = still_open;
        }
        if is_open {
            dialogue.unread(line.number, line.raw, "a value in quotes that does not end");
        }
        if cells_of.len() != columns.len() {
            let why = format!("{} values under {} names", cells_of.len(), columns.len());
            dialogue.unread(line.number, line.raw, &why);
        }
        let mut record = Record::default();
        for (meaning, value) in columns.iter().zip(&cells_of) {
            if let Some(meaning) = meaning {
                record.add(*meaning, value);
            }
        }
        record.say(line.number, &mut waiting, dialogue);
    }
    fields::finish(&mut waiting, dialogue);
}

/// The values of a line, and whether the last one is in quotes that are open.
fn cells(line: &str, separator: char) -> (Vec<String>, bool) {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(cell) = cells.last_mut() else { break };
        match character {
            '"' if is_quoted && characters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => is_quoted = !is_quoted,
            character if character == separator && !is_quoted => cells.push(String::new()),
            character => cell.push(character),
        }
    }
    (cells, is_quoted)
}

#[cfg(test)]
mod tests {
    use super::cells;

    #[test]
    fn values_in_quotes_may_have_the_separator() {
        assert_eq!(cells("a,\"b,\"\"c\",d", ','), (vec!["a".to_owned(), "b,\"c".into(), "d".into()], false));
        assert_eq!(cells("a;\"b", ';'), (vec!["a".to_owned(), "b".into()], true));
    }
}
