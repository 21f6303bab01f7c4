//! The parts of a manifest that decide what an image is, what belongs to it, and how large it is.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;

use transload_model::{Descriptor, Digest, Manifest, ManifestError, Platform, RawManifest};

/// The annotation of a BuildKit attestation's layer with the type of its statement.
/// Source: BuildKit, `docs/attestations/attestation-storage.md`.
const PREDICATE_TYPE: &str = "in-toto.io/predicate-type";

/// The annotation of a sigstore bundle with the type of its statement. Source: cosign, `specs/BUNDLE_SPEC.md`.
const BUNDLE_PREDICATE_TYPE: &str = "dev.sigstore.bundle.predicateType";

/// The annotation of an index entry with the image that a BuildKit attestation describes.
const ATTESTED_DIGEST: &str = "vnd.docker.reference.digest";

/// What a manifest says about an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManifestFacts {
    /// The manifests of an index, in its order.
    pub children: Vec<IndexChild>,
    /// Configuration and layers that the registry stores, with their sizes in bytes.
    pub blobs: Vec<(Digest, u64)>,
    /// The image that this one refers to.
    pub subject: Option<Digest>,
    /// The types of its in-toto statements.
    pub predicates: Vec<String>,
    /// Whether it is an index of layers, as BuildKit exports a cache with `image-manifest=false`.
    pub is_layer_index: bool,
    /// Whether it was read and can't be parsed, such as one of Docker's schema 1. Its size is the one that ECR reports.
    pub is_unusable: bool,
}

/// An entry of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexChild {
    pub digest: Digest,
    /// `None` for attestations and entries without a platform.
    pub platform: Option<Platform>,
    pub is_attestation: bool,
    /// The image that an attestation describes.
    pub attested: Option<Digest>,
}

#[derive(Deserialize)]
struct Annotated {
    #[serde(default)]
    annotations: Option<BTreeMap<String, serde_json::Value>>,
}

impl ManifestFacts {
    pub fn parse(media_type: &str, bytes: Bytes) -> Result<Self, ManifestError> {
        let annotated: Annotated = serde_json::from_slice(&bytes)?;
        let annotations = annotated.annotations.unwrap_or_default();
        let bundle = annotations.get(BUNDLE_PREDICATE_TYPE).and_then(|value| value.as_str());
        let mut facts = match RawManifest::new(bytes, Some(media_type))?.parse()? {
            Manifest::Image(image) => {
                let stored = image.layers.iter().filter(|layer| !layer.is_foreign());
                Self {
                    blobs: std::iter::once(&image.config).chain(stored).map(blob).collect(),
                    predicates: image
                        .layers
                        .iter()
                        .filter_map(|layer| layer.annotations.get(PREDICATE_TYPE).cloned())
                        .collect(),
                    subject: image.subject.map(|subject| subject.digest),
                    ..Self::default()
                }
            }
            Manifest::Index(index) => {
                let (layers, children): (Vec<_>, Vec<_>) =
                    index.manifests.into_iter().partition(Descriptor::is_blob_in_index);
                Self {
                    is_layer_index: !layers.is_empty(),
                    blobs: layers.iter().map(blob).collect(),
                    children: children.into_iter().map(child).collect(),
                    subject: index.subject.map(|subject| subject.digest),
                    ..Self::default()
                }
            }
        };
        facts.predicates.extend(bundle.map(str::to_owned));
        Ok(facts)
    }
}

fn blob(descriptor: &Descriptor) -> (Digest, u64) {
    (descriptor.digest.clone(), descriptor.size_bytes)
}

fn child(entry: Descriptor) -> IndexChild {
    let is_attestation = entry.is_attestation();
    let attested = entry.annotations.get(ATTESTED_DIGEST).filter(|_| is_attestation);
    IndexChild {
        attested: attested.and_then(|digest| Digest::parse(digest).ok()),
        platform: entry
            .platform
            .filter(|platform| !is_attestation && *platform != Platform::unknown()),
        is_attestation,
        digest: entry.digest,
    }
}
