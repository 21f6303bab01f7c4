//! What a manifest says about itself. The bytes are kept as they came.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::hmac::is_digest;

/// ECR refuses more (`ImageManifest` in its API model: 4,194,304 characters).
pub(crate) const MAX_MANIFEST_BYTES: usize = 4_194_304;

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// Why bytes are not a manifest that ECR takes; the wording is ECR's constraint text.
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

/// The parts of a manifest that a registry looks at.
pub(crate) struct Manifest {
    pub(crate) media_type: String,
    pub(crate) artifact_type: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) annotations: BTreeMap<String, String>,
    /// Configuration and layers that must be in the repository.
    pub(crate) blobs: Vec<Descriptor>,
    /// Manifests of an index, which must be in the repository.
    pub(crate) children: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    #[serde(default)]
    media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
    /// A layer that lives elsewhere (Windows base layers) is not uploaded.
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
    /// Reads a manifest that was sent as `content_type`.
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
