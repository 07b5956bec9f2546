//! Whether a period can stand in a card file beside those before it: it runs forwards, and overlaps none of them.

use super::loss::LossKind;
use crate::profile::tree::{CardDate, Node};

/// A period that was read, and its occurrence.
pub(super) struct Known {
    begin: Option<CardDate>,
    end: Option<CardDate>,
    occurrence: usize,
}

/// What keeps a period from standing beside others of the same person, which it joins if nothing does.
pub(super) fn join(known: &mut Vec<Known>, node: &Node, occurrence: usize) -> Option<LossKind> {
    let date = |key| node.at(key).and_then(Node::date);
    let new = Known { begin: date("debut"), end: date("fin"), occurrence };
    if is_backwards(node) {
        return Some(LossKind::Backwards);
    }
    // What has no day at all says nothing of days, and stands beside others.
    if new.begin.is_none() && new.end.is_none() {
        return None;
    }
    if let Some(other) = known.iter().find(|other| new.reaches(other) && other.reaches(&new)) {
        return Some(LossKind::Overlap(other.occurrence));
    }
    known.push(new);
    None
}

/// Whether the period of a table ends before it begins.
pub(super) fn is_backwards(node: &Node) -> bool {
    let date = |key| node.at(key).and_then(Node::date);
    date("debut").zip(date("fin")).is_some_and(|(begin, end)| is_before(end, begin))
}

impl Known {
    /// Whether it lasts until another begins.
    fn reaches(&self, other: &Self) -> bool {
        self.end.zip(other.begin).is_none_or(|(end, begin)| !is_before(end, begin))
    }
}

/// Whether an end comes before a beginning. An end without a time of day lasts until midnight.
fn is_before(end: CardDate, begin: CardDate) -> bool {
    let begin = if (end.hour, end.minute) == (0, 0) { CardDate { hour: 0, minute: 0, ..begin } } else { begin };
    end < begin
}
