//! Images of an engine, converted from the responses of its list and of its inspection.

use bollard::models::{
    ImageManifestSummary, ImageManifestSummaryKindEnum, ImageSummary, OciPlatform,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::DockerError;
use transload_model::{Digest, ImageReference, Platform};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineImage {
    /// The engine's ID of the image: the digest of its index or manifest in the containerd image
    /// store, the digest of its configuration in other stores.
    pub id: Digest,
    /// Names, without duplicates.
    pub references: Vec<ImageReference>,
    /// Digests in registries, as `repository@digest`. Only graph drivers store what a registry
    /// reported. The containerd store and Podman derive them from the names.
    pub repository_digests: Vec<ImageReference>,
    /// Platforms of which the engine has the content. Empty if the engine does not report them:
    /// most report them only in the inspection of an image.
    pub platforms: Vec<Platform>,
    /// The manifests of an image in the containerd store, with or without their content. `None` if
    /// the engine does not report them.
    pub manifests: Option<Vec<EngineManifest>>,
    /// Digests of the uncompressed layers, lowest first, if the engine reports them.
    pub layers: Vec<Digest>,
    /// Size in bytes, as the engine reports it: uncompressed, unless [`EngineImage::manifests`] is
    /// known.
    pub size_bytes: u64,
    /// Creation time, in milliseconds since 1970.
    pub created_at_ms: Option<u64>,
}

/// A manifest of an image in the containerd store. For an index, these are the manifests of its
/// images and attestations, including those of nested indexes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineManifest {
    pub digest: Digest,
    /// Content of the manifest.
    pub kind: EngineManifestKind,
    /// Platform of an image, if the index or the configuration contains it.
    pub platform: Option<EnginePlatform>,
    /// Whether the engine has all its content.
    pub is_available: bool,
    /// Size in bytes of its content that the engine has: manifest, configuration and compressed
    /// layers.
    pub content_bytes: u64,
}

/// The kind of content of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineManifestKind {
    Image,
    Attestation,
    /// Another artifact, such as a Helm chart.
    Other,
}

/// A platform as the parameter of a push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnginePlatform {
    /// Operating system, architecture and variant.
    #[serde(flatten)]
    pub platform: Platform,
    /// Version of the operating system, required for Windows images.
    #[serde(default, rename = "os.version", skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
}

impl EngineImage {
    /// Returns whether the engine has the content of all manifests of the image, or `None` if it
    /// does not report them.
    pub fn is_complete(&self) -> Option<bool> {
        self.manifests.as_ref().map(|known| known.iter().all(|manifest| manifest.is_available))
    }

    /// Returns the platforms that the image's index lists and of which the engine does not have the
    /// content.
    pub fn missing_platforms(&self) -> Vec<Platform> {
        let images =
            self.manifests.iter().flatten().filter(|part| part.kind == EngineManifestKind::Image);
        let missing = images.filter(|part| !part.is_available);
        let missing = missing.filter_map(|part| part.platform.as_ref());
        missing.map(|platform| platform.platform.clone()).collect()
    }
}

/// Converts an entry of the list. Returns `None` for an image without a name.
pub(super) fn from_summary(summary: ImageSummary) -> Result<Option<EngineImage>, DockerError> {
    let references = names(&summary.repo_tags);
    if references.is_empty() {
        return Ok(None);
    }
    let manifests = summary.manifests.as_deref().map(engine_manifests).transpose()?;
    let size_bytes = u64::try_from(summary.size).unwrap_or(0);
    Ok(Some(EngineImage {
        id: parse_id(&summary.id)?,
        references,
        repository_digests: names(&summary.repo_digests),
        platforms: manifests.as_deref().map(available_platforms).unwrap_or_default(),
        size_bytes: manifests.as_deref().map_or(size_bytes, content_bytes),
        manifests,
        layers: Vec::new(),
        created_at_ms: u64::try_from(summary.created)
            .ok()
            // The time of an image without its configuration is 0.
            .filter(|seconds| *seconds > 0)
            .map(|seconds| seconds * 1000),
    }))
}

/// The required part of an inspection. Every field can be missing or empty: for an image without
/// its layers, Docker 28 reports `"RootFS": {}` and no platform.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EngineInspection {
    id: Option<String>,
    repo_tags: Option<Vec<String>>,
    repo_digests: Option<Vec<String>>,
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
    size: Option<i64>,
    created: Option<String>,
    #[serde(rename = "RootFS")]
    root_fs: Option<RootFs>,
    manifests: Option<Vec<ImageManifestSummary>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RootFs {
    layers: Option<Vec<String>>,
}

pub(super) fn from_inspection(image: EngineInspection) -> Result<EngineImage, DockerError> {
    let id = image.id.as_deref().unwrap_or_default();
    let manifests = image.manifests.as_deref().map(engine_manifests).transpose()?;
    let platforms = match (&manifests, image.os, image.architecture) {
        (Some(manifests), ..) => available_platforms(manifests),
        (None, Some(os), Some(architecture)) if !os.is_empty() && !architecture.is_empty() => {
            let variant = image.variant.filter(|variant| !variant.is_empty());
            vec![Platform { os, architecture, variant }]
        }
        _ => Vec::new(),
    };
    let size_bytes = image.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
    let layers = image.root_fs.and_then(|root| root.layers).unwrap_or_default();
    Ok(EngineImage {
        id: parse_id(id)?,
        references: names(image.repo_tags.as_deref().unwrap_or_default()),
        repository_digests: names(image.repo_digests.as_deref().unwrap_or_default()),
        platforms,
        size_bytes: manifests.as_deref().map_or(size_bytes, content_bytes),
        manifests,
        layers: layers.iter().filter_map(|layer| Digest::parse(layer).ok()).collect(),
        created_at_ms: image.created.as_deref().and_then(milliseconds),
    })
}

fn engine_manifests(
    manifests: &[ImageManifestSummary],
) -> Result<Vec<EngineManifest>, DockerError> {
    let part = |manifest: &ImageManifestSummary| {
        let from_config = manifest.image_data.as_ref().map(|data| &data.platform);
        Ok(EngineManifest {
            digest: parse_id(&manifest.id)?,
            kind: match manifest.kind {
                Some(ImageManifestSummaryKindEnum::IMAGE) => EngineManifestKind::Image,
                Some(ImageManifestSummaryKindEnum::ATTESTATION) => EngineManifestKind::Attestation,
                _ => EngineManifestKind::Other,
            },
            platform: from_config.and_then(platform),
            is_available: manifest.available,
            content_bytes: u64::try_from(manifest.size.content).unwrap_or(0),
        })
    };
    manifests.iter().map(part).collect()
}

/// Converts a platform. Returns `None` for the empty platform that the engine reports for an index
/// entry without a platform whose configuration it does not have.
fn platform(platform: &OciPlatform) -> Option<EnginePlatform> {
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    Some(EnginePlatform {
        platform: Platform {
            os: text(&platform.os)?,
            architecture: text(&platform.architecture)?,
            variant: text(&platform.variant),
        },
        os_version: text(&platform.os_version),
    })
}

/// Returns the platforms of the images whose content the engine has.
fn available_platforms(manifests: &[EngineManifest]) -> Vec<Platform> {
    let available =
        manifests.iter().filter(|part| part.is_available && part.kind == EngineManifestKind::Image);
    let mut platforms: Vec<Platform> = Vec::new();
    for platform in available.filter_map(|part| part.platform.as_ref()) {
        if !platforms.contains(&platform.platform) {
            platforms.push(platform.platform.clone());
        }
    }
    platforms
}

fn content_bytes(manifests: &[EngineManifest]) -> u64 {
    manifests
        .iter()
        .filter(|manifest| manifest.is_available)
        .map(|manifest| manifest.content_bytes)
        .sum()
}

fn parse_id(text: &str) -> Result<Digest, DockerError> {
    Digest::parse(text).map_err(|error| DockerError::InvalidResponse { detail: error.to_string() })
}

/// Parses names. Malformed names are logged and left out. Older engines report `<none>:<none>` for
/// an image without a name. A name that was loaded from an archive in a short form is listed twice.
fn names(texts: &[String]) -> Vec<ImageReference> {
    let mut names: Vec<ImageReference> = Vec::new();
    for text in texts.iter().filter(|text| !text.contains("<none>")) {
        match ImageReference::parse(text) {
            Ok(reference) if names.contains(&reference) => {}
            Ok(reference) => names.push(reference),
            Err(error) => {
                tracing::warn!(name = %text, %error, "the engine has an image with a malformed name");
            }
        }
    }
    names
}

fn milliseconds(text: &str) -> Option<u64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests;
