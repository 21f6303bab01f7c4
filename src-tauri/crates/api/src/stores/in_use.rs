//! Images that Amazon ECS or EKS run, where findings of Amazon Inspector reported it since the program started. A
//! clean-up never proposes them.

use std::collections::HashMap;
use std::sync::Mutex;

use transload_manifest_cache::{PullScope, RegistryScope};
use transload_model::Digest;

use crate::locks::locked;

/// Images that run, by repository.
#[derive(Default)]
pub(crate) struct InUse {
    images: Mutex<HashMap<PullScope, HashMap<Digest, u64>>>,
    /// When the configuration of a registry was changed. What Amazon Inspector covers depends on it.
    changed_at_ms: Mutex<HashMap<RegistryScope, u64>>,
}

impl InUse {
    /// Records in how many places an image runs.
    pub fn put(&self, scope: &PullScope, digest: &Digest, count: Option<u64>) {
        let mut all = locked(&self.images);
        match count {
            Some(0) => {
                if let Some(images) = all.get_mut(scope) {
                    images.remove(digest);
                }
            }
            Some(count) => {
                all.entry(scope.clone()).or_default().insert(digest.clone(), count);
            }
            // ECR doesn't say.
            None => {}
        }
    }

    /// Records that the configuration of a registry was changed.
    pub fn registry_changed(&self, registry: RegistryScope, now_ms: u64) {
        locked(&self.changed_at_ms).insert(registry, now_ms);
    }

    /// Whether a reading is from before a change of the registry's configuration.
    pub fn is_outdated(&self, registry: &RegistryScope, read_at_ms: u64) -> bool {
        locked(&self.changed_at_ms).get(registry).is_some_and(|changed| read_at_ms <= *changed)
    }

    /// Returns the images of a repository that run, and in how many places.
    pub fn of(&self, scope: &PullScope) -> HashMap<Digest, u64> {
        locked(&self.images).get(scope).cloned().unwrap_or_default()
    }
}
