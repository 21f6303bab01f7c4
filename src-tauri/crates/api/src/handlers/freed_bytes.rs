//! Whether deletions free less than their repository shows, because the registry stores a layer once for several
//! repositories. Clean-ups, deletions and lifecycle policies use it.

use transload_model::now_ms;

use super::registry_contents::scope_of;
use crate::api::Api;
use crate::connected::Connected;

impl Api {
    /// Returns whether a registry mounts layers between repositories, which is read once an hour. `true` if that can't
    /// be read.
    pub(super) async fn mounts_blobs(&self, connected: &Connected) -> bool {
        let (known, registry) = (&self.inner.blob_mounting, scope_of(connected));
        if let Some(mounts_blobs) = known.get(&registry, now_ms()) {
            return mounts_blobs;
        }
        let read = connected.destination.ecr.blob_mounting().await;
        let mounts_blobs = read.unwrap_or_else(|error| {
            tracing::info!(%error, "the setting of blob mounting can't be read");
            true
        });
        known.put(registry, mounts_blobs, now_ms());
        mounts_blobs
    }
}
