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
    /// Whether the registry uses enhanced scanning.
    #[serde(default)]
    pub(crate) enhanced_scanning: bool,
    /// Principals whose pulls don't count, with the time of the registration.
    #[serde(default)]
    pub(crate) pull_time_exclusions: BTreeMap<String, i64>,
    /// Pull-through cache rules by prefix, with the members of the response.
    #[serde(default)]
    pub(crate) cache_rules: BTreeMap<String, serde_json::Value>,
    /// The scanning configuration of the registry, as requested.
    #[serde(default)]
    pub(crate) scanning: Option<serde_json::Value>,
    /// The replication configuration, as requested.
    #[serde(default)]
    pub(crate) replication: Option<serde_json::Value>,
    #[serde(default)]
    pub(crate) registry_policy: Option<String>,
    /// The signing configuration, as requested.
    #[serde(default)]
    pub(crate) signing: Option<serde_json::Value>,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            token_key: random_hex(),
            settings: BTreeMap::new(),
            repositories: BTreeMap::new(),
            templates: BTreeMap::new(),
            cache_rules: BTreeMap::new(),
            scanning: None,
            replication: None,
            registry_policy: None,
            signing: None,
            pull_time_exclusions: BTreeMap::new(),
            enhanced_scanning: false,
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
    /// When the lifecycle policy last acted, in milliseconds since 1970.
    #[serde(default)]
    pub(crate) lifecycle_evaluated_at: Option<i64>,
    #[serde(default)]
    pub(crate) lifecycle_preview: Option<LifecyclePreview>,
    pub(crate) policy: Option<String>,
    /// Images by digest.
    pub(crate) images: BTreeMap<String, Image>,
    /// Digests by tag.
    pub(crate) tags: BTreeMap<String, String>,
    /// Number of images that are computed for each page instead of stored.
    #[serde(default)]
    pub(crate) generated_images: u64,
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
            lifecycle_evaluated_at: None,
            lifecycle_preview: None,
            policy: None,
            images: BTreeMap::new(),
            tags: BTreeMap::new(),
            generated_images: 0,
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
    /// Milliseconds since 1970, if the image is archived.
    #[serde(default)]
    pub(crate) archived_at: Option<i64>,
    /// When it was last restored, in milliseconds since 1970. The restore ends [`RESTORE_MILLIS`] later.
    #[serde(default)]
    pub(crate) activated_at: Option<i64>,
    /// When it was last scanned on request, in milliseconds since 1970.
    #[serde(default)]
    pub(crate) scanned_at: Option<i64>,
    pub(crate) subject: Option<String>,
    pub(crate) annotations: BTreeMap<String, String>,
    /// Digests of configuration and layers.
    pub(crate) blobs: BTreeSet<String>,
    /// Digests of the manifests of an index.
    pub(crate) children: BTreeSet<String>,
}

/// How long a restore takes. ECR documents up to 20 minutes.
const RESTORE_MILLIS: i64 = 2_000;

/// ECR's `imageStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImageStatus {
    Active,
    Archived,
    Activating,
}

impl ImageStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Archived => "ARCHIVED",
            Self::Activating => "ACTIVATING",
        }
    }
}

impl Image {
    pub(crate) fn status(&self) -> ImageStatus {
        if self.archived_at.is_some() {
            return ImageStatus::Archived;
        }
        let is_restoring =
            self.activated_at.is_some_and(|since| now_millis() < since + RESTORE_MILLIS);
        if is_restoring { ImageStatus::Activating } else { ImageStatus::Active }
    }
}

/// The newest preview of a lifecycle policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LifecyclePreview {
    pub(crate) text: String,
    /// When the result is available, in milliseconds since 1970.
    pub(crate) completes_at: i64,
    pub(crate) effects: Vec<PolicyEffect>,
}

/// What a lifecycle policy does with an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyEffect {
    pub(crate) digest: String,
    pub(crate) rule: i64,
    /// Whether the image is archived instead of deleted.
    pub(crate) archives: bool,
}
