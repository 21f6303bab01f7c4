//! Locks of plain data, which a panic in another thread doesn't make invalid.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks the data, also if another thread panicked while it held the lock.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
