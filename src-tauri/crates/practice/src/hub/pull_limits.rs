//! The pull rate limit of Docker Hub: 100 manifests in six hours for anonymous users, twice as many for
//! personal accounts. HEAD requests do not count.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::clock::now_millis;
use crate::lock::lock;

/// Six hours: `w` in the rate limit headers.
pub(super) const WINDOW_SECONDS: i64 = 21_600;

#[derive(Default)]
pub(super) struct PullLimits(Mutex<HashMap<String, Vec<i64>>>);

impl PullLimits {
    /// Counts a pull of `user` if `counts` is set, and returns how many are left. Returns `None` if the limit
    /// is reached.
    pub(super) fn count(&self, user: &str, limit: u32, counts: bool) -> Option<u32> {
        let mut users = lock(&self.0);
        let pulls = users.entry(user.to_owned()).or_default();
        let oldest = now_millis() - WINDOW_SECONDS * 1000;
        pulls.retain(|moment| *moment > oldest);
        let used = u32::try_from(pulls.len()).unwrap_or(u32::MAX);
        if !counts {
            return Some(limit.saturating_sub(used));
        }
        if used >= limit {
            return None;
        }
        pulls.push(now_millis());
        Some(limit - used - 1)
    }

    pub(super) fn clear(&self) {
        lock(&self.0).clear();
    }
}

#[cfg(test)]
mod tests;
