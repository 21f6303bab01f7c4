//! Manifests: the received bytes, which are never rewritten, and the parsed document. Read by the
//! registry client, by image archives and by the copy.

use bytes::Bytes;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::descriptor::{Descriptor, Platform, media_type};
use crate::digest::{Digest, InvalidDigest};

/// The largest manifest that is read. ECR accepts at most 4,194,304 characters (`ImageManifest`),
/// and the OCI distribution specification requires registries to accept 4 MiB.
pub const MANIFEST_LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// A manifest as it was received: the exact bytes, their media type and their digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawManifest {
    bytes: Bytes,
    media_type: String,
    digest: Digest,
}

/// A parsed manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manifest {
    /// An image, or another artifact with a configuration and layers.
    Image(ImageManifest),
    /// A list of manifests, usually one per platform.
    Index(IndexManifest),
}

/// The manifest of one image: its configuration and layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageManifest {
    /// The image configuration.
    pub config: Descriptor,
    /// The layers, lowest first.
    pub layers: Vec<Descriptor>,
    /// The manifest that this one refers to, if it is a referrer such as a signature.
    pub subject: Option<Descriptor>,
}

/// An index (manifest list).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexManifest {
    /// The children, in the order of the index.
    pub manifests: Vec<Descriptor>,
    /// The manifest that this one refers to, if it is a referrer.
    pub subject: Option<Descriptor>,
}

/// Why a document is not a manifest that can be copied.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Larger than [`MANIFEST_LIMIT_BYTES`].
    #[error(
        "the manifest has {size_bytes} bytes or more; at most {MANIFEST_LIMIT_BYTES} can be stored"
    )]
    TooLarge {
        /// The bytes received so far, or the announced length.
        size_bytes: u64,
    },
    /// Schema 1, which ECR does not accept.
    #[error(
        "the image has a manifest of the deprecated schema 1, which cannot be copied unchanged"
    )]
    Schema1,
    /// Neither an image nor an index.
    #[error(
        "the manifest has the media type {media_type:?}, which is neither an image nor an index"
    )]
    UnknownMediaType {
        /// The media type; empty if the document and the response have no media type.
        media_type: String,
    },
    /// The document has parts that its media type does not allow.
    #[error(
        "the manifest has the media type {media_type:?}, but also has parts of another media type"
    )]
    MediaTypeMismatch {
        /// The `Content-Type` of the response, or the empty string.
        content_type: String,
        /// The `mediaType` of the document.
        media_type: String,
    },
    /// The document is not the JSON that its media type requires.
    #[error("the manifest is not the JSON document that its media type requires")]
    Json(#[from] serde_json::Error),
    /// The document contains a malformed digest.
    #[error("the manifest contains a malformed digest")]
    Digest(#[from] InvalidDigest),
    /// The referrers tag points to something other than a list of referrers. It is not overwritten.
    #[error("the tag points to something other than a list of referrers, so it was not changed")]
    NotReferrers,
    /// The digest of the bytes is not the requested one.
    #[error("the manifest has the digest {actual}, but {expected} was requested")]
    DigestMismatch {
        /// The requested digest.
        expected: Digest,
        /// The digest of the received bytes.
        actual: Digest,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManifestJson {
    #[serde(deserialize_with = "whole_number")]
    schema_version: u64,
    media_type: Option<String>,
    config: Option<DescriptorJson>,
    layers: Option<Vec<DescriptorJson>>,
    manifests: Option<Vec<DescriptorJson>>,
    subject: Option<DescriptorJson>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DescriptorJson {
    #[serde(default)]
    media_type: Option<String>,
    digest: String,
    #[serde(deserialize_with = "whole_number")]
    size: u64,
    #[serde(default)]
    platform: Value,
    #[serde(default)]
    annotations: Value,
    #[serde(default)]
    urls: Option<Vec<String>>,
}

/// Reads a whole number. Also accepts the form `7.0`, which some tools write.
fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let whole = number.as_u64().or_else(|| {
        let float = number.as_f64()?;
        // Up to 2^53, every whole number has an exact f64.
        (float >= 0.0 && float.fract() == 0.0 && float <= 9_007_199_254_740_992.0)
            .then_some(float as u64)
    });
    whole.ok_or_else(|| D::Error::custom("expected a whole number"))
}

impl TryFrom<DescriptorJson> for Descriptor {
    type Error = ManifestError;

    fn try_from(json: DescriptorJson) -> Result<Self, ManifestError> {
        let annotations = json.annotations.as_object().into_iter().flatten();
        let annotations =
            annotations.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
        Ok(Self {
            media_type: json.media_type.unwrap_or_default(),
            digest: Digest::parse(&json.digest)?,
            size_bytes: json.size,
            platform: Platform::from_json(&json.platform),
            annotations: annotations.collect(),
            urls: json.urls.unwrap_or_default(),
        })
    }
}

fn descriptors(list: Option<Vec<DescriptorJson>>) -> Result<Vec<Descriptor>, ManifestError> {
    list.unwrap_or_default().into_iter().map(Descriptor::try_from).collect()
}

impl RawManifest {
    /// Checks a received document and computes its digest. `content_type` is the header of the
    /// response.
    ///
    /// # Errors
    /// If the document is too large, is of schema 1, has an unknown media type, or does not match
    /// its media type.
    pub fn new(bytes: Bytes, content_type: Option<&str>) -> Result<Self, ManifestError> {
        if bytes.len() > MANIFEST_LIMIT_BYTES {
            return Err(ManifestError::TooLarge { size_bytes: bytes.len() as u64 });
        }
        let json: ManifestJson = serde_json::from_slice(&bytes)?;
        let media_type = resolve_media_type(content_type, &json)?;
        let digest = Digest::of(&bytes);
        Ok(Self { bytes, media_type, digest })
    }

    /// Returns the bytes as they were received.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Returns the media type, which is the `Content-Type` of a push.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// Returns the SHA-256 digest of the bytes.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Checks the bytes against the requested digest, with the algorithm of that digest.
    ///
    /// # Errors
    /// [`ManifestError::DigestMismatch`].
    pub fn verify_digest(&self, expected: &Digest) -> Result<(), ManifestError> {
        let actual = match expected.algorithm() {
            crate::digest::DigestAlgorithm::Sha256 => self.digest.clone(),
            algorithm @ crate::digest::DigestAlgorithm::Sha512 => {
                let mut hasher = crate::digest::DigestHasher::new(algorithm);
                hasher.update(&self.bytes);
                hasher.finish()
            }
        };
        if actual == *expected {
            Ok(())
        } else {
            Err(ManifestError::DigestMismatch { expected: expected.clone(), actual })
        }
    }

    /// Parses the document.
    ///
    /// # Errors
    /// If a descriptor is malformed, or an image has no configuration.
    pub fn parse(&self) -> Result<Manifest, ManifestError> {
        let json: ManifestJson = serde_json::from_slice(&self.bytes)?;
        let subject = json.subject.map(Descriptor::try_from).transpose()?;
        if is_index(&self.media_type) {
            return Ok(Manifest::Index(IndexManifest {
                manifests: descriptors(json.manifests)?,
                subject,
            }));
        }
        let Some(config) = json.config else {
            return Err(ManifestError::UnknownMediaType { media_type: self.media_type.clone() });
        };
        Ok(Manifest::Image(ImageManifest {
            config: config.try_into()?,
            layers: descriptors(json.layers)?,
            subject,
        }))
    }
}

fn is_index(media_type: &str) -> bool {
    matches!(media_type, media_type::OCI_INDEX | media_type::DOCKER_INDEX)
}

/// Determines the media type of a manifest.
///
/// `mediaType` in the document wins, because the digest covers it. The `Content-Type` of a response
/// is not covered, and proxies and caches change it. It is used only if the document has no
/// `mediaType` and has the members of that type. Otherwise the members of the document decide.
fn resolve_media_type(
    content_type: Option<&str>,
    json: &ManifestJson,
) -> Result<String, ManifestError> {
    let header =
        content_type.map(|value| value.split(';').next().unwrap_or_default().trim().to_owned());
    let known = |value: &str| media_type::ACCEPT_MANIFESTS.contains(&value);
    let schema1 = |value: &str| {
        matches!(value, media_type::DOCKER_SCHEMA1 | media_type::DOCKER_SCHEMA1_SIGNED)
    };
    let has_shape_of = |value: &str| {
        if is_index(value) { json.config.is_none() } else { json.manifests.is_none() }
    };
    if json.schema_version == 1 {
        return Err(ManifestError::Schema1);
    }
    match (header, json.media_type.as_deref().filter(|inside| !inside.is_empty())) {
        (_, Some(inside)) if known(inside) && has_shape_of(inside) => Ok(inside.to_owned()),
        (header, Some(inside)) if known(inside) => Err(ManifestError::MediaTypeMismatch {
            content_type: header.unwrap_or_default(),
            media_type: inside.to_owned(),
        }),
        (_, Some(inside)) if schema1(inside) => Err(ManifestError::Schema1),
        (_, Some(inside)) => Err(ManifestError::UnknownMediaType { media_type: inside.to_owned() }),
        (Some(header), None) if schema1(&header) => Err(ManifestError::Schema1),
        (header, None) => match (header, &json.manifests, &json.config) {
            (Some(header), Some(_), None) if known(&header) && is_index(&header) => Ok(header),
            (Some(header), None, Some(_)) if known(&header) && !is_index(&header) => Ok(header),
            (_, Some(_), None) => Ok(media_type::OCI_INDEX.to_owned()),
            (_, None, Some(_)) => Ok(media_type::OCI_MANIFEST.to_owned()),
            // An empty index without `manifests`, or an artifact without a configuration.
            (Some(header), None, None) if known(&header) => Ok(header),
            (header, ..) => {
                Err(ManifestError::UnknownMediaType { media_type: header.unwrap_or_default() })
            }
        },
    }
}

#[cfg(test)]
mod tests;
