//! Reads an image: the index if there is one, one platform, its manifest and its configuration. At most one manifest
//! for each level of indexes, one manifest and one blob are read. Called by `api`.

use serde_json::Value;
use transload_model::{
    Descriptor, ImageManifest, IndexManifest, Manifest, Platform, RawManifest, media_type,
};
use transload_registry::RegistryError;

use crate::config::{image_config, text, values};
use crate::content::{ImageContent, read_blob};
use crate::document_limits::CONFIG_LIMIT_BYTES;
use crate::error::InspectError;
use crate::history::history_lines;
use crate::inspection::{ImageInspection, InspectedImage, ManifestKind, PlatformManifest};
use crate::layers::{annotations, content_bytes, image_layers};
use transload_model::visible;

/// How deep indexes may be nested.
const NESTING_LIMIT: usize = 3;
/// The configuration of artifacts that have none. Source: OCI image specification, "Guidance for an Empty Descriptor".
const EMPTY_CONFIG: &str = "application/vnd.oci.empty.v1+json";

/// Inspects what a tag or digest names.
///
/// Of an index, the platform `requested` is read in detail. Without it, that is `linux/amd64`, or the first platform
/// of the index.
///
/// # Errors
/// If a manifest can't be read, or the index doesn't have the requested platform. A configuration that can't be read
/// is not an error, but a part of the result.
pub async fn inspect(
    content: &dyn ImageContent,
    reference: &str,
    requested: Option<&Platform>,
) -> Result<ImageInspection, InspectError> {
    let raw = content.manifest(reference).await?;
    let mut inspection = ImageInspection {
        digest: raw.digest().clone(),
        kind: ManifestKind::Image,
        media_type: raw.media_type().to_owned(),
        manifest_bytes: raw.bytes().len() as u64,
        annotations: document_annotations(&raw),
        platforms: Vec::new(),
        attestations: 0,
        manifest: document(&raw),
        image: None,
        hidden_values: 0,
    };
    match parse(content, &raw)? {
        Manifest::Image(manifest) => {
            let image = read_platform(content, &raw, &manifest, None).await?;
            if let (Some(requested), Some(platform)) = (requested, &image.platform) {
                let matches = platform.parse::<Platform>().is_ok_and(|own| own.matches(requested));
                if !matches {
                    return Err(platform_missing(content, reference, requested, platform.clone()));
                }
            }
            if image.artifact_type.is_some() {
                inspection.kind = ManifestKind::Artifact;
            }
            inspection.platforms.push(PlatformManifest {
                digest: raw.digest().clone(),
                platform: image.platform.clone(),
                os_version: image.config.as_ref().and_then(|config| config.os_version.clone()),
                media_type: raw.media_type().to_owned(),
                manifest_bytes: raw.bytes().len() as u64,
                annotations: Vec::new(),
                selected: true,
            });
            inspection.image = Some(image);
        }
        Manifest::Index(index) => {
            inspection.kind = ManifestKind::Index;
            inspection.attestations =
                index.manifests.iter().filter(|entry| entry.is_attestation()).count() as u32;
            let found = choose_platform(content, reference, &raw, index, requested).await?;
            inspection.platforms = found.platforms;
            inspection.image = found.image;
        }
    }
    Ok(inspection)
}

/// Returns the layers of what a tag or digest names, lowest first. Of an index, those of the platform `requested`, or
/// of `linux/amd64`, or of the first platform.
///
/// # Errors
/// If a manifest can't be read, or the index doesn't have the requested platform.
pub async fn selected_layers(
    content: &dyn ImageContent,
    reference: &str,
    requested: Option<&Platform>,
) -> Result<Vec<Descriptor>, InspectError> {
    let mut raw = content.manifest(reference).await?;
    for _ in 0..=NESTING_LIMIT {
        let index = match parse(content, &raw)? {
            Manifest::Image(manifest) => return Ok(manifest.layers),
            Manifest::Index(index) => index,
        };
        let Some(place) = chosen(&index.manifests, requested) else {
            let Some(requested) = requested else { return Ok(Vec::new()) };
            let names = platform_names(&index.manifests);
            return Err(platform_missing(content, reference, requested, names));
        };
        raw = content.manifest(index.manifests[place].digest.as_str()).await?;
    }
    Err(InspectError::NestedTooDeeply { subject: content.subject(reference) })
}

/// The platforms of an index, and the chosen one.
struct Chosen {
    platforms: Vec<PlatformManifest>,
    image: Option<InspectedImage>,
}

async fn choose_platform(
    content: &dyn ImageContent,
    reference: &str,
    raw: &RawManifest,
    index: IndexManifest,
    requested: Option<&Platform>,
) -> Result<Chosen, InspectError> {
    let os_versions = os_versions(raw);
    let is_image = |entry: &Descriptor| !entry.is_attestation() && !entry.is_blob_in_index();
    let mut platforms: Vec<PlatformManifest> = Vec::new();
    let mut entries: Vec<Descriptor> = Vec::new();
    for (entry, os_version) in index.manifests.into_iter().zip(os_versions) {
        if is_image(&entry) {
            platforms.push(platform_manifest(&entry, os_version));
            entries.push(entry);
        }
    }
    let Some(place) = chosen(&entries, requested) else {
        let Some(requested) = requested.filter(|_| !entries.is_empty()) else {
            return Ok(Chosen { platforms, image: None });
        };
        let names: Vec<_> = platforms.iter().filter_map(|entry| entry.platform.clone()).collect();
        return Err(platform_missing(content, reference, requested, names.join(", ")));
    };
    platforms[place].selected = true;
    let image = read_nested(content, &entries[place], requested).await?;
    Ok(Chosen { platforms, image })
}

/// Reads an entry of an index, which may be an index again.
async fn read_nested(
    content: &dyn ImageContent,
    entry: &Descriptor,
    requested: Option<&Platform>,
) -> Result<Option<InspectedImage>, InspectError> {
    let mut entry = entry.clone();
    for _ in 0..NESTING_LIMIT {
        let raw = content.manifest(entry.digest.as_str()).await?;
        match parse(content, &raw)? {
            Manifest::Image(manifest) => {
                let image =
                    read_platform(content, &raw, &manifest, entry.platform.as_ref()).await?;
                return Ok(Some(image));
            }
            Manifest::Index(index) => match chosen(&index.manifests, requested) {
                Some(place) => entry = index.manifests[place].clone(),
                None => {
                    let Some(requested) = requested else { return Ok(None) };
                    let names = platform_names(&index.manifests);
                    let reference = entry.digest.as_str();
                    return Err(platform_missing(content, reference, requested, names));
                }
            },
        }
    }
    let subject = content.subject(entry.digest.as_str());
    Err(InspectError::NestedTooDeeply { subject })
}

/// Returns the position of the entry with the requested platform, or of the usual one.
fn chosen(entries: &[Descriptor], requested: Option<&Platform>) -> Option<usize> {
    let position = |wanted: &Platform| {
        entries.iter().position(|entry| {
            entry.platform.as_ref().is_some_and(|platform| platform.matches(wanted))
                // An index in an index usually has no platform.
                || (entry.platform.is_none() && media_type::is_index(&entry.media_type))
        })
    };
    match requested {
        Some(requested) => position(requested),
        None => {
            let usual = "linux/amd64".parse().ok().and_then(|usual| position(&usual));
            let is_image =
                |entry: &Descriptor| !entry.is_attestation() && !entry.is_blob_in_index();
            usual.or_else(|| entries.iter().position(is_image))
        }
    }
}

fn platform_manifest(entry: &Descriptor, os_version: Option<String>) -> PlatformManifest {
    PlatformManifest {
        digest: entry.digest.clone(),
        platform: entry.platform.as_ref().map(|platform| visible(&platform.to_string())),
        os_version,
        media_type: visible(&entry.media_type),
        manifest_bytes: entry.size_bytes,
        annotations: annotations(entry),
        selected: false,
    }
}

/// Returns `platform.os.version` of each entry of an index, which only Windows has.
fn os_versions(raw: &RawManifest) -> Vec<Option<String>> {
    let json: Value = serde_json::from_slice(raw.bytes()).unwrap_or_default();
    let entries = json.get("manifests").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    entries.iter().map(|entry| text(entry.pointer("/platform/os.version"))).collect()
}

async fn read_platform(
    content: &dyn ImageContent,
    raw: &RawManifest,
    manifest: &ImageManifest,
    platform: Option<&Platform>,
) -> Result<InspectedImage, InspectError> {
    let json: Value = serde_json::from_slice(raw.bytes()).unwrap_or_default();
    let read = read_config(content, &manifest.config).await?;
    let config = &read.json;
    let artifact_type = artifact_type(&json, manifest);
    let layer_count = manifest.layers.len();
    let (history, history_fits) = match artifact_type {
        None => history_lines(config, layer_count),
        Some(_) => (Vec::new(), false),
    };
    let parsed = (artifact_type.is_none() && read.problem.is_none()).then(|| image_config(config));
    let own = parsed.as_ref().and_then(|config| {
        let (os, architecture) = (config.os.as_deref()?, config.architecture.as_deref()?);
        let variant = config.variant.as_ref().map(|variant| format!("/{variant}"));
        Some(format!("{os}/{architecture}{}", variant.unwrap_or_default()))
    });
    Ok(InspectedImage {
        digest: raw.digest().clone(),
        platform: platform.map(|platform| visible(&platform.to_string())).or(own),
        media_type: raw.media_type().to_owned(),
        artifact_type,
        annotations: document_annotations(raw),
        subject: manifest.subject.as_ref().map(|subject| subject.digest.clone()),
        content_bytes: content_bytes(manifest),
        config_digest: manifest.config.digest.clone(),
        config: parsed,
        config_problem: read.problem,
        config_json: read.text,
        layers: image_layers(manifest, config, &history),
        history,
        history_fits,
        manifest: document(raw),
    })
}

/// The readable parts of a configuration, and what is wrong with the others.
#[derive(Default)]
struct ReadConfig {
    json: Value,
    text: Option<String>,
    problem: Option<String>,
}

async fn read_config(
    content: &dyn ImageContent,
    config: &Descriptor,
) -> Result<ReadConfig, RegistryError> {
    let problem =
        |sentence: String| ReadConfig { problem: Some(sentence), ..ReadConfig::default() };
    let bytes = match read_blob(content, config, CONFIG_LIMIT_BYTES).await {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            return Ok(problem(format!(
                "The configuration has {} MB; at most {} MB are read. To save it as it is, use a tool such as \
                 oras or crane with its digest.",
                config.size_bytes.div_ceil(1_000_000),
                CONFIG_LIMIT_BYTES / 1_000_000
            )));
        }
        // The manifest could be read, and says the rest.
        Err(
            error @ (RegistryError::Forbidden { .. }
            | RegistryError::Missing { .. }
            | RegistryError::DigestMismatch { .. }
            | RegistryError::SizeMismatch { .. }),
        ) => return Ok(problem(visible(&format!("{error}.")))),
        Err(error) => return Err(error),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(problem("The configuration isn't text.".to_owned()));
    };
    match serde_json::from_str(&text) {
        Ok(json) => Ok(ReadConfig { json, text: Some(text), problem: None }),
        Err(error) => Ok(ReadConfig {
            json: Value::Null,
            problem: Some(format!("The configuration isn't JSON: {error}.")),
            text: Some(text),
        }),
    }
}

/// Returns the type of an artifact, or `None` for an image. Source: OCI image specification, "Guidelines for Artifact
/// Usage": `artifactType`, and otherwise the media type of the configuration.
fn artifact_type(json: &Value, manifest: &ImageManifest) -> Option<String> {
    let config = manifest.config.media_type.as_str();
    let named = text(json.get("artifactType"));
    let is_image = ["", media_type::OCI_CONFIG, media_type::DOCKER_CONFIG].contains(&config);
    // In-toto attestations and cosign signatures have the configuration of an image.
    let holds_layers = manifest.layers.iter().all(|layer| {
        let media_type = layer.media_type.as_str();
        media_type.starts_with("application/vnd.oci.image.layer.")
            || media_type.starts_with("application/vnd.docker.image.rootfs.")
            || media_type.is_empty()
    });
    if is_image && named.is_none() {
        return match manifest.layers.first() {
            Some(first) if !holds_layers => Some(visible(&first.media_type)),
            _ => None,
        };
    }
    named
        .or_else(|| Some(visible(config)).filter(|config| config != EMPTY_CONFIG))
        .or_else(|| manifest.layers.first().map(|layer| visible(&layer.media_type)))
}

fn document_annotations(raw: &RawManifest) -> Vec<crate::inspection::ConfigValue> {
    let json: Value = serde_json::from_slice(raw.bytes()).unwrap_or_default();
    values(json.get("annotations"))
}

/// Returns the text of a manifest, which is JSON and so UTF-8.
fn document(raw: &RawManifest) -> String {
    String::from_utf8_lossy(raw.bytes()).into_owned()
}

fn parse(content: &dyn ImageContent, raw: &RawManifest) -> Result<Manifest, InspectError> {
    raw.parse().map_err(|source| content.unreadable(raw.digest().as_str(), source).into())
}

fn platform_names(entries: &[Descriptor]) -> String {
    let platforms = entries.iter().filter_map(|entry| entry.platform.as_ref());
    platforms.map(|platform| visible(&platform.to_string())).collect::<Vec<_>>().join(", ")
}

fn platform_missing(
    content: &dyn ImageContent,
    reference: &str,
    requested: &Platform,
    available: String,
) -> InspectError {
    let available = if available.is_empty() { "no platforms".to_owned() } else { available };
    InspectError::PlatformMissing {
        subject: content.subject(reference),
        requested: requested.to_string(),
        available,
    }
}

#[cfg(test)]
pub(crate) mod tests;
