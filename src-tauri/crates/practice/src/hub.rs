//! The practice Docker Hub: its API, its token service, its registry and its accounts. Read-only, except for
//! tags that a test moves. `dispatch` calls the `answer` functions of `api` and `registry`.
//!
//! - `catalog`, `catalog_builder`: the stored content, and how it is built
//! - `generated_organization`: a large organization whose images are generated on demand
//! - `repository`: a repository of either kind, as the API and the registry read it
//! - `moved_tags`: tags that were moved to another image
//! - `identities`, `token`: who can sign in, and what for
//! - `api`, `registry`, `pull_limits`: the servers

pub(crate) mod api;
mod catalog;
mod catalog_builder;
mod generated_organization;
mod identities;
mod moved_tags;
mod pull_limits;
pub(crate) mod registry;
mod repository;
mod token;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::error::MoveTagError;
use crate::hub::catalog::Catalog;
use crate::hub::generated_organization::GeneratedOrganization;
use crate::hub::identities::{Identities, Identity};
use crate::hub::moved_tags::MovedTags;
use crate::hub::pull_limits::PullLimits;
use crate::hub::repository::ServedRepository;
use crate::options::PracticeOptions;
use crate::store::atomic_file::write_atomically;
use crate::store::blob_folder::BlobFolder;
use crate::store::error::StoreError;

/// An account on the practice Docker Hub: a user, or an organization with its own token.
#[derive(Clone, Debug)]
pub struct HubAccount {
    /// The name of the account and of its namespace.
    pub name: String,
    /// An access token, which also gives access to private repositories.
    pub access_token: String,
    /// The organizations that the user belongs to. Empty for an organization.
    pub organizations: Vec<String>,
    /// The names of the public repositories, without the namespace.
    pub public_repositories: Vec<String>,
    /// The names of the private repositories, without the namespace.
    pub private_repositories: Vec<String>,
}

/// The content, accounts and counters of the practice Docker Hub.
pub(crate) struct Hub {
    catalog: Catalog,
    identities: Identities,
    generated: GeneratedOrganization,
    moved_tags: MovedTags,
    pull_limits: PullLimits,
    blobs: BlobFolder,
}

impl Hub {
    /// Opens the content in `folder`, or builds it. Builds are reproducible, so an unreadable catalog is
    /// built again.
    pub(crate) fn open(folder: &Path, options: &PracticeOptions) -> Result<Self, StoreError> {
        let failed = |source: io::Error| StoreError::Write { path: folder.to_owned(), source };
        let blobs = BlobFolder::open(&folder.join("blobs")).map_err(failed)?;
        let file = folder.join("catalog.json");
        let stored = std::fs::read(&file).ok();
        let stored = stored.and_then(|bytes| serde_json::from_slice::<Catalog>(&bytes).ok());
        let is_current = |stored: &Catalog| {
            stored.edition == catalog_builder::EDITION && stored.account == options.hub_account
        };
        let catalog = match stored.filter(is_current) {
            Some(catalog) => catalog,
            None => {
                let built = catalog_builder::build(&blobs, &options.hub_account).map_err(failed)?;
                let text =
                    serde_json::to_vec(&built).map_err(|error| failed(io::Error::other(error)))?;
                write_atomically(&file, &text)?;
                built
            }
        };
        Ok(Self {
            catalog,
            identities: Identities::new(options),
            generated: GeneratedOrganization::default(),
            moved_tags: MovedTags::open(folder),
            pull_limits: PullLimits::default(),
            blobs,
        })
    }

    pub(crate) fn blobs(&self) -> &BlobFolder {
        &self.blobs
    }

    /// Returns the content of a generated blob.
    pub(crate) fn generated_blob(&self, digest: &str) -> Option<Vec<u8>> {
        self.generated.blob(digest)
    }

    /// Resets the pull limits and the moved tags.
    pub(crate) fn reset(&self) -> Result<(), StoreError> {
        self.pull_limits.clear();
        self.moved_tags.clear()
    }

    fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Sets whether the first account belongs to the large organization.
    pub(crate) fn show_large(&self, shown: bool) {
        self.identities.show_large(shown);
    }

    fn has_namespace(&self, namespace: &str) -> bool {
        namespace == identities::LARGE_ORGANIZATION
            || self.catalog.namespaces.contains_key(namespace)
    }

    fn names(&self, namespace: &str) -> Vec<String> {
        if namespace == identities::LARGE_ORGANIZATION {
            return self.generated.names();
        }
        let repositories = self.catalog.namespaces.get(namespace);
        repositories.into_iter().flat_map(BTreeMap::keys).cloned().collect()
    }

    /// Returns the repository `namespace/name`.
    fn repository(&self, path: &str) -> Option<ServedRepository<'_>> {
        let (namespace, name) = path.split_once('/')?;
        if namespace == identities::LARGE_ORGANIZATION {
            return self.generated.repository(name).map(ServedRepository::Generated);
        }
        let stored = self.catalog.namespaces.get(namespace)?.get(name)?;
        let mut moved = self.moved_tags.of_repository(path);
        // Another edition of the catalog may have different tags.
        moved.retain(|_, (to, _)| stored.tags.contains_key(to));
        Some(ServedRepository::Stored { stored, moved, blobs: &self.blobs })
    }

    /// Moves a tag to the current image of another tag.
    pub(crate) fn move_tag(&self, path: &str, tag: &str, to: &str) -> Result<(), MoveTagError> {
        let repository = path.to_owned();
        let (stored, moved) = match self.repository(path) {
            None => return Err(MoveTagError::RepositoryMissing { repository }),
            Some(ServedRepository::Generated(_)) => return Err(MoveTagError::Fixed { repository }),
            Some(ServedRepository::Stored { stored, moved, .. }) => (stored, moved),
        };
        let first = |name: &str| {
            let first = moved.get(name).map_or(name, |(first, _)| first);
            stored.tags.get_key_value(first).ok_or_else(|| MoveTagError::TagMissing {
                repository: repository.clone(),
                tag: name.to_owned(),
            })
        };
        let (current, (image, target)) = (first(tag)?.1, first(to)?);
        if current.digest == target.digest {
            let (tag, to) = (tag.to_owned(), to.to_owned());
            return Err(MoveTagError::SameImage { repository, tag, to });
        }
        Ok(self.moved_tags.insert(path, tag, image)?)
    }

    /// Returns all accounts, starting with the account of the options.
    pub(crate) fn accounts(&self) -> Vec<HubAccount> {
        let account = |identity: &Identity| {
            let named = |is_private: bool| {
                let repositories = self.catalog.namespaces.get(&identity.name);
                let all = repositories.into_iter().flatten();
                all.filter(|(_, repository)| repository.is_private == is_private)
                    .map(|(name, _)| name.clone())
                    .collect()
            };
            HubAccount {
                name: identity.name.clone(),
                access_token: identity.secret.clone(),
                organizations: self.identities.organizations(&identity.name),
                public_repositories: named(false),
                private_repositories: named(true),
            }
        };
        self.identities.all().iter().map(account).collect()
    }
}
