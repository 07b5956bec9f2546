//! The dialogue so far, as much as there is room for: what is oldest goes, and who has not seen it is told how much.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::entry::Entry;

/// How many entries are kept.
const MOST: usize = 131_072;

/// How many bytes of memory they may take, about.
const ROOM: usize = 128 * 1024 * 1024;

/// The entries, and who waits for the next.
#[derive(Debug)]
pub(super) struct Ring {
    kept: Mutex<Kept>,
    moved: watch::Sender<u64>,
    most: usize,
}

#[derive(Debug)]
struct Kept {
    entries: VecDeque<Arc<Entry>>,
    weight: usize,
    /// The number of the next.
    next: u64,
}

/// What came behind an entry.
#[derive(Debug)]
pub(super) struct Batch {
    /// How many were there and are not any more.
    pub(super) lost: u64,
    pub(super) entries: Vec<Arc<Entry>>,
}

impl Default for Ring {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Ring {
    fn of(most: usize) -> Self {
        let kept = Kept { entries: VecDeque::new(), weight: 0, next: 1 };
        Self { kept: Mutex::new(kept), moved: watch::Sender::new(0), most }
    }

    /// Adds an entry, which gets its number. Who waits is told when [`Ring::tell`] is called.
    pub(super) fn push(&self, entry: impl FnOnce(u64) -> Entry) {
        let mut kept = self.kept();
        let entry = Arc::new(entry(kept.next));
        kept.next += 1;
        kept.weight += entry.weight();
        kept.entries.push_back(entry);
        while kept.entries.len() > self.most || kept.weight > ROOM {
            let Some(oldest) = kept.entries.pop_front() else { break };
            kept.weight = kept.weight.saturating_sub(oldest.weight());
        }
    }

    /// Tells who waits that there is more.
    pub(super) fn tell(&self) {
        self.moved.send_replace(self.kept().next);
    }

    /// To wait with.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// What came behind the entry with a number, `most` of it.
    pub(super) fn behind(&self, seq: u64, most: usize) -> Batch {
        let kept = self.kept();
        let oldest = kept.entries.front().map_or(kept.next, |entry| entry.seq);
        let wanted = seq.saturating_add(1);
        let skipped = usize::try_from(wanted.saturating_sub(oldest)).unwrap_or(usize::MAX);
        let entries: Vec<_> = kept.entries.iter().skip(skipped).take(most).cloned().collect();
        Batch { lost: oldest.saturating_sub(wanted), entries }
    }

    /// The entry with a number.
    pub(super) fn get(&self, seq: u64) -> Option<Arc<Entry>> {
        let kept = self.kept();
        let oldest = kept.entries.front()?.seq;
        kept.entries.get(usize::try_from(seq.checked_sub(oldest)?).ok()?).cloned()
    }

    /// All that are kept.
    pub(super) fn all(&self) -> Vec<Arc<Entry>> {
        self.kept().entries.iter().cloned().collect()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Batch, Ring};
    use crate::console::entry::{Deed, Entry};

    fn ring(entries: usize) -> Ring {
        let ring = Ring::of(3);
        for _ in 0..entries {
            ring.push(|seq| Entry { seq, at: Duration::ZERO, deed: Deed::Note(Box::default()) });
        }
        ring.tell();
        ring
    }

    fn numbers(batch: &Batch) -> Vec<u64> {
        batch.entries.iter().map(|entry| entry.seq).collect()
    }

    #[test]
    fn who_comes_back_goes_on_where_he_was() {
        let ring = ring(3);
        let batch = ring.behind(1, 10);
        assert_eq!((batch.lost, numbers(&batch)), (0, vec![2, 3]));
        let batch = ring.behind(0, 2);
        assert_eq!((batch.lost, numbers(&batch)), (0, vec![1, 2]));
        let batch = ring.behind(3, 10);
        assert_eq!((batch.lost, batch.entries.len()), (0, 0));
        assert_eq!(*ring.watch().borrow(), 4);
    }

    #[test]
    fn what_is_lost_is_counted() {
        let ring = ring(7);
        let batch = ring.behind(2, 10);
        assert_eq!((batch.lost, numbers(&batch)), (2, vec![5, 6, 7]));
        assert_eq!((ring.get(4).map(|entry| entry.seq), ring.get(6).map(|entry| entry.seq)), (None, Some(6)));
        assert!(ring.get(8).is_none() && ring.get(u64::MAX).is_none() && ring.get(0).is_none());
        assert!(ring.behind(u64::MAX, 10).entries.is_empty());
    }
}
