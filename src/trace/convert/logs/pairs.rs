//! An exchange on each line as names and values: `Cmd=00A40400;Rep=6F00;SW=9000`.

use crate::trace::convert::{
    dialogue::Dialogue,
    fields::{self, Record},
    lines::Line,
    meanings::{self, Meaning},
    remains::could_be_bytes,
};

/// How long a name is at most.
const LONGEST_NAME: usize = 30;

/// Whether a line tells of a command and its answer so.
pub(in crate::trace::convert) fn is_typical(line: &Line<'_>) -> bool {
    pairs(&line.text).is_some_and(|pairs| {
        let meanings: Vec<Meaning> = pairs.iter().filter_map(|(name, _)| meaning(name)).collect();
        meanings::tell(&meanings)
    })
}

/// What a value of this name says. In other records `rep` may count repetitions.
fn meaning(name: &str) -> Option<Meaning> {
    if name.eq_ignore_ascii_case("rep") { Some(Meaning::Answer) } else { meanings::meaning(name) }
}

/// The names and values of a line that has two or more and nothing else.
fn pairs(text: &str) -> Option<Vec<(&str, &str)>> {
    let pair = |part: &'_ str| {
        let (name, value) = part.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        let is_name = name.starts_with(|first: char| first.is_alphabetic()) && name.len() <= LONGEST_NAME;
        (is_name && !value.contains('=')).then_some((name.len(), value.len()))
    };
    let parts = || text.trim().trim_end_matches(';').split(';');
    let lengths = parts().map(pair).collect::<Option<Vec<_>>>().filter(|pairs| pairs.len() > 1)?;
    let found = parts().zip(lengths).map(|(part, (name, value))| {
        let part = part.trim();
        (&part[..name], &part[part.len() - value..])
    });
    Some(found.collect())
}

pub(in crate::trace::convert) fn read(lines: &[Line<'_>], dialogue: &mut Dialogue) {
    let filled = || lines.iter().filter(|line| !line.text.is_empty());
    fields::say(|take: &mut dyn FnMut(Record)| filled().for_each(|line| take(record(line))), dialogue);
}

fn record(line: &Line<'_>) -> Record {
    let mut record = Record::new(line.number);
    match pairs(&line.text) {
        Some(pairs) => {
            for (name, value) in pairs {
                record.add(name, meaning(name), value);
                // One word of digits is seen where all names are.
                if name.contains(' ') && could_be_bytes(&Line::new(line.number, name, name)) {
                    record.flaw(name, "what may be bytes, in the name of a value");
                }
            }
        }
        None if line.text.contains('=') => record.flaw(&line.text, "not only names and values"),
        // It may have bytes, or say what happens to the card.
        None => record.add("", None, &line.text),
    }
    record
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn names_and_values() {
        assert_eq!(pairs("Cmd=00A4; Rep=;SW = 9000;"), Some(vec![("Cmd", "00A4"), ("Rep", ""), ("SW", "9000")]));
        for text in ["Cmd=00A4", "Cmd=00A4;Rep", "Cmd=00A4;00=41", "Cmd=00=A4;Rep=41", ""] {
            assert_eq!(pairs(text), None, "{text}");
        }
    }
}
