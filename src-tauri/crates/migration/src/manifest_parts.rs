//! What a manifest lists: blobs, other manifests, and layers outside the registry.

use transload_model::Descriptor;
use transload_model::Manifest;

/// What one manifest lists, by what happens to it.
pub(crate) struct ManifestParts {
    /// Blobs that are stored in the registry: the configuration and the layers.
    pub blobs: Vec<Descriptor>,
    /// Manifests that an index lists.
    pub listed: Vec<Descriptor>,
    /// Number of layers outside the registry. They are named in the manifest, but not stored or copied.
    pub foreign_layers: usize,
}

impl ManifestParts {
    pub(crate) fn of(manifest: Manifest) -> Self {
        match manifest {
            Manifest::Image(manifest) => {
                let (foreign, own): (Vec<_>, Vec<_>) =
                    manifest.layers.into_iter().partition(Descriptor::is_foreign);
                let blobs = std::iter::once(manifest.config).chain(own).collect();
                Self { blobs, listed: Vec::new(), foreign_layers: foreign.len() }
            }
            Manifest::Index(index) => {
                let (blobs, listed) =
                    index.manifests.into_iter().partition(Descriptor::is_blob_in_index);
                Self { blobs, listed, foreign_layers: 0 }
            }
        }
    }
}
