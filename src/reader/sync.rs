//! Locks that outlive a panic: what they guard is never left half done by the code under them.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex, even if a thread died with it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
