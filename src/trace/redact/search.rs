//! The search for many ways to write values at once, in whatever comes byte by byte: each byte is looked at once,
//! however many ways there are, and nothing of what came before is kept but a place in the search.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use aho_corasick::{
    Anchored,
    automaton::{Automaton, StateID},
    nfa::contiguous::NFA,
};

use super::ways::Ways;
use crate::work;

/// Ways of a kind, and the names of what each is of.
type Named<'n> = BTreeMap<Vec<u8>, BTreeSet<&'n str>>;

/// The ways that a search will look for.
#[derive(Debug, Default)]
pub(super) struct Wanted<'n> {
    bytes: Named<'n>,
    exact: Named<'n>,
    digits: Named<'n>,
    parted: Named<'n>,
    /// How many bytes they have together.
    size: usize,
}

/// A search under way.
pub(super) struct Search<'n> {
    bytes: Kind<'n>,
    exact: Kind<'n>,
    digits: Kind<'n>,
    parted: Kind<'n>,
}

/// How far a search has come in a row of bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    bytes: StateID,
    exact: StateID,
    digits: StateID,
    /// The same where each byte is turned round.
    turned: StateID,
    parted: StateID,
    gap: Gap,
}

/// What stands behind a letter or a digit that may be one of a code: it ends nothing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Gap {
    #[default]
    Nothing,
    /// A zero, as in UTF-16.
    Zero,
    /// A sign, perhaps behind a zero.
    Sign,
    /// A sign and a zero.
    SignAndZero,
}

/// The signs one of which people write between groups of digits.
const SIGNS: &[u8] = b" -./,_:";

/// The search for ways of one kind.
struct Kind<'n> {
    automaton: Option<NFA>,
    start: StateID,
    /// The names of what each way is of; empty once it was found.
    names: Vec<BTreeSet<&'n str>>,
    /// Where ways were found already.
    met: HashSet<StateID>,
    found: BTreeSet<&'n str>,
}

impl<'n> Wanted<'n> {
    /// Adds the ways to write what has a name.
    pub(super) fn add(&mut self, name: &'n str, ways: Ways) {
        let Ways { bytes, exact, digits, parted } = ways;
        for (named, ways) in
            [(&mut self.bytes, bytes), (&mut self.exact, exact), (&mut self.digits, digits), (&mut self.parted, parted)]
        {
            for way in ways {
                work::step(way.len());
                self.size += way.len();
                named.entry(way).or_default().insert(name);
            }
        }
    }

    /// How many bytes the ways have together.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The search for them.
    pub(super) fn search(self) -> Search<'n> {
        Search {
            bytes: Kind::of(self.bytes),
            exact: Kind::of(self.exact),
            digits: Kind::of(self.digits),
            parted: Kind::of(self.parted),
        }
    }
}

impl<'n> Search<'n> {
    /// Where a row of bytes begins.
    pub(super) fn start(&self) -> Place {
        let digits = self.digits.start;
        let (bytes, exact, parted) = (self.bytes.start, self.exact.start, self.parted.start);
        Place { bytes, exact, digits, turned: digits, parted, gap: Gap::Nothing }
    }

    /// Goes on with a byte of text.
    pub(super) fn letter(&mut self, place: &mut Place, byte: u8) {
        self.exact.next(&mut place.exact, byte);
        self.bytes.next(&mut place.bytes, byte.to_ascii_lowercase());
    }

    /// Goes on with a byte, whose halves are digits of hexadecimal as well, wherever a number begins.
    pub(super) fn byte(&mut self, place: &mut Place, byte: u8) {
        self.letter(place, byte);
        self.parted(place, byte);
        let (high, low) = (digit(byte >> 4), digit(byte & 0x0F));
        for half in [high, low] {
            self.digits.next(&mut place.digits, half);
        }
        for half in [low, high] {
            self.digits.next(&mut place.turned, half);
        }
    }

    /// Goes on with a byte that is a letter, a digit, or what may stand between two of them: at most one sign, and a
    /// zero beside each, which UTF-16 has there.
    fn parted(&mut self, place: &mut Place, byte: u8) {
        place.gap = match (place.gap, byte) {
            (Gap::Nothing, 0) => Gap::Zero,
            (Gap::Nothing | Gap::Zero, sign) if SIGNS.contains(&sign) => Gap::Sign,
            (Gap::Sign, 0) => Gap::SignAndZero,
            _ => {
                self.parted.next(&mut place.parted, byte.to_ascii_lowercase());
                Gap::Nothing
            }
        };
    }

    /// Goes on with a byte, or begins anew behind what is none.
    pub(super) fn byte_or_hole(&mut self, place: &mut Place, byte: Option<u8>) {
        match byte {
            Some(byte) => self.byte(place, byte),
            None => *place = self.start(),
        }
    }

    /// The names of what was found.
    pub(super) fn into_found(self) -> BTreeSet<&'n str> {
        [self.bytes, self.exact, self.digits, self.parted].into_iter().flat_map(|kind| kind.found).collect()
    }
}

impl<'n> Kind<'n> {
    fn of(named: Named<'n>) -> Self {
        let (ways, names): (Vec<_>, Vec<_>) = named.into_iter().unzip();
        let nothing = Self {
            automaton: None,
            start: StateID::default(),
            names: Vec::new(),
            met: HashSet::new(),
            found: BTreeSet::new(),
        };
        if ways.is_empty() {
            return nothing;
        }
        let built = NFA::new(ways).ok().and_then(|nfa| Some((nfa.start_state(Anchored::No).ok()?, nfa)));
        match built {
            Some((start, automaton)) => Self { automaton: Some(automaton), start, names, ..nothing },
            // Where so many cannot be looked for, nothing is known to be gone.
            None => Self { found: names.into_iter().flatten().collect(), ..nothing },
        }
    }

    fn next(&mut self, place: &mut StateID, byte: u8) {
        let Some(automaton) = &self.automaton else { return };
        work::step(1);
        *place = automaton.next_state(Anchored::No, *place, byte);
        if automaton.is_match(*place) && self.met.insert(*place) {
            for index in 0..automaton.match_len(*place) {
                work::step(1);
                let way = automaton.match_pattern(*place, index).as_usize();
                self.found.extend(self.names.get_mut(way).map(std::mem::take).unwrap_or_default());
            }
        }
    }
}

/// A digit of hexadecimal.
fn digit(half: u8) -> u8 {
    match half {
        0..=9 => b'0' + half,
        _ => b'A' + half - 10,
    }
}
