//! The bytes that deletions free in a registry, which may store a layer once for several repositories. Clean-ups,
//! deletions and lifecycle policies show them.

use transload_contract::FreedBytes;
use transload_model::now_ms;

use super::registry_contents::scope_of;
use crate::api::Api;
use crate::connected::Connected;

/// Converts what a repository frees by itself to what the registry frees.
#[derive(Clone, Copy)]
pub(super) struct FreedInRegistry {
    mounts_blobs: bool,
}

impl FreedInRegistry {
    pub fn of(self, freed: FreedBytes) -> FreedBytes {
        if self.mounts_blobs { freed.with_blob_mounting() } else { freed }
    }
}

impl Api {
    /// Reads whether a registry mounts layers between repositories, once an hour. If that can't be read, it may.
    pub(super) async fn freed_in_registry(&self, connected: &Connected) -> FreedInRegistry {
        let (known, registry) = (&self.inner.blob_mounting, scope_of(connected));
        if let Some(mounts_blobs) = known.get(&registry, now_ms()) {
            return FreedInRegistry { mounts_blobs };
        }
        let read = connected.destination.ecr.blob_mounting().await;
        let mounts_blobs = read.unwrap_or_else(|error| {
            tracing::info!(%error, "the setting of blob mounting can't be read");
            true
        });
        known.put(registry, mounts_blobs, now_ms());
        FreedInRegistry { mounts_blobs }
    }
}
