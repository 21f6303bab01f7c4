//! The totals of a plan: counts of images and bytes to upload, store and mount. Pure:
//! `make_plan` computes them last.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::facts::RepositoryState;
use crate::plan::{Action, PlanTotals, PlannedImage, PlannedRepository, Route};
use transload_model::{Encryption, PackedDigest, Reported, RepositoryName};

/// Computes the totals. `states` is what existing repositories contain, where it is known.
pub(crate) fn totals(
    repositories: &[PlannedRepository],
    images: &[PlannedImage],
    states: &BTreeMap<RepositoryName, RepositoryState>,
    blob_mounting: Option<bool>,
) -> PlanTotals {
    let mut totals = PlanTotals { blob_mounting, ..PlanTotals::default() };
    let mut layers: BTreeMap<&RepositoryName, HashMap<&PackedDigest, u64>> = BTreeMap::new();
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
    add_bytes(&mut totals, repositories, &layers, states);
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
        // The Docker Engine stores no signatures.
        None => {}
    }
}

fn add_bytes(
    totals: &mut PlanTotals,
    repositories: &[PlannedRepository],
    layers: &BTreeMap<&RepositoryName, HashMap<&PackedDigest, u64>>,
    states: &BTreeMap<RepositoryName, RepositoryState>,
) {
    let encryption: HashMap<_, _> =
        repositories.iter().map(|known| (&known.name, &known.settings.encryption)).collect();
    let mut seen: HashSet<&PackedDigest> = HashSet::new();
    // A layer can be mounted only from a repository with the same encryption. Source: Amazon ECR
    // user guide, "Blob mounting".
    let mut with_same: HashSet<(&PackedDigest, Option<&Reported<Encryption>>)> = HashSet::new();
    for (name, layers) in layers {
        let existing = states.get(name).map(|state| &state.layers);
        for digest in layers
            .keys()
            .filter(|digest| existing.is_some_and(|existing| existing.contains(digest)))
        {
            with_same.insert((digest, encryption.get(name).copied()));
        }
    }
    for (name, layers) in layers {
        let existing = states.get(name).map(|state| &state.layers);
        for (digest, size_bytes) in layers {
            if existing.is_some_and(|existing| existing.contains(digest)) {
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

/// Returns how many Docker Hub pulls the images need: one for each manifest of an image.
pub(crate) fn pulls(images: &[PlannedImage]) -> u32 {
    let moving = images.iter().filter(|image| image.action.moves());
    // An image whose manifests were not read needs at least one.
    let pulls: usize =
        moving.map(|image| image.content.as_ref().map_or(1, |content| content.pulls)).sum();
    u32::try_from(pulls).unwrap_or(u32::MAX)
}
