//! Builds manifests of example images and stores their blobs.

use std::io;

use serde_json::{Value, json};

use super::layers::ExampleLayer;
use crate::hash::digest_of;
use crate::image_builder::{BUILT, BlobSink, OCI_INDEX, OCI_MANIFEST};

/// The configuration of an artifact without one. Source: OCI image specification, "Guidance for an Empty Descriptor".
pub(super) const EMPTY_CONFIG: &str = "application/vnd.oci.empty.v1+json";

pub(super) struct Builder<'a>(pub(super) &'a dyn BlobSink);

/// A manifest that isn't pushed yet.
#[derive(Clone, Debug)]
pub(super) struct Built {
    pub(super) digest: String,
    pub(super) bytes: Vec<u8>,
    media_type: &'static str,
}

/// The configuration of an example image. A line without a layer, such as `ENV`, has none of the layers.
pub(super) struct Configuration<'a> {
    pub(super) architecture: &'a str,
    /// The lines of the Dockerfile, and whether each has a layer.
    pub(super) lines: &'a [(&'a str, bool)],
    pub(super) config: Value,
}

impl Built {
    pub(super) fn descriptor(&self) -> Value {
        json!({ "mediaType": self.media_type, "digest": self.digest, "size": self.bytes.len() })
    }
}

impl Builder<'_> {
    /// Stores a blob and returns its entry in manifests.
    pub(super) fn blob(&self, media_type: &str, bytes: &[u8]) -> io::Result<Value> {
        let digest = self.0.put(bytes)?;
        Ok(json!({ "mediaType": media_type, "digest": digest, "size": bytes.len() }))
    }

    /// Completes a manifest.
    pub(super) fn manifest(&self, members: Value) -> io::Result<Built> {
        built(members, OCI_MANIFEST)
    }

    /// Builds an index of these entries.
    pub(super) fn index(&self, entries: &[Value]) -> io::Result<Built> {
        built(json!({ "manifests": entries }), OCI_INDEX)
    }

    /// Builds an image of one platform.
    pub(super) fn image(
        &self,
        configuration: &Configuration<'_>,
        layers: &[&ExampleLayer],
    ) -> io::Result<Built> {
        let history = configuration.lines.iter().map(|(line, has_layer)| {
            let mut entry = json!({ "created": BUILT, "created_by": line, "comment": "buildkit.dockerfile.v0" });
            if !has_layer {
                entry["empty_layer"] = json!(true);
            }
            entry
        });
        let config = json!({
            "architecture": configuration.architecture,
            "os": "linux",
            "created": BUILT,
            "config": configuration.config,
            "history": history.collect::<Vec<_>>(),
            "rootfs": {
                "type": "layers",
                "diff_ids": layers.iter().map(|layer| layer.diff_id.as_str()).collect::<Vec<_>>(),
            },
        });
        let kind = "application/vnd.oci.image.config.v1+json";
        let config = self.blob(kind, config.to_string().as_bytes())?;
        let layers: Vec<&Value> = layers.iter().map(|layer| &layer.descriptor).collect();
        self.manifest(json!({
            "config": config,
            "layers": layers,
            "annotations": {
                "org.opencontainers.image.source": "https://github.com/practice/shop",
                "org.opencontainers.image.revision": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            },
        }))
    }
}

fn built(mut members: Value, media_type: &'static str) -> io::Result<Built> {
    members["schemaVersion"] = json!(2);
    members["mediaType"] = json!(media_type);
    let bytes = serde_json::to_vec_pretty(&members)?;
    Ok(Built { digest: digest_of(&bytes), bytes, media_type })
}
