//! The values of an inspection. They cross the border to the window and the command line unchanged.

use serde::{Deserialize, Serialize};
use transload_model::Digest;
use ts_rs::TS;

/// What a reference names, with one platform of it in detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct ImageInspection {
    /// The digest of what the reference names.
    pub digest: Digest,
    pub kind: ManifestKind,
    pub media_type: String,
    /// The size of the manifest itself.
    pub manifest_bytes: u64,
    /// Annotations of the index or manifest.
    pub annotations: Vec<ConfigValue>,
    /// The manifests of an index, without attestations. One entry for an image that is in no index.
    pub platforms: Vec<PlatformManifest>,
    /// Attestations that the index lists.
    pub attestations: u32,
    /// The manifest as it is stored.
    pub manifest: String,
    /// The platform in detail. `null` for an index without images, such as a build cache.
    pub image: Option<InspectedImage>,
    /// Values that look like secrets and are hidden.
    pub hidden_values: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "images.ts")]
pub enum ManifestKind {
    /// One image, which can be run.
    Image,
    Index,
    /// Something else that is stored like an image, such as a Helm chart or a signature.
    Artifact,
}

/// A manifest of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct PlatformManifest {
    pub digest: Digest,
    /// The platform, such as `linux/arm64/v8`, if the index or the configuration states it.
    pub platform: Option<String>,
    /// The version of Windows.
    pub os_version: Option<String>,
    pub media_type: String,
    /// The size of the manifest itself.
    pub manifest_bytes: u64,
    /// Annotations of the entry.
    pub annotations: Vec<ConfigValue>,
    /// Whether this is the platform in detail.
    pub selected: bool,
}

/// One image in detail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct InspectedImage {
    pub digest: Digest,
    pub platform: Option<String>,
    pub media_type: String,
    /// The type of an artifact: `artifactType`, or the media type of its configuration. `null` for an image.
    pub artifact_type: Option<String>,
    pub annotations: Vec<ConfigValue>,
    /// The digest of the manifest that this one refers to, such as the signed image.
    pub subject: Option<Digest>,
    /// The sizes of the configuration and the layers together, without layers that are stored elsewhere.
    pub content_bytes: u64,
    pub config_digest: Digest,
    /// `null` for an artifact, and if the configuration can't be read.
    pub config: Option<ImageConfig>,
    /// Why the configuration can't be read.
    pub config_problem: Option<String>,
    /// The configuration as it is stored, if it is text. Without hidden values.
    pub config_json: Option<String>,
    pub layers: Vec<ImageLayer>,
    /// The build history, oldest first.
    pub history: Vec<HistoryLine>,
    /// Whether the history has exactly one line for each layer. Otherwise no line is assigned to a layer.
    pub history_fits: bool,
    /// The manifest as it is stored.
    pub manifest: String,
}

/// The configuration of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct ImageConfig {
    /// When it was built. `null` if unknown, or if the build is reproducible.
    pub created_at_ms: Option<u64>,
    /// Whether the build wrote a fixed date instead of its own, as reproducible builds do.
    pub fixed_date: bool,
    pub author: Option<String>,
    pub os: Option<String>,
    pub os_version: Option<String>,
    pub architecture: Option<String>,
    pub variant: Option<String>,
    /// `null` if the image doesn't name a user: it runs as root then, or as the default user of Windows.
    pub user: Option<String>,
    pub working_dir: Option<String>,
    pub entrypoint: Vec<String>,
    pub cmd: Vec<String>,
    /// Entrypoint and command as one line of a shell. `null` if the image has neither.
    pub command_line: Option<String>,
    /// Environment variables in their order; `PATH` comes last.
    pub env: Vec<ConfigValue>,
    pub exposed_ports: Vec<String>,
    pub volumes: Vec<String>,
    pub labels: Vec<ConfigValue>,
    pub stop_signal: Option<String>,
    pub healthcheck: Option<String>,
    pub shell: Vec<String>,
    pub on_build: Vec<String>,
    /// Fields that have no place above, as JSON.
    pub other: Vec<ConfigValue>,
}

/// A name with a value: an environment variable, a label, an annotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct ConfigValue {
    pub name: String,
    /// The value. `null` if it is hidden.
    pub value: Option<String>,
    /// Whether the value looks like a secret.
    pub secret: bool,
}

/// A layer, or another blob of an artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct ImageLayer {
    /// Its number, starting at 1 with the lowest layer.
    pub number: u32,
    pub digest: Digest,
    /// The compressed size.
    pub size_bytes: u64,
    pub media_type: String,
    /// The digest of the uncompressed layer.
    pub diff_id: Option<String>,
    /// The line of the history that made it, if the history fits.
    pub line: Option<String>,
    /// The file name of a blob of an artifact.
    pub title: Option<String>,
    /// Whether it is stored outside the registry, as Windows base layers are.
    pub foreign: bool,
    pub annotations: Vec<ConfigValue>,
}

/// A line of the build history, as a Dockerfile would have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct HistoryLine {
    pub line: String,
    /// Build arguments of a `RUN` line.
    pub arguments: Vec<ConfigValue>,
    pub comment: Option<String>,
    pub created_at_ms: Option<u64>,
    /// The number of the layer that it made. `null` if it made none, or if the history doesn't fit.
    pub layer: Option<u32>,
}
