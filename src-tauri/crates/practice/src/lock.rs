//! Mutexes that survive a panic of another holder.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, even if another holder panicked: every change is complete before anything that can panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
