//! Bytes with or without holes: what a trace expects of an answer.
//!
//! Every atom but [`Atom::Run`] stands for a fixed number of bytes, so matching needs no search but for where the
//! pieces between two runs lie: the leftmost place of each is as good as any other. Each is looked for in one pass, so
//! the work has a bound that no trace can move, see [`Effort`].

use std::ops::Range;

use crate::work;

/// Bytes of a trace. Exact bytes lie in the trace's store; patterns with holes are rare and lie apart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Pattern {
    /// These bytes and no other.
    Exact(Slice),
    /// Bytes with holes, from left to right.
    Holes(Box<[Atom]>),
}

/// A part of a trace's store of bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Slice {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Slice {
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Pattern {
    /// Its first bytes, at most so many: those before its first hole. `store` is that of its trace.
    pub(super) fn beginning(&self, store: &[u8], most: usize) -> Vec<u8> {
        match self {
            Self::Exact(slice) => store.get(slice.range()).into_iter().flatten().take(most).copied().collect(),
            Self::Holes(atoms) => {
                let byte = |atom: &Atom| if let Atom::Byte(byte) = atom { Some(*byte) } else { None };
                atoms.iter().map_while(byte).take(most).collect()
            }
        }
    }
}

/// One element of a pattern with holes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Atom {
    /// This byte.
    Byte(u8),
    /// `..`: any byte.
    Any,
    /// `**`: any number of bytes, none included.
    Run,
    /// `{name:n}`: any n bytes, kept under a name.
    Capture(Capture),
    /// `{name}`: the bytes that an earlier answer left under that name.
    Use(Capture),
}

/// A name for bytes, and how many they are.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Capture {
    /// Index of the name in the trace.
    pub name: usize,
    /// How many bytes.
    pub length: usize,
}

/// What the names of a trace stand for while it is replayed; `None` until an answer gave them.
pub(super) type Captured = [Option<Vec<u8>>];

impl Atom {
    /// How many bytes it stands for; none for a run.
    pub(super) fn length(self) -> usize {
        match self {
            Self::Byte(_) | Self::Any => 1,
            Self::Run => 0,
            Self::Capture(capture) | Self::Use(capture) => capture.length,
        }
    }

    /// Whether exactly these bytes may stand in its place.
    pub(super) fn allows(self, bytes: &[u8], captured: &Captured) -> bool {
        match self {
            Self::Byte(byte) => bytes == [byte],
            Self::Any | Self::Run | Self::Capture(_) => true,
            Self::Use(used) => value_of(used, captured) == Some(bytes),
        }
    }
}

/// The bytes under a name.
pub(super) fn value_of(used: Capture, captured: &Captured) -> Option<&[u8]> {
    captured.get(used.name)?.as_deref()
}

/// Whether `bytes` fit `atoms`; if so, keeps what they capture.
pub(super) fn matches(atoms: &[Atom], bytes: &[u8], captured: &mut Captured) -> bool {
    let mut effort = Effort::default();
    let places = place(atoms, bytes, captured, &mut effort);
    work::step(effort.0);
    let Some(places) = places else { return false };
    for (piece, start) in places {
        let mut position = start;
        for atom in piece {
            let next = position + atom.length();
            if let (Atom::Capture(capture), Some(found)) = (atom, bytes.get(position..next))
                && let Some(kept) = captured.get_mut(capture.name)
            {
                *kept = Some(found.to_vec());
            }
            position = next;
        }
    }
    true
}

/// Whether `bytes` fit `atoms`, and what it took to find out. Nothing is kept.
pub(super) fn fits(atoms: &[Atom], bytes: &[u8], captured: &Captured) -> (bool, Effort) {
    let mut effort = Effort(1);
    let placed = place(atoms, bytes, captured, &mut effort).is_some();
    work::step(effort.0);
    (placed, effort)
}

/// How many steps matching took. A byte of an answer or a command takes one for each 64 bytes of the piece that is
/// looked for there, and one at the ends; an atom of the pattern takes a few.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Effort(pub(super) usize);

/// Where each piece between runs lies in `bytes`, if all of them can be placed.
fn place<'a>(
    atoms: &'a [Atom],
    bytes: &[u8],
    captured: &Captured,
    effort: &mut Effort,
) -> Option<Vec<(&'a [Atom], usize)>> {
    let run = atoms.iter().position(|&atom| atom == Atom::Run);
    let (first, rest) = atoms.split_at(run.unwrap_or(atoms.len()));
    effort.0 += first.len();
    let begin = fixed_length(first);
    if begin > bytes.len() || !begins(first, bytes, captured, effort) {
        return None;
    }
    let Some((_, rest)) = rest.split_first() else { return (begin == bytes.len()).then(|| vec![(first, 0)]) };
    let (middle, last) = rest.split_at(rest.iter().rposition(|&atom| atom == Atom::Run).map_or(0, |run| run + 1));
    effort.0 += rest.len();
    let tail = bytes.len().checked_sub(fixed_length(last)).filter(|&tail| tail >= begin)?;
    if !begins(last, &bytes[tail..], captured, effort) {
        return None;
    }
    let mut places = vec![(first, 0), (last, tail)];
    let mut from = begin;
    let mut masks = Masks::default();
    for piece in middle.split(|&atom| atom == Atom::Run).filter(|piece| !piece.is_empty()) {
        let start = from + find(piece, &bytes[from..tail], captured, &mut masks, effort)?;
        places.push((piece, start));
        from = start + fixed_length(piece);
    }
    Some(places)
}

fn fixed_length(piece: &[Atom]) -> usize {
    piece.iter().fold(0, |sum, atom| sum.saturating_add(atom.length()))
}

/// Whether `bytes` begin with what `piece`, which has no run, allows.
fn begins(piece: &[Atom], bytes: &[u8], captured: &Captured, effort: &mut Effort) -> bool {
    let mut position = 0;
    piece.iter().all(|&atom| {
        let next = position + atom.length();
        let found = bytes.get(position..next);
        effort.0 += next - position;
        position = next;
        found.is_some_and(|found| atom.allows(found, captured))
    })
}

/// The bytes of a piece between runs, as far as they are fixed.
type Needle = Vec<Option<u8>>;

/// The first place where `piece` fits into `bytes`.
fn find(piece: &[Atom], bytes: &[u8], captured: &Captured, masks: &mut Masks, effort: &mut Effort) -> Option<usize> {
    bytes.len().checked_sub(fixed_length(piece))?;
    let needle = needle(piece, captured)?;
    effort.0 += 2 * needle.len();
    masks.set(&needle);
    let found = masks.find(&needle, bytes, effort);
    masks.clear(&needle);
    found
}

/// A piece as bytes; `None` if it needs what was not captured, so that it fits nowhere.
fn needle(piece: &[Atom], captured: &Captured) -> Option<Needle> {
    let mut needle = Needle::new();
    for atom in piece {
        match *atom {
            Atom::Byte(byte) => needle.push(Some(byte)),
            Atom::Any | Atom::Run | Atom::Capture(_) => needle.extend(std::iter::repeat_n(None, atom.length())),
            Atom::Use(used) => {
                let value = value_of(used, captured).filter(|value| value.len() == used.length)?;
                needle.extend(value.iter().copied().map(Some));
            }
        }
    }
    Some(needle)
}

/// How many places of a needle a word has bits for.
const WORD: usize = u64::BITS as usize;

/// Where in a needle each value of a byte may stand: a bit for each place. Pieces are many and most are short, so the
/// room is used again and only what a needle has set is cleared behind it.
#[derive(Default)]
struct Masks {
    /// For each value of a byte its words.
    masks: Vec<u64>,
    /// The places where any byte may stand.
    holes: Vec<u64>,
    /// The places up to which the bytes fit that were looked at last.
    fitting: Vec<u64>,
}

impl Masks {
    fn set(&mut self, needle: &[Option<u8>]) {
        let words = needle.len().div_ceil(WORD);
        self.masks.resize(self.masks.len().max(words << u8::BITS), 0);
        for places in [&mut self.holes, &mut self.fitting] {
            places.clear();
            places.resize(words, 0);
        }
        for (at, wanted) in needle.iter().enumerate() {
            let (word, bit) = (at / WORD, 1 << (at % WORD));
            match wanted {
                Some(byte) => self.masks[usize::from(*byte) * words + word] |= bit,
                None => self.holes[word] |= bit,
            }
        }
    }

    fn clear(&mut self, needle: &[Option<u8>]) {
        let words = needle.len().div_ceil(WORD);
        for (at, byte) in needle.iter().enumerate().filter_map(|(at, wanted)| Some((at, (*wanted)?))) {
            self.masks[usize::from(byte) * words + at / WORD] = 0;
        }
    }

    /// Finds the needle that is set in one pass, with a bit for each of its places: whether the bytes up to here fit it
    /// up to there (Baeza-Yates and Gonnet, "A new approach to text searching", 1992).
    fn find(&mut self, needle: &[Option<u8>], bytes: &[u8], effort: &mut Effort) -> Option<usize> {
        let words = self.holes.len();
        let last = needle.len().checked_sub(1)?;
        let end = bytes.iter().position(|&byte| {
            effort.0 += words;
            let mask = self.masks.iter().skip(usize::from(byte) * words);
            let mut carried = 1;
            for ((fitting, mask), hole) in self.fitting.iter_mut().zip(mask).zip(&self.holes) {
                let next = *fitting << 1 | carried;
                carried = *fitting >> (WORD - 1);
                *fitting = next & (mask | hole);
            }
            self.fitting[last / WORD] >> (last % WORD) & 1 == 1
        })?;
        Some(end - last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Atom, Capture, Effort, Masks, WORD, fits, matches};
    use crate::work;

    const LE: Capture = Capture { name: 0, length: 1 };

    #[test]
    fn runs_take_what_the_pieces_around_them_leave() {
        use Atom::{Any, Byte, Run};
        let atoms = [Byte(0x6F), Any, Run, Byte(0x84), Any, Run, Byte(0x90), Byte(0)];
        assert!(matches(&atoms, &[0x6F, 4, 0x84, 1, 0x90, 0], &mut []));
        assert!(matches(&atoms, &[0x6F, 4, 1, 2, 0x84, 1, 7, 7, 0x90, 0], &mut []));
        assert!(!matches(&atoms, &[0x6F, 4, 0x84, 0x90, 0], &mut []), "the tail is no part of a middle piece");
        assert!(!matches(&atoms, &[0x6F, 4, 0x85, 1, 0x90, 0], &mut []));
        assert!(!matches(&[Byte(1), Run, Byte(1)], &[1], &mut []), "head and tail may not overlap");
    }

    #[test]
    fn a_capture_is_kept_and_used() {
        let mut captured = [None];
        assert!(matches(&[Atom::Byte(0x61), Atom::Capture(LE)], &[0x61, 0x1E], &mut captured));
        assert_eq!(captured, [Some(vec![0x1E])]);
        assert!(matches(&[Atom::Use(LE)], &[0x1E], &mut captured));
        assert!(!matches(&[Atom::Use(LE)], &[0x1F], &mut captured));
        assert!(!matches(&[Atom::Use(LE)], &[0x1E], &mut [None]), "a name without bytes fits nothing");
    }

    #[test]
    fn a_capture_after_a_run_is_taken_from_where_it_was_placed() {
        let mut captured = [None];
        let atoms = [Atom::Run, Atom::Byte(0x84), Atom::Capture(LE), Atom::Run];
        assert!(matches(&atoms, &[1, 2, 0x84, 9, 3], &mut captured));
        assert_eq!(captured, [Some(vec![9])]);
    }

    /// Says by trying every length of every run what [`matches`] says by placing pieces.
    fn matches_naively(atoms: &[Atom], bytes: &[u8]) -> bool {
        match atoms.split_first() {
            None => bytes.is_empty(),
            Some((Atom::Run, rest)) => (0..=bytes.len()).any(|taken| matches_naively(rest, &bytes[taken..])),
            Some((atom, rest)) => {
                let length = atom.length();
                length <= bytes.len() && atom.allows(&bytes[..length], &[]) && matches_naively(rest, &bytes[length..])
            }
        }
    }

    #[test]
    fn matching_takes_a_bounded_number_of_steps() {
        // Each of these almost fits everywhere.
        let almost = |length: usize| vec![Atom::Byte(0); length - 1].into_iter().chain([Atom::Byte(1)]);
        let between_runs =
            |length| [Atom::Run].into_iter().chain(almost(length)).chain([Atom::Run]).collect::<Vec<_>>();
        for length in [1, 2, WORD, WORD + 1, 1000, 20_000] {
            let pattern = between_runs(length);
            let zeros = vec![0; 40_000];
            let (placed, Effort(steps)) = fits(&pattern, &zeros, &[]);
            let most = zeros.len() * length.div_ceil(WORD) + 4 * pattern.len();
            assert!(!placed && steps <= most, "{length}: {steps}");
            work::assert_linear(20_000, |size| assert!(!matches(&between_runs(length), &vec![0; size], &mut [])));
        }
        let many: Vec<Atom> = (0..20_000).flat_map(|_| [Atom::Run, Atom::Byte(0)]).chain(between_runs(2)).collect();
        let (_, Effort(steps)) = fits(&many, &vec![0; 60_000], &[]);
        assert!(steps < 60_000 * 4, "{steps}");
    }

    proptest! {
        #[test]
        fn a_long_piece_is_found_where_it_is(
            needle in proptest::collection::vec(proptest::option::weighted(0.9, 0u8..2), 1..140),
            mut bytes in proptest::collection::vec(0u8..2, 0..400),
            place: Option<proptest::sample::Index>,
        ) {
            if let Some(place) = place.filter(|_| bytes.len() >= needle.len()) {
                let start = place.index(bytes.len() - needle.len() + 1);
                needle.iter().zip(&mut bytes[start..]).for_each(|(wanted, byte)| *byte = wanted.unwrap_or(*byte));
            }
            let is_here = |window: &[u8]| needle.iter().zip(window).all(|(wanted, byte)| wanted.is_none_or(|it| it == *byte));
            let found = bytes.windows(needle.len()).position(is_here);
            // What the masks were used for before leaves nothing in them.
            let mut masks = Masks::default();
            for used in [&vec![Some(1); 70], &needle, &vec![Some(0)], &needle] {
                masks.set(used);
                let here = masks.find(used, &bytes, &mut Effort::default());
                masks.clear(used);
                prop_assert!(used != &needle || here == found, "{:?}, not {:?}", here, found);
            }
        }

        #[test]
        fn placing_pieces_agrees_with_trying_everything(
            atoms in proptest::collection::vec(
                prop_oneof![
                    (0u8..2).prop_map(Atom::Byte),
                    Just(Atom::Any),
                    Just(Atom::Run),
                    Just(Atom::Capture(Capture { name: 9, length: 2 })),
                ],
                0..8,
            ),
            bytes in proptest::collection::vec(0u8..2, 0..12),
        ) {
            prop_assert_eq!(matches(&atoms, &bytes, &mut []), matches_naively(&atoms, &bytes));
            prop_assert_eq!(fits(&atoms, &bytes, &[]).0, matches_naively(&atoms, &bytes));
        }
    }
}
