use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use super::Digest;

/// The media types that images are made of.
pub mod media_type {
    /// OCI image manifest.
    pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    /// OCI index of several manifests.
    pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
    /// OCI image configuration.
    pub const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
    /// Docker image manifest, version 2, schema 2.
    pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
    /// Docker manifest list.
    pub const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
    /// Docker image configuration.
    pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
    /// Docker image manifest, schema 1, signed; refused with a reason.
    pub const DOCKER_SCHEMA1_SIGNED: &str =
        "application/vnd.docker.distribution.manifest.v1+prettyjws";
    /// Docker image manifest, schema 1; refused with a reason.
    pub const DOCKER_SCHEMA1: &str = "application/vnd.docker.distribution.manifest.v1+json";

    /// What a manifest request accepts: everything that can be copied as it is.
    pub const ACCEPT_MANIFESTS: [&str; 4] =
        [OCI_INDEX, OCI_MANIFEST, DOCKER_INDEX, DOCKER_MANIFEST];
}

/// The platform that an image runs on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub struct Platform {
    /// Operating system, such as `linux`; `unknown` marks an attestation.
    pub os: String,
    /// Processor architecture as Go names it, such as `amd64`.
    pub architecture: String,
    /// Variant of the architecture, such as `v8`.
    #[serde(default)]
    pub variant: Option<String>,
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(formatter, "/{variant}"),
            None => Ok(()),
        }
    }
}

/// What one document says of another piece of content: its type, digest and size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Media type of the content.
    pub media_type: String,
    /// Digest of the content.
    pub digest: Digest,
    /// Size of the content in bytes.
    pub size_bytes: u64,
    /// Platform, in an index.
    pub platform: Option<Platform>,
    /// Annotations, such as the one that marks an attestation.
    pub annotations: BTreeMap<String, String>,
    /// Where foreign layers may be fetched from; such layers are not in the registry.
    pub urls: Vec<String>,
}

impl Descriptor {
    /// Whether the content lies outside the registry, as Windows base layers do.
    pub fn is_foreign(&self) -> bool {
        !self.urls.is_empty()
    }

    /// Whether an index entry is a BuildKit attestation and not an image to run.
    ///
    /// Source: BuildKit's attestation storage, annotation `vnd.docker.reference.type`.
    pub fn is_attestation(&self) -> bool {
        self.annotations
            .get("vnd.docker.reference.type")
            .is_some_and(|kind| kind == "attestation-manifest")
    }
}
