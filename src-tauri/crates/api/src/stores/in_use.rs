//! Images that Amazon ECS or EKS run, where findings of Amazon Inspector reported it since the program started. A
//! clean-up never proposes them.

use std::collections::HashMap;
use std::sync::Mutex;

use transload_manifest_cache::PullScope;
use transload_model::Digest;

use crate::locks::locked;

/// Images that run, by repository.
#[derive(Default)]
pub(crate) struct InUse(Mutex<HashMap<PullScope, HashMap<Digest, u64>>>);

impl InUse {
    /// Records in how many places an image runs.
    pub fn put(&self, scope: &PullScope, digest: &Digest, count: Option<u64>) {
        let mut all = locked(&self.0);
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

    /// Returns the images of a repository that run, and in how many places.
    pub fn of(&self, scope: &PullScope) -> HashMap<Digest, u64> {
        locked(&self.0).get(scope).cloned().unwrap_or_default()
    }
}
