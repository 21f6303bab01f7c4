//! The writes of a migration according to its journal.

use std::collections::BTreeMap;

use crate::journal::entry::JournalRecord;
use crate::journal::intent::{TagKind, tag_histories, unanswered_creation};
use transload_model::{Digest, ImageReference, RepositoryName, Tag};

/// The writes of a migration in one repository.
#[derive(Default)]
pub(super) struct RepositoryWrites {
    pub created: Creation,
    pub tags: Vec<WrittenTag>,
}

/// Whether a migration created a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Creation {
    #[default]
    No,
    Yes,
    /// The migration sent the request at this time, in milliseconds since 1970, and ECR's response is
    /// unknown.
    Unanswered {
        intended_at_ms: u64,
    },
}

/// A tag that a migration wrote.
pub(super) struct WrittenTag {
    pub tag: Tag,
    pub image: ImageReference,
    /// The last written digest. `None` if an interrupted push of the Docker Engine did not report it.
    pub digest: Option<Digest>,
    /// Digests that earlier attempts wrote.
    pub superseded: Vec<Digest>,
    /// The digest of the tag before the migration.
    pub earlier: Option<Digest>,
    /// Whether ECR confirmed the last write.
    pub is_confirmed: bool,
}

impl WrittenTag {
    /// Returns all digests that the migration wrote, or may have written.
    pub fn digests(&self) -> impl Iterator<Item = &Digest> {
        self.superseded.iter().chain(&self.digest)
    }
}

/// Returns the writes of a migration by repository: the tags of images in the order of the plan, then the
/// tags of their referrers.
pub(super) fn written_by(record: &JournalRecord) -> BTreeMap<RepositoryName, RepositoryWrites> {
    let mut writes: BTreeMap<RepositoryName, RepositoryWrites> = BTreeMap::new();
    for repository in &record.repositories {
        let created = match unanswered_creation(&record.intents, &repository.name) {
            _ if repository.created_at_ms.is_some() => Creation::Yes,
            Some(intended_at_ms) => Creation::Unanswered { intended_at_ms },
            None => continue,
        };
        writes.entry(repository.name.clone()).or_default().created = created;
    }
    let mut tags = Vec::new();
    for ((repository, tag), history) in tag_histories(&record.intents) {
        let Ok(image) = ImageReference::new(
            record.summary.registry.clone(),
            repository.as_str(),
            Some(tag.clone()),
            None,
        ) else {
            continue;
        };
        let mut superseded = history.digests;
        let digest = if history.is_uncertain { None } else { superseded.pop() };
        // A tag that already pointed to the written digest needs no restore.
        let earlier = history.earlier.filter(|earlier| Some(earlier) != digest.as_ref());
        let is_referrer = history.kind == Some(TagKind::Referrer);
        let is_confirmed = history.is_confirmed;
        let written = WrittenTag { tag, image, digest, superseded, earlier, is_confirmed };
        tags.push(((is_referrer, history.image), repository, written));
    }
    tags.sort_by_key(|(order, _, _)| *order);
    for (_, repository, written) in tags {
        writes.entry(repository).or_default().tags.push(written);
    }
    writes
}
