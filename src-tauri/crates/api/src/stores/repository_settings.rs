//! The settings of the repositories that were opened, as they were read last.

use std::collections::HashMap;
use std::sync::Mutex;

use transload_manifest_cache::PullScope;
use transload_model::RepositorySettings;

use crate::locks::locked;

#[derive(Default)]
pub(crate) struct KnownSettings(Mutex<HashMap<PullScope, RepositorySettings>>);

impl KnownSettings {
    pub fn get(&self, scope: &PullScope) -> Option<RepositorySettings> {
        locked(&self.0).get(scope).cloned()
    }

    pub fn put(&self, scope: PullScope, settings: RepositorySettings) {
        locked(&self.0).insert(scope, settings);
    }

    pub fn forget(&self, scope: &PullScope) {
        locked(&self.0).remove(scope);
    }
}
