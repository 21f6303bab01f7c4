//! Carries out the plan of a deletion in one repository: exactly what the plan shows, or less. The repository is listed
//! again first. An image whose tags changed since the plan stays, with everything that would have gone with it.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::deletion_plan::{ImageToDelete, RepositoryDeletionPlan, TagToDelete};
use transload_aws::{AwsError, DeleteFailure, EcrExplorer, EcrImage, EcrImageId};
use transload_model::Digest;

/// Images per call. Source: the maximum of `imageIds` of BatchDeleteImage in ECR's API reference.
const BATCH_SIZE: usize = 100;
/// ECR's code for an image that an index lists. Source: `failureCode` of BatchDeleteImage.
const BELOW_AN_INDEX: &str = "ImageReferencedByManifestList";
/// ECR's code for an image that doesn't exist. Source: `failureCode` of BatchDeleteImage.
const NOT_FOUND: &str = "ImageNotFound";

/// What a deletion did in one repository.
#[derive(Debug, Default)]
pub struct DeletionOutcome {
    /// Images that no longer exist.
    pub deleted: Vec<Digest>,
    /// Whether the planned tag was deleted.
    pub tag_deleted: bool,
    /// Images that stay, with the reason.
    pub left: Vec<LeftImage>,
    pub repository_deleted: bool,
    /// The error that ended the deletion early.
    pub error: Option<AwsError>,
    /// Whether the user stopped it before everything was requested.
    pub stopped: bool,
}

#[derive(Debug)]
pub struct LeftImage {
    pub digest: Digest,
    pub why: LeftReason,
}

/// Why a deletion left an image.
#[derive(Debug)]
pub enum LeftReason {
    /// Its tags, or those of the image that it goes with, aren't those of the plan. The tags that it has now.
    Changed { tags: Vec<String> },
    /// ECR refused it.
    Refused(DeleteFailure),
}

/// Deletes what a plan shows, up to 100 images per call. `is_stopped` is asked before each call. `progress` receives the
/// number of images, tags and repositories that are finished since the last time.
pub async fn delete_planned(
    ecr: &dyn EcrExplorer,
    plan: &RepositoryDeletionPlan,
    is_stopped: &(dyn Fn() -> bool + Sync),
    progress: &(dyn Fn(usize) + Sync),
) -> DeletionOutcome {
    let mut outcome = DeletionOutcome::default();
    if let Err(error) = carry_out(ecr, plan, is_stopped, progress, &mut outcome).await {
        outcome.error = Some(error);
    }
    outcome
}

async fn carry_out(
    ecr: &dyn EcrExplorer,
    plan: &RepositoryDeletionPlan,
    is_stopped: &(dyn Fn() -> bool + Sync),
    progress: &(dyn Fn(usize) + Sync),
    outcome: &mut DeletionOutcome,
) -> Result<(), AwsError> {
    if let Some(planned) = &plan.tag {
        let id = EcrImageId::Digest(planned.digest.clone());
        let current = ecr.described_image(&plan.name, &id).await?;
        if current.as_ref().is_some_and(|image| has_another_tag(image, planned)) {
            let (tag, digest) = (planned.tag.clone(), planned.digest.clone());
            let left = ecr.delete_images(&plan.name, &[EcrImageId::Tagged { tag, digest }]).await?;
            outcome.tag_deleted = left.is_empty();
            outcome.left.extend(left.into_iter().map(|failure| LeftImage {
                digest: planned.digest.clone(),
                why: LeftReason::Refused(failure),
            }));
        } else {
            let tags = current.iter().flat_map(|image| &image.tags).map(ToString::to_string);
            outcome.left.push(LeftImage {
                digest: planned.digest.clone(),
                why: LeftReason::Changed { tags: tags.collect() },
            });
        }
        progress(1);
    }
    if !plan.images.is_empty() {
        let current = match ecr.all_images(&plan.name).await {
            Ok(images) => images,
            Err(AwsError::RepositoryMissing { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let (wanted, changed) = unchanged(&plan.images, &current);
        let gone = plan.images.len() - wanted.len() - changed.len();
        progress(gone + changed.len());
        let mut queue = DeletionQueue::new(wanted);
        let requested = request_all(ecr, plan, &mut queue, is_stopped, progress).await;
        outcome.stopped = queue.has_pending() && requested.is_ok();
        let present: HashSet<&Digest> = current.iter().map(|image| &image.digest).collect();
        let gone = plan.images.iter().map(|image| &image.digest);
        outcome.deleted = gone.filter(|digest| !present.contains(digest)).cloned().collect();
        outcome.deleted.append(&mut queue.deleted);
        outcome.left.extend(changed);
        outcome.left.extend(
            queue
                .left
                .into_iter()
                .map(|(digest, failure)| LeftImage { digest, why: LeftReason::Refused(failure) }),
        );
        requested?;
    }
    if plan.deletes_repository && outcome.left.is_empty() && !outcome.stopped {
        if is_stopped() {
            outcome.stopped = true;
            return Ok(());
        }
        // Never forced: ECR keeps a repository to which someone pushed since it was listed.
        match ecr.delete_repository(&plan.name).await {
            Ok(()) | Err(AwsError::RepositoryMissing { .. }) => outcome.repository_deleted = true,
            Err(error) => return Err(error),
        }
        progress(1);
    }
    Ok(())
}

/// Whether an image still has the planned tag, and another one. With the last tag, ECR would delete the image, which
/// isn't planned.
fn has_another_tag(image: &EcrImage, planned: &TagToDelete) -> bool {
    image.tags.contains(&planned.tag) && (image.tags.len() > 1 || image.unreadable_tags > 0)
}

async fn request_all(
    ecr: &dyn EcrExplorer,
    plan: &RepositoryDeletionPlan,
    queue: &mut DeletionQueue,
    is_stopped: &(dyn Fn() -> bool + Sync),
    progress: &(dyn Fn(usize) + Sync),
) -> Result<(), AwsError> {
    while !is_stopped()
        && let Some(batch) = queue.next_batch()
    {
        let ids: Vec<EcrImageId> = batch.iter().cloned().map(EcrImageId::Digest).collect();
        match ecr.delete_images(&plan.name, &ids).await {
            Ok(failures) => progress(queue.record(batch, failures)),
            Err(error) => {
                queue.put_back(batch);
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Splits planned images into those that are as planned, in order, and those that changed. Images that no longer exist
/// are in neither.
fn unchanged(planned: &[ImageToDelete], current: &[EcrImage]) -> (Vec<Digest>, Vec<LeftImage>) {
    let current: HashMap<&Digest, &EcrImage> =
        current.iter().map(|image| (&image.digest, image)).collect();
    let tags_of = |image: &EcrImage| {
        let mut tags: Vec<String> = image.tags.iter().map(ToString::to_string).collect();
        tags.sort();
        tags
    };
    let mut changed: HashMap<&Digest, Vec<String>> = HashMap::new();
    for image in planned {
        let Some(found) = current.get(&image.digest) else { continue };
        let mut tags = image.tags.clone();
        tags.sort();
        let now = tags_of(found);
        if tags != now {
            changed.insert(&image.digest, now);
        }
    }
    let (mut wanted, mut left) = (Vec::new(), Vec::new());
    for image in planned.iter().filter(|image| current.contains_key(&image.digest)) {
        match changed.get(&image.digest).or_else(|| changed.get(&image.goes_with)) {
            Some(tags) => left.push(LeftImage {
                digest: image.digest.clone(),
                why: LeftReason::Changed { tags: tags.clone() },
            }),
            None => wanted.push(image.digest.clone()),
        }
    }
    (wanted, left)
}

/// The images that are still to be requested, in rounds: an image that ECR keeps because an index lists it is requested
/// again in the next round, as long as the last one deleted something.
struct DeletionQueue {
    pending: VecDeque<Digest>,
    /// Images of this round that an index keeps.
    held: Vec<(Digest, DeleteFailure)>,
    deleted_in_round: usize,
    deleted: Vec<Digest>,
    left: Vec<(Digest, DeleteFailure)>,
}

impl DeletionQueue {
    fn new(images: Vec<Digest>) -> Self {
        Self {
            pending: images.into(),
            held: Vec::new(),
            deleted_in_round: 0,
            deleted: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Returns the images of the next call, in order. `None` at the end.
    fn next_batch(&mut self) -> Option<Vec<Digest>> {
        if self.pending.is_empty() && !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            if self.deleted_in_round == 0 {
                self.left.extend(held);
            } else {
                self.pending.extend(held.into_iter().map(|(digest, _)| digest));
            }
            self.deleted_in_round = 0;
        }
        let batch: Vec<Digest> = self.pending.drain(..self.pending.len().min(BATCH_SIZE)).collect();
        (!batch.is_empty()).then_some(batch)
    }

    /// Records the answer to a call. Returns the number of images that are finished.
    fn record(&mut self, batch: Vec<Digest>, failures: Vec<DeleteFailure>) -> usize {
        let mut failed: HashMap<String, DeleteFailure> =
            failures.into_iter().map(|failure| (failure.image.to_string(), failure)).collect();
        let held_before = self.held.len();
        let requested = batch.len();
        for digest in batch {
            match failed.remove(digest.as_str()) {
                // Someone else deleted it.
                Some(failure) if failure.code == NOT_FOUND => self.deleted.push(digest),
                Some(failure) if failure.code == BELOW_AN_INDEX => {
                    self.held.push((digest, failure))
                }
                Some(failure) => self.left.push((digest, failure)),
                None => {
                    self.deleted.push(digest);
                    self.deleted_in_round += 1;
                }
            }
        }
        requested - (self.held.len() - held_before)
    }

    /// Puts back the images of a call that failed.
    fn put_back(&mut self, batch: Vec<Digest>) {
        batch.into_iter().rev().for_each(|digest| self.pending.push_front(digest));
    }

    /// Whether images were not requested, or wait for the next round.
    fn has_pending(&self) -> bool {
        !self.pending.is_empty() || !self.held.is_empty()
    }
}

#[cfg(test)]
mod tests;
