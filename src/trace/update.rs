//! Rewrites the expectations of a trace to what came, and leaves every other byte of its text as it is.

use std::ops::Range;

use super::{
    file::{Expected, Step, Trace},
    finding::{Finding, Got, Problem},
    lines::Words,
    names::hex,
    pattern::{Atom, Pattern, matches},
};
use crate::work;

/// A trace with new expectations.
#[derive(Clone, Debug)]
pub struct Updated {
    /// Its whole text.
    pub text: String,
    /// What cannot be put right by changing what is expected.
    pub left: Vec<Finding>,
}

/// A part of the text and what comes in its place.
type Edit = (Range<usize>, String);

/// Makes the trace expect what its replay got. Where an answer has its old length, only the bytes that differ change,
/// so that comments and matchers stay.
#[must_use]
pub fn update(trace: &Trace, findings: &[Finding]) -> Updated {
    let mut edits: Vec<Edit> = Vec::new();
    let mut left = Vec::new();
    let newline = if trace.source.text.contains("\r\n") { "\r\n" } else { "\n" };
    work::step(trace.source.text.len());
    for finding in findings {
        match edits_for(trace, finding, newline) {
            Some(more) => edits.extend(more),
            None => left.push(finding.clone()),
        }
    }
    Updated { text: apply(&trace.source.text, edits), left }
}

/// The edits that make a finding go away; `None` if none can. `newline` is what ends the lines of the trace.
fn edits_for(trace: &Trace, finding: &Finding, newline: &str) -> Option<Vec<Edit>> {
    let text = trace.source.text.as_str();
    let (index, got) = match &finding.problem {
        Problem::Otherwise { got, .. } | Problem::Unchecked(got) => (finding.step?, got),
        Problem::Atr { got, .. } => return Some(vec![(finding.span.clone(), hex(got))]),
        _ => return None,
    };
    let step = trace.steps.get(index)?;
    let line = match got {
        Got::Response(response) => format!("< {}", hex(response)),
        Got::Silence(silence) => format!("expect-error {}", silence.word()),
        // A step that just went well, such as a reset, has no line below it.
        Got::Done => String::new(),
    };
    match (&step.expected, got) {
        (Expected::Response(pattern, span), Got::Response(response)) => response_edits(trace, pattern, span, response),
        (Expected::Response(Pattern::Exact(_), span), _) => Some(replace_response(text, span, &line)),
        // Somebody wrote matchers for bytes, and none came: whether the silence is right is not for a program to say.
        (Expected::Response(Pattern::Holes(_), _), _) => None,
        (Expected::Silence(_, span), _) => Some(vec![(span.clone(), line)]),
        (Expected::Unsaid, _) => Some(vec![below(text, step, &line, newline)]),
    }
}

fn response_edits(trace: &Trace, pattern: &Pattern, span: &Range<usize>, response: &[u8]) -> Option<Vec<Edit>> {
    let text = trace.source.text.as_str();
    let words = elements(text, span);
    let atoms: Vec<Atom> = match pattern {
        Pattern::Exact(slice) => trace.slice(*slice).iter().map(|&byte| Atom::Byte(byte)).collect(),
        Pattern::Holes(atoms) => atoms.to_vec(),
    };
    if let Some(edits) = edits_in_place(&atoms, &words, response) {
        return Some(edits);
    }
    // What an answer gave a name to may be needed further down.
    let captures = atoms.iter().any(|atom| matches!(atom, Atom::Capture(_)));
    (!captures).then(|| replace_response(text, span, &format!("< {}", hex(response))))
}

/// Changes the bytes that differ, from the first byte to the first run and from the last run to the last byte; `None`
/// if that does not make the pattern fit.
fn edits_in_place(atoms: &[Atom], words: &[Range<usize>], response: &[u8]) -> Option<Vec<Edit>> {
    let named = |atom: &Atom| matches!(atom, Atom::Capture(_) | Atom::Use(_));
    // What has a name would have to change wherever the name is used; that is for a person to do.
    if atoms.len() != words.len() || atoms.iter().any(named) {
        return None;
    }
    let is_run = |atom: &Atom| *atom == Atom::Run;
    let head = atoms.iter().position(is_run).unwrap_or(atoms.len());
    let tail = atoms.iter().rposition(is_run).map_or(0, |run| atoms.len() - run - 1);
    // Between the first and the last run nothing tells which byte an atom is about, so only the two ends are compared.
    let last = response.len().checked_sub(tail).filter(|&last| last >= head)?;
    let places = (0..head).zip(0..head).chain((atoms.len() - tail..atoms.len()).zip(last..response.len()));
    let mut new = atoms.to_vec();
    let mut edits = Vec::new();
    for (place, byte) in places {
        let byte = *response.get(byte)?;
        let atom = new.get_mut(place)?;
        if !atom.allows(&[byte], &[]) {
            *atom = Atom::Byte(byte);
            edits.push((words.get(place)?.clone(), format!("{byte:02X}")));
        }
    }
    // What stands between two runs may still not fit: then no change of single bytes helps.
    matches(&new, response, &mut []).then_some(edits)
}

/// Puts a line in the place of an answer, which may go over several lines. Their comments stay.
fn replace_response(text: &str, span: &Range<usize>, line: &str) -> Vec<Edit> {
    let start = text.get(..span.start).and_then(|above| above.rfind('\n')).map_or(0, |end| end + 1);
    let mut pieces = pieces(text, span).into_iter();
    let first = pieces.next().map_or(start..span.end, |piece| start..piece.end);
    let mut edits = vec![(first, line.to_owned())];
    edits.extend(pieces.map(|piece| without_bytes(text, piece)));
    edits
}

/// Takes the bytes out of an indented line, and the whole line with them if nothing else is on it.
fn without_bytes(text: &str, piece: Range<usize>) -> Edit {
    // From the newline before, so that a line that goes leaves no empty one.
    let start = text.get(..piece.start).and_then(|above| above.rfind('\n')).unwrap_or(piece.start);
    let rest = text.get(piece.end..).unwrap_or_default();
    let end = rest.find('\n').unwrap_or(rest.len());
    match rest.get(..end).is_some_and(|rest| rest.trim().is_empty()) {
        true => (start..piece.end + end, String::new()),
        false => (piece, String::new()),
    }
}

/// A new line below a step.
fn below(text: &str, step: &Step, line: &str, newline: &str) -> Edit {
    let rest = text.get(step.span.end..).unwrap_or_default();
    let end = step.span.end + rest.find(['\r', '\n']).unwrap_or(rest.len());
    work::step(end - step.span.end);
    (end..end, format!("{newline}{line}"))
}

/// Where the bytes of a span stand, line by line, without the comments between them.
fn pieces(text: &str, span: &Range<usize>) -> Vec<Range<usize>> {
    let mut start = span.start;
    let mut pieces = Vec::new();
    for line in text.get(span.clone()).unwrap_or_default().split_inclusive('\n') {
        let said = Words { text: line.trim_end_matches(['\r', '\n']), start }.without_comment();
        if !said.text.is_empty() {
            pieces.push(said.span());
        }
        start += line.len();
    }
    pieces
}

/// Where each element of a pattern stands.
fn elements(text: &str, span: &Range<usize>) -> Vec<Range<usize>> {
    let mut elements = Vec::new();
    for piece in pieces(text, span) {
        let mut at = piece.start;
        while let Some(rest) = text.get(at..piece.end).filter(|rest| !rest.is_empty()) {
            let length = match rest.as_bytes().first() {
                Some(b' ' | b'\t') => {
                    at += 1;
                    continue;
                }
                Some(b'{') => rest.find('}').map_or(rest.len(), |end| end + 1),
                _ => rest.len().min(2),
            };
            elements.push(at..at + length);
            at += length;
        }
    }
    elements
}

fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut new = String::with_capacity(text.len());
    let mut from = 0;
    for (range, replacement) in edits {
        new.push_str(text.get(from..range.start).unwrap_or_default());
        new.push_str(&replacement);
        // Two findings can be about one step: a later edit never brings text back that an earlier one replaced.
        from = range.end.max(from);
    }
    new.push_str(text.get(from..).unwrap_or_default());
    new
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::Arc};

    use proptest::prelude::*;

    use super::update;
    use crate::{
        profile::diagnostic::Source,
        trace::{
            Chance, Trace,
            replay::{Inserted, Replayed, Wanted, replay},
            toy::Toy,
        },
        work,
    };

    fn load(_: Wanted<'_>) -> Result<Inserted<'static>, Infallible> {
        let table: [(&[u8], &[u8]); 2] = [(&[1], &[1, 2, 3, 4, 0x90, 0]), (&[2], &[0x61, 3])];
        Ok(Some(Box::new(Toy::new(&table))))
    }

    fn run(text: &str) -> (Trace, Replayed) {
        let trace = Trace::parse(Arc::new(Source { name: "t".into(), text: text.into() })).expect(text);
        let Ok(outcome) = replay(&trace, Chance::Recorded, load);
        (trace, outcome)
    }

    /// The text after an update, which then replays without a finding but for `left` ones.
    fn updated(text: &str, left: usize) -> String {
        let (trace, outcome) = run(text);
        let new = update(&trace, &outcome.findings);
        assert_eq!(new.left.len(), left, "{:?}", new.left);
        assert_eq!(run(&new.text).1.findings.len(), left, "{}", new.text);
        new.text
    }

    #[test]
    fn only_bytes_that_differ_change() {
        let text = "virtuale-trace 1\r\n> 01 # one\r\n< 0102 .. # head\r\n   ff # tail\r\n  90 01   # end\r\n";
        let expected = "virtuale-trace 1\r\n> 01 # one\r\n< 0102 .. # head\r\n   04 # tail\r\n  90 00   # end\r\n";
        assert_eq!(updated(text, 0), expected);
    }

    #[test]
    fn an_answer_of_another_length_is_replaced_and_its_comments_stay() {
        let text = "virtuale-trace 1\n> 01\n< 01 # head\n  02\n  03 # tail\n> 02\n< 61 03\n";
        let expected = "virtuale-trace 1\n> 01\n< 01 02 03 04 90 00 # head\n   # tail\n> 02\n< 61 03\n";
        assert_eq!(updated(text, 0), expected);
    }

    #[test]
    fn what_a_run_stands_for_stays() {
        let text = "virtuale-trace 1\n> 01\n< 01 07 # head\n  ** 03 .. # tail\n  90 01\n";
        assert_eq!(updated(text, 0), text.replace("07", "02").replace("90 01", "90 00"));
        let lost = "virtuale-trace 1\n> 01\n< 01 ** 07 ** 90 00\n";
        assert_eq!(updated(lost, 0), "virtuale-trace 1\n> 01\n< 01 02 03 04 90 00\n");
        let short = "virtuale-trace 1\n> 02\n< ** 90 00 # why\n";
        assert_eq!(updated(short, 0), "virtuale-trace 1\n> 02\n< ** 61 03 # why\n");
    }

    #[test]
    fn silence_and_speech_replace_each_other() {
        let text = "virtuale-trace 1\natr 3B\n> 02\nexpect-error mute # why\npower-off\n> 02 # x\n< 90 00 # y\nreset\nexpect-error mute\n> 02";
        let expected = "virtuale-trace 1\natr 3B 80 80 01 01\n> 02\n< 61 03 # why\npower-off\n> 02 # x\nexpect-error unpowered # y\nreset\n\n> 02\n< 61 03";
        assert_eq!(updated(text, 0), expected);
    }

    #[test]
    fn rewriting_takes_steps_by_the_length_of_the_trace_only() {
        for exchange in [
            "> 01\n",
            "> 01\n< 01 03\n",
            "> 02\n< ** 03 ** 61 .. **\n",
            "> 01\n< 00\n  00 # c\n",
            "> 01\nexpect-error mute\n",
        ] {
            work::assert_linear(500, |size| {
                let (trace, outcome) = run(&format!("virtuale-trace 1\n{}", exchange.repeat(size)));
                assert!(outcome.findings.len() >= size, "{exchange}");
                assert!(update(&trace, &outcome.findings).left.is_empty(), "{exchange}");
            });
        }
    }

    #[test]
    fn what_has_a_name_is_left_to_a_person() {
        let text = "virtuale-trace 1\n> 02\n< 6C {le:2}\n";
        assert_eq!(updated(text, 1), text);
    }

    #[test]
    fn nothing_is_made_up_for_a_trace_without_commands() {
        assert_eq!(updated("virtuale-trace 1\nreset\n", 1), "virtuale-trace 1\nreset\n");
    }

    #[test]
    fn without_findings_nothing_changes() {
        let text = "virtuale-trace 1\n\n#  a\t\n> 02\t# b\r\n<  6103\n\n";
        assert_eq!(updated(text, 0), text);
    }

    proptest! {
        #[test]
        fn an_update_always_fits(responses in proptest::collection::vec(("[0-9A-F]{2}( ([0-9A-F]{2}|\\.\\.))*( #c)?(\n  [0-9A-F]{2}( # d)?)?", 1u8..4), 1..8)) {
            let exchanges: String = responses.iter().map(|(response, command)| format!("> {command:02X}\n< {response}\n")).collect();
            let text = format!("virtuale-trace 1\n{exchanges}");
            let comments = text.matches('#').count();
            prop_assert_eq!(updated(&text, 0).matches('#').count(), comments);
        }
    }
}
