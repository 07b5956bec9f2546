//! One way through the steps of a slot: what they send, and what they read. Redaction goes it twice.

use super::{
    super::{
        file::{Action, Expected, Step, Trace},
        follow::{Answered, Follower, Read},
    },
    turn::{Turn, Turns},
};
use crate::profile::Profile;

/// Goes through the steps of one slot: what they send and what they read.
pub(super) struct Walk<'a> {
    pub(super) turns: Turns<'a>,
    pub(super) follower: Follower<'a>,
    pub(super) profile: &'a Profile,
    /// Which card is in the slot; another one may be after each `insert`.
    pub(super) card: usize,
}

/// A read that a trace shows whole: what it reads, and what came.
pub(super) struct Seen<'t> {
    pub(super) read: Read,
    pub(super) data: &'t [u8],
    /// Whether it reads a record.
    pub(super) is_record: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(profile: &'a Profile) -> Self {
        let follower = Follower::new(profile.layout(), profile.map());
        Self { turns: Turns::new(profile.layout()), follower, profile, card: 0 }
    }

    pub(super) fn step<'t>(&mut self, trace: &'t Trace, step: &Step) -> (Turn, Option<Seen<'t>>) {
        let turn = self.turns.step(trace, step);
        match step.action {
            Action::Send(_) if !turn.is_command => {
                self.follower.lose();
                return (turn, None);
            }
            Action::Insert(_) => self.card += 1,
            _ => {}
        }
        (turn, self.follower.step(trace, step).and_then(|read| self.seen(trace, step, read)))
    }

    fn seen<'t>(&self, trace: &'t Trace, step: &Step, read: Read) -> Option<Seen<'t>> {
        let data = data_of(trace, step)?;
        let is_record = !self.profile.map().files.get(read.file)?.records.is_empty();
        (is_record || read.header(data) <= data.len()).then_some(Seen { read, data, is_record })
    }
}

/// The data of an answer that the trace knows whole.
fn data_of<'t>(trace: &'t Trace, step: &Step) -> Option<&'t [u8]> {
    match &step.expected {
        Expected::Response(pattern, _) => Answered::of(trace, pattern)?.data,
        _ => None,
    }
}
