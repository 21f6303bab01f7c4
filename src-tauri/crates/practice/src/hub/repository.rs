//! A repository of the practice Docker Hub, stored or generated, as `api` and `registry` serve it.

use std::io;

use super::catalog::{HubManifest, HubRepository, HubTag, RepositoryFacts};
use super::generated_organization::GeneratedRepository;
use super::moved_tags::Moved;
use crate::store::blob_folder::BlobFolder;

pub(super) enum ServedRepository<'a> {
    /// A repository of the catalog, with its content on disk.
    Stored { stored: &'a HubRepository, moved: Moved, blobs: &'a BlobFolder },
    /// A repository of the large organization, generated on demand.
    Generated(GeneratedRepository<'a>),
}

impl ServedRepository<'_> {
    pub(super) fn facts(&self) -> RepositoryFacts {
        match self {
            Self::Stored { stored, moved, .. } => RepositoryFacts {
                description: stored.description.clone(),
                is_private: stored.is_private,
                stars: stored.stars,
                pulls: stored.pulls,
                registered: stored.registered,
                updated: moved.values().map(|(_, at)| *at).fold(stored.updated, i64::max),
                size: stored.blobs.values().sum(),
                media_types: stored.manifests.values().map(|one| one.media_type.clone()).collect(),
            },
            Self::Generated(generated) => generated.facts(),
        }
    }

    pub(super) fn is_private(&self) -> bool {
        match self {
            Self::Stored { stored, .. } => stored.is_private,
            Self::Generated(generated) => generated.is_private(),
        }
    }

    /// Returns whether pulls do not count toward the limit, because the owner pays for them.
    pub(super) fn is_unlimited(&self) -> bool {
        matches!(self, Self::Generated(_))
    }

    pub(super) fn tag(&self, name: &str) -> Option<HubTag> {
        match self {
            Self::Stored { stored, moved, .. } => {
                let Some((to, at)) = moved.get(name) else { return stored.tags.get(name).cloned() };
                Some(HubTag { updated: *at, ..stored.tags.get(to)?.clone() })
            }
            Self::Generated(generated) => generated.tag(name),
        }
    }

    pub(super) fn tag_count(&self) -> usize {
        match self {
            Self::Stored { stored, .. } => stored.tags.len(),
            Self::Generated(generated) => generated.tag_count(),
        }
    }

    /// Returns a range of the tags, newest first.
    pub(super) fn newest_first(&self, start: usize, count: usize) -> Vec<(String, HubTag)> {
        let names: Vec<String> = match self {
            Self::Stored { stored, .. } => {
                let mut all: Vec<&String> = stored.tags.keys().collect();
                all.sort_by_key(|name| std::cmp::Reverse(self.tag(name).map(|tag| tag.updated)));
                all.into_iter().skip(start).take(count).cloned().collect()
            }
            Self::Generated(generated) => generated.newest_first(start, count),
        };
        names.into_iter().filter_map(|name| Some((name.clone(), self.tag(&name)?))).collect()
    }

    /// Returns the names of the tags after `after` in alphabetical order, and whether there are more.
    pub(super) fn names_after(&self, after: &str, count: usize) -> (Vec<String>, bool) {
        let take = |names: &mut dyn Iterator<Item = String>| {
            let mut names = names.filter(|name| name.as_str() > after).peekable();
            let taken: Vec<String> = names.by_ref().take(count).collect();
            let more = names.peek().is_some();
            (taken, more)
        };
        match self {
            Self::Stored { stored, .. } => take(&mut stored.tags.keys().cloned()),
            Self::Generated(generated) => take(&mut generated.names().into_iter()),
        }
    }

    pub(super) fn manifest(&self, digest: &str) -> Option<HubManifest> {
        match self {
            Self::Stored { stored, .. } => stored.manifests.get(digest).cloned(),
            Self::Generated(generated) => generated.manifest(digest).map(|(manifest, _)| manifest),
        }
    }

    pub(super) async fn manifest_bytes(&self, digest: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Stored { blobs, .. } => blobs.read(digest).await,
            Self::Generated(generated) => match generated.manifest(digest) {
                Some((_, bytes)) => Ok(bytes),
                None => Err(io::ErrorKind::NotFound.into()),
            },
        }
    }

    /// Returns the size of a blob of the repository.
    pub(super) fn blob(&self, digest: &str) -> Option<u64> {
        match self {
            Self::Stored { stored, .. } => stored.blobs.get(digest).copied(),
            Self::Generated(generated) => generated.blob(digest).map(|bytes| bytes.len() as u64),
        }
    }
}
