//! Whether registries mount layers between repositories, as it was last read.

use std::collections::HashMap;
use std::sync::Mutex;

use transload_manifest_cache::RegistryScope;

use crate::locks::locked;

/// How long a reading is the answer without another one: one hour.
const KEPT_MS: u64 = 60 * 60 * 1000;

/// The account setting of each registry, and when it was read.
#[derive(Default)]
pub(crate) struct BlobMounting(Mutex<HashMap<RegistryScope, (bool, u64)>>);

impl BlobMounting {
    /// Returns whether it is on, if it was read in the last hour.
    pub fn get(&self, registry: &RegistryScope, now_ms: u64) -> Option<bool> {
        let (is_on, read_at_ms) = locked(&self.0).get(registry).copied()?;
        (now_ms.saturating_sub(read_at_ms) < KEPT_MS).then_some(is_on)
    }

    pub fn put(&self, registry: RegistryScope, is_on: bool, now_ms: u64) {
        locked(&self.0).insert(registry, (is_on, now_ms));
    }

    /// Forgets the reading, because Transload changes the setting.
    pub fn forget(&self, registry: &RegistryScope) {
        locked(&self.0).remove(registry);
    }
}

#[cfg(test)]
mod tests {
    use transload_model::{AccountId, Region};

    use super::*;

    #[test]
    fn a_reading_is_kept_for_an_hour_or_until_a_change() {
        let account = AccountId::parse("111122223333").unwrap();
        let [here, there] = ["eu-west-1", "us-east-1"]
            .map(|region| RegistryScope::new(&account, &Region::parse(region).unwrap()));
        let known = BlobMounting::default();
        for (is_on, read_at_ms) in [(true, 5), (false, 9)] {
            known.put(here.clone(), is_on, read_at_ms);
            assert_eq!(known.get(&here, read_at_ms + KEPT_MS - 1), Some(is_on));
            assert_eq!(known.get(&here, read_at_ms + KEPT_MS), None);
            assert_eq!(known.get(&there, read_at_ms), None);
        }
        known.forget(&here);
        assert_eq!(known.get(&here, 9), None);
    }
}
