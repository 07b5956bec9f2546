//! A text with slips of syntax, mended in memory so that the rest of it is checked too.
//!
//! An accent in a key or a value without quotes would else hide all that is wrong further down. The rule that this file
//! upholds: a place is always one of the text as it was written, and of a value that nobody knows nothing is said.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use toml::de::DeTable;

use super::{
    super::{
        dates,
        diagnostic::{Diagnostic, Diagnostics, Source},
    },
    LONGEST, MOST_SYNTAX, Value, Written,
    slips::slip,
    syntax::{bare_key, flag_word, plainest, syntax_mistake, within_quotes},
    table,
};

/// How often a text is read anew: mending a line shows what the parser did not get to.
const MOST_ROUNDS: usize = 8;

/// A text that was read although it may have slips.
#[derive(Debug)]
pub(in crate::profile) struct Mended {
    /// What it says, with places in the text as it was written.
    pub(in crate::profile) written: Written,
    /// What is wrong with its syntax.
    pub(in crate::profile) slips: Vec<Diagnostic>,
    /// The lines whose value nobody knows, as places in the text.
    unknown: Vec<Range<usize>>,
}

/// What stands in place of parts of one line, in their order, as places in the text as it was written.
#[derive(Clone, Debug, Default)]
struct Line {
    edits: Vec<(Range<usize>, String)>,
    /// Whether its value is lost.
    is_unknown: bool,
}

impl Mended {
    /// Reads a text as TOML.
    ///
    /// # Errors
    ///
    /// All slips that were found, if one of them cannot be mended, or a text longer than [`LONGEST`].
    pub(in crate::profile) fn read(source: &Arc<Source>) -> Result<Self, Diagnostics> {
        let first = match Written::read(source) {
            Ok(written) => return Ok(Self { written, slips: Vec::new(), unknown: Vec::new() }),
            Err(mistakes) if source.text.len() > LONGEST => return Err(mistakes),
            Err(mistakes) => mistakes,
        };
        let (mut slips, mut lines) = (first.0, BTreeMap::new());
        for round in 0..MOST_ROUNDS {
            let text = mended(&source.text, &lines);
            let (document, errors) = DeTable::parse_recoverable(&text);
            if errors.is_empty() {
                let mut written = Written { value: table(document.get_ref()), span: 0..0 };
                back(&mut written, &lines);
                let unknown = lines.iter().filter(|(_, line)| line.is_unknown);
                let unknown = unknown.map(|(start, _)| line_at(&source.text, *start)).collect();
                return Ok(Self { written, slips, unknown });
            }
            if errors.len() > MOST_SYNTAX || slips.len() > MOST_SYNTAX {
                break;
            }
            let here = Arc::new(Source { name: source.name.clone(), text });
            let (mut told, mut mends) = (Vec::new(), Vec::new());
            for error in &errors {
                let span = error.span().unwrap_or(0..0);
                let span = original(span.start, &lines)..original(span.end, &lines);
                let line = line_at(&source.text, span.start);
                let is_new = !lines.contains_key(&line.start);
                if round > 0 && is_new {
                    let mistake = syntax_mistake(&here, error);
                    told.push(Diagnostic { source: Arc::clone(source), span, ..mistake });
                }
                let is_duplicate = error.message().starts_with("duplicate key");
                mends.push((line.start, mend(&source.text, &line, is_duplicate, is_new)));
            }
            slips.extend(plainest(told));
            for (line, mend) in mends {
                match mend {
                    Some(mend) => lines.insert(line, mend),
                    None => return Err(Diagnostics(slips)),
                };
            }
        }
        Err(Diagnostics(slips))
    }

    /// Whether a mistake at this place follows from a slip: the value that it speaks of is not the author's.
    pub(in crate::profile) fn explains(&self, span: &Range<usize>) -> bool {
        !span.is_empty() && self.unknown.iter().any(|line| line.contains(&span.start))
    }
}

/// What stands in place of a line that is no TOML. What was tried once becomes an empty text.
fn mend(text: &str, line: &Range<usize>, is_duplicate: bool, is_new: bool) -> Option<Line> {
    let written = text.get(line.clone())?;
    let content = written.trim_start();
    let start = line.start + written.len() - content.len();
    if is_duplicate {
        let one = format!("{}\n", content.trim_end());
        let is_whole = !content.starts_with('[') && one.parse::<toml::Table>().is_ok();
        return is_whole.then(|| Line { edits: vec![(start..start, "#".into())], is_unknown: false });
    }
    if let Some(slip) = slip(text, line).filter(|_| is_new) {
        return Some(Line { edits: slip.edits, is_unknown: slip.is_unknown });
    }
    if content.starts_with('[') {
        let plain = bare_key(content.trim_end(), &['[', ']', '.', ' '])?;
        return (is_new && plain != content.trim_end())
            .then(|| Line { edits: vec![(start..start + content.trim_end().len(), plain)], is_unknown: false });
    }
    let (key, value) = content.split_once('=').unwrap_or((content, ""));
    let key_place = start..start + key.trim_end().len();
    let value_place = start + content.len() - value.trim_start().len()..start + content.trim_end().len();
    let key = bare_key(key.trim_end(), &['.', ' '])?;
    let known = is_new.then(|| meant(value.trim())).flatten();
    let is_unknown = known.is_none();
    // An array or a text over several lines ends elsewhere.
    if is_unknown && (value.trim_start().starts_with(['[', '{']) || value.contains("\"\"\"")) {
        return None;
    }
    let edits = match known {
        Some(known) => vec![(key_place, key), (value_place, known)],
        None if key_place.end == value_place.end => vec![(key_place, format!("{key} = \"\""))],
        None => vec![(key_place.clone(), key), (key_place.end..value_place.end.max(key_place.end), " = \"\"".into())],
    };
    Some(Line { edits, is_unknown })
}

/// A value as it was meant, in TOML.
pub(super) fn meant(value: &str) -> Option<String> {
    if format!("value = {value}\n").parse::<toml::Table>().is_ok() {
        return Some(value.into());
    }
    let word = value.split('#').next().unwrap_or("").trim();
    if let Some(flag) = flag_word(word) {
        return Some(flag.into());
    }
    let word = dates::meant(word).unwrap_or_else(|| within_quotes(word).into());
    let is_plain = !word.is_empty() && !word.contains(['"', '\'', '\\', '=', '[', '{']);
    is_plain.then(|| format!("\"{word}\""))
}

/// The text with its lines mended.
fn mended(text: &str, lines: &BTreeMap<usize, Line>) -> String {
    let (mut mended, mut at) = (String::with_capacity(text.len()), 0);
    for (place, instead) in lines.values().flat_map(|line| &line.edits) {
        mended.push_str(text.get(at..place.start).unwrap_or(""));
        mended.push_str(instead);
        at = place.end;
    }
    mended + text.get(at..).unwrap_or("")
}

/// Where a byte of the mended text stands in the text as it was written.
fn original(at: usize, lines: &BTreeMap<usize, Line>) -> usize {
    // What begins within what was put in stands where that begins.
    let (mut written, mut mended) = (0, 0);
    for (place, instead) in lines.values().flat_map(|line| &line.edits) {
        let before = place.start - written;
        if at < mended + before {
            break;
        }
        let end = mended + before + instead.len();
        if at < end {
            return place.start;
        }
        (written, mended) = (place.end, end);
    }
    written + (at - mended)
}

/// Puts the places of a value of the mended text where they stand in the text as it was written.
fn back(written: &mut Written, lines: &BTreeMap<usize, Line>) {
    let place = |span: &Range<usize>| original(span.start, lines)..original(span.end, lines);
    written.span = place(&written.span);
    match &mut written.value {
        Value::List(members) => members.iter_mut().for_each(|member| back(member, lines)),
        Value::Table(entries) => {
            for entry in entries {
                entry.span = place(&entry.span);
                back(&mut entry.value, lines);
            }
        }
        _ => {}
    }
}

/// The line that a byte of a text stands in, without its end.
pub(super) fn line_at(text: &str, at: usize) -> Range<usize> {
    let at = text.floor_char_boundary(at);
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    start..end
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{Mended, Source, Value};

    fn read(text: &str) -> Result<Mended, String> {
        let source = Arc::new(Source { name: "t.toml".into(), text: text.into() });
        Mended::read(&source).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn what_stands_behind_a_slip_is_read_at_its_place() {
        for (slip, value) in [
            ("prénom = \"A\"", Value::Text("A".into())),
            ("prenom = vrai", Value::Flag(true)),
            ("prenom = ALIX # she", Value::Text("ALIX".into())),
            ("prenom = «ALIX»", Value::Text("ALIX".into())),
            ("prenom = 12/04/1985", Value::Text("1985-04-12".into())),
            ("prenom = 0101", Value::Text("0101".into())),
            ("prenom =", Value::Text("".into())),
            ("prenom = \"ALIX", Value::Text("".into())),
            ("prenom", Value::Text("".into())),
        ] {
            let text = format!("# é\r\n[assuré]\r\n{slip}\r\nnom = vrai\r\nnaissance = 1\r\n");
            let mended = read(&text).unwrap_or_else(|mistakes| panic!("{slip}: {mistakes}"));
            let person = mended.written.key("assure").expect(slip);
            assert_eq!(person.key("prenom").map(|value| &value.value), Some(&value), "{slip}");
            let birth = person.key("naissance").expect(slip);
            assert_eq!(&text[birth.span.clone()], "1", "{slip}");
            let keys: Vec<_> = person.entries().iter().map(|entry| &text[entry.span.clone()]).collect();
            assert_eq!(keys[1..], ["nom", "naissance"], "{slip}");
            assert_eq!(mended.slips.len(), 3, "{slip}: {:?}", mended.slips);
        }
    }

    #[test]
    fn a_second_key_of_one_name_is_passed_over() {
        let mended = read("a = 1\na = 2\nb = 3\n").expect("it is mended");
        assert_eq!(mended.written.key("a").map(|value| &value.value), Some(&Value::Integer("1".into())));
        assert_eq!((mended.slips.len(), mended.written.entries().len()), (1, 2));
    }

    #[test]
    fn what_nobody_can_mend_is_told_alone() {
        for text in ["a = [\nb = 1\n", "[a]\n[a]\n", "= 3\n", "[é😀\nb = 1\n", "a = \"\"\"x\n"] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_ends_and_every_place_is_within_it(text in "([a-zé]{1,2} ?=? ?[\"0-9a-zé,.\\[\\]#]{0,4}(\r?\n|)){0,8}") {
            if let Ok(mended) = read(&text) {
                for entry in mended.written.entries() {
                    prop_assert!(text.get(entry.span.clone()).is_some() && text.get(entry.value.span.clone()).is_some());
                }
            }
        }
    }
}
