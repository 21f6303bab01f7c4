//! The parts of a manifest that a registry checks. The bytes themselves are stored unchanged.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::hash::is_digest;

/// Source: `ImageManifest` in the API model of ECR has at most 4,194,304 characters.
pub(crate) const MAX_MANIFEST_BYTES: usize = 4_194_304;

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// Why ECR rejects a manifest. The messages are the constraint texts of ECR.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    #[error("Invalid JSON syntax")]
    NotJson,
    #[error("Member must have length less than or equal to 4194304")]
    TooLarge,
    #[error("Unsupported manifest media type")]
    UnknownMediaType,
    #[error("Media type in the manifest does not match the media type of the request")]
    OtherMediaType,
    #[error("Manifest does not match the schema of its media type")]
    Shape,
}

pub(crate) struct Manifest {
    pub(crate) media_type: String,
    pub(crate) artifact_type: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) annotations: BTreeMap<String, String>,
    /// Configuration and layers, which have to exist in the repository.
    pub(crate) blobs: Vec<Descriptor>,
    /// Manifests of an index, which have to exist in the repository.
    pub(crate) children: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
    /// Set for foreign layers (Windows base layers), which are not uploaded.
    #[serde(default)]
    urls: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    schema_version: u64,
    media_type: Option<String>,
    artifact_type: Option<String>,
    subject: Option<Descriptor>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

impl Manifest {
    /// Parses a manifest that was sent with `content_type`.
    pub(crate) fn parse(bytes: &[u8], content_type: Option<&str>) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::TooLarge);
        }
        let _: &RawValue = serde_json::from_slice(bytes).map_err(|_| ManifestError::NotJson)?;
        let fields: Fields = serde_json::from_slice(bytes).map_err(|_| ManifestError::Shape)?;
        let sent = content_type.map(|value| value.split(';').next().unwrap_or(value).trim());
        let media_type = match (fields.media_type.as_deref(), sent) {
            (Some(own), Some(sent)) if own != sent && is_manifest_type(sent) => {
                return Err(ManifestError::OtherMediaType);
            }
            (Some(own), _) => own.to_owned(),
            (None, Some(sent)) => sent.to_owned(),
            (None, None) => return Err(ManifestError::UnknownMediaType),
        };
        if !is_manifest_type(&media_type) {
            return Err(ManifestError::UnknownMediaType);
        }
        if fields.schema_version != 2 {
            return Err(ManifestError::Shape);
        }
        let is_index = media_type == OCI_INDEX || media_type == DOCKER_LIST;
        let config_type = fields.config.as_ref().map(|config| config.media_type.clone());
        let (blobs, children) = if is_index {
            (Vec::new(), fields.manifests.ok_or(ManifestError::Shape)?)
        } else {
            let mut blobs = vec![fields.config.ok_or(ManifestError::Shape)?];
            blobs.extend(fields.layers.ok_or(ManifestError::Shape)?);
            blobs.retain(|blob| blob.urls.is_empty());
            (blobs, Vec::new())
        };
        let all = blobs.iter().chain(&children).chain(&fields.subject);
        if !all.into_iter().all(|descriptor| is_digest(&descriptor.digest)) {
            return Err(ManifestError::Shape);
        }
        Ok(Self {
            media_type,
            artifact_type: fields.artifact_type.or(config_type),
            subject: fields.subject.map(|subject| subject.digest),
            annotations: fields.annotations.unwrap_or_default(),
            blobs,
            children,
        })
    }
}

fn is_manifest_type(media_type: &str) -> bool {
    [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST].contains(&media_type)
}
