//! Makes the plan of an undo from the journal and the facts. Makes no requests.

use std::collections::{HashMap, HashSet};

use crate::journal::entry::JournalRecord;
use crate::undo::facts::{RepositoryFacts, UndoFacts};
use crate::undo::plan::{
    ImageUndo, RepositoryUndo, TagLeftReason, TagUndo, UndoImage, UndoPlan, UndoRepository, UndoTag,
};
use crate::undo::written::{Creation, RepositoryWrites, WrittenTag, written_by};
use transload_aws::EcrImage;
use transload_model::{Digest, RepositoryName, Tag};

/// Resolution of push times: ECR, and some servers that are compatible with it, report seconds.
const PUSH_TIME_RESOLUTION_MS: u64 = 1000;

/// Plans the undo of a migration.
pub fn undo_plan(record: &JournalRecord, facts: &UndoFacts) -> UndoPlan {
    let since_ms = record.summary.started_at_ms;
    let writes = written_by(record);
    let repositories = writes.iter().filter_map(|(name, writes)| {
        match facts.repositories.get(name).and_then(Option::as_ref) {
            Some(facts) => Some(RepositoryPlanner::new(writes, facts, since_ms).plan(name)),
            // The intended creation never happened.
            None if writes.tags.is_empty() && writes.created != Creation::Yes => None,
            None => Some(gone_repository(name, writes)),
        }
    });
    UndoPlan { destination: facts.destination.clone(), repositories: repositories.collect() }
}

/// Returns the plan for a repository that no longer exists.
fn gone_repository(name: &RepositoryName, writes: &RepositoryWrites) -> UndoRepository {
    let left = |written: &WrittenTag| {
        Some(UndoTag {
            tag: written.tag.clone(),
            digest: written.digest.clone()?,
            action: TagUndo::Left { reason: TagLeftReason::Gone },
        })
    };
    UndoRepository {
        name: name.clone(),
        tags: writes.tags.iter().filter_map(left).collect(),
        images: Vec::new(),
        repository: RepositoryUndo::Gone,
    }
}

/// Plans the undo in one repository.
struct RepositoryPlanner<'a> {
    writes: &'a RepositoryWrites,
    facts: &'a RepositoryFacts,
    by_digest: HashMap<&'a Digest, &'a EcrImage>,
    by_tag: HashMap<&'a Tag, &'a Digest>,
    /// Start time of the migration in milliseconds since 1970.
    since_ms: u64,
}

impl<'a> RepositoryPlanner<'a> {
    fn new(writes: &'a RepositoryWrites, facts: &'a RepositoryFacts, since_ms: u64) -> Self {
        let by_digest = facts.images.iter().map(|image| (&image.digest, image)).collect();
        let tags = |image: &'a EcrImage| image.tags.iter().map(|tag| (tag, &image.digest));
        let by_tag = facts.images.iter().flat_map(tags).collect();
        Self { writes, facts, by_digest, by_tag, since_ms }
    }

    fn plan(&self, name: &RepositoryName) -> UndoRepository {
        let undoable = self.undoable_tags();
        let kept = self.kept_below(&undoable);
        let tags: Vec<_> = self
            .writes
            .tags
            .iter()
            .filter_map(|written| self.undo_tag(written, &undoable, &kept))
            .collect();
        let is_last = |tag: &&UndoTag| tag.action == TagUndo::Remove { image: ImageUndo::Goes };
        let with_tag: HashSet<&Digest> =
            tags.iter().filter(is_last).map(|tag| &tag.digest).collect();
        let images = self.images(&tags, &with_tag, &undoable, &kept);
        let deleted = with_tag.len() + images.len();
        let remaining = u32::try_from(self.facts.images.len() - deleted).unwrap_or(u32::MAX);
        let repository = match (self.facts.is_own, remaining) {
            (false, _) => RepositoryUndo::WasThere,
            (true, 0) => RepositoryUndo::Delete,
            (true, images) => RepositoryUndo::Left { images },
        };
        UndoRepository { name: name.clone(), tags, images, repository }
    }

    fn image(&self, digest: &Digest) -> Option<&'a EcrImage> {
        self.by_digest.get(digest).copied()
    }

    /// Returns the tags that an undo removes from their image, by image: they still point to it, and if
    /// the migration moved them, their previous image still exists.
    fn undoable_tags(&self) -> HashMap<&'a Digest, HashSet<&'a Tag>> {
        let mut undoable: HashMap<_, HashSet<_>> = HashMap::new();
        for written in &self.writes.tags {
            let Some(digest) = &written.digest else { continue };
            let Some(image) = self.image(digest) else { continue };
            let earlier = written.earlier.as_ref();
            let is_undoable = earlier.is_none_or(|earlier| self.image(earlier).is_some());
            if is_undoable && self.by_tag.get(&written.tag) == Some(&&image.digest) {
                undoable.entry(digest).or_default().insert(&written.tag);
            }
        }
        undoable
    }

    /// Returns what to do with a tag. `None` if the migration did not write the tag after all.
    fn undo_tag(
        &self,
        written: &WrittenTag,
        undoable: &HashMap<&Digest, HashSet<&Tag>>,
        kept: &HashSet<&Digest>,
    ) -> Option<UndoTag> {
        let tag = written.tag.clone();
        let current = self.by_tag.get(&tag).copied();
        let Some(digest) = &written.digest else {
            // It is unknown whether an interrupted push of the Docker Engine wrote the tag.
            let current = current.filter(|current| Some(*current) != written.earlier.as_ref())?;
            let reason = TagLeftReason::PushInterrupted;
            let action = TagUndo::Left { reason };
            return Some(UndoTag { tag, digest: current.clone(), action });
        };
        // A write that was interrupted, or whose response was lost, may never have reached ECR.
        let is_unwritten = written.superseded.is_empty()
            && self.image(digest).is_none()
            && current == written.earlier.as_ref();
        let action = self.action(written, digest, undoable, kept);
        (!is_unwritten || written.is_confirmed).then(|| UndoTag {
            tag,
            digest: digest.clone(),
            action,
        })
    }

    fn action(
        &self,
        written: &WrittenTag,
        digest: &Digest,
        undoable: &HashMap<&Digest, HashSet<&Tag>>,
        kept: &HashSet<&Digest>,
    ) -> TagUndo {
        let left = |reason| TagUndo::Left { reason };
        let image = match (self.by_tag.get(&written.tag), self.image(digest)) {
            (None, _) => return left(TagLeftReason::Gone),
            (Some(&to), Some(image)) if to == digest => image,
            (Some(&to), _) => return left(TagLeftReason::PointsElsewhere { to: to.clone() }),
        };
        match &written.earlier {
            Some(earlier) if self.image(earlier).is_some() => {
                TagUndo::Restore { to: earlier.clone() }
            }
            Some(earlier) => left(TagLeftReason::EarlierImageGone { earlier: earlier.clone() }),
            None if self.has_other_tags(image, undoable) => {
                TagUndo::Remove { image: ImageUndo::HasOtherTags }
            }
            None if kept.contains(&image.digest) => left(TagLeftReason::BelowIndex),
            None if self.is_new(image) => TagUndo::Remove { image: ImageUndo::Goes },
            None => left(TagLeftReason::ImageWouldGo),
        }
    }

    /// Whether an image has a tag that the undo does not remove.
    fn has_other_tags(&self, image: &EcrImage, undoable: &HashMap<&Digest, HashSet<&Tag>>) -> bool {
        let undoable = undoable.get(&image.digest);
        let is_undoable = |tag| undoable.is_some_and(|undoable| undoable.contains(tag));
        image.unreadable_tags > 0 || !image.tags.iter().all(is_undoable)
    }

    /// Returns the manifests below those indexes of the migration that stay.
    fn kept_below(&self, undoable: &HashMap<&Digest, HashSet<&Tag>>) -> HashSet<&'a Digest> {
        let is_deleted = |root: &Digest| {
            let image = self.image(root);
            image.is_some_and(|image| !self.has_other_tags(image, undoable) && self.is_new(image))
        };
        let kept = self.facts.below.iter().filter(|(root, _)| !is_deleted(root));
        kept.flat_map(|(_, below)| below).collect()
    }

    /// Whether an image was pushed after the migration started.
    fn is_new(&self, image: &EcrImage) -> bool {
        let latest_push_ms =
            image.pushed_at_ms.map(|pushed| pushed.saturating_add(PUSH_TIME_RESOLUTION_MS));
        self.facts.is_own || latest_push_ms.is_some_and(|pushed| pushed > self.since_ms)
    }

    /// Returns the images that are deleted by digest.
    fn images(
        &self,
        tags: &[UndoTag],
        with_tag: &HashSet<&Digest>,
        undoable: &HashMap<&Digest, HashSet<&Tag>>,
        kept: &HashSet<&Digest>,
    ) -> Vec<UndoImage> {
        let mut images = Vec::new();
        let mut deleted: HashSet<Digest> = with_tag.iter().copied().cloned().collect();
        // The images that restored tags no longer point to.
        for tag in tags {
            if let TagUndo::Restore { .. } = tag.action
                && let Some(image) = self.image(&tag.digest)
                && !self.has_other_tags(image, undoable)
                && self.is_new(image)
                && deleted.insert(tag.digest.clone())
            {
                let (digest, of) = (tag.digest.clone(), tag.digest.clone());
                images.push(UndoImage { digest, of, tags: Vec::new() });
            }
        }
        // Untagged images that an earlier attempt pushed and a later attempt replaced.
        for digest in self.writes.tags.iter().flat_map(|written| &written.superseded) {
            if let Some(image) = self.image(digest)
                && image.tags.is_empty()
                && self.may_delete(image, kept)
                && deleted.insert(digest.clone())
            {
                let (digest, of) = (digest.clone(), digest.clone());
                images.push(UndoImage { digest, of, tags: Vec::new() });
            }
        }
        let roots = self.writes.tags.iter().flat_map(WrittenTag::digests);
        let roots: Vec<&Digest> = roots.filter(|root| deleted.contains(*root)).collect();
        let below = |root| self.facts.below.get(root).into_iter().flatten();
        for (of, digest) in roots.iter().flat_map(|root| below(*root).map(move |it| (*root, it))) {
            if let Some(image) = self.image(digest)
                && image.tags.is_empty()
                && self.may_delete(image, kept)
                && deleted.insert(digest.clone())
            {
                let (digest, of) = (digest.clone(), of.clone());
                images.push(UndoImage { digest, of, tags: Vec::new() });
            }
        }
        // Referrers of deleted images, and their referrers. Only untagged ones: a signature with a tag is
        // deleted as a tag that this migration wrote, or belongs to another client.
        loop {
            let remaining =
                self.facts.images.iter().filter(|image| !deleted.contains(&image.digest));
            let found: Vec<UndoImage> = remaining
                .filter(|image| image.tags.is_empty() && self.may_delete(image, kept))
                .filter_map(|image| {
                    let of = image.subject.as_ref().filter(|subject| deleted.contains(*subject))?;
                    let (digest, of) = (image.digest.clone(), of.clone());
                    Some(UndoImage { digest, of, tags: Vec::new() })
                })
                .collect();
            if found.is_empty() {
                return images;
            }
            deleted.extend(found.iter().map(|image| image.digest.clone()));
            images.extend(found);
        }
    }

    fn may_delete(&self, image: &EcrImage, kept: &HashSet<&Digest>) -> bool {
        image.unreadable_tags == 0 && !kept.contains(&image.digest) && self.is_new(image)
    }
}
