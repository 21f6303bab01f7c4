//! What a migration brought, as its journal has it.

use std::collections::BTreeMap;

use crate::migration::journal::{JournalImage, JournalRecord, Stage};
use crate::model::{Digest, ImageReference, RepositoryName, Tag};

/// What a migration did to one repository.
#[derive(Default)]
pub(super) struct BroughtTo<'a> {
    /// Whether it created the repository.
    pub created: bool,
    pub tags: Vec<Brought<'a>>,
}

/// A tag that a migration set.
pub(super) struct Brought<'a> {
    pub tag: &'a Tag,
    pub image: &'a ImageReference,
    /// What it pushed.
    pub digest: &'a Digest,
    /// What the tag pointed to before.
    pub earlier: Option<&'a Digest>,
}

/// What a migration created and pushed, by repository.
pub(super) fn brought(record: &JournalRecord) -> BTreeMap<&RepositoryName, BroughtTo<'_>> {
    let mut all: BTreeMap<&RepositoryName, BroughtTo<'_>> = BTreeMap::new();
    for repository in &record.repositories {
        if repository.created_at_ms.is_some() {
            all.entry(&repository.name).or_default().created = true;
        }
    }
    for image in &record.images {
        if let Some(digest) = pushed(image) {
            let planned = &image.planned;
            let earlier = planned.destination_digest.as_ref().filter(|earlier| *earlier != digest);
            let (tag, image) = (&planned.tag, &planned.destination);
            let brought = Brought { tag, image, digest, earlier };
            all.entry(&planned.repository).or_default().tags.push(brought);
        }
    }
    all
}

/// What the migration itself pushed for an image. What somebody else brought meanwhile is not its own,
/// and of a push whose end is not in the journal nobody knows whose it is.
fn pushed(image: &JournalImage) -> Option<&Digest> {
    let is_own = image.planned.action.moves() && image.stage != Stage::Unchanged;
    image.pushed_digest.as_ref().filter(|_| is_own)
}
