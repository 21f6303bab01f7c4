//! The results of the HEAD requests for one image, at the source and at the destination.

use crate::error::MigrationError;
use crate::manifest_cache::ManifestCache;
use std::sync::Arc;
use transload_model::Digest;
use transload_registry::ManifestHead;
use transload_registry::PullQuota;
use transload_registry::RegistryError;

/// Results of one HEAD request at the source and one at the destination.
pub(super) struct Heads {
    /// `None` unless the source is a registry.
    pub(super) source: Option<Result<Option<ManifestHead>, RegistryError>>,
    pub(super) destination: Result<Option<Digest>, Arc<MigrationError>>,
}

impl Default for Heads {
    fn default() -> Self {
        Self { source: None, destination: Ok(None) }
    }
}

impl Heads {
    pub(super) fn quota(&self) -> Option<PullQuota> {
        self.source.as_ref()?.as_ref().ok()?.as_ref()?.pull_quota
    }

    /// Returns whether the destination has exactly this image.
    pub(super) fn is_at_destination(&self) -> bool {
        match (&self.source, &self.destination) {
            (Some(Ok(Some(head))), Ok(Some(existing))) => head.digest == *existing,
            _ => false,
        }
    }

    /// Returns whether the manifest is cached from an earlier plan.
    pub(super) fn is_cached(&self, manifests: &ManifestCache) -> bool {
        matches!(&self.source, Some(Ok(Some(head))) if manifests.has(&head.digest))
    }
}
