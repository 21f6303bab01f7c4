//! Carries out a planned undo. Each repository is read again right before it is changed. Anything that is
//! no longer as planned stays unchanged.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::concurrency::{MAX_CONCURRENT_UNDOS, for_each_concurrent};
use crate::control::Control;
use crate::endpoints::Destination;
use crate::error::MigrationError;
use crate::undo::plan::{
    ImageUndo, RepositoryUndo, TagLeftReason, TagUndo, UndoPlan, UndoRepository, UndoTag,
};
use crate::undo::report::{ItemLeftReason, UndoLeft, UndoReport};
use transload_aws::{AwsError, DeleteFailure, EcrImage, EcrImageId};
use transload_model::{Digest, Tag, media_type};
use transload_registry::RegistryError;

/// Delete calls for images that ECR reports to be below an index, at most. The index is deleted first, and
/// an index may be below another one.
const MAX_DELETE_ROUNDS: usize = 4;
/// ECR's code for an image below an index. Source: `failureCode` of BatchDeleteImage.
const BELOW_AN_INDEX: &str = "ImageReferencedByManifestList";
/// ECR's code for an image that does not exist. Source: `failureCode` of BatchDeleteImage.
const NOT_FOUND: &str = "ImageNotFound";
/// ECR's code for a tag that does not point to the requested digest. Source: `failureCode` of
/// BatchDeleteImage.
const TAG_MOVED: &str = "ImageTagDoesNotMatchDigest";

/// Carries out a plan. Calls `done` with the number of completed steps, out of [`UndoPlan::steps`].
pub async fn undo(
    plan: &UndoPlan,
    destination: &Destination,
    control: &Control,
    done: &(dyn Fn(u32) + Sync),
) -> UndoReport {
    if let Err(error) = plan.destination.ensure_same(&destination.identity) {
        let error = Arc::new(error);
        let left = |repository: &UndoRepository| UndoLeft {
            name: repository.name.to_string(),
            why: ItemLeftReason::Failed(Arc::clone(&error)),
        };
        let left = plan.repositories.iter().map(left).collect();
        return UndoReport { left, ..UndoReport::default() };
    }
    let steps = &AtomicU32::new(0);
    let add_steps = &|completed: usize| {
        let completed = count(completed);
        done(steps.fetch_add(completed, Ordering::Relaxed).saturating_add(completed));
    };
    let repositories = &plan.repositories;
    let reports =
        for_each_concurrent(repositories.len(), MAX_CONCURRENT_UNDOS, |index| async move {
            let repository = &repositories[index];
            let undo =
                RepositoryUndoRun { repository, destination, add_steps, report: Mutex::default() };
            let ended = control.until_cancelled(undo.carry_out()).await;
            let report = undo.report.into_inner().unwrap_or_else(PoisonError::into_inner);
            UndoReport { cancelled: ended.is_none(), ..report }
        })
        .await;
    let mut total = UndoReport::default();
    for report in reports {
        total.tags_removed += report.tags_removed;
        total.tags_restored += report.tags_restored;
        total.images_deleted += report.images_deleted;
        total.repositories_deleted.extend(report.repositories_deleted);
        total.left.extend(report.left);
        total.cancelled |= report.cancelled;
    }
    total
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

struct RepositoryUndoRun<'a> {
    repository: &'a UndoRepository,
    destination: &'a Destination,
    add_steps: &'a (dyn Fn(usize) + Sync),
    /// The result so far. The user can cancel the undo at any time.
    report: Mutex<UndoReport>,
}

impl RepositoryUndoRun<'_> {
    fn update_report(&self, change: impl FnOnce(&mut UndoReport)) {
        change(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Reports an unchanged item of the repository. `suffix` is `:tag` or `@digest`, or empty for the
    /// repository itself.
    fn left(&self, suffix: &str, why: ItemLeftReason) {
        let name = format!("{}{suffix}", self.repository.name);
        self.update_report(|report| report.left.push(UndoLeft { name, why }));
    }

    fn failed(&self, suffix: &str, error: impl Into<MigrationError>) {
        self.left(suffix, ItemLeftReason::Failed(Arc::new(error.into())));
    }

    async fn carry_out(&self) {
        let planned = self.repository;
        for tag in &planned.tags {
            if let TagUndo::Left { reason } = &tag.action {
                self.left(&format!(":{}", tag.tag), ItemLeftReason::Tag(reason.clone()));
            }
        }
        let is_gone = planned.repository == RepositoryUndo::Gone;
        if !is_gone && let Err(error) = self.undo_images().await {
            self.failed("", error);
            return;
        }
        match planned.repository {
            RepositoryUndo::Delete => self.delete_repository().await,
            RepositoryUndo::Left { images } => self.left("", ItemLeftReason::Holds { images }),
            RepositoryUndo::WasThere | RepositoryUndo::Gone => {}
        }
    }

    /// Restores and deletes tags, then deletes the images that no longer have a tag.
    async fn undo_images(&self) -> Result<(), AwsError> {
        let planned = self.repository;
        if planned.image_steps() == 0 {
            return Ok(());
        }
        let Some(images) = self.images().await? else { return Ok(()) };
        let current = RepositoryState::new(&images);
        for tag in &planned.tags {
            if let TagUndo::Restore { to } = &tag.action
                && self.is_as_planned(tag, &current)
            {
                self.restore(tag, to).await;
                (self.add_steps)(1);
            }
        }
        let is_removed = |tag: &&UndoTag| matches!(tag.action, TagUndo::Remove { .. });
        let mut held = self.remove_tags(planned.tags.iter().filter(is_removed), &current).await?;
        let mut requested = HashSet::new();
        while !planned.images.is_empty() {
            // Read again: the tags and indexes that the images belong to must be deleted by now.
            let Some(images) = self.images().await? else { return Ok(()) };
            let current = RepositoryState::new(&images);
            let deleted = self.delete_images(&current, &mut requested).await?;
            if held.is_empty() || deleted == 0 {
                break;
            }
            // An index without a tag, which is deleted now, kept the image of the tag.
            let Some(images) = self.images().await? else { return Ok(()) };
            let tags = held.into_iter().map(|(tag, _)| tag);
            held = self.remove_tags(tags, &RepositoryState::new(&images)).await?;
        }
        held.into_iter().for_each(|(_, failure)| self.refused(failure));
        Ok(())
    }

    /// Returns the current images of the repository. `None` if the repository no longer exists.
    async fn images(&self) -> Result<Option<Vec<EcrImage>>, AwsError> {
        match self.destination.ecr.images(&self.repository.name).await {
            Ok(images) => Ok(Some(images)),
            Err(AwsError::RepositoryMissing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a tag still points to the pushed image. If not, reports the tag as unchanged.
    fn is_as_planned(&self, tag: &UndoTag, current: &RepositoryState<'_>) -> bool {
        let reason = match current.tags.get(&tag.tag) {
            Some(&digest) if *digest == tag.digest => return true,
            Some(&digest) => TagLeftReason::PointsElsewhere { to: digest.clone() },
            None => TagLeftReason::Gone,
        };
        self.left(&format!(":{}", tag.tag), ItemLeftReason::Tag(reason));
        false
    }

    /// Points a tag to its previous image again.
    async fn restore(&self, tag: &UndoTag, to: &Digest) {
        let (registry, path) = (&self.destination.registry, self.repository.name.as_str());
        let name = format!(":{}", tag.tag);
        let restored = async {
            let manifest = registry.manifest(path, to.as_str()).await?;
            // Immediately before the write: another client may have moved the tag since it was listed.
            let head = registry.manifest_head(path, tag.tag.as_str()).await?;
            let found = head.map(|head| head.digest);
            if found.as_ref() == Some(&tag.digest) {
                registry.put_manifest(path, tag.tag.as_str(), &manifest).await?;
            }
            Ok::<_, RegistryError>(found)
        };
        match restored.await {
            Ok(Some(found)) if found == tag.digest => {
                self.update_report(|report| report.tags_restored += 1);
            }
            Ok(Some(to)) => {
                self.left(&name, ItemLeftReason::Tag(TagLeftReason::PointsElsewhere { to }))
            }
            Ok(None) => self.left(&name, ItemLeftReason::Tag(TagLeftReason::Gone)),
            Err(error) => self.failed(&name, error),
        }
    }

    /// Removes tags that are as planned. Returns those that ECR keeps, because an index lists their image.
    async fn remove_tags<'t>(
        &self,
        tags: impl Iterator<Item = &'t UndoTag>,
        current: &RepositoryState<'_>,
    ) -> Result<Vec<(&'t UndoTag, DeleteFailure)>, AwsError> {
        let mut tags: Vec<_> = tags.filter(|tag| self.is_as_planned(tag, current)).collect();
        let removed: HashSet<&Tag> = tags.iter().map(|tag| &tag.tag).collect();
        tags.retain(|tag| {
            // An image that the plan keeps must still have another tag.
            let stays = tag.action == TagUndo::Remove { image: ImageUndo::HasOtherTags };
            let would_be_deleted =
                stays && current.has_only(&tag.digest, |tag| removed.contains(tag));
            if would_be_deleted {
                self.left(
                    &format!(":{}", tag.tag),
                    ItemLeftReason::Tag(TagLeftReason::ImageWouldGo),
                );
            }
            !would_be_deleted
        });
        // An image below an index is deleted after the index.
        tags.sort_by_key(|tag| !current.is_index(&tag.digest));
        // With the digest: ECR refuses a tag that another client moved since it was listed.
        let tagged = |tag: &&UndoTag| EcrImageId::Tagged {
            tag: tag.tag.clone(),
            digest: tag.digest.clone(),
        };
        let ids: Vec<_> = tags.iter().map(tagged).collect();
        let NotDeleted { ids: not_deleted, held } = self.delete(&ids).await?;
        let (kept, deleted): (Vec<_>, Vec<_>) = tags.iter().zip(&ids).partition(|(_, id)| {
            not_deleted.contains(id) || held.iter().any(|one| one.image == **id)
        });
        // An image goes with the last of its tags.
        let images: HashSet<&Digest> = deleted
            .iter()
            .filter(|(tag, _)| tag.action == TagUndo::Remove { image: ImageUndo::Goes })
            .map(|(tag, _)| &tag.digest)
            .filter(|digest| kept.iter().all(|(tag, _)| tag.digest != **digest))
            .collect();
        self.update_report(|report| {
            report.tags_removed += count(deleted.len());
            report.images_deleted += count(images.len());
        });
        let tag_of = |failure: DeleteFailure| {
            let (tag, _) = kept.iter().find(|(_, id)| **id == failure.image)?;
            Some((**tag, failure))
        };
        Ok(held.into_iter().filter_map(tag_of).collect())
    }

    /// Deletes the planned images that nothing else uses and that weren't requested before. Returns their number.
    async fn delete_images(
        &self,
        current: &RepositoryState<'_>,
        requested: &mut HashSet<Digest>,
    ) -> Result<usize, AwsError> {
        let mut to_delete: HashSet<&Digest> = HashSet::new();
        let mut ids = Vec::new();
        for image in &self.repository.images {
            let is_independent = image.of == image.digest;
            let parent_is_deleted =
                to_delete.contains(&image.of) || !current.images.contains_key(&image.of);
            if (is_independent || parent_is_deleted)
                && current.has_only(&image.digest, |tag| image.tags.contains(tag))
            {
                to_delete.insert(&image.digest);
                if requested.insert(image.digest.clone()) {
                    ids.push(EcrImageId::Digest(image.digest.clone()));
                }
            }
        }
        let NotDeleted { ids: not_deleted, held } = self.delete(&ids).await?;
        let deleted = ids.len() - not_deleted.len() - held.len();
        self.update_report(|report| report.images_deleted += count(deleted));
        held.into_iter().for_each(|failure| self.refused(failure));
        Ok(deleted)
    }

    /// Deletes images or tags. Repeats the call for images that ECR refuses because the index above them
    /// is not deleted yet. Reports what was not deleted for another reason.
    async fn delete(&self, ids: &[EcrImageId]) -> Result<NotDeleted, AwsError> {
        let mut pending = ids.to_vec();
        let (mut not_deleted, mut changed, mut held) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..MAX_DELETE_ROUNDS {
            held.clear();
            if pending.is_empty() {
                break;
            }
            let failures =
                self.destination.ecr.delete_images(&self.repository.name, &pending).await?;
            (self.add_steps)(pending.len().saturating_sub(failures.len()));
            pending.clear();
            for failure in failures {
                let is_tagged = matches!(failure.image, EcrImageId::Tagged { .. });
                if is_tagged && (failure.code == NOT_FOUND || failure.code == TAG_MOVED) {
                    changed.push(failure.image);
                } else if failure.code == NOT_FOUND {
                    (self.add_steps)(1);
                } else if failure.code == BELOW_AN_INDEX {
                    pending.push(failure.image.clone());
                    held.push(failure);
                } else {
                    not_deleted.push(failure.image.clone());
                    self.refused(failure);
                }
            }
        }
        not_deleted.extend(self.report_changed(changed).await?);
        Ok(NotDeleted { ids: not_deleted, held })
    }

    /// Reports that ECR refused to delete something.
    fn refused(&self, failure: DeleteFailure) {
        let DeleteFailure { image, code, reason: message } = failure;
        let separator = if matches!(image, EcrImageId::Digest(_)) { "@" } else { ":" };
        let action = "ecr:BatchDeleteImage".to_owned();
        let error = AwsError::Refused { action, code, message, request_id: None };
        self.failed(&format!("{separator}{image}"), error);
    }

    /// Reports the current state of tags that changed between the listing and the delete call. Returns
    /// these tags.
    async fn report_changed(&self, changed: Vec<EcrImageId>) -> Result<Vec<EcrImageId>, AwsError> {
        if changed.is_empty() {
            return Ok(changed);
        }
        let images = self.images().await?.unwrap_or_default();
        let current = RepositoryState::new(&images);
        for id in &changed {
            let EcrImageId::Tagged { tag, .. } = id else { continue };
            let reason = match current.tags.get(tag) {
                Some(&digest) => TagLeftReason::PointsElsewhere { to: digest.clone() },
                None => TagLeftReason::Gone,
            };
            self.left(&format!(":{tag}"), ItemLeftReason::Tag(reason));
            (self.add_steps)(1);
        }
        Ok(changed)
    }

    async fn delete_repository(&self) {
        match self.destination.ecr.delete_repository(&self.repository.name).await {
            Ok(()) | Err(AwsError::RepositoryMissing { .. }) => {
                let name = self.repository.name.clone();
                self.update_report(|report| report.repositories_deleted.push(name));
                (self.add_steps)(1);
            }
            Err(error) => self.failed("", error),
        }
    }
}

/// What delete calls left.
struct NotDeleted {
    /// What was reported.
    ids: Vec<EcrImageId>,
    /// What ECR keeps because an index lists it.
    held: Vec<DeleteFailure>,
}

/// The tags and images of a repository right before it is changed.
struct RepositoryState<'a> {
    tags: HashMap<&'a Tag, &'a Digest>,
    images: HashMap<&'a Digest, &'a EcrImage>,
}

impl<'a> RepositoryState<'a> {
    fn new(images: &'a [EcrImage]) -> Self {
        let tags = |image: &'a EcrImage| image.tags.iter().map(|tag| (tag, &image.digest));
        Self {
            tags: images.iter().flat_map(tags).collect(),
            images: images.iter().map(|image| (&image.digest, image)).collect(),
        }
    }

    fn is_index(&self, digest: &Digest) -> bool {
        let found = self.images.get(digest).and_then(|image| image.media_type.as_deref());
        found.is_some_and(|found| {
            found == media_type::OCI_INDEX || found == media_type::DOCKER_INDEX
        })
    }

    /// Whether an image exists and all its tags satisfy `predicate`.
    fn has_only(&self, digest: &Digest, predicate: impl Fn(&Tag) -> bool) -> bool {
        let image = self.images.get(digest);
        image.is_some_and(|image| image.unreadable_tags == 0 && image.tags.iter().all(predicate))
    }
}
