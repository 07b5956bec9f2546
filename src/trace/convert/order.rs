//! What numbers and times of records tell of their order: one that is missing, stands twice or stands elsewhere.
//!
//! Nothing says that a number counts the records but that it does so: where most of them are one more than the number
//! of the record above, or one less, what is not one more tells of a damage. Each reader may have numbers of its own.

use std::collections::BTreeMap;

use super::values;

/// A number that counts is not one more than that of the record above.
const GAP: &str = "a number that is not the next one: a record is missing, stands twice or stands elsewhere";

const BACKWARDS: &str = "a time before that of the record above: a record stands elsewhere";

/// How many fields that count, at how many readers, are followed; no log has as many.
const MOST: usize = 1_000;

/// What the fields of a log count, as far as it was seen.
#[derive(Debug, Default)]
pub(super) struct Order {
    each: BTreeMap<Sequence, Steps>,
    /// By the first look: fields that count, and whether they do so at each reader.
    counts: BTreeMap<String, Habit>,
}

/// What else a record says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    /// The reader where it was said; empty if it does not tell.
    pub(super) reader: &'a str,
    /// Whether it has a command and its answer, which otherwise may have the same number.
    pub(super) is_whole: bool,
}

/// A field of the records of all readers, or of those of one.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Sequence {
    field: String,
    reader: Option<String>,
}

/// How the numbers of a field went on.
#[derive(Debug, Default)]
struct Steps {
    last: Option<u64>,
    /// How often a number was the last one, the one behind it or the one before it, or another.
    same: usize,
    next: usize,
    other: usize,
}

/// How a field counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Habit {
    at_each_reader: bool,
    /// Whether a command and its answer have the same number.
    has_twins: bool,
}

/// What a value tells of where its record stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mark {
    Number(u64),
    /// In milliseconds; of a day where nothing tells which day it is.
    Time(u64, bool),
}

impl Mark {
    fn of(field: &str, value: &str) -> Option<Self> {
        match values::order(field)? {
            values::Order::Count => {
                let number = value.trim().trim_start_matches('#').trim_end_matches(['.', ')', ':']);
                number.parse().ok().map(Self::Number)
            }
            values::Order::Time => time(value.trim()),
        }
    }

    fn value(self) -> u64 {
        match self {
            Self::Number(value) | Self::Time(value, _) => value,
        }
    }
}

impl Order {
    /// Takes a field of the next record on the first way through the log.
    pub(super) fn look(&mut self, seen: Seen<'_>, field: &str, value: &str) {
        let Some(mark) = Mark::of(field, value) else { return };
        for reader in [None, Some(seen.reader.to_owned())] {
            let Some(steps) = self.steps(field, reader) else { continue };
            let Some(last) = steps.last.replace(mark.value()) else { continue };
            match mark {
                Mark::Time(now, is_clock) => steps.other += usize::from(is_before(now, last, is_clock)),
                Mark::Number(number) if number == last && !seen.is_whole => steps.same += 1,
                // Records from the last one to the first one count too.
                Mark::Number(number) if last.abs_diff(number) == 1 => steps.next += 1,
                Mark::Number(_) => steps.other += 1,
            }
        }
    }

    fn steps(&mut self, field: &str, reader: Option<String>) -> Option<&mut Steps> {
        let sequence = Sequence { field: field.to_owned(), reader };
        let has_room = self.each.len() < MOST || self.each.contains_key(&sequence);
        has_room.then(|| self.each.entry(sequence).or_default())
    }

    /// The first way is at its end: which fields count is known.
    pub(super) fn settle(&mut self) {
        let mut found: BTreeMap<String, [Steps; 2]> = BTreeMap::new();
        for (sequence, steps) in std::mem::take(&mut self.each) {
            let sums = &mut found.entry(sequence.field).or_default()[usize::from(sequence.reader.is_some())];
            sums.same += steps.same;
            sums.next += steps.next;
            sums.other += steps.other;
        }
        let habit = |(field, [of_all, of_each]): (String, [Steps; 2])| {
            let at_each_reader = of_each.next > of_all.next || of_each.other < of_all.other;
            let steps = if at_each_reader { of_each } else { of_all };
            let has_twins = steps.same >= steps.next;
            let is_time = values::order(&field) == Some(values::Order::Time);
            let wrong = steps.other + if has_twins { 0 } else { steps.same };
            let counts = if is_time { steps.other > 0 } else { steps.next > 0 && steps.next >= wrong };
            counts.then_some((field, Habit { at_each_reader, has_twins }))
        };
        self.counts = found.into_iter().filter_map(habit).collect();
    }

    /// Why a field of the next record, on the second way through the log, tells that the records are not in order.
    pub(super) fn flaw(&mut self, seen: Seen<'_>, field: &str, value: &str) -> Option<&'static str> {
        let habit = *self.counts.get(field)?;
        let mark = Mark::of(field, value)?;
        let steps = self.steps(field, habit.at_each_reader.then(|| seen.reader.to_owned()))?;
        let last = steps.last.replace(mark.value())?;
        match mark {
            Mark::Time(now, is_clock) => is_before(now, last, is_clock).then_some(BACKWARDS),
            Mark::Number(number) => {
                let is_next =
                    last.checked_add(1) == Some(number) || number == last && habit.has_twins && !seen.is_whole;
                (!is_next).then_some(GAP)
            }
        }
    }
}

/// Whether a time is before another one. A clock begins anew at midnight.
fn is_before(now: u64, last: u64, is_clock: bool) -> bool {
    now < last && !(is_clock && last - now > HALF_A_DAY)
}

const HALF_A_DAY: u64 = 12 * 60 * 60 * 1_000;

/// A time of day, with or without its day, or seconds and smaller parts since 1970. Other numbers may be durations.
fn time(value: &str) -> Option<Mark> {
    let number = |text: &str| text.parse::<u64>().ok().filter(|_| text.bytes().all(|digit| digit.is_ascii_digit()));
    if number(value).is_some() {
        return number(value).filter(|_| matches!(value.len(), 10 | 13 | 16)).map(|since| Mark::Time(since, false));
    }
    let (day, clock) = match value.split_at_checked(10) {
        Some((day, rest)) if day.split('-').map(str::len).eq([4, 2, 2]) => (Some(day), rest.get(1..)?),
        _ => (None, value),
    };
    let (hour, rest) = clock.split_once(':')?;
    let (minute, rest) = rest.split_at_checked(2)?;
    let (second, part) = match rest.strip_prefix(':').and_then(|rest| rest.split_at_checked(2)) {
        Some((second, rest)) => (second, rest.strip_prefix(['.', ',']).unwrap_or_default()),
        None if rest.is_empty() => ("0", ""),
        None => return None,
    };
    let digits: String = part.chars().take_while(char::is_ascii_digit).chain("000".chars()).take(3).collect();
    let minutes = 60 * number(hour).filter(|hour| *hour < 24)? + number(minute)?;
    let of_day = 1_000 * (60 * minutes + number(second)?) + number(&digits)?;
    // A zone does not change from line to line.
    let days = match day {
        Some(day) => day.split('-').try_fold(0, |sum, part| Some(sum * 32 + number(part)?))?,
        None => 0,
    };
    Some(Mark::Time(days * 24 * 60 * 60 * 1_000 + of_day, day.is_none()))
}

#[cfg(test)]
mod tests {
    use super::{Mark, Order, Seen, time};

    /// The records, from 1, that are out of order.
    fn out_of_order(field: &str, records: &[(&str, &str)], is_whole: bool) -> Vec<usize> {
        let mut order = Order::default();
        let seen = |reader| Seen { reader, is_whole };
        records.iter().for_each(|(reader, value)| order.look(seen(reader), field, value));
        order.settle();
        let mut wrong = Vec::new();
        for (at, (reader, value)) in records.iter().enumerate() {
            wrong.extend(order.flaw(seen(reader), field, value).map(|_| at + 1));
        }
        wrong
    }

    fn at_one(field: &str, values: &str) -> Vec<usize> {
        let records: Vec<_> = values.split(' ').map(|value| ("", value)).collect();
        out_of_order(field, &records, false)
    }

    #[test]
    fn a_number_that_is_not_the_next_one() {
        for (values, wrong) in [
            ("1 2 3 4", &[][..]),
            ("1 1 2 2 3 3", &[]),
            ("12 17 30 31", &[]),
            ("1", &[]),
            ("1 2 4 5", &[3]),
            ("1 2 2 3 4", &[3]),
            ("1 3 2 4 5 6 7", &[2, 3, 4]),
            ("1 2 3 1 2 3", &[4]),
            ("4 3 2 1", &[2, 3, 4]),
            ("1 1 2 2 4 4", &[5]),
        ] {
            assert_eq!(at_one("seq", values), wrong, "{values}");
        }
        for name in ["#", "Step", "\u{C9}tape", "n\u{B0}", "N\u{B0} d'ordre", "Step no"] {
            assert_eq!(at_one(name, "1 3 4 5"), [2], "{name}");
            assert_eq!(at_one(name, "1. 3. 4. 5."), [2], "{name}");
        }
        assert_eq!(at_one("retry", "1 2 1 2 3"), [0; 0], "that counts no records");
    }

    #[test]
    fn a_record_of_both_command_and_answer_stands_once() {
        let records = [("", "0"), ("", "1"), ("", "1")];
        assert_eq!(out_of_order("seq", &records, true), [3]);
        assert_eq!(out_of_order("seq", &records, false), [0; 0]);
    }

    #[test]
    fn each_reader_may_count_its_own() {
        let records = [("A", "1"), ("B", "1"), ("A", "2"), ("B", "2"), ("A", "4"), ("B", "3")];
        assert_eq!(out_of_order("n", &records, false), [5]);
        let together = [("A", "1"), ("B", "2"), ("A", "3"), ("B", "4")];
        assert_eq!(out_of_order("n", &together, false), [0; 0]);
    }

    #[test]
    fn a_time_before_the_one_above() {
        for (values, wrong) in [
            ("12:00:00 12:00:00 12:00:01.5 12:00:01.25", &[4][..]),
            ("23:59:59 00:00:01", &[]),
            ("2026-11-28T23:59:59Z 2026-11-29T00:00:01Z 2026-11-28T23:59:59Z", &[3]),
            ("1795320528 1795320527", &[2]),
            ("12 5 7", &[]),
            ("12:00 11:59", &[2]),
        ] {
            assert_eq!(at_one("time", values), wrong, "{values}");
        }
        assert_eq!(at_one("ms", "1795320528 1795320527"), [0; 0], "that is a duration");
        assert_eq!(time("25:00:00"), None);
        assert_eq!(time("00:00:01,5"), Some(Mark::Time(1_500, true)));
    }
}
