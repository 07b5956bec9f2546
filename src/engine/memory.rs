//! All that survives a reset: one arena of cells with an undo journal.
//!
//! What is written can be read at once, but stays only if it is committed: a reset, a loss of power or the end of the
//! command undoes the rest. A commit is one step: the sink keeps all of it or none, and so does the memory.
//!
//! A transaction has its commands' writes [held](Memory::hold): the end of a command does not undo them, and the next
//! commit keeps them, all in its one step.
//!
//! The memory does not know files. They are [`Span`]s of it.

use alloc::{borrow::Cow, sync::Arc, vec::Vec};
use core::{fmt, ops::Range};

use crate::{
    image::Later,
    platform::{Change, CommitError, Sink},
    wiped::Wiped,
};

/// A range of cells. Only the memory makes them, so that they never point outside it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Span {
    offset: usize,
    length: usize,
}

/// Hands out the parts of a span, one behind the other.
#[derive(Debug)]
pub struct Carver(Span);

/// The persistent memory of one chip. It may hold secrets: its [`Debug`](fmt::Debug) shows no cell.
#[derive(Default)]
pub struct Memory {
    cells: Wiped,
    /// The spans written since the last commit, oldest first.
    journal: Vec<Span>,
    /// What those spans held before, one after the other.
    before: Wiped,
    /// How much of the journal a transaction holds: all before this is undone by [`Memory::abandon`] only.
    held: Mark,
    /// The spans whose cells are not made yet: whoever reads there reads these bytes. None overlaps another.
    later: Vec<(Span, Arc<dyn Later>)>,
}

/// A place in the journal.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Mark {
    /// How many spans are before it.
    spans: usize,
    /// How many bytes these held.
    bytes: usize,
}

impl Span {
    /// How many cells it has.
    #[must_use]
    pub fn length(self) -> usize {
        self.length
    }

    /// Its first cell.
    pub(crate) fn offset(self) -> usize {
        self.offset
    }

    /// Where it is, as bytes that no other span has.
    pub(crate) fn bounds(self) -> [u8; 8] {
        let [offset, length] = [self.offset, self.length].map(|cells| u32::try_from(cells).unwrap_or(u32::MAX));
        (u64::from(offset) << 32 | u64::from(length)).to_be_bytes()
    }

    /// All of it from a place on; `None` if that is outside. At its end, that is none.
    #[inline]
    #[must_use]
    pub fn from(self, start: usize) -> Option<Self> {
        let length = self.length.checked_sub(start)?;
        Some(Self { offset: self.offset + start, length })
    }

    /// A part of it; `None` if the part is not wholly inside.
    #[must_use]
    pub fn part(self, start: usize, length: usize) -> Option<Self> {
        let end = start.checked_add(length)?;
        (end <= self.length).then(|| Self { offset: self.offset + start, length })
    }

    /// Where it is in another span; `None` if it is not wholly inside.
    fn within(self, whole: Self) -> Option<Range<usize>> {
        let start = self.offset.checked_sub(whole.offset)?;
        let end = start + self.length;
        (end <= whole.length).then_some(start..end)
    }

    fn overlaps(self, other: Self) -> bool {
        self.offset < other.offset + other.length && other.offset < self.offset + self.length
    }
}

impl Carver {
    /// Hands out a span from its start.
    #[must_use]
    pub fn new(span: Span) -> Self {
        Self(span)
    }

    /// The next part; a shorter one if less is left.
    pub fn take(&mut self, length: usize) -> Span {
        let Span { offset, length: left } = self.0;
        let length = length.min(left);
        self.0 = Span { offset: offset + length, length: left - length };
        Span { offset, length }
    }
}

impl Memory {
    /// What a write takes of the room of a transaction beside its bytes: where they are.
    pub const HEAD: usize = 4;

    /// An empty memory that will have so many cells: it never moves.
    pub fn with_capacity(cells: usize) -> Self {
        Self { cells: Wiped::with_capacity(cells), ..Self::default() }
    }

    /// The memory of another chip, which holds what this one does.
    pub(crate) fn of_another(&self) -> Self {
        let mut copy = Self::with_capacity(self.size());
        copy.add(&self.cells);
        copy.later.clone_from(&self.later);
        copy
    }

    /// Adds cells. This is how a chip is made, before its first reset; it needs no commit.
    pub fn add(&mut self, content: &[u8]) -> Span {
        let offset = self.cells.len();
        self.cells.extend(content);
        Span { offset, length: content.len() }
    }

    /// Adds cells that hold zero.
    pub fn add_zeroed(&mut self, length: usize) -> Span {
        let offset = self.cells.len();
        self.cells.extend_zeroed(length);
        Span { offset, length }
    }

    /// Says what a span holds before its cells are made; what does not fit into it is not there. This is how a chip is
    /// made.
    pub fn add_later(&mut self, span: Span, bytes: Arc<dyn Later>) {
        self.later.push((span, bytes));
    }

    /// How many cells there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.cells.len()
    }

    /// What a span holds.
    #[inline]
    #[must_use]
    pub fn read(&self, span: Span) -> &[u8] {
        if self.later.is_empty() { self.read_cells(span) } else { self.read_any(span) }
    }

    #[inline]
    fn read_cells(&self, span: Span) -> &[u8] {
        self.cells.get(span.offset..span.offset + span.length).unwrap_or_default()
    }

    /// What a span holds, which may not be made yet.
    fn read_any(&self, span: Span) -> &[u8] {
        let made = self.later.iter().find_map(|(whole, bytes)| Some((span.within(*whole)?, bytes)));
        made.map_or_else(|| self.read_cells(span), |(part, bytes)| bytes.bytes().get(part).unwrap_or_default())
    }

    /// What the first cell of a span holds; zero for an empty span.
    #[inline]
    #[must_use]
    pub fn byte(&self, span: Span) -> u8 {
        if span.length == 0 { 0 } else { self.cells.get(span.offset).copied().unwrap_or(0) }
    }

    /// Writes from the start of a span. What does not fit into it is not written.
    pub fn write(&mut self, span: Span, bytes: &[u8]) {
        let length = span.length.min(bytes.len());
        if length == 0 {
            return;
        }
        if !self.later.is_empty() {
            self.make(Span { offset: span.offset, length });
        }
        let Some(cells) = self.cells.get_mut(span.offset..span.offset + length) else { return };
        self.journal.push(Span { offset: span.offset, length });
        self.before.extend(cells);
        cells.copy_from_slice(&bytes[..length]);
    }

    /// Makes the cells that part of a span is among.
    fn make(&mut self, part: Span) {
        let Some(found) = self.later.iter().position(|(whole, _)| whole.overlaps(part)) else { return };
        let (whole, bytes) = self.later.swap_remove(found);
        put(&mut self.cells, whole, &*bytes);
    }

    /// Makes everything written since the last commit stay, what is held too.
    ///
    /// # Errors
    ///
    /// [`CommitError`] from the sink; the memory is then as after the last commit.
    pub fn commit(&mut self, sink: &mut dyn Sink) -> Result<(), CommitError> {
        if self.journal.is_empty() {
            return Ok(());
        }
        let changes: Vec<Change<'_>> =
            self.journal.iter().map(|&span| Change { offset: span.offset, bytes: self.read(span) }).collect();
        let kept = sink.commit(&changes);
        match kept {
            Ok(()) => self.forget_journal(),
            Err(_) => self.abandon(),
        }
        kept
    }

    /// Holds what was written since the last commit: the end of a command does not undo it any more. `None` if more is
    /// held then than `room` bytes, of which each write takes its own and [`Memory::HEAD`]; all that was not held is
    /// then undone.
    pub fn hold(&mut self, room: usize) -> Option<()> {
        if self.before.len() + Self::HEAD * self.journal.len() > room {
            self.roll_back();
            return None;
        }
        self.held = self.end();
        Some(())
    }

    /// Undoes everything written since the last commit, held or not.
    pub fn abandon(&mut self) {
        self.held = Mark::default();
        self.roll_back();
    }

    /// Makes everything written so far stay, as what there was from the beginning. This is how a chip is made; it keeps
    /// no room for undoing what is never undone.
    pub fn settle(&mut self) {
        (self.journal, self.before, self.held) = (Vec::new(), Wiped::default(), Mark::default());
    }

    /// All cells as after the last commit, those too that were not made yet.
    pub(crate) fn cells(&self) -> Cow<'_, [u8]> {
        if self.later.is_empty() && self.journal.is_empty() {
            return Cow::Borrowed(&self.cells);
        }
        let mut cells = self.cells.to_vec();
        self.later.iter().for_each(|(whole, bytes)| put(&mut cells, *whole, &**bytes));
        undo(&mut cells, &self.journal, &self.before);
        Cow::Owned(cells)
    }

    /// Makes the cells these, as what there was from the beginning. `None` if they are not as many, and nothing
    /// changes.
    pub(crate) fn replace(&mut self, cells: &[u8]) -> Option<()> {
        (cells.len() == self.size()).then(|| {
            self.forget_journal();
            self.later.clear();
            self.cells.copy_from_slice(cells);
        })
    }

    /// Undoes everything written since the last commit that is not held.
    #[inline]
    pub fn roll_back(&mut self) {
        if self.journal.len() != self.held.spans {
            self.undo();
        }
    }

    fn undo(&mut self) {
        let Mark { spans, bytes } = self.held;
        undo(&mut self.cells, &self.journal[spans..], &self.before[bytes..]);
        self.journal.truncate(spans);
        self.before.truncate(bytes);
    }

    fn forget_journal(&mut self) {
        self.journal.clear();
        self.before.clear();
        self.held = Mark::default();
    }

    /// Where the next write goes in the journal.
    fn end(&self) -> Mark {
        Mark { spans: self.journal.len(), bytes: self.before.len() }
    }
}

/// Puts back what spans held before they were written, the last one first.
fn undo(cells: &mut [u8], journal: &[Span], before: &[u8]) {
    let mut end = before.len();
    for span in journal.iter().rev() {
        let start = end - span.length;
        cells[span.offset..span.offset + span.length].copy_from_slice(&before[start..end]);
        end = start;
    }
}

/// Puts bytes where their cells are.
fn put(cells: &mut [u8], whole: Span, bytes: &dyn Later) {
    let bytes = bytes.bytes();
    let length = whole.length.min(bytes.len());
    if let Some(cells) = cells.get_mut(whole.offset..whole.offset + length) {
        cells.copy_from_slice(&bytes[..length]);
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("size", &self.size()).field("written", &self.journal).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{sync::Arc, vec, vec::Vec};
    use core::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use super::{Carver, Memory, Span};
    use crate::{
        image::Later,
        platform::{Change, CommitError, Forgetful, Sink},
    };

    /// Loses power at the commit with this number, counted from zero.
    struct Torn(usize);

    impl Sink for Torn {
        fn commit(&mut self, _: &[Change<'_>]) -> Result<(), CommitError> {
            let power = self.0.checked_sub(1);
            self.0 = power.unwrap_or(0);
            power.map(|_| ()).ok_or(CommitError::PowerLost)
        }
    }

    #[test]
    fn what_is_not_committed_is_undone_in_reverse() {
        let mut memory = Memory::default();
        let span = memory.add(&[1, 2, 3, 4]);
        memory.write(span.part(1, 2).expect("inside"), &[9, 9]);
        memory.write(span, &[7, 7, 7, 7]);
        assert_eq!(memory.read(span), [7, 7, 7, 7]);
        memory.roll_back();
        assert_eq!(memory.read(span), [1, 2, 3, 4]);
    }

    #[test]
    fn what_is_committed_stays() {
        let mut memory = Memory::default();
        let span = memory.add_zeroed(2);
        memory.write(span, &[5, 6]);
        memory.commit(&mut Forgetful).expect("power");
        memory.roll_back();
        assert_eq!(memory.read(span), [5, 6]);
    }

    #[test]
    fn what_is_held_is_undone_as_a_whole_or_committed_as_a_whole() {
        let mut memory = Memory::default();
        let span = memory.add(&[1, 2, 3, 4]);
        let part = |from, length| span.part(from, length).expect("inside");
        for end in [Memory::abandon, |memory: &mut Memory| memory.commit(&mut Forgetful).expect("power")] {
            memory.write(part(0, 2), &[7, 7]);
            memory.hold(100).expect("room");
            memory.write(part(1, 2), &[8, 8]);
            memory.roll_back();
            assert_eq!((memory.read(span), &*memory.cells()), (&[7, 7, 3, 4][..], &[1, 2, 3, 4][..]));
            memory.write(part(1, 2), &[9, 9]);
            memory.hold(100).expect("room");
            end(&mut memory);
            memory.roll_back();
            assert_eq!(memory.read(span), &*memory.cells());
        }
        assert_eq!(memory.read(span), [7, 9, 9, 4]);
    }

    #[test]
    fn what_is_held_has_so_much_room() {
        let mut memory = Memory::default();
        let span = memory.add(&[0; 8]);
        let write = |memory: &mut Memory, byte| memory.write(span.part(0, 3).expect("inside"), &[byte; 3]);
        let room = 2 * (Memory::HEAD + 3);
        for byte in [1, 2] {
            write(&mut memory, byte);
            memory.hold(room).expect("room");
        }
        write(&mut memory, 3);
        assert_eq!(memory.hold(room), None);
        assert_eq!(memory.read(span)[..3], [2; 3]);
        memory.abandon();
        assert_eq!(memory.read(span), [0; 8]);
    }

    #[test]
    fn what_is_settled_is_not_undone() {
        let mut memory = Memory::with_capacity(2);
        let span = memory.add_zeroed(2);
        memory.write(span, &[5, 6]);
        memory.settle();
        memory.write(span, &[7]);
        memory.roll_back();
        assert_eq!(memory.read(span), [5, 6]);
    }

    #[test]
    fn a_torn_commit_keeps_nothing_of_itself() {
        let mut memory = Memory::default();
        let span = memory.add(&[0, 0]);
        let mut sink = Torn(1);
        memory.write(span, &[1]);
        memory.commit(&mut sink).expect("power for one commit");
        memory.write(span, &[2, 2]);
        assert_eq!(memory.commit(&mut sink), Err(CommitError::PowerLost));
        assert_eq!(memory.read(span), [1, 0]);
    }

    #[test]
    fn a_sink_sees_what_the_cells_hold_now() {
        struct Kept(Vec<(usize, Vec<u8>)>);
        impl Sink for Kept {
            fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), CommitError> {
                self.0.extend(changes.iter().map(|change| (change.offset, change.bytes.to_vec())));
                Ok(())
            }
        }
        let mut memory = Memory::default();
        memory.add(&[0; 3]);
        let span = memory.add(&[0; 2]);
        let mut sink = Kept(vec![]);
        memory.commit(&mut sink).expect("nothing to keep");
        memory.write(span, &[1, 2]);
        memory.commit(&mut sink).expect("power");
        assert_eq!(sink.0, [(3, vec![1, 2])]);
    }

    /// Bytes that count how often somebody looked at them.
    #[derive(Debug, Default)]
    struct Late(AtomicUsize);

    impl Later for Late {
        fn length(&self) -> usize {
            4
        }

        fn bytes(&self) -> &[u8] {
            self.0.fetch_add(1, Ordering::Relaxed);
            &[1, 2, 3, 4]
        }
    }

    #[test]
    fn cells_that_come_later_are_made_when_somebody_looks() {
        let mut memory = Memory::with_capacity(6);
        let before = memory.add(&[9]);
        let span = memory.add_zeroed(4);
        let after = memory.add(&[8]);
        let late = Arc::new(Late::default());
        memory.add_later(span, Arc::clone(&late) as Arc<dyn Later>);
        let made = || late.0.load(Ordering::Relaxed);
        assert_eq!((memory.read(before), memory.read(after), made()), (&[9][..], &[8][..], 0));
        let (other, mut third) = (memory.of_another(), memory.of_another());
        memory.write(before, &[7]);
        assert_eq!(made(), 0);
        let part = |from, length| span.part(from, length).expect("inside");
        assert_eq!((memory.read(part(1, 2)), made()), (&[2, 3][..], 1));
        memory.write(part(2, 1), &[6]);
        assert_eq!((memory.read(span), made()), (&[1, 2, 6, 4][..], 2));
        memory.roll_back();
        assert_eq!((memory.read(span), memory.read(before), made()), (&[1, 2, 3, 4][..], &[9][..], 2));
        assert_eq!((other.read(span), &*other.cells()), (&[1, 2, 3, 4][..], &[9, 1, 2, 3, 4, 8][..]));
        third.replace(&[0, 5, 5, 5, 5, 0]).expect("as many cells");
        assert_eq!((third.read(span), third.cells().len()), (&[5, 5, 5, 5][..], 6));
    }

    #[test]
    fn parts_lie_inside() {
        let span = Memory::default().add(&[0; 4]);
        assert_eq!(span.part(2, 2).map(Span::length), Some(2));
        assert_eq!(span.part(3, 2), None);
        assert_eq!(span.part(usize::MAX, 1), None);
    }

    #[test]
    fn a_span_is_carved_from_its_start_to_its_end() {
        let mut memory = Memory::default();
        let mut carver = Carver::new(memory.add(&[1, 2, 3]));
        let parts = [2, 0, 2, 1].map(|length| carver.take(length));
        assert_eq!(parts.map(|part| memory.read(part)), [&[1, 2][..], &[], &[3], &[]]);
    }

    proptest! {
        #[test]
        fn rolling_back_any_writes_gives_what_was_committed(
            writes in proptest::collection::vec((0..16_usize, proptest::collection::vec(any::<u8>(), 0..20), any::<bool>()), 0..40),
        ) {
            let mut memory = Memory::default();
            let span = memory.add_zeroed(16);
            let mut committed = vec![0; 16];
            for (start, bytes, commit) in writes {
                memory.write(span.part(start, 16 - start).expect("inside"), &bytes);
                if commit {
                    memory.commit(&mut Forgetful).expect("power");
                    committed = memory.read(span).to_vec();
                }
            }
            memory.roll_back();
            prop_assert_eq!(memory.read(span), &committed[..]);
        }
    }
}
