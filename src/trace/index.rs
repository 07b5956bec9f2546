//! Where a trace has a command: the index of a trace that is played back.
//!
//! A command without holes is looked up. One with holes is compared only where it begins with the same bytes and can be
//! as long; a pattern is compared once, however often the trace has it. The work has a bound, see [`MOST_EFFORT`].

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap},
};

use super::{
    file::{Action, Trace},
    pattern::{Atom, Captured, Effort, Pattern, fits},
};
use crate::work;

/// How many steps the search for a command among those with wildcards may take before it is given up: a blink of an
/// eye, and far more than any trace of a real dialogue needs. The pattern at which it passes this number is compared to
/// its end.
pub(super) const MOST_EFFORT: Effort = Effort(1 << 22);

/// How many bytes at the beginning of a pattern are looked up: class, instruction, parameters, length and some data.
const LONGEST_START: usize = 16;

/// The commands of a slot.
pub(super) struct Index {
    /// Indices of steps. A place is one in here.
    commands: Vec<usize>,
    /// The places of each command without holes.
    exact: HashMap<Vec<u8>, Vec<usize>>,
    /// The patterns with holes, each once: its places.
    patterns: Vec<Vec<usize>>,
    /// Which patterns are so long, or may have any length, and begin with these bytes.
    starts: HashMap<Option<usize>, HashMap<Vec<u8>, Vec<usize>>>,
    /// How long these beginnings are.
    start_lengths: BTreeSet<usize>,
}

/// Where a trace has a command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found {
    At(usize),
    Nowhere,
    /// The search took more than [`MOST_EFFORT`].
    GivenUp,
}

/// Where a search begins, and whether it goes on at the beginning of the trace.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Search {
    pub(super) place: usize,
    pub(super) in_a_circle: bool,
}

impl Index {
    /// Of the commands of a slot.
    pub(super) fn of(trace: &Trace, slot: usize) -> Self {
        let mut index = Self {
            commands: Vec::new(),
            exact: HashMap::new(),
            patterns: Vec::new(),
            starts: HashMap::new(),
            start_lengths: BTreeSet::new(),
        };
        let mut known: HashMap<&[Atom], usize> = HashMap::new();
        for (step, said) in trace.steps.iter().enumerate().filter(|(_, said)| said.slot == slot) {
            let Action::Send(pattern) = &said.action else { continue };
            let place = index.commands.len();
            index.commands.push(step);
            match pattern {
                Pattern::Exact(slice) => index.exact.entry(trace.slice(*slice).to_vec()).or_default().push(place),
                Pattern::Holes(atoms) => {
                    let number = *known.entry(atoms).or_insert(index.patterns.len());
                    if number == index.patterns.len() {
                        index.patterns.push(Vec::new());
                        index.add_start(atoms, number);
                    }
                    index.patterns[number].push(place);
                }
            }
        }
        index
    }

    fn add_start(&mut self, atoms: &[Atom], number: usize) {
        let byte = |atom: &Atom| match atom {
            Atom::Byte(byte) => Some(*byte),
            _ => None,
        };
        let start: Vec<u8> = atoms.iter().take(LONGEST_START).map_while(byte).collect();
        let length = (!atoms.contains(&Atom::Run)).then(|| atoms.iter().map(|atom| atom.length()).sum());
        self.start_lengths.insert(start.len());
        self.starts.entry(length).or_default().entry(start).or_default().push(number);
    }

    /// How many commands there are.
    pub(super) fn count(&self) -> usize {
        self.commands.len()
    }

    /// The step of the command at a place.
    pub(super) fn step(&self, place: usize) -> Option<usize> {
        self.commands.get(place).copied()
    }

    /// The next place that has this command.
    pub(super) fn find(&self, trace: &Trace, command: &[u8], captured: &Captured, search: Search) -> Found {
        let mut effort = Effort::default();
        // Most commands come in turn.
        if self.has(trace, search.place, command, captured, &mut effort) {
            return Found::At(search.place);
        }
        let exact = self.exact.get(command).and_then(|places| search.next_of(places, self.count()));
        let next = self.candidates(command).filter_map(|places| search.next_of(places, self.count()));
        let mut candidates: BinaryHeap<_> = next.filter(|(_, place)| *place != search.place).map(Reverse).collect();
        work::step(candidates.len());
        effort.0 += candidates.len();
        while let Some(Reverse((distance, place))) = candidates.pop() {
            if exact.is_some_and(|(before, _)| before < distance) {
                break;
            }
            if effort > MOST_EFFORT {
                return Found::GivenUp;
            }
            if self.has(trace, place, command, captured, &mut effort) {
                return Found::At(place);
            }
        }
        exact.map_or(Found::Nowhere, |(_, place)| Found::At(place))
    }

    /// The places of each pattern that this command may fit.
    fn candidates(&self, command: &[u8]) -> impl Iterator<Item = &[usize]> {
        let starts = self.start_lengths.iter().map_while(|&length| command.get(..length));
        let lengths = [Some(command.len()), None].map(|length| self.starts.get(&length));
        let numbers = starts.flat_map(move |start| lengths.into_iter().flatten().filter_map(|those| those.get(start)));
        numbers.flatten().filter_map(|&number| self.patterns.get(number).map(Vec::as_slice))
    }

    /// Whether the command at a place is this one.
    fn has(&self, trace: &Trace, place: usize, command: &[u8], captured: &Captured, effort: &mut Effort) -> bool {
        match self.step(place).and_then(|step| trace.steps.get(step)).map(|step| &step.action) {
            Some(Action::Send(Pattern::Exact(slice))) => trace.slice(*slice) == command,
            Some(Action::Send(Pattern::Holes(atoms))) => {
                let (is_it, more) = fits(atoms, command, captured);
                effort.0 += more.0;
                is_it
            }
            _ => false,
        }
    }
}

impl Search {
    /// The first of some places that comes, and how far away it is; `count` is how many there are in the circle.
    fn next_of(self, places: &[usize], count: usize) -> Option<(usize, usize)> {
        let later = places.get(places.partition_point(|&place| place < self.place));
        match later {
            Some(&place) => Some((place - self.place, place)),
            None if self.in_a_circle => places.first().map(|&place| (place + count - self.place, place)),
            None => None,
        }
    }
}
