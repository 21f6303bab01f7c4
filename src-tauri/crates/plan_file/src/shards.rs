//! A plan file in parts, so that several machines run it side by side.

use std::collections::HashSet;

use transload_contract::{LifecycleForecast, PlanFile, ReportPart, Shard};
use transload_errors::ApiError;
use transload_migration::ShardImage;
use transload_model::Digest;

/// Returns the part of the plan that a run of a file is. Without a shard, it is the only part.
pub fn part_of(file: &PlanFile, shard: Option<Shard>) -> Result<ReportPart, ApiError> {
    let shard = shard.unwrap_or(Shard::WHOLE);
    // Of the content and not of the bytes: a file that was only formatted again is the same plan.
    let content =
        serde_json::to_vec(file).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(ReportPart {
        plan: Digest::of(&content).to_string(),
        part: Some(shard.part()),
        parts: shard.parts(),
        plan_images: u32::try_from(file.plan.images.len()).unwrap_or(u32::MAX),
    })
}

/// Removes all other parts from a plan. All parts together are the plan, and no image is in two.
pub fn keep_part(file: &mut PlanFile, shard: Shard) {
    let PlanFile { plan, layer_groups, .. } = file;
    let mut selected = {
        // Where a lifecycle policy may expire images, the order of the pushes decides which.
        let ordered = plan.repositories.iter().filter(|repository| {
            !matches!(repository.lifecycle, LifecycleForecast::NothingExpires)
        });
        let ordered: HashSet<&str> = ordered.map(|repository| repository.name.as_str()).collect();
        let images = plan.images.iter().map(|image| ShardImage {
            repository: &image.repository,
            tag: &image.tag,
            digest: image.source_digest.as_deref(),
            size_bytes: image.size_bytes.unwrap_or_default(),
            is_ordered: ordered.contains(image.repository.as_str()),
        });
        shard.select(&images.collect::<Vec<_>>(), layer_groups).into_iter()
    };
    plan.images.retain(|_| selected.next().unwrap_or(false));
    let kept: HashSet<&str> = plan.images.iter().map(|image| image.repository.as_str()).collect();
    plan.repositories.retain(|repository| kept.contains(repository.name.as_str()));
}
