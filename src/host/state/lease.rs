//! A card that lives: where its commits go, and how far its random numbers may be drawn.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use virtuale_engine::platform::{Change, CommitError, Sink};
use zeroize::Zeroizing;

use super::{
    Books, Shared, StateError,
    kept::WEAR,
    records::{self, PAGE},
};
use crate::layer::{Stay, fault::FAULTS};

/// How many words of random numbers are set aside at a time: half a million challenges of eight bytes.
const BLOCK: u64 = 1 << 20;

/// How many words are left when more are set aside: more than one command can draw.
const LEAST: u64 = 1 << 17;

/// A card that lives, or that waits outside its slot.
pub(super) struct Lease {
    pub(super) shared: Arc<Shared>,
    /// The number of the card.
    pub(super) number: u64,
    /// What people call it.
    pub(super) label: String,
    /// The slot that it was made for, and its stays there; a verb that has a card for itself has it until it ends.
    slot: usize,
    stay: Option<Stay>,
    /// Whether it has had its power: until then it is on its way to its slot.
    came: AtomicBool,
    /// How far its random numbers were drawn, and how far they may be.
    pub(super) drawn: Arc<AtomicU64>,
    set_aside: AtomicU64,
    memory: Mutex<Cells>,
}

/// The memory of a card as far as it was kept.
#[derive(Default)]
struct Cells {
    cells: Zeroizing<Vec<u8>>,
    /// The pages that a commit which failed may have left otherwise on the disk.
    doubtful: BTreeSet<u32>,
}

/// What a card that comes goes on with.
pub(super) struct Left {
    pub(super) cells: Zeroizing<Vec<u8>>,
    pub(super) wear: Option<Vec<u8>>,
    /// What the faults of its card file have counted.
    pub(super) faults: Option<Vec<u8>>,
    pub(super) position: u64,
}

/// The sink of a kept card.
#[derive(Debug)]
pub(crate) struct Keeper(pub(super) Arc<Lease>);

/// A kept card, for who has it in a slot or waiting outside, and does not keep it alive.
#[derive(Clone, Debug)]
pub(crate) struct Watch(pub(super) Weak<Lease>, String);

impl Watch {
    pub(super) fn of(lease: &Arc<Lease>) -> Self {
        Self(Arc::downgrade(lease), lease.label.clone())
    }

    /// What people call it.
    pub(crate) fn label(&self) -> &str {
        &self.1
    }

    /// Holds that it may come into a slot: no other one for the same kept card is in another.
    pub(crate) fn may_come(&self, slot: usize) -> Result<(), StateError> {
        let Some(lease) = self.0.upgrade() else { return Ok(()) };
        let other = lease.other(&lease.shared.books()).and_then(|other| other.slot());
        match other.filter(|other| *other != slot) {
            Some(slot) => Err(StateError::InSlot { card: self.1.clone(), slot }),
            None => Ok(()),
        }
    }
}

impl Lease {
    pub(super) fn new(shared: Arc<Shared>, number: u64, label: String, slot: usize, stay: Option<Stay>) -> Self {
        Self {
            shared,
            number,
            label,
            slot,
            stay,
            came: AtomicBool::new(false),
            drawn: Arc::default(),
            set_aside: AtomicU64::new(0),
            memory: Mutex::default(),
        }
    }

    /// The slot that the card is in, or on its way to; `None` if it waits outside.
    pub(super) fn slot(&self) -> Option<usize> {
        match &self.stay {
            Some(stay) if self.came.load(Ordering::Acquire) => stay.slot(),
            _ => Some(self.slot),
        }
    }

    /// Whether it may write: it has come, and no other one has come for the same card since.
    pub(super) fn is_current(&self) -> bool {
        self.is_current_in(&self.shared.books())
    }

    fn is_current_in(&self, books: &Books) -> bool {
        let is_me = |(number, lease): &(u64, Weak<Self>)| *number == self.number && std::ptr::eq(lease.as_ptr(), self);
        !books.is_closed && books.current.iter().any(is_me)
    }

    /// Another one for the same kept card, which writes now.
    fn other(&self, books: &Books) -> Option<Arc<Self>> {
        let others = books.current.iter().filter(|(number, _)| *number == self.number);
        others.filter_map(|(_, lease)| lease.upgrade()).find(|other| !std::ptr::eq(&**other, self))
    }

    /// The card comes: no other one for the same card writes any more. Gives what it goes on with. Nobody else reads
    /// or writes in between.
    ///
    /// # Errors
    ///
    /// [`StateError::InSlot`] if another one is in a slot that is not this one's; [`StateError`] of the disk.
    pub(super) fn come(self: &Arc<Self>) -> Result<Left, StateError> {
        let mut books = self.shared.books();
        if books.is_closed {
            return Err(StateError::Closed);
        }
        let other = self.other(&books);
        if let Some(slot) = other.as_ref().and_then(|other| other.slot()).filter(|slot| Some(*slot) != self.slot()) {
            return Err(StateError::InSlot { card: self.label.clone(), slot });
        }
        if let Some(other) = &other {
            other.settle(&mut books);
        }
        let was_current = self.is_current_in(&books);
        let cells = books.store.cells(self.number)?;
        let wear = books.store.part(self.number, WEAR)?;
        let faults = books.store.part(self.number, FAULTS)?;
        // Of a card that never left, no number is given out twice.
        let position = books.store.chance(self.number)?;
        let position = if was_current { self.drawn.load(Ordering::Acquire) } else { position };
        if !was_current {
            self.drawn.store(position, Ordering::Release);
            self.set_aside.store(0, Ordering::Release);
            books.current.retain(|(number, _)| *number != self.number);
            books.current.push((self.number, Arc::downgrade(self)));
        }
        *self.memory() = Cells { cells: cells.clone(), doubtful: BTreeSet::new() };
        self.came.store(true, Ordering::Release);
        Ok(Left { cells, wear, faults, position })
    }

    /// Whether a command may draw random numbers, as many as one can.
    #[inline]
    pub(super) fn may_draw(&self) -> bool {
        self.drawn.load(Ordering::Acquire) + LEAST <= self.set_aside.load(Ordering::Acquire)
    }

    /// How far random numbers were drawn.
    #[inline]
    pub(super) fn drawn(&self) -> u64 {
        self.drawn.load(Ordering::Acquire)
    }

    /// Whether no number was drawn that was not set aside.
    #[inline]
    pub(super) fn drew_no_more(&self) -> bool {
        self.drawn.load(Ordering::Acquire) <= self.set_aside.load(Ordering::Acquire)
    }

    /// Sets random numbers aside, which no later run gives out, however this one ends.
    ///
    /// # Errors
    ///
    /// [`StateError`] if that cannot be noted.
    pub(super) fn set_aside(&self) -> Result<(), StateError> {
        let mut books = self.shared.books();
        if !self.is_current_in(&books) {
            return Err(StateError::Closed);
        }
        let until = self.drawn.load(Ordering::Acquire).saturating_add(BLOCK);
        books.store.write(&|transaction| records::put_chance(transaction, self.number, until))?;
        self.set_aside.store(until, Ordering::Release);
        Ok(())
    }

    /// Keeps the wear of the card.
    ///
    /// # Errors
    ///
    /// [`StateError`] if it cannot be kept.
    pub(super) fn keep_part(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let mut books = self.shared.books();
        if !self.is_current_in(&books) {
            return Err(StateError::Closed);
        }
        books.store.write(&|transaction| records::put_part(transaction, self.number, name, bytes))
    }

    /// Keeps all of another state that the card was given.
    ///
    /// # Errors
    ///
    /// [`StateError`] if it cannot be kept.
    pub(super) fn replace(&self, cells: &[u8], wear: Option<&[u8]>) -> Result<(), StateError> {
        let mut books = self.shared.books();
        if !self.is_current_in(&books) {
            return Err(StateError::Closed);
        }
        let until = self.drawn.load(Ordering::Acquire).saturating_add(BLOCK);
        books.store.write(&|transaction| {
            records::put_pages(transaction, self.number, records::pages(cells))?;
            wear.map_or(Ok(()), |wear| records::put_part(transaction, self.number, WEAR, wear))?;
            records::put_chance(transaction, self.number, until)
        })?;
        self.set_aside.store(until, Ordering::Release);
        *self.memory() = Cells { cells: Zeroizing::new(cells.to_vec()), doubtful: BTreeSet::new() };
        Ok(())
    }

    /// Notes how far random numbers were drawn, so that the next run goes on right there.
    pub(super) fn settle(&self, books: &mut Books) {
        if !self.is_current_in(books) || self.set_aside.swap(0, Ordering::AcqRel) == 0 {
            return;
        }
        let drawn = self.drawn.load(Ordering::Acquire);
        // If it fails, what was set aside stays so.
        let _ = books.store.write(&|transaction| records::put_chance(transaction, self.number, drawn));
    }

    fn commit(&self, changes: &[Change<'_>]) -> Result<(), CommitError> {
        let mut books = self.shared.books();
        if !self.is_current_in(&books) {
            return Err(CommitError::PowerLost);
        }
        let mut memory = self.memory();
        let Cells { cells, doubtful } = &mut *memory;
        let touched: BTreeSet<u32> = changes.iter().flat_map(pages_of).collect();
        let earlier: Vec<Zeroizing<Vec<u8>>> =
            changes.iter().map(|change| Zeroizing::new(part(cells, change).to_vec())).collect();
        changes.iter().for_each(|change| put(cells, change.offset, change.bytes));
        let pages: Vec<(u32, &[u8])> =
            touched.union(doubtful).filter_map(|&page| Some((page, page_of(cells, page)?))).collect();
        let kept =
            books.store.write(&|transaction| records::put_pages(transaction, self.number, pages.iter().copied()));
        if kept.is_ok() {
            doubtful.clear();
            return Ok(());
        }
        for (change, bytes) in changes.iter().zip(&earlier).rev() {
            put(cells, change.offset, bytes);
        }
        doubtful.extend(touched);
        Err(CommitError::Full)
    }

    fn memory(&self) -> MutexGuard<'_, Cells> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pages that a change touches.
fn pages_of(change: &Change<'_>) -> impl Iterator<Item = u32> + use<> {
    let last = change.offset + change.bytes.len().saturating_sub(1);
    let page = |cell: usize| u32::try_from(cell / PAGE).unwrap_or(u32::MAX);
    page(change.offset)..=page(last)
}

/// The cells of a page.
fn page_of(cells: &[u8], page: u32) -> Option<&[u8]> {
    cells.chunks(PAGE).nth(usize::try_from(page).ok()?)
}

/// What stands where something is changed.
fn part<'a>(cells: &'a [u8], change: &Change<'_>) -> &'a [u8] {
    cells.get(change.offset..change.offset + change.bytes.len()).unwrap_or_default()
}

fn put(cells: &mut [u8], offset: usize, bytes: &[u8]) {
    if let Some(cells) = cells.get_mut(offset..offset + bytes.len()) {
        cells.copy_from_slice(bytes);
    }
}

impl Sink for Keeper {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), CommitError> {
        self.0.commit(changes)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let shared = Arc::clone(&self.shared);
        let mut books = shared.books();
        self.settle(&mut books);
        let is_me = |lease: &Weak<Self>| std::ptr::eq(lease.as_ptr(), self);
        books.leases.retain(|lease| !is_me(lease));
        books.current.retain(|(_, lease)| !is_me(lease));
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("card", &self.label).finish_non_exhaustive()
    }
}
