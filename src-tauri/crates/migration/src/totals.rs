//! The sums of a plan.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::there::RepositoryHolds;
use super::{Action, PlannedImage, PlannedRepository, Route};
use transload_model::{Digest, Encryption, RepositoryName};
use transload_registry::PullQuota;

/// The sums of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanTotals {
    /// Repositories to create.
    pub repositories_to_create: u32,
    /// Images to move.
    pub images_to_move: u32,
    /// Images that are there, or stay by choice.
    pub images_unchanged: u32,
    /// Images that need a choice.
    pub conflicts: u32,
    /// Images that cannot be moved.
    pub refused: u32,
    /// Bytes that the account receives: each layer once for each repository that doesn't have it, or
    /// once for all that can share it where blob mounting is on. Signatures and other referrers, and the
    /// manifests themselves, are not counted.
    pub upload_bytes: u64,
    /// Whether ECR takes layers from its other repositories, if that is known.
    pub blob_mounting: Option<bool>,
    /// Bytes of all images to move, each shared layer counted once, without what is there already.
    pub unique_bytes: u64,
    /// Bytes that ECR keeps in addition: a layer that goes to two repositories counts twice.
    pub stored_bytes: u64,
    /// Bytes of images to move that their repositories hold already.
    pub there_bytes: u64,
    /// Bytes that need not be sent where ECR takes layers from its other repositories: they go to
    /// several with the same encryption, or one of those holds them.
    pub mountable_bytes: u64,
    /// Tags of signatures, attestations and SBOMs that will be written beside the images.
    pub referrer_tags: u32,
    /// Tags of such that point to another one at the destination, which is kept.
    pub referrer_tags_kept: u32,
    /// Images to move whose signatures could not be looked for yet.
    pub referrers_unknown: u32,
}

/// A pull quota with what a plan needs of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeededQuota {
    /// Pulls that are needed.
    pub needed: u32,
    /// What the registry told.
    pub quota: PullQuota,
}

/// The sums. `holds` is what existing repositories hold already, as far as that is known.
pub(super) fn totals(
    repositories: &[PlannedRepository],
    images: &[PlannedImage],
    holds: &BTreeMap<RepositoryName, RepositoryHolds>,
    blob_mounting: Option<bool>,
) -> PlanTotals {
    let mut totals = PlanTotals { blob_mounting, ..PlanTotals::default() };
    let mut layers: BTreeMap<&RepositoryName, HashMap<&Digest, u64>> = BTreeMap::new();
    let mut unpacked = 0;
    for image in images {
        match &image.action {
            Action::Move | Action::Overwrite => totals.images_to_move += 1,
            Action::AlreadyThere | Action::KeepExisting => totals.images_unchanged += 1,
            Action::Conflict { .. } => totals.conflicts += 1,
            Action::Refused { .. } => totals.refused += 1,
        }
        if image.action.moves() {
            add_referrers(&mut totals, image);
            match &image.content {
                Some(content) => {
                    let blobs = content.blobs.iter().map(|(digest, size)| (digest, *size));
                    layers.entry(&image.repository).or_default().extend(blobs);
                }
                None => unpacked += image.size_bytes,
            }
        }
    }
    let count = repositories.iter().filter(|repository| !repository.exists).count();
    totals.repositories_to_create = u32::try_from(count).unwrap_or(u32::MAX);
    add_bytes(&mut totals, repositories, &layers, holds);
    totals.unique_bytes += unpacked;
    totals.stored_bytes += unpacked;
    totals.upload_bytes = totals.stored_bytes;
    if blob_mounting == Some(true) {
        totals.upload_bytes -= totals.mountable_bytes;
    }
    totals
}

fn add_referrers(totals: &mut PlanTotals, image: &PlannedImage) {
    let count = |tags: usize| u32::try_from(tags).unwrap_or(u32::MAX);
    match &image.referrer_tags {
        Some(tags) => {
            totals.referrer_tags += count(tags.iter().filter(|tag| tag.is_written()).count());
            totals.referrer_tags_kept += count(tags.iter().filter(|tag| tag.is_kept()).count());
        }
        None if image.route == Route::RegistryToRegistry => totals.referrers_unknown += 1,
        // The Docker Engine has no signatures.
        None => {}
    }
}

/// Sums up the layers of each repository.
fn add_bytes(
    totals: &mut PlanTotals,
    repositories: &[PlannedRepository],
    layers: &BTreeMap<&RepositoryName, HashMap<&Digest, u64>>,
    holds: &BTreeMap<RepositoryName, RepositoryHolds>,
) {
    let encryption: HashMap<_, _> =
        repositories.iter().map(|known| (&known.name, &known.settings.encryption)).collect();
    let mut seen: HashSet<&Digest> = HashSet::new();
    // A layer can be taken from a repository that is encrypted in the same way. Source: Amazon ECR
    // user guide, "Blob mounting".
    let mut with_same: HashSet<(&Digest, Option<&Encryption>)> = HashSet::new();
    for (name, layers) in layers {
        let held = holds.get(name).map(|holds| &holds.layers);
        for digest in layers.keys().filter(|digest| held.is_some_and(|held| held.contains(digest)))
        {
            with_same.insert((digest, encryption.get(name).copied()));
        }
    }
    for (name, layers) in layers {
        let held = holds.get(name).map(|holds| &holds.layers);
        for (digest, size_bytes) in layers {
            if held.is_some_and(|held| held.contains(digest)) {
                totals.there_bytes += size_bytes;
                continue;
            }
            totals.stored_bytes += size_bytes;
            if seen.insert(digest) {
                totals.unique_bytes += size_bytes;
            }
            if !with_same.insert((digest, encryption.get(name).copied())) {
                totals.mountable_bytes += size_bytes;
            }
        }
    }
}

/// How many pulls of Docker Hub the images need; each manifest of an image is one.
pub(super) fn pulls(images: &[PlannedImage]) -> u32 {
    let moving = images.iter().filter(|image| image.action.moves());
    // One that was not read yet needs at least one.
    let pulls: usize =
        moving.map(|image| image.content.as_ref().map_or(1, |content| content.pulls)).sum();
    u32::try_from(pulls).unwrap_or(u32::MAX)
}
