use bytes::Bytes;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::descriptor::{Descriptor, Platform, media_type};
use crate::digest::{Digest, InvalidDigest};

/// The largest manifest that is read: ECR takes at most 4,194,304 characters (`ImageManifest`), and
/// the OCI distribution specification asks registries for no more than 4 MiB either.
pub const MANIFEST_LIMIT_BYTES: usize = 4 * 1024 * 1024;

/// A manifest as it travels: the bytes that were received, never re-written, with their type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawManifest {
    bytes: Bytes,
    media_type: String,
    digest: Digest,
}

/// What a manifest says, once read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manifest {
    /// One image, or another artifact of the same shape.
    Image(ImageManifest),
    /// A list of manifests, one for each platform.
    Index(IndexManifest),
}

/// One image: its configuration and layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageManifest {
    /// The image configuration.
    pub config: Descriptor,
    /// The layers, lowest first.
    pub layers: Vec<Descriptor>,
    /// The manifest that this one refers to, as signatures do.
    pub subject: Option<Descriptor>,
}

/// A list of manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexManifest {
    /// The children, in the order of the index.
    pub manifests: Vec<Descriptor>,
    /// The manifest that this one refers to.
    pub subject: Option<Descriptor>,
}

/// The bytes are no manifest that can be copied.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Larger than [`MANIFEST_LIMIT_BYTES`].
    #[error(
        "the manifest has {size_bytes} bytes or more; at most {MANIFEST_LIMIT_BYTES} can be stored"
    )]
    TooLarge {
        /// How many bytes were seen or promised.
        size_bytes: u64,
    },
    /// Schema 1, which ECR no longer makes or keeps.
    #[error("the image has a manifest of the old schema 1, which cannot be copied unchanged")]
    Schema1,
    /// Neither an image nor an index.
    #[error(
        "the manifest has the media type {media_type:?}, which is neither an image nor an index"
    )]
    UnknownMediaType {
        /// What it says it is.
        media_type: String,
    },
    /// The document is not what its own type says.
    #[error("the manifest says that it is {inside:?}, and has the parts of another type as well")]
    MediaTypeMismatch {
        /// `Content-Type` of the answer, where there was one.
        header: String,
        /// `mediaType` of the document.
        inside: String,
    },
    /// Not the JSON that its type promises.
    #[error("the manifest is not the JSON document that its type promises")]
    Json(#[from] serde_json::Error),
    /// A digest in it is malformed.
    #[error("the manifest names content by a malformed digest")]
    Digest(#[from] InvalidDigest),
    /// What the referrers tag points to is not a list of referrers.
    #[error("the tag points to something that is not a list of referrers, and is left as it is")]
    NotReferrers,
    /// The bytes do not have the digest they were asked by.
    #[error("the manifest has the digest {actual}, but {expected} was asked for")]
    DigestMismatch {
        /// The digest that was asked for.
        expected: Digest,
        /// The digest of what came.
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

/// A whole number, also where it is written as `7.0`: there is only one way to read it.
fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let whole = number.as_u64().or_else(|| {
        let float = number.as_f64()?;
        // Up to 2^53 a float is exactly one whole number.
        (float >= 0.0 && float.fract() == 0.0 && float <= 9_007_199_254_740_992.0)
            .then_some(float as u64)
    });
    whole.ok_or_else(|| D::Error::custom("a whole number is expected"))
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
            platform: Platform::of_json(&json.platform),
            annotations: annotations.collect(),
            urls: json.urls.unwrap_or_default(),
        })
    }
}

fn descriptors(list: Option<Vec<DescriptorJson>>) -> Result<Vec<Descriptor>, ManifestError> {
    list.unwrap_or_default().into_iter().map(Descriptor::try_from).collect()
}

impl RawManifest {
    /// Takes the bytes of a manifest and the `Content-Type` that came with them.
    ///
    /// # Errors
    /// Where the document is too large, of schema 1, of an unknown type, or not what its type says.
    pub fn new(bytes: Bytes, content_type: Option<&str>) -> Result<Self, ManifestError> {
        if bytes.len() > MANIFEST_LIMIT_BYTES {
            return Err(ManifestError::TooLarge { size_bytes: bytes.len() as u64 });
        }
        let json: ManifestJson = serde_json::from_slice(&bytes)?;
        let media_type = agreed_media_type(content_type, &json)?;
        let digest = Digest::of(&bytes);
        Ok(Self { bytes, media_type, digest })
    }

    /// The bytes as they were received.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The media type to send along with the bytes.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The SHA-256 digest of the bytes.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Checks that this is what was asked for.
    pub fn expect_digest(&self, expected: &Digest) -> Result<(), ManifestError> {
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

    /// Reads the document.
    pub fn read(&self) -> Result<Manifest, ManifestError> {
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

/// What a manifest is. The digest covers `mediaType` inside, and not the `Content-Type` of an answer,
/// which proxies and caches get wrong; where nothing inside says it, the header may, as long as the
/// document has the shape of that type, and otherwise the shape alone.
fn agreed_media_type(
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
            header: header.unwrap_or_default(),
            inside: inside.to_owned(),
        }),
        (_, Some(inside)) if schema1(inside) => Err(ManifestError::Schema1),
        (_, Some(inside)) => Err(ManifestError::UnknownMediaType { media_type: inside.to_owned() }),
        (Some(header), None) if schema1(&header) => Err(ManifestError::Schema1),
        (header, None) => match (header, &json.manifests, &json.config) {
            (Some(header), Some(_), None) if known(&header) && is_index(&header) => Ok(header),
            (Some(header), None, Some(_)) if known(&header) && !is_index(&header) => Ok(header),
            (_, Some(_), None) => Ok(media_type::OCI_INDEX.to_owned()),
            (_, None, Some(_)) => Ok(media_type::OCI_MANIFEST.to_owned()),
            // An index of nothing names no list, and an artifact no configuration.
            (Some(header), None, None) if known(&header) => Ok(header),
            (header, ..) => {
                Err(ManifestError::UnknownMediaType { media_type: header.unwrap_or_default() })
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn image(extra: &str) -> Bytes {
        Bytes::from(format!(
            r#"{{"schemaVersion":2,{extra}"config":{{"mediaType":"c","digest":"{DIGEST}","size":7}},"layers":[]}}"#
        ))
    }

    #[test]
    fn the_bytes_stay_as_they_came() {
        let bytes = image("\"mediaType\": \"application/vnd.oci.image.manifest.v1+json\" ,\n");
        let raw = RawManifest::new(bytes.clone(), None).unwrap();
        assert_eq!(raw.bytes(), &bytes);
        assert_eq!(raw.digest(), &Digest::of(&bytes));
        assert!(
            matches!(raw.read().unwrap(), Manifest::Image(image) if image.config.size_bytes == 7)
        );
    }

    #[test]
    fn a_missing_media_type_is_taken_from_the_header_or_the_shape() {
        let header = Some("application/vnd.docker.distribution.manifest.v2+json; charset=utf-8");
        assert_eq!(
            RawManifest::new(image(""), header).unwrap().media_type(),
            media_type::DOCKER_MANIFEST
        );
        assert_eq!(
            RawManifest::new(image(""), None).unwrap().media_type(),
            media_type::OCI_MANIFEST
        );
        let index = Bytes::from_static(br#"{"schemaVersion":2,"manifests":[]}"#);
        assert_eq!(
            RawManifest::new(index, Some("application/json")).unwrap().media_type(),
            media_type::OCI_INDEX
        );
    }

    #[test]
    fn the_type_inside_wins_over_the_label_of_the_answer() {
        let oci = "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",";
        for label in [
            Some(media_type::DOCKER_INDEX),
            Some(media_type::DOCKER_MANIFEST),
            Some(media_type::DOCKER_SCHEMA1_SIGNED),
            Some("text/html"),
            Some("application/octet-stream"),
            Some(""),
            None,
        ] {
            let raw = RawManifest::new(image(oci), label).unwrap();
            assert_eq!(raw.media_type(), media_type::OCI_MANIFEST, "{label:?}");
            let shape = RawManifest::new(image(""), label);
            if label == Some(media_type::DOCKER_SCHEMA1_SIGNED) {
                assert!(matches!(shape, Err(ManifestError::Schema1)));
            } else {
                assert!(!is_index(shape.unwrap().media_type()), "{label:?}");
            }
        }
    }

    #[test]
    fn a_document_of_two_shapes_is_refused() {
        for inside in ["application/vnd.oci.image.manifest.v1+json", media_type::OCI_INDEX] {
            let both = image(&format!("\"mediaType\":\"{inside}\",\"manifests\":[],"));
            let error = RawManifest::new(both, Some(inside)).unwrap_err();
            assert!(matches!(error, ManifestError::MediaTypeMismatch { .. }), "{inside}");
        }
        let both = image("\"manifests\":[],");
        assert!(RawManifest::new(both, Some(media_type::OCI_INDEX)).is_err());
    }

    #[test]
    fn numbers_and_nulls_that_can_be_read_only_one_way_are_read() {
        let bytes = Bytes::from(format!(
            r#"{{"schemaVersion":2.0,"config":{{"digest":"{DIGEST}","size":7.0,"annotations":null,"urls":null,"platform":null}},"layers":null,"subject":null,"annotations":{{"a":1}}}}"#
        ));
        let Manifest::Image(image) = RawManifest::new(bytes, None).unwrap().read().unwrap() else {
            panic!("it is an image");
        };
        assert_eq!((image.config.size_bytes, image.layers.len()), (7, 0));
        for size in ["-1", "7.5", "\"7\"", "null", "1e300"] {
            let bytes = Bytes::from(format!(
                r#"{{"schemaVersion":2,"config":{{"digest":"{DIGEST}","size":{size}}}}}"#
            ));
            assert!(matches!(RawManifest::new(bytes, None), Err(ManifestError::Json(_))), "{size}");
        }
    }

    #[test]
    fn schema_1_html_and_giants_are_refused() {
        let schema1 = Bytes::from_static(br#"{"schemaVersion":1,"fsLayers":[]}"#);
        assert!(matches!(RawManifest::new(schema1, None), Err(ManifestError::Schema1)));
        let html = Bytes::from_static(b"<html>Sign in</html>");
        assert!(matches!(RawManifest::new(html, Some("text/html")), Err(ManifestError::Json(_))));
        let giant = Bytes::from(vec![b' '; MANIFEST_LIMIT_BYTES + 1]);
        assert!(matches!(RawManifest::new(giant, None), Err(ManifestError::TooLarge { .. })));
    }

    #[test]
    fn another_digest_than_asked_for_is_told_with_both() {
        let raw = RawManifest::new(image(""), None).unwrap();
        let error = raw.expect_digest(&Digest::parse(DIGEST).unwrap()).unwrap_err();
        assert!(
            error.to_string().contains(DIGEST) && error.to_string().contains(raw.digest().as_str())
        );
    }
}
