//! The sums of a plan.

use std::collections::{BTreeMap, HashMap};

use super::{Action, PlannedImage, PlannedRepository};
use crate::model::{Digest, RepositoryName};
use crate::registry::PullQuota;

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
    /// Bytes of all images to move, each shared layer counted once.
    pub unique_bytes: u64,
    /// Bytes that ECR keeps in addition: a layer that goes to two repositories counts twice.
    pub stored_bytes: u64,
}

/// A pull quota with what a plan needs of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeededQuota {
    /// Pulls that are needed.
    pub needed: u32,
    /// What the registry told.
    pub quota: PullQuota,
}

pub(super) fn totals(repositories: &[PlannedRepository], images: &[PlannedImage]) -> PlanTotals {
    let mut totals = PlanTotals::default();
    let mut unique: HashMap<Digest, u64> = HashMap::new();
    let mut stored: BTreeMap<&RepositoryName, HashMap<Digest, u64>> = BTreeMap::new();
    let mut unpacked = 0;
    for image in images {
        match &image.action {
            Action::Move | Action::Overwrite => totals.images_to_move += 1,
            Action::AlreadyThere | Action::KeepExisting => totals.images_unchanged += 1,
            Action::Conflict { .. } => totals.conflicts += 1,
            Action::Refused { .. } => totals.refused += 1,
        }
        if image.action.moves() {
            match image.tree.get() {
                Some(tree) => {
                    let blobs = tree.blobs();
                    stored.entry(&image.repository).or_default().extend(blobs.clone());
                    unique.extend(blobs);
                }
                None => unpacked += image.size_bytes,
            }
        }
    }
    let count = repositories.iter().filter(|repository| !repository.exists).count();
    totals.repositories_to_create = u32::try_from(count).unwrap_or(u32::MAX);
    totals.unique_bytes = unique.values().sum::<u64>() + unpacked;
    totals.stored_bytes = stored.values().flat_map(HashMap::values).sum::<u64>() + unpacked;
    totals
}

/// How many pulls of Docker Hub the images need; each manifest of an image is one.
pub(super) fn pulls(images: &[PlannedImage]) -> u32 {
    let moving = images.iter().filter(|image| image.action.moves());
    // One that was not read yet needs at least one.
    let pulls: usize =
        moving.map(|image| image.tree.get().map_or(1, |tree| tree.image_manifests())).sum();
    u32::try_from(pulls).unwrap_or(u32::MAX)
}
