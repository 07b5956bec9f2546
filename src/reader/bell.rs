//! What wakes the threads of a transport when something published changes, and ends them when all is over.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::{Watcher, sync::lock};

/// A bell that readers ring ([`Readers::watch`](super::Readers::watch)), and the threads that hear it.
#[derive(Debug, Default)]
pub(super) struct Bell {
    state: Mutex<State>,
    rung: Condvar,
}

#[derive(Debug, Default)]
struct State {
    rings: u64,
    is_over: bool,
    /// Threads that go on.
    threads: usize,
}

/// One of the threads. It is counted until this is dropped, also by a panic.
struct Counted(Arc<Bell>);

impl Drop for Counted {
    fn drop(&mut self) {
        lock(&self.0.state).threads -= 1;
        self.0.rung.notify_all();
    }
}

impl Bell {
    /// Starts a thread.
    ///
    /// # Errors
    ///
    /// If the system has no room for it.
    pub(super) fn spawn(self: &Arc<Self>, name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        lock(&self.state).threads += 1;
        let counted = Counted(Arc::clone(self));
        let work = move || {
            work();
            drop(counted);
        };
        thread::Builder::new().name(name.into()).spawn(work).map(drop)
    }

    /// Whether all is over.
    pub(super) fn is_over(&self) -> bool {
        lock(&self.state).is_over
    }

    /// All is over: whoever waits hears that.
    pub(super) fn end(&self) {
        lock(&self.state).is_over = true;
        self.rung.notify_all();
    }

    /// Waits for the threads, but not longer than that.
    pub(super) fn await_threads(&self, patience: Duration) {
        let is_left = |state: &mut State| state.threads > 0;
        let all_ended = self.rung.wait_timeout_while(lock(&self.state), patience, is_left);
        drop(all_ended.unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until the bell was rung more often than that, or until a time; how often it was rung then. `None` when
    /// all is over.
    pub(super) fn await_ring(&self, seen: u64, until: Option<Instant>) -> Option<u64> {
        let mut state = lock(&self.state);
        loop {
            if state.is_over {
                return None;
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if state.rings != seen || left.is_some_and(|left| left.is_zero()) {
                return Some(state.rings);
            }
            state = match left {
                Some(left) => self.rung.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.rung.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl Watcher for Bell {
    fn changed(&self) {
        lock(&self.state).rings += 1;
        self.rung.notify_all();
    }
}
