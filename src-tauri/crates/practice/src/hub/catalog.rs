//! The content of the practice Docker Hub, as it is stored and listed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// All repositories. Built on the first start, then only read.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Catalog {
    /// The edition that wrote the file. Files of other editions are built again.
    pub(super) edition: u32,
    /// The account of the options.
    pub(super) account: String,
    /// Repositories by namespace and name.
    pub(super) namespaces: BTreeMap<String, BTreeMap<String, HubRepository>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HubRepository {
    pub(super) description: String,
    pub(super) is_private: bool,
    pub(super) stars: u32,
    pub(super) pulls: u64,
    /// Milliseconds since 1970.
    pub(super) registered: i64,
    /// Milliseconds since 1970.
    pub(super) updated: i64,
    pub(super) tags: BTreeMap<String, HubTag>,
    /// Manifests by digest.
    pub(super) manifests: BTreeMap<String, HubManifest>,
    /// Sizes of blobs by digest.
    pub(super) blobs: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct HubTag {
    pub(super) digest: String,
    /// Milliseconds since 1970.
    pub(super) updated: i64,
    pub(super) images: Vec<HubImage>,
}

/// One platform of a tag, as the API lists it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct HubImage {
    pub(super) architecture: String,
    pub(super) os: String,
    pub(super) digest: String,
    pub(super) size: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct HubManifest {
    pub(super) media_type: String,
    pub(super) size: u64,
}

/// What lists of repositories contain.
pub(super) struct RepositoryFacts {
    pub(super) description: String,
    pub(super) is_private: bool,
    pub(super) stars: u32,
    pub(super) pulls: u64,
    /// Milliseconds since 1970.
    pub(super) registered: i64,
    /// Milliseconds since 1970.
    pub(super) updated: i64,
    /// Size of all blobs in bytes.
    pub(super) size: u64,
    pub(super) media_types: BTreeSet<String>,
}
