//! A repository of the practice Docker Hub, wherever its content comes from.

use std::collections::BTreeSet;
use std::io;

use super::account::{HubManifest, HubRepository, HubTag};
use super::moved::Moved;
use super::warehouse::MadeRepository;
use crate::store::BlobFolder;

/// A repository.
pub(super) enum Repository<'a> {
    /// Of the catalogue, with its content on disk.
    Kept { kept: &'a HubRepository, moved: Moved, blobs: &'a BlobFolder },
    /// Of the large organisation, made when it is asked for.
    Made(MadeRepository<'a>),
}

/// What the lists say of a repository.
pub(super) struct Facts {
    pub(super) description: String,
    pub(super) is_private: bool,
    pub(super) stars: u32,
    pub(super) pulls: u64,
    /// Milliseconds since 1970.
    pub(super) registered: i64,
    /// Milliseconds since 1970.
    pub(super) updated: i64,
    /// Bytes of everything in it.
    pub(super) size: u64,
    pub(super) media_types: BTreeSet<String>,
}

impl Repository<'_> {
    pub(super) fn facts(&self) -> Facts {
        match self {
            Self::Kept { kept, moved, .. } => Facts {
                description: kept.description.clone(),
                is_private: kept.is_private,
                stars: kept.stars,
                pulls: kept.pulls,
                registered: kept.registered,
                updated: moved.values().map(|(_, at)| *at).fold(kept.updated, i64::max),
                size: kept.blobs.values().sum(),
                media_types: kept.manifests.values().map(|one| one.media_type.clone()).collect(),
            },
            Self::Made(made) => made.facts(),
        }
    }

    pub(super) fn is_private(&self) -> bool {
        match self {
            Self::Kept { kept, .. } => kept.is_private,
            Self::Made(made) => made.is_private(),
        }
    }

    /// Whether its owner pays, so that pulls of it count for nobody's limit.
    pub(super) fn has_no_limit(&self) -> bool {
        matches!(self, Self::Made(_))
    }

    pub(super) fn tag(&self, name: &str) -> Option<HubTag> {
        match self {
            Self::Kept { kept, moved, .. } => {
                let Some((to, at)) = moved.get(name) else { return kept.tags.get(name).cloned() };
                Some(HubTag { updated: *at, ..kept.tags.get(to)?.clone() })
            }
            Self::Made(made) => made.tag(name),
        }
    }

    pub(super) fn tag_count(&self) -> usize {
        match self {
            Self::Kept { kept, .. } => kept.tags.len(),
            Self::Made(made) => made.tag_count(),
        }
    }

    /// Some of the tags, newest first.
    pub(super) fn newest_first(&self, start: usize, count: usize) -> Vec<(String, HubTag)> {
        let names: Vec<String> = match self {
            Self::Kept { kept, .. } => {
                let mut all: Vec<&String> = kept.tags.keys().collect();
                all.sort_by_key(|name| std::cmp::Reverse(self.tag(name).map(|tag| tag.updated)));
                all.into_iter().skip(start).take(count).cloned().collect()
            }
            Self::Made(made) => made.newest_first(start, count),
        };
        names.into_iter().filter_map(|name| Some((name.clone(), self.tag(&name)?))).collect()
    }

    /// Names of tags behind `after`, in the order of the alphabet, and whether there are more.
    pub(super) fn names_after(&self, after: &str, count: usize) -> (Vec<String>, bool) {
        let take = |names: &mut dyn Iterator<Item = String>| {
            let mut names = names.filter(|name| name.as_str() > after).peekable();
            let taken: Vec<String> = names.by_ref().take(count).collect();
            let more = names.peek().is_some();
            (taken, more)
        };
        match self {
            Self::Kept { kept, .. } => take(&mut kept.tags.keys().cloned()),
            Self::Made(made) => take(&mut made.names().into_iter()),
        }
    }

    pub(super) fn manifest(&self, digest: &str) -> Option<HubManifest> {
        match self {
            Self::Kept { kept, .. } => kept.manifests.get(digest).cloned(),
            Self::Made(made) => made.manifest(digest).map(|(manifest, _)| manifest),
        }
    }

    pub(super) async fn manifest_bytes(&self, digest: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Kept { blobs, .. } => blobs.read(digest).await,
            Self::Made(made) => match made.manifest(digest) {
                Some((_, bytes)) => Ok(bytes),
                None => Err(io::ErrorKind::NotFound.into()),
            },
        }
    }

    /// The size of a blob, where the repository has it.
    pub(super) fn blob(&self, digest: &str) -> Option<u64> {
        match self {
            Self::Kept { kept, .. } => kept.blobs.get(digest).copied(),
            Self::Made(made) => made.blob(digest).map(|bytes| bytes.len() as u64),
        }
    }
}
