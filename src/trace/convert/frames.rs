//! What a person or a tool put before every line of a log when it was passed on: quotes of a mail, numbers of lines.
//!
//! It is taken off where each line has it, so that no line of the log itself is taken for such a one. Numbers may be
//! missing before a few lines, which a paste may have wrapped: those begin otherwise than the others.

/// What stands before each line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Frame {
    /// `> `, as mails quote.
    Quote,
    /// A number that rises from line to line, and this behind it: `12:` of `grep -n`, `  12<tab>` of `cat -n`, `12. `.
    Number(&'static str),
}

/// What stands before each line of a log, the outermost first, and the number of the last line that had one.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames(Vec<(Frame, Option<u64>)>);

/// How many of them a log has at most.
const MOST: usize = 3;

/// How far the number of a line may be from that of the line above it, where none is left out: a line end may be lost.
const LEAP: u64 = 3;

const ENDS: [&str; 4] = [":", "\t", ". ", ") "];

impl Frames {
    /// Those of a log.
    pub(super) fn of(log: &str) -> Self {
        let mut frames = Vec::new();
        while frames.len() < MOST {
            let mut candidates = [Frame::Quote].into_iter().chain(ENDS.map(Frame::Number));
            let Some(frame) = candidates.find(|frame| has_each_line(log, Self(frames.clone()), *frame)) else { break };
            frames.push((frame, None));
        }
        Self(frames)
    }

    /// The next line without them.
    pub(super) fn inside<'a>(&mut self, line: &'a str) -> Inside<'a> {
        let mut inside = Inside { text: line, has_all: true, is_joined: false };
        for (frame, last) in &mut self.0 {
            match frame.off(inside.text, *last) {
                Some((number, rest)) => {
                    *last = Some(number);
                    inside.text = rest;
                    inside.is_joined |= frame.begins_again(number, rest);
                }
                None => inside.has_all = false,
            }
        }
        inside
    }
}

/// A line without what stands before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inside<'a> {
    pub(super) text: &'a str,
    /// Whether all of it stood there.
    pub(super) has_all: bool,
    /// Whether the number of the next line stands in it: the end of the line is lost.
    pub(super) is_joined: bool,
}

/// Whether each line of a log has a frame inside others, or all but a few have a number.
fn has_each_line(log: &str, mut outer: Frames, frame: Frame) -> bool {
    let (mut last, mut with, mut without) = (None, 0_usize, 0_usize);
    for line in log.lines() {
        let line = outer.inside(line).text;
        match frame.off(line, last) {
            Some((number, _)) => {
                with += 1;
                last = Some(number);
            }
            None if line.trim().is_empty() => {}
            None => without += 1,
        }
        if frame == Frame::Quote && without > 0 || without > 2 + with / 3 {
            return false;
        }
    }
    with > 1 && (without == 0 || with > 3 * without)
}

impl Frame {
    /// The number of a line, if it has one that goes on with the last one, and what stands behind the frame.
    fn off(self, line: &str, last: Option<u64>) -> Option<(u64, &str)> {
        match self {
            Self::Quote => {
                let rest = line.trim_start().strip_prefix('>')?;
                // Signs behind it are those of an arrow.
                let is_alone = rest.is_empty() || rest.starts_with([' ', '>']) && !rest.starts_with(">>");
                is_alone.then(|| (0, rest.strip_prefix(' ').unwrap_or(rest)))
            }
            Self::Number(end) => {
                let text = line.trim_start();
                let digits = text.len() - text.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
                let (number, rest) = text.split_at(digits);
                let number: u64 = number.parse().ok()?;
                let rest = rest.strip_prefix(end)?;
                // A search leaves lines out. There a time is none, nor is a byte with a colon before the next one.
                let is_search = end == ":";
                let is_byte = rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
                let is_part = is_search && is_byte && (rest.len() == 2 || rest[2..].starts_with(':'));
                let goes_on = last.is_none_or(|last| number > last && (is_search || number < last + LEAP));
                (goes_on && !is_part).then_some((number, rest))
            }
        }
    }

    /// Whether the frame of a line below stands in a line that has this number.
    fn begins_again(self, number: u64, text: &str) -> bool {
        let Self::Number(end) = self else { return false };
        if end != ":" {
            return (1..LEAP).any(|more| text.contains(&format!("{}{end}", number.saturating_add(more))));
        }
        // A number and a colon between bytes that other signs part.
        let Some((before, behind)) = text.split_once(':').filter(|_| text.matches(':').count() == 1) else {
            return false;
        };
        let digits = before.len() - before.trim_end_matches(|digit: char| digit.is_ascii_digit()).len();
        (1..=digits).any(|digits| before[before.len() - digits..].parse().is_ok_and(|next: u64| next > number))
            && behind.starts_with(|sign: char| !sign.is_whitespace())
    }
}

#[cfg(test)]
mod tests {
    use super::Frames;

    fn inside(log: &str) -> String {
        let mut frames = Frames::of(log);
        log.lines().map(|line| format!("{}\n", frames.inside(line).text)).collect()
    }

    #[test]
    fn what_stands_before_each_line_goes() {
        let log = "=> 00 B0 00 00 01\n<= 41 90 00\n";
        for framed in [
            "> => 00 B0 00 00 01\n> <= 41 90 00\n",
            "> > => 00 B0 00 00 01\n> > <= 41 90 00\n",
            "12:=> 00 B0 00 00 01\n14:<= 41 90 00\n",
            "     1\t=> 00 B0 00 00 01\n     2\t<= 41 90 00\n",
            "1. => 00 B0 00 00 01\n2. <= 41 90 00\n",
            "1) => 00 B0 00 00 01\n2) <= 41 90 00\n",
            "> 12:=> 00 B0 00 00 01\n> 14:<= 41 90 00\n",
        ] {
            assert_eq!(inside(framed), log, "{framed}");
        }
        assert_eq!(inside("> > 00 B0\n> < 90 00\n"), "> 00 B0\n< 90 00\n");
        assert_eq!(inside("1:00003955 APDU: 00\n2:00086048 SW: 90 00\n"), "00003955 APDU: 00\n00086048 SW: 90 00\n");
    }

    #[test]
    fn what_only_some_lines_have_stays() {
        for log in [
            "> 00 B0 00 00 01\n< 41 90 00\n",
            ">> 00 B0\n<< 90 00\n",
            "12:=> 00\n12:<= 90 00\n",
            "10:00:00 => 00 B0\n11:00:00 <= 90 00\n",
            "12:=> 00 B0\n<= 90 00\n",
            "1:=> 00 B0 00 00 01\n42:90\n",
            "1\t=> 00 B0 00 00 01\n42\t90\t00\n",
            "> 00 B0 00 00 01\n",
        ] {
            assert_eq!(inside(log), log);
        }
    }

    #[test]
    fn a_lost_end_of_a_line_is_seen() {
        for log in [
            "1\t=> 00\n2\t<= 4142 3\t43\n4\t=> 00\n",
            "1. => 00\n2. <= 41423. 43\n4. => 00\n",
            "9:=> 00\n12:<= 41 4215:43\n20:=> 00\n",
        ] {
            let mut frames = Frames::of(log);
            assert_eq!(log.lines().map(|line| frames.inside(line).is_joined).collect::<Vec<_>>(), [false, true, false]);
        }
    }

    #[test]
    fn a_line_without_its_number_is_seen() {
        let log = "8\t=> 00\n9\t<= 41\n 42\n10\t=> 00\n11\t<= 90 00\n";
        let mut frames = Frames::of(log);
        assert_eq!(
            log.lines().map(|line| frames.inside(line).has_all).collect::<Vec<_>>(),
            [true, true, false, true, true]
        );
    }
}
