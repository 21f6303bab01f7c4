//! What a migration wrote, as its journal has it.

use std::collections::BTreeMap;

use crate::journal::entry::JournalRecord;
use crate::journal::intent::{TagKind, tag_histories, unanswered_creation};
use transload_model::{Digest, ImageReference, RepositoryName, Tag};

/// What a migration did to one repository.
#[derive(Default)]
pub(super) struct RepositoryWrites {
    /// Whether it created the repository.
    pub created: Creation,
    /// The tags that it wrote.
    pub tags: Vec<WrittenTag>,
}

/// Whether a migration created a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Creation {
    /// It did not.
    #[default]
    No,
    /// It did.
    Yes,
    /// It was about to at this time, in milliseconds since 1970, and ECR's answer is not known.
    Unanswered { intended_at_ms: u64 },
}

/// A tag that a migration wrote.
pub(super) struct WrittenTag {
    pub tag: Tag,
    pub image: ImageReference,
    /// What it wrote last. `None` if only the Docker Engine knows that.
    pub digest: Option<Digest>,
    /// What it wrote before that, in earlier tries.
    pub superseded: Vec<Digest>,
    /// What the tag pointed to before.
    pub earlier: Option<Digest>,
    /// Whether ECR confirmed the last write.
    pub is_confirmed: bool,
}

impl WrittenTag {
    /// Everything that it wrote, or may have written.
    pub fn digests(&self) -> impl Iterator<Item = &Digest> {
        self.superseded.iter().chain(&self.digest)
    }
}

/// What a migration created and wrote, by repository: the tags of its images in the order of the plan,
/// then those of their referrers.
pub(super) fn written_by(record: &JournalRecord) -> BTreeMap<RepositoryName, RepositoryWrites> {
    let mut all: BTreeMap<RepositoryName, RepositoryWrites> = BTreeMap::new();
    for repository in &record.repositories {
        let created = match unanswered_creation(&record.intents, &repository.name) {
            _ if repository.created_at_ms.is_some() => Creation::Yes,
            Some(intended_at_ms) => Creation::Unanswered { intended_at_ms },
            None => continue,
        };
        all.entry(repository.name.clone()).or_default().created = created;
    }
    let mut order = Vec::new();
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
        // A tag that was put where it was already needs no way back.
        let earlier = history.earlier.filter(|earlier| Some(earlier) != digest.as_ref());
        let is_referrer = history.kind == Some(TagKind::Referrer);
        let is_confirmed = history.is_confirmed;
        let brought = WrittenTag { tag, image, digest, superseded, earlier, is_confirmed };
        order.push(((is_referrer, history.image), repository, brought));
    }
    order.sort_by_key(|(place, _, _)| *place);
    for (_, repository, brought) in order {
        all.entry(repository).or_default().tags.push(brought);
    }
    all
}
