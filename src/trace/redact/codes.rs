//! What commands present that must stay secret: codes, in any form in which a command may hold one.
//!
//! A code is taken as presented though the card would refuse the command: behind a long length or none, in parts, in
//! data objects, wrapped in another command, in parameters that name no code. Rather too much is taken; nothing here
//! says what stays of a line.

use std::collections::BTreeSet;

use virtuale_engine::{Protocol, apdu::Apdu, commands::INSTRUCTIONS, ins::Ins, instruction::Takes, tlv};

use super::{
    super::names::secret_to,
    lines::{HIGHEST_P1, LOCAL},
    turn::HEADER,
};
use crate::profile::families::Family;

/// The bit of a class that says that another part of the command follows [ISO-7816-4 5.3.3].
const CHAINED: u8 = 0x10;

/// The bit of an instruction that says that its data are BER-TLV [ISO-7816-4 5.5].
const ODD: u8 = 0x01;

/// The highest number of a code [ISO-7816-4 11.5.6].
const HIGHEST_NUMBER: u8 = 0x1F;

/// How many bytes a length takes that is not short [ISO-7816-4 5.1].
const EXTENDED: usize = 3;

/// How many bytes a code has, of two that come together.
const SHORTEST: usize = 2;
const LONGEST: usize = 32;

/// How many bytes of a command are kept that comes in parts: no code begins later.
const LONGEST_CHAIN: usize = 512;

/// Within how many others a command may stand that is wrapped in another.
const DEEPEST: usize = 2;

/// Bytes that hold a code.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Presented {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// Whether there may be two codes in a row, of which nobody knows where the second begins: an old one and a new
    /// one, or one that unblocks and the new one.
    pub(super) may_be_two: bool,
}

/// Gathers what the commands of a slot present.
#[derive(Debug)]
pub(super) struct Codes {
    family: &'static dyn Family,
    /// The first parts of a command that has not come to its end.
    chain: Option<Chain>,
    presented: BTreeSet<Presented>,
}

/// Parts of a command.
#[derive(Debug)]
struct Chain {
    /// The class without the bit for parts.
    class: u8,
    ins: u8,
    data: Vec<u8>,
}

impl Presented {
    /// What may be one code: all of it, each half, and where there may be two both sides of each place between them.
    pub(super) fn codes(&self) -> Vec<&[u8]> {
        let bytes = self.bytes.as_slice();
        let (first, second) = bytes.split_at(bytes.len() / 2);
        let mut codes = vec![bytes, first, second];
        if self.may_be_two {
            let length = bytes.len();
            codes.extend((SHORTEST..=LONGEST.min(length)).filter_map(|first| bytes.get(..first)));
            codes.extend((SHORTEST..=LONGEST.min(length)).filter_map(|second| bytes.get(length - second..)));
        }
        codes
    }
}

impl Codes {
    /// Begins before the first command to a card of a family.
    pub(super) fn new(family: &'static dyn Family) -> Self {
        Self { family, chain: None, presented: BTreeSet::new() }
    }

    /// Ends: all that was presented.
    pub(super) fn into_presented(self) -> BTreeSet<Presented> {
        self.presented
    }

    /// Notes what a command presents, as far as it was sent.
    pub(super) fn command(&mut self, command: &[u8]) {
        self.wrapped(command, 0);
    }

    fn wrapped(&mut self, command: &[u8], depth: usize) {
        let Some((&[class, ins, ..], _)) = command.split_first_chunk::<HEADER>() else { return };
        let wraps = matches!(Ins(ins), Ins::ENVELOPE | Ins::ENVELOPE_ODD);
        if !wraps && !presents(self.family, command) {
            self.chain = None;
            return;
        }
        let first = self.chain.take().filter(|chain| (chain.class, chain.ins) == (class & !CHAINED, ins));
        let mut data = first.map(|chain| chain.data).unwrap_or_default();
        data.extend(data_of(command).iter().take(LONGEST_CHAIN.saturating_sub(data.len())));
        let mut readings = readings(command);
        readings.insert(&data);
        if !wraps {
            let has_two = matches!(Ins(ins & !ODD), Ins::CHANGE_REFERENCE_DATA | Ins::RESET_RETRY_COUNTER);
            let is_data =
                |reading: &[u8]| whole(command).is_none_or(|command| reading == command.data() || reading == data);
            readings.iter().for_each(|reading| self.add(reading, has_two && is_data(reading)));
            self.add_with_parameters(command);
        } else if depth < DEEPEST {
            readings.iter().for_each(|reading| self.wrapped(reading, depth + 1));
        }
        if class & CHAINED != 0 {
            self.chain = Some(Chain { class: class & !CHAINED, ins, data });
        }
    }

    /// Adds bytes, and the values of the data objects that they may be.
    fn add(&mut self, bytes: &[u8], may_be_two: bool) {
        let mut values = vec![];
        let trees = tlv::parse(bytes).ok();
        let mut left: Vec<_> = trees.iter().flat_map(tlv::Trees::iter).collect();
        while let Some(tree) = left.pop() {
            values.extend(tree.value().map(<[u8]>::to_vec));
            left.extend(tree.objects());
        }
        values.push(bytes.to_vec());
        self.presented.extend(values.into_iter().map(|bytes| Presented { bytes, may_be_two }));
    }

    /// A code may begin in P1-P2, with a length behind them or without one, where they do not say what they should.
    fn add_with_parameters(&mut self, command: &[u8]) {
        let Some((&[_, _, p1, p2], body)) = command.split_first_chunk::<HEADER>() else { return };
        let parameters = match (p1, p2 & !LOCAL) {
            (0..=HIGHEST_P1, 0..=HIGHEST_NUMBER) => return,
            (0..=HIGHEST_P1, _) => vec![p2],
            _ => vec![p1, p2],
        };
        for rest in [body, data_of(command)] {
            self.add(&[parameters.as_slice(), rest].concat(), false);
        }
    }
}

/// Whether a command presents something secret. An instruction for data objects is taken as the one beside it, though
/// nobody may have it in a table.
fn presents(family: &dyn Family, command: &[u8]) -> bool {
    let &[_, ins, ..] = command else { return false };
    let is_known = |ins| INSTRUCTIONS.find(Ins(ins)).is_some_and(|row| row.instruction.takes == Takes::Secret);
    is_known(ins) || is_known(ins & !ODD) || secret_to([family], command).is_some()
}

/// A command whose lengths fit, with one of the protocols.
fn whole(command: &[u8]) -> Option<Apdu<'_>> {
    [Protocol::T1, Protocol::T0].iter().find_map(|&protocol| Apdu::parse(command, protocol).ok())
}

/// The data of a command: those of a whole one, or all that can be.
fn data_of(command: &[u8]) -> &[u8] {
    whole(command).map_or_else(|| command.get(HEADER + 1..).unwrap_or_default(), |command| command.data())
}

/// All bytes of a command that its data may be: those of a whole one, alone and with what is behind them, as a length
/// may be wrong; else what is behind a length of one byte, of three, or none.
fn readings(command: &[u8]) -> BTreeSet<&[u8]> {
    let body = command.get(HEADER..).unwrap_or_default();
    let behind = |length: usize| body.get(length..).unwrap_or_default();
    let extended = if body.first() == Some(&0) { behind(EXTENDED) } else { &[] };
    match whole(command) {
        Some(command) => [command.data(), behind(1)].into(),
        None => [behind(0), behind(1), extended].into(),
    }
}
