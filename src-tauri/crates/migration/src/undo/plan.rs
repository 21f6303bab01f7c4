//! What an undo would do, or why it leaves something. Pure.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::destination_identity::DestinationIdentity;
use crate::journal::entry::JournalRecord;
use crate::undo::facts::{RepositoryFacts, UndoFacts};
use crate::undo::totals::UndoTotals;
use crate::undo::written::{Creation, RepositoryWrites, WrittenTag, written_by};
use transload_aws::EcrImage;
use transload_model::{Digest, RepositoryName, Tag};

/// ECR tells times to the second, as some servers do that speak its language.
const TOLD_TO_MS: u64 = 1000;

/// What an undo would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoPlan {
    /// Where the migration wrote, and where the undo deletes.
    pub destination: DestinationIdentity,
    /// By name.
    pub repositories: Vec<UndoRepository>,
}

impl UndoPlan {
    /// What it would delete and restore.
    pub fn totals(&self) -> UndoTotals {
        let mut totals = UndoTotals::default();
        for repository in &self.repositories {
            let mut with_tag = HashSet::new();
            for tag in &repository.tags {
                match &tag.action {
                    TagUndo::Remove { image } => {
                        totals.tags_removed += 1;
                        if *image == ImageUndo::Goes {
                            with_tag.insert(&tag.digest);
                        }
                    }
                    TagUndo::Restore { .. } => totals.tags_restored += 1,
                    TagUndo::Left { .. } => totals.left += 1,
                }
            }
            let deleted = with_tag.len() + repository.images.len();
            totals.images_deleted += u32::try_from(deleted).unwrap_or(u32::MAX);
            match repository.repository {
                RepositoryUndo::Delete => totals.repositories_deleted += 1,
                RepositoryUndo::Left { .. } => totals.left += 1,
                RepositoryUndo::WasThere | RepositoryUndo::Gone => {}
            }
        }
        totals
    }
}

/// What an undo would do in one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoRepository {
    /// Its name.
    pub name: RepositoryName,
    /// The tags that the migration set, in the order of its plan.
    pub tags: Vec<UndoTag>,
    /// Images that are deleted by themselves, each after what holds it: those below an index, those
    /// that refer to a deleted one, and those that a restored tag left.
    pub images: Vec<UndoImage>,
    /// The repository itself.
    pub repository: RepositoryUndo,
}

/// What becomes of a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct UndoTag {
    /// The tag.
    pub tag: Tag,
    /// What the migration pushed for it.
    pub digest: Digest,
    /// What becomes of it.
    pub action: TagUndo,
}

/// What becomes of a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "undo.ts")]
pub enum TagUndo {
    /// It is taken away.
    Remove {
        /// What becomes of its image.
        image: ImageUndo,
    },
    /// It is put back to the image that it pointed to before.
    Restore {
        /// That image.
        to: Digest,
    },
    /// It is left as it is.
    Left {
        /// Why.
        reason: LeftReason,
    },
}

/// What becomes of the image of a tag that is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "undo.ts")]
pub enum ImageUndo {
    /// It goes with its last tag.
    Goes,
    /// It stays: it has other tags.
    HasOtherTags,
    /// It stays: an index that stays holds it.
    BelowIndex,
}

/// Why a tag is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(rename = "TagLeft", export_to = "undo.ts")]
pub enum LeftReason {
    /// It is not there any more.
    Gone,
    /// Somebody has moved it since.
    PointsElsewhere {
        /// What it points to now.
        to: Digest,
    },
    /// Its image would be deleted with the tag, and was in the repository before the migration.
    ImageWouldGo,
    /// The image that it pointed to before is not there any more.
    EarlierImageGone {
        /// That image.
        earlier: Digest,
    },
    /// A push of the Docker Engine was interrupted, so it is not known whether the migration wrote
    /// what the tag points to.
    PushInterrupted,
}

/// An image that is deleted by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoImage {
    /// The image.
    pub digest: Digest,
    /// What it belongs to: it is deleted only where that goes too. Itself where it is by itself.
    pub of: Digest,
    /// The tags that it may have: it is deleted only while it has no other.
    pub tags: Vec<Tag>,
}

/// What becomes of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "undo.ts")]
pub enum RepositoryUndo {
    /// It is deleted: the migration created it, and nothing is left in it.
    Delete,
    /// The migration created it, and it holds something else now.
    Left {
        /// How many images stay in it.
        images: u32,
    },
    /// It was there before.
    WasThere,
    /// It does not exist any more.
    Gone,
}

impl UndoPlan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.repositories.iter().all(|repository| repository.steps() == 0)
    }

    /// How many things are to be done.
    pub fn steps(&self) -> u32 {
        self.repositories.iter().map(UndoRepository::steps).sum()
    }
}

impl UndoRepository {
    fn steps(&self) -> u32 {
        let itself = u32::from(self.repository == RepositoryUndo::Delete);
        self.steps_in_it().saturating_add(itself)
    }

    /// How many things are to be done in the repository.
    pub(super) fn steps_in_it(&self) -> u32 {
        let tags = self.tags.iter().filter(|tag| !matches!(tag.action, TagUndo::Left { .. }));
        u32::try_from(tags.count() + self.images.len()).unwrap_or(u32::MAX)
    }
}

/// Says what an undo of a migration would do.
pub fn undo_plan(record: &JournalRecord, facts: &UndoFacts) -> UndoPlan {
    let since_ms = record.summary.started_at_ms;
    let brought = written_by(record);
    let repositories = brought.iter().filter_map(|(name, brought)| {
        match facts.repositories.get(name).and_then(Option::as_ref) {
            Some(facts) => Some(Repository::new(brought, facts, since_ms).plan(name)),
            // The creation that was intended never happened.
            None if brought.tags.is_empty() && brought.created != Creation::Yes => None,
            None => Some(gone(name, brought)),
        }
    });
    UndoPlan { destination: facts.destination.clone(), repositories: repositories.collect() }
}

fn gone(name: &RepositoryName, brought: &RepositoryWrites) -> UndoRepository {
    let left = |brought: &WrittenTag| {
        Some(UndoTag {
            tag: brought.tag.clone(),
            digest: brought.digest.clone()?,
            action: TagUndo::Left { reason: LeftReason::Gone },
        })
    };
    UndoRepository {
        name: name.clone(),
        tags: brought.tags.iter().filter_map(left).collect(),
        images: Vec::new(),
        repository: RepositoryUndo::Gone,
    }
}

/// One repository with all that is known of it.
struct Repository<'a> {
    brought: &'a RepositoryWrites,
    facts: &'a RepositoryFacts,
    by_digest: HashMap<&'a Digest, &'a EcrImage>,
    by_tag: HashMap<&'a Tag, &'a Digest>,
    /// When the migration began, in milliseconds since 1970.
    since_ms: u64,
}

impl<'a> Repository<'a> {
    fn new(brought: &'a RepositoryWrites, facts: &'a RepositoryFacts, since_ms: u64) -> Self {
        let by_digest = facts.images.iter().map(|image| (&image.digest, image)).collect();
        let tags = |image: &'a EcrImage| image.tags.iter().map(|tag| (tag, &image.digest));
        let by_tag = facts.images.iter().flat_map(tags).collect();
        Self { brought, facts, by_digest, by_tag, since_ms }
    }

    fn plan(&self, name: &RepositoryName) -> UndoRepository {
        let leaving = self.leaving_tags();
        let kept = self.kept_below(&leaving);
        let tags: Vec<_> = self
            .brought
            .tags
            .iter()
            .filter_map(|brought| self.undo_tag(brought, &leaving, &kept))
            .collect();
        let removed = |tag: &&UndoTag| tag.action == TagUndo::Remove { image: ImageUndo::Goes };
        let with_tag: HashSet<&Digest> =
            tags.iter().filter(removed).map(|tag| &tag.digest).collect();
        let images = self.images(&tags, &with_tag, &leaving, &kept);
        let goes = with_tag.len() + images.len();
        let holds = u32::try_from(self.facts.images.len() - goes).unwrap_or(u32::MAX);
        let repository = match (self.facts.is_own, holds) {
            (false, _) => RepositoryUndo::WasThere,
            (true, 0) => RepositoryUndo::Delete,
            (true, images) => RepositoryUndo::Left { images },
        };
        UndoRepository { name: name.clone(), tags, images, repository }
    }

    fn image(&self, digest: &Digest) -> Option<&'a EcrImage> {
        self.by_digest.get(digest).copied()
    }

    /// The tags that leave their image, by image: they point to it, and where they were moved there,
    /// they can be put back.
    fn leaving_tags(&self) -> HashMap<&'a Digest, HashSet<&'a Tag>> {
        let mut leaving: HashMap<_, HashSet<_>> = HashMap::new();
        for brought in &self.brought.tags {
            let Some(digest) = &brought.digest else { continue };
            let Some(image) = self.image(digest) else { continue };
            let earlier = brought.earlier.as_ref();
            let can_go = earlier.is_none_or(|earlier| self.image(earlier).is_some());
            if can_go && self.by_tag.get(&brought.tag) == Some(&&image.digest) {
                leaving.entry(digest).or_default().insert(&brought.tag);
            }
        }
        leaving
    }

    /// What becomes of a tag. `None` if the migration did not write it after all.
    fn undo_tag(
        &self,
        brought: &WrittenTag,
        leaving: &HashMap<&Digest, HashSet<&Tag>>,
        kept: &HashSet<&Digest>,
    ) -> Option<UndoTag> {
        let tag = brought.tag.clone();
        let now = self.by_tag.get(&tag).copied();
        let Some(digest) = &brought.digest else {
            // Nobody knows what an interrupted push of the Docker Engine wrote, or whether it did.
            let now = now.filter(|now| Some(*now) != brought.earlier.as_ref())?;
            let reason = LeftReason::PushInterrupted;
            let action = TagUndo::Left { reason };
            return Some(UndoTag { tag, digest: now.clone(), action });
        };
        // A write that was interrupted, or whose answer was lost, may never have reached ECR.
        let is_unwritten = brought.superseded.is_empty()
            && self.image(digest).is_none()
            && now == brought.earlier.as_ref();
        let action = self.action(brought, digest, leaving, kept);
        (!is_unwritten || brought.is_confirmed).then(|| UndoTag {
            tag,
            digest: digest.clone(),
            action,
        })
    }

    fn action(
        &self,
        brought: &WrittenTag,
        digest: &Digest,
        leaving: &HashMap<&Digest, HashSet<&Tag>>,
        kept: &HashSet<&Digest>,
    ) -> TagUndo {
        let left = |reason| TagUndo::Left { reason };
        let image = match (self.by_tag.get(&brought.tag), self.image(digest)) {
            (None, _) => return left(LeftReason::Gone),
            (Some(&to), Some(image)) if to == digest => image,
            (Some(&to), _) => return left(LeftReason::PointsElsewhere { to: to.clone() }),
        };
        match &brought.earlier {
            Some(earlier) if self.image(earlier).is_some() => {
                TagUndo::Restore { to: earlier.clone() }
            }
            Some(earlier) => left(LeftReason::EarlierImageGone { earlier: earlier.clone() }),
            None if self.stays(image, leaving) => {
                TagUndo::Remove { image: ImageUndo::HasOtherTags }
            }
            None if kept.contains(&image.digest) => {
                TagUndo::Remove { image: ImageUndo::BelowIndex }
            }
            None if self.is_new(image) => TagUndo::Remove { image: ImageUndo::Goes },
            None => left(LeftReason::ImageWouldGo),
        }
    }

    /// Whether something names an image that does not leave it.
    fn stays(&self, image: &EcrImage, leaving: &HashMap<&Digest, HashSet<&Tag>>) -> bool {
        let leaving = leaving.get(&image.digest);
        let leaves = |tag| leaving.is_some_and(|leaving| leaving.contains(tag));
        image.unreadable_tags > 0 || !image.tags.iter().all(leaves)
    }

    /// What is below an index of the migration that stays, stays with it.
    fn kept_below(&self, leaving: &HashMap<&Digest, HashSet<&Tag>>) -> HashSet<&'a Digest> {
        let goes = |root: &Digest| {
            self.image(root).is_some_and(|image| !self.stays(image, leaving) && self.is_new(image))
        };
        let stay = self.facts.below.iter().filter(|(root, _)| !goes(root));
        stay.flat_map(|(_, below)| below).collect()
    }

    /// Whether an image came since the migration began.
    fn is_new(&self, image: &EcrImage) -> bool {
        let pushed = image.pushed_at_ms.map(|pushed| pushed.saturating_add(TOLD_TO_MS));
        self.facts.is_own || pushed.is_some_and(|pushed| pushed > self.since_ms)
    }

    /// The images that are deleted by themselves.
    fn images(
        &self,
        tags: &[UndoTag],
        with_tag: &HashSet<&Digest>,
        leaving: &HashMap<&Digest, HashSet<&Tag>>,
        kept: &HashSet<&Digest>,
    ) -> Vec<UndoImage> {
        let mut images = Vec::new();
        let mut gone: HashSet<Digest> = with_tag.iter().copied().cloned().collect();
        // A restored tag leaves its image without a tag.
        for tag in tags {
            if let TagUndo::Restore { .. } = tag.action
                && let Some(image) = self.image(&tag.digest)
                && !self.stays(image, leaving)
                && self.is_new(image)
                && gone.insert(tag.digest.clone())
            {
                let (digest, of) = (tag.digest.clone(), tag.digest.clone());
                images.push(UndoImage { digest, of, tags: Vec::new() });
            }
        }
        // What earlier tries wrote and a later one replaced has no tag any more.
        for digest in self.brought.tags.iter().flat_map(|brought| &brought.superseded) {
            if let Some(image) = self.image(digest)
                && image.tags.is_empty()
                && self.may_go(image, kept)
                && gone.insert(digest.clone())
            {
                let (digest, of) = (digest.clone(), digest.clone());
                images.push(UndoImage { digest, of, tags: Vec::new() });
            }
        }
        let roots = self.brought.tags.iter().flat_map(WrittenTag::digests);
        let roots: Vec<&Digest> = roots.filter(|root| gone.contains(*root)).collect();
        let below = |root| self.facts.below.get(root).into_iter().flatten();
        for (of, digest) in roots.iter().flat_map(|root| below(*root).map(move |it| (*root, it))) {
            if let Some(image) = self.image(digest)
                && image.tags.is_empty()
                && self.may_go(image, kept)
                && gone.insert(digest.clone())
            {
                let (digest, of) = (digest.clone(), of.clone());
                images.push(UndoImage { digest, of, tags: Vec::new() });
            }
        }
        // What refers to something that goes, and what refers to that. Only what has no tag: a
        // signature under a tag is deleted as a tag that this migration wrote, or is somebody else's.
        loop {
            let others = self.facts.images.iter().filter(|image| !gone.contains(&image.digest));
            let found: Vec<UndoImage> = others
                .filter(|image| image.tags.is_empty() && self.may_go(image, kept))
                .filter_map(|image| {
                    let of = image.subject.as_ref().filter(|subject| gone.contains(*subject))?;
                    let (digest, of) = (image.digest.clone(), of.clone());
                    Some(UndoImage { digest, of, tags: Vec::new() })
                })
                .collect();
            if found.is_empty() {
                return images;
            }
            gone.extend(found.iter().map(|image| image.digest.clone()));
            images.extend(found);
        }
    }

    fn may_go(&self, image: &EcrImage, kept: &HashSet<&Digest>) -> bool {
        image.unreadable_tags == 0 && !kept.contains(&image.digest) && self.is_new(image)
    }
}
