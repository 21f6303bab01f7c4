//! What the practice Docker Hub holds.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::catalogue;
use super::limits::Limits;
use crate::options::PracticeOptions;
use crate::store::{BlobFolder, StoreError, write_atomically};

/// The account on the practice Docker Hub.
#[derive(Clone, Debug)]
pub struct HubAccount {
    /// The account's name, which is also its namespace.
    pub name: String,
    /// An access token that opens the private repository too.
    pub access_token: String,
    /// The names of the public repositories, without the namespace.
    pub public_repositories: Vec<String>,
    /// The names of the private repositories, without the namespace.
    pub private_repositories: Vec<String>,
}

/// The repositories and the content. Built once, then only read.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Catalogue {
    /// The build of the catalogue that wrote this; another one is built anew.
    pub(super) edition: u32,
    pub(super) namespace: String,
    pub(super) repositories: BTreeMap<String, HubRepository>,
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
    /// Every manifest by its digest.
    pub(super) manifests: BTreeMap<String, HubManifest>,
    /// Sizes of blobs by their digest.
    pub(super) blobs: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct HubTag {
    pub(super) digest: String,
    /// Milliseconds since 1970.
    pub(super) updated: i64,
    pub(super) images: Vec<HubImage>,
}

/// One platform of a tag as the API lists it.
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

/// The practice Docker Hub's data and counters.
pub(crate) struct Hub {
    pub(super) catalogue: Catalogue,
    pub(super) limits: Limits,
    blobs: BlobFolder,
}

impl Hub {
    /// Opens what is in `folder`, or builds it. It always comes out the same, so
    /// a catalogue that cannot be read is simply built again.
    pub(crate) fn open(folder: &Path, options: &PracticeOptions) -> Result<Self, StoreError> {
        let failed = |source: io::Error| StoreError::Write { path: folder.to_owned(), source };
        let blobs = BlobFolder::open(&folder.join("blobs")).map_err(failed)?;
        let file = folder.join("catalogue.json");
        let kept = std::fs::read(&file).ok();
        let kept = kept.and_then(|bytes| serde_json::from_slice::<Catalogue>(&bytes).ok());
        let is_current = |kept: &Catalogue| {
            kept.edition == catalogue::EDITION && kept.namespace == options.hub_account
        };
        let catalogue = match kept.filter(is_current) {
            Some(catalogue) => catalogue,
            None => {
                let built = catalogue::build(&blobs, &options.hub_account).map_err(failed)?;
                let text =
                    serde_json::to_vec(&built).map_err(|error| failed(io::Error::other(error)))?;
                write_atomically(&file, &text)?;
                built
            }
        };
        Ok(Self { catalogue, limits: Limits::default(), blobs })
    }

    pub(crate) fn blobs(&self) -> &BlobFolder {
        &self.blobs
    }

    pub(crate) fn reset_limits(&self) {
        self.limits.clear();
    }

    /// The repository `namespace/name`.
    pub(super) fn repository(&self, path: &str) -> Option<&HubRepository> {
        let (namespace, name) = path.split_once('/')?;
        if namespace != self.catalogue.namespace {
            return None;
        }
        self.catalogue.repositories.get(name)
    }

    pub(crate) fn account(&self, options: &PracticeOptions) -> HubAccount {
        let named = |is_private: bool| {
            let all = self.catalogue.repositories.iter();
            all.filter(|(_, repository)| repository.is_private == is_private)
                .map(|(name, _)| name.clone())
                .collect()
        };
        HubAccount {
            name: options.hub_account.clone(),
            access_token: options.hub_secret.clone(),
            public_repositories: named(false),
            private_repositories: named(true),
        }
    }
}
