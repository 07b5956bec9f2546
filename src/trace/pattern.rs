//! Bytes with or without holes: what a trace expects of an answer.
//!
//! Every atom but [`Atom::Run`] stands for a fixed number of bytes, so matching needs no search but for where the
//! pieces between two runs lie: the leftmost place of each is as good as any other.

use std::ops::Range;

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

/// One element of a pattern with holes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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
    let Some(places) = place(atoms, bytes, captured) else { return false };
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

/// Where each piece between runs lies in `bytes`, if all of them can be placed.
fn place<'a>(atoms: &'a [Atom], bytes: &[u8], captured: &Captured) -> Option<Vec<(&'a [Atom], usize)>> {
    let pieces: Vec<&[Atom]> = atoms.split(|&atom| atom == Atom::Run).collect();
    let (last, others) = pieces.split_last()?;
    let Some((first, middle)) = others.split_first() else {
        return (fixed_length(last) == bytes.len() && fits(last, bytes, captured)).then(|| vec![(*last, 0)]);
    };
    let tail = bytes.len().checked_sub(fixed_length(last))?;
    let mut from = fixed_length(first);
    if from > tail || !fits(first, bytes, captured) || !fits(last, &bytes[tail..], captured) {
        return None;
    }
    let mut places = vec![(*first, 0), (*last, tail)];
    for piece in middle {
        let length = fixed_length(piece);
        let latest = tail.checked_sub(length)?;
        let start = (from..=latest).find(|&start| fits(piece, &bytes[start..], captured))?;
        places.push((piece, start));
        from = start + length;
    }
    Some(places)
}

fn fixed_length(piece: &[Atom]) -> usize {
    piece.iter().fold(0, |sum, atom| sum.saturating_add(atom.length()))
}

/// Whether `bytes` begin with what `piece`, which has no run, allows.
fn fits(piece: &[Atom], bytes: &[u8], captured: &Captured) -> bool {
    let mut position = 0;
    piece.iter().all(|&atom| {
        let next = position + atom.length();
        let found = bytes.get(position..next);
        position = next;
        found.is_some_and(|found| atom.allows(found, captured))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Atom, Capture, matches};

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

    proptest! {
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
        }
    }
}
