//! The content of the state file: settings, repositories, tags and images of the practice ECR.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::clock::{now_millis, random_hex};
use crate::wildcard::matches;

/// Everything except blobs and manifests.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    /// The key that signs tokens and download URLs.
    pub(crate) token_key: String,
    /// Account settings by name.
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) repositories: BTreeMap<String, Repository>,
    /// Repository creation templates by prefix, with the members of the request.
    #[serde(default)]
    pub(crate) templates: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// Pull-through cache rules by prefix, with the members of the response.
    #[serde(default)]
    pub(crate) cache_rules: BTreeMap<String, serde_json::Value>,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            token_key: random_hex(),
            settings: BTreeMap::new(),
            repositories: BTreeMap::new(),
            templates: BTreeMap::new(),
            cache_rules: BTreeMap::new(),
        }
    }

    pub(crate) fn blob_mounting(&self) -> bool {
        self.settings.get("BLOB_MOUNTING").is_some_and(|value| value == "ENABLED")
    }
}

/// ECR's `imageTagMutability`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum TagMutability {
    #[default]
    Mutable,
    Immutable,
    MutableWithExclusion,
    ImmutableWithExclusion,
}

impl TagMutability {
    pub(crate) fn needs_filters(self) -> bool {
        matches!(self, Self::MutableWithExclusion | Self::ImmutableWithExclusion)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Repository {
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    pub(crate) mutability: TagMutability,
    pub(crate) exclusions: Vec<String>,
    pub(crate) scan_on_push: bool,
    pub(crate) encryption: serde_json::Value,
    pub(crate) resource_tags: BTreeMap<String, String>,
    pub(crate) lifecycle_policy: Option<String>,
    pub(crate) policy: Option<String>,
    /// Images by digest.
    pub(crate) images: BTreeMap<String, Image>,
    /// Digests by tag.
    pub(crate) tags: BTreeMap<String, String>,
    /// Sizes in bytes of the blobs that were uploaded or mounted here, by digest.
    pub(crate) blobs: BTreeMap<String, u64>,
}

impl Repository {
    pub(crate) fn new() -> Self {
        Self {
            created_at: now_millis(),
            mutability: TagMutability::Mutable,
            exclusions: Vec::new(),
            scan_on_push: false,
            encryption: serde_json::json!({ "encryptionType": "AES256" }),
            resource_tags: BTreeMap::new(),
            lifecycle_policy: None,
            policy: None,
            images: BTreeMap::new(),
            tags: BTreeMap::new(),
            blobs: BTreeMap::new(),
        }
    }

    /// Returns whether an existing tag can't be overwritten.
    pub(crate) fn is_immutable(&self, tag: &str) -> bool {
        let excluded = || self.exclusions.iter().any(|filter| matches(filter, tag));
        match self.mutability {
            TagMutability::Mutable => false,
            TagMutability::Immutable => true,
            TagMutability::MutableWithExclusion => excluded(),
            TagMutability::ImmutableWithExclusion => !excluded(),
        }
    }

    /// Returns the sorted tags of an image.
    pub(crate) fn tags_of(&self, digest: &str) -> Vec<&str> {
        self.tags.iter().filter(|(_, of)| *of == digest).map(|(tag, _)| tag.as_str()).collect()
    }

    /// Resolves a tag or digest to an image of this repository.
    pub(crate) fn resolve(&self, reference: &str) -> Option<(String, &Image)> {
        let digest = self.tags.get(reference).map_or(reference, String::as_str);
        self.images.get(digest).map(|image| (digest.to_owned(), image))
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Image {
    pub(crate) media_type: String,
    /// The artifact type, or the media type of the configuration.
    pub(crate) artifact_type: Option<String>,
    /// Size of the manifest itself, in bytes.
    pub(crate) manifest_size: u64,
    /// Compressed size of configuration and layers in bytes. For an index, that of the largest child.
    pub(crate) size: u64,
    /// Milliseconds since 1970.
    pub(crate) pushed_at: i64,
    /// Milliseconds since 1970.
    pub(crate) pulled_at: Option<i64>,
    pub(crate) subject: Option<String>,
    pub(crate) annotations: BTreeMap<String, String>,
    /// Digests of configuration and layers.
    pub(crate) blobs: BTreeSet<String>,
    /// Digests of the manifests of an index.
    pub(crate) children: BTreeSet<String>,
}
