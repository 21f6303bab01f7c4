//! What the practice Docker Hub holds.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::limits::Limits;
use super::moved::MovedTags;
use super::people::{People, Person};
use super::repository::Repository;
use super::warehouse::Warehouse;
use super::{catalogue, people};
use crate::error::MoveTagError;
use crate::options::PracticeOptions;
use crate::store::{BlobFolder, StoreError, write_atomically};

/// An account on the practice Docker Hub: a person, or an organisation with a token of its own.
#[derive(Clone, Debug)]
pub struct HubAccount {
    /// The account's name, which is also its namespace.
    pub name: String,
    /// An access token that opens the private repositories too.
    pub access_token: String,
    /// The organisations whose private repositories it sees; none of an organisation.
    pub organizations: Vec<String>,
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
    /// The first account's name, as the options had it.
    pub(super) account: String,
    /// Repositories by their name, by namespace.
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
    catalogue: Catalogue,
    people: People,
    warehouse: Warehouse,
    moved: MovedTags,
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
            kept.edition == catalogue::EDITION && kept.account == options.hub_account
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
        Ok(Self {
            catalogue,
            people: People::new(options),
            warehouse: Warehouse::default(),
            moved: MovedTags::open(folder),
            limits: Limits::default(),
            blobs,
        })
    }

    pub(crate) fn blobs(&self) -> &BlobFolder {
        &self.blobs
    }

    /// The content of a blob that is made when it is asked for.
    pub(crate) fn made_blob(&self, digest: &str) -> Option<Vec<u8>> {
        self.warehouse.blob(digest)
    }

    /// Forgets what was pulled and which tags were moved.
    pub(crate) fn reset(&self) -> Result<(), StoreError> {
        self.limits.clear();
        self.moved.clear()
    }

    pub(super) fn people(&self) -> &People {
        &self.people
    }

    /// Whether the first account belongs to the large organisation.
    pub(crate) fn show_large(&self, shown: bool) {
        self.people.show_large(shown);
    }

    pub(super) fn has_namespace(&self, namespace: &str) -> bool {
        namespace == people::LARGE || self.catalogue.namespaces.contains_key(namespace)
    }

    /// The names of a namespace's repositories.
    pub(super) fn names(&self, namespace: &str) -> Vec<String> {
        if namespace == people::LARGE {
            return self.warehouse.names();
        }
        let repositories = self.catalogue.namespaces.get(namespace);
        repositories.into_iter().flat_map(BTreeMap::keys).cloned().collect()
    }

    /// The repository `namespace/name`.
    pub(super) fn repository(&self, path: &str) -> Option<Repository<'_>> {
        let (namespace, name) = path.split_once('/')?;
        if namespace == people::LARGE {
            return self.warehouse.repository(name).map(Repository::Made);
        }
        let kept = self.catalogue.namespaces.get(namespace)?.get(name)?;
        let mut moved = self.moved.of(path);
        // Another edition of the catalogue may have other tags.
        moved.retain(|_, (to, _)| kept.tags.contains_key(to));
        Some(Repository::Kept { kept, moved, blobs: &self.blobs })
    }

    /// Moves a tag to the image that another tag of its repository has now.
    pub(crate) fn move_tag(&self, path: &str, tag: &str, to: &str) -> Result<(), MoveTagError> {
        let repository = path.to_owned();
        let (kept, moved) = match self.repository(path) {
            None => return Err(MoveTagError::RepositoryMissing { repository }),
            Some(Repository::Made(_)) => return Err(MoveTagError::Fixed { repository }),
            Some(Repository::Kept { kept, moved, .. }) => (kept, moved),
        };
        let first = |name: &str| {
            let first = moved.get(name).map_or(name, |(first, _)| first);
            kept.tags.get_key_value(first).ok_or_else(|| MoveTagError::TagMissing {
                repository: repository.clone(),
                tag: name.to_owned(),
            })
        };
        let (before, (image, after)) = (first(tag)?.1, first(to)?);
        if before.digest == after.digest {
            let (tag, to) = (tag.to_owned(), to.to_owned());
            return Err(MoveTagError::SameImage { repository, tag, to });
        }
        Ok(self.moved.insert(path, tag, image)?)
    }

    /// Everybody who may sign in, the first account first.
    pub(crate) fn accounts(&self) -> Vec<HubAccount> {
        let account = |person: &Person| {
            let named = |is_private: bool| {
                let repositories = self.catalogue.namespaces.get(&person.name);
                let all = repositories.into_iter().flatten();
                all.filter(|(_, repository)| repository.is_private == is_private)
                    .map(|(name, _)| name.clone())
                    .collect()
            };
            HubAccount {
                name: person.name.clone(),
                access_token: person.secret.clone(),
                organizations: self.people.organizations(&person.name),
                public_repositories: named(false),
                private_repositories: named(true),
            }
        };
        self.people.all().iter().map(account).collect()
    }
}
