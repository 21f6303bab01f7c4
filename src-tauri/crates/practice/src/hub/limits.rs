//! Docker Hub's limit on pulls: 100 manifests in six hours for an anonymous
//! client, twice as many for a personal account. HEAD does not count.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::clock::now_millis;
use crate::store::lock;

/// Six hours, as the `w` of the rate-limit headers says it.
pub(super) const WINDOW_SECONDS: i64 = 21_600;

#[derive(Default)]
pub(super) struct Limits(Mutex<HashMap<String, Vec<i64>>>);

impl Limits {
    /// How many pulls `who` has left; takes one first if `counts`. `None` when
    /// there is none left to take.
    pub(super) fn take(&self, who: &str, limit: u32, counts: bool) -> Option<u32> {
        let mut held = lock(&self.0);
        let pulls = held.entry(who.to_owned()).or_default();
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
mod tests {
    use super::Limits;

    #[test]
    fn only_counted_pulls_use_the_limit_up_and_each_client_has_its_own() {
        let limits = Limits::default();
        assert_eq!(limits.take("", 2, false), Some(2));
        assert_eq!(limits.take("", 2, true), Some(1));
        assert_eq!(limits.take("", 2, true), Some(0));
        assert_eq!(limits.take("", 2, true), None);
        assert_eq!(limits.take("user", 4, true), Some(3));
    }
}
