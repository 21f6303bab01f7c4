//! Puts back images that a deletion deleted: the dry run, and its execution. ECR deletes the layers of a deleted image at
//! a time that it doesn't document, so an image can be put back only as long as the repository still holds them.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::deletion_plan::{ImageToDelete, TagToDelete};
use crate::kind::ImageKind;
use crate::manifest_facts::ManifestFacts;
use transload_aws::{AwsError, EcrExplorer, EcrImage, EcrImageId, EcrManifest};
use transload_model::{Digest, RepositoryName, Tag};

/// What a restore does in one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryRestorePlan {
    pub name: RepositoryName,
    /// The images that are pushed, in the order that ECR requires: images, indexes, referrers.
    pub images: Vec<ImageToRestore>,
    /// What can't be restored.
    pub left: Vec<NotRestorable>,
}

/// An image that is pushed again, or that exists and gets tags again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct ImageToRestore {
    pub digest: Digest,
    pub kind: ImageKind,
    pub tags: Vec<String>,
    /// Whether the image exists, and lacks only its tags.
    pub exists: bool,
}

/// A deleted image, or one of its tags, that can't be restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct NotRestorable {
    pub digest: Digest,
    pub tags: Vec<String>,
    pub why: NotRestorableReason,
}

/// Why something can't be restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum NotRestorableReason {
    /// The repository no longer exists.
    RepositoryMissing,
    /// Its manifest couldn't be read before the deletion.
    ManifestNotKept,
    /// ECR deleted this many of its layers.
    LayersGone { count: u64 },
    /// An image of the index can't be restored.
    PartGone { digest: Digest },
    /// Another image has the tag now. The image is restored without it.
    TagTaken { tag: String },
}

/// An image that was deleted with its tags, or that lost a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedImage {
    pub digest: Digest,
    pub kind: ImageKind,
    pub tags: Vec<String>,
}

impl From<&ImageToDelete> for DeletedImage {
    fn from(image: &ImageToDelete) -> Self {
        Self { digest: image.digest.clone(), kind: image.kind, tags: image.tags.clone() }
    }
}

impl From<&TagToDelete> for DeletedImage {
    fn from(tag: &TagToDelete) -> Self {
        Self { digest: tag.digest.clone(), kind: tag.kind, tags: vec![tag.tag.to_string()] }
    }
}

/// Returns the images that exist and get a tag again, but whose manifest wasn't kept: they must be read first.
pub fn to_read<'a>(
    deleted: &[DeletedImage],
    facts: &HashMap<Digest, ManifestFacts>,
    current: &'a [EcrImage],
) -> Vec<&'a EcrImage> {
    let held: HashSet<&str> =
        current.iter().flat_map(|image| &image.tags).map(Tag::as_str).collect();
    let lack_tag: HashSet<&Digest> = deleted
        .iter()
        .filter(|one| one.tags.iter().any(|tag| !held.contains(tag.as_str())))
        .map(|one| &one.digest)
        .collect();
    let is_unread = |image: &&EcrImage| !facts.contains_key(&image.digest);
    current.iter().filter(is_unread).filter(|image| lack_tag.contains(&image.digest)).collect()
}

/// Returns the layers and configurations of deleted images.
pub fn needed_layers<'a>(
    deleted: impl Iterator<Item = &'a DeletedImage>,
    facts: &HashMap<Digest, ManifestFacts>,
) -> Vec<Digest> {
    let blobs = deleted.filter_map(|image| facts.get(&image.digest)).flat_map(|one| &one.blobs);
    let needed: HashSet<Digest> = blobs.map(|(digest, _)| digest.clone()).collect();
    needed.into_iter().collect()
}

/// Plans a restore in one repository. `deleted` are the images, or their tags, in the order of their deletion, `facts`
/// those of the manifests that were kept, `current` the images now, or `None` if the repository doesn't exist, and
/// `layers` those that it still holds.
pub fn restore_plan(
    name: &RepositoryName,
    deleted: &[DeletedImage],
    facts: &HashMap<Digest, ManifestFacts>,
    current: Option<&[EcrImage]>,
    layers: &HashSet<Digest>,
) -> RepositoryRestorePlan {
    let mut plan =
        RepositoryRestorePlan { name: name.clone(), images: Vec::new(), left: Vec::new() };
    let images = current.unwrap_or_default();
    let holder_of: HashMap<&str, &Digest> = images
        .iter()
        .flat_map(|image| image.tags.iter().map(move |tag| (tag.as_str(), &image.digest)))
        .collect();
    // Images that exist, or will.
    let mut present: HashSet<&Digest> = images.iter().map(|image| &image.digest).collect();
    for image in parts_first(deleted, facts) {
        let missing = |facts: &ManifestFacts| {
            let gone = facts.blobs.iter().filter(|(digest, _)| !layers.contains(digest)).count();
            let part = facts.children.iter().find(|child| !present.contains(&child.digest));
            match (gone, part) {
                (0, None) => None,
                (0, Some(part)) => {
                    Some(NotRestorableReason::PartGone { digest: part.digest.clone() })
                }
                (count, _) => Some(NotRestorableReason::LayersGone { count: count as u64 }),
            }
        };
        let exists = present.contains(&image.digest);
        let lacks_tag = image.tags.iter().any(|tag| !holder_of.contains_key(tag.as_str()));
        let why = match facts.get(&image.digest) {
            _ if current.is_none() => Some(NotRestorableReason::RepositoryMissing),
            _ if exists && !lacks_tag => None,
            None => Some(NotRestorableReason::ManifestNotKept),
            Some(_) if exists => None,
            Some(facts) => missing(facts),
        };
        if let Some(why) = why {
            let tags = image.tags.clone();
            plan.left.push(NotRestorable { digest: image.digest.clone(), tags, why });
            continue;
        }
        let mut tags = Vec::new();
        for tag in &image.tags {
            match holder_of.get(tag.as_str()) {
                Some(holder) if **holder == image.digest => {}
                Some(_) => plan.left.push(NotRestorable {
                    digest: image.digest.clone(),
                    tags: Vec::new(),
                    why: NotRestorableReason::TagTaken { tag: tag.clone() },
                }),
                None => tags.push(tag.clone()),
            }
        }
        if !exists || !tags.is_empty() {
            let (digest, kind) = (image.digest.clone(), image.kind);
            plan.images.push(ImageToRestore { digest, kind, tags, exists });
        }
        present.insert(&image.digest);
    }
    plan
}

/// Sorts deleted images in the order in which ECR accepts them: the images of an index before it. A deletion goes from
/// referrers to images, so the rest goes backward. The order of the deletion alone isn't enough: what an index lists may
/// not have been known then.
fn parts_first<'a>(
    deleted: &'a [DeletedImage],
    facts: &HashMap<Digest, ManifestFacts>,
) -> Vec<&'a DeletedImage> {
    let by_digest: HashMap<&Digest, &DeletedImage> =
        deleted.iter().map(|image| (&image.digest, image)).collect();
    let (mut ordered, mut seen) = (Vec::new(), HashSet::new());
    // An index is pushed to the stack twice: before its images, and to be added after them.
    let mut stack: Vec<(&DeletedImage, bool)> =
        deleted.iter().map(|image| (image, false)).collect();
    while let Some((image, is_after_parts)) = stack.pop() {
        if is_after_parts {
            ordered.push(image);
        } else if seen.insert(&image.digest) {
            stack.push((image, true));
            let children = facts.get(&image.digest).into_iter().flat_map(|facts| &facts.children);
            let parts = children.filter_map(|child| by_digest.get(&child.digest).copied());
            stack.extend(parts.map(|part| (part, false)));
        }
    }
    ordered
}

/// What a restore did in one repository.
#[derive(Debug, Default)]
pub struct RestoreOutcome {
    /// Number of images that were pushed again.
    pub images: usize,
    /// Number of tags that were set again on images that exist.
    pub tags: usize,
    pub failed: Vec<(Digest, RestoreFailure)>,
    /// Whether the user stopped it before every image was pushed.
    pub stopped: bool,
}

impl RestoreOutcome {
    /// Counts an image that was pushed so often, once under each of its tags.
    fn add(&mut self, image: &ImageToRestore, writes: usize) {
        match image.exists {
            true => self.tags += writes,
            false => self.images += writes.min(1),
        }
    }
}

/// Why an image, or one of its tags, wasn't restored.
#[derive(Debug)]
pub enum RestoreFailure {
    /// Another image got the tag after the restore was planned. The tag stays.
    TagTaken {
        tag: Tag,
        digest: Digest,
    },
    Refused(AwsError),
}

/// Pushes the planned images one after another. A failed one doesn't stop the others, but an index fails without its
/// images. Each tag is read again right before it is written. `is_stopped` is asked before each image. `progress` is
/// called after each.
pub async fn restore_planned(
    ecr: &dyn EcrExplorer,
    plan: &RepositoryRestorePlan,
    manifests: &HashMap<Digest, EcrManifest>,
    is_stopped: &(dyn Fn() -> bool + Sync),
    progress: &(dyn Fn() + Sync),
) -> RestoreOutcome {
    let mut outcome = RestoreOutcome::default();
    for image in &plan.images {
        // The plan contains only images whose manifest was kept.
        let Some(manifest) = manifests.get(&image.digest) else { continue };
        if is_stopped() {
            outcome.stopped = true;
            break;
        }
        let (writes, failures) = put(ecr, &plan.name, manifest, image).await;
        outcome.add(image, writes);
        outcome.failed.extend(failures.into_iter().map(|why| (image.digest.clone(), why)));
        progress();
    }
    outcome
}

/// Pushes a manifest under its tags. Returns how often it was pushed, and why not under the other tags. A refused request
/// is the last one of the image.
async fn put(
    ecr: &dyn EcrExplorer,
    name: &RepositoryName,
    manifest: &EcrManifest,
    image: &ImageToRestore,
) -> (usize, Vec<RestoreFailure>) {
    let (mut writes, mut failures) = (0, Vec::new());
    for tag in image.tags.iter().filter_map(|tag| Tag::parse(tag).ok()) {
        match put_tag(ecr, name, manifest, &tag).await {
            Ok(None) => writes += 1,
            Ok(Some(digest)) => failures.push(RestoreFailure::TagTaken { tag, digest }),
            Err(error) => {
                failures.push(RestoreFailure::Refused(error));
                return (writes, failures);
            }
        }
    }
    if writes == 0 && !image.exists {
        match ecr.put_image(name, manifest, None).await {
            Ok(()) => writes = 1,
            Err(error) => failures.push(RestoreFailure::Refused(error)),
        }
    }
    (writes, failures)
}

/// Pushes a manifest under a tag, unless the tag points to another image now. Returns the digest of that image.
async fn put_tag(
    ecr: &dyn EcrExplorer,
    name: &RepositoryName,
    manifest: &EcrManifest,
    tag: &Tag,
) -> Result<Option<Digest>, AwsError> {
    let holder = ecr.described_image(name, &EcrImageId::Tag(tag.clone())).await?;
    match holder.filter(|holder| holder.digest != manifest.digest) {
        Some(holder) => Ok(Some(holder.digest)),
        None => ecr.put_image(name, manifest, Some(tag)).await.map(|()| None),
    }
}

#[cfg(test)]
mod tests;
