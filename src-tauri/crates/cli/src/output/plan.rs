//! The result of `plan`: the images that need attention, lifecycle effects, and the totals.

use indicatif::DecimalBytes;
use transload_contract::{
    DestinationIdentity, EngineOutcome, MigrationPlan, PlanRemark, PlanTotals, PlannedAction,
    PlannedImage,
};

use crate::output::{counted, lifecycle, line, message_with_code};

/// Prints a plan.
pub fn print(plan: &MigrationPlan) {
    line(&destination(&plan.destination));
    for text in plan.images.iter().filter_map(image_line) {
        line(&text);
    }
    for text in lifecycle::lines(plan) {
        line(&text);
    }
    line(&totals_line(&plan.totals));
    print_referrers(plan);
    if let Some(quota) = &plan.pull_quota {
        let left = quota.left.map_or("no limit".to_owned(), |left| format!("{left} left"));
        line(&format!("Docker Hub pulls: {} required, {left}", quota.needed));
    }
}

/// Formats a destination.
pub fn destination(planned: &DestinationIdentity) -> String {
    let DestinationIdentity { account_id, region, registry, .. } = planned;
    let mut text =
        format!("destination: account {account_id}, region {region}, registry {registry}");
    for (what, endpoint) in
        [("ECR endpoint", &planned.ecr_endpoint), ("registry endpoint", &planned.registry_endpoint)]
    {
        if let Some(endpoint) = endpoint {
            text += &format!(", {what} {endpoint}");
        }
    }
    text
}

/// Returns a line for images that need attention, and for images of a Docker Engine, whose digest can
/// change. The others are only counted.
fn image_line(image: &PlannedImage) -> Option<String> {
    let text = match &image.action {
        PlannedAction::Conflict { .. } => format!("CONFLICT {}", image.destination),
        PlannedAction::Refused { error } => {
            format!("REFUSED  {}  {}", image.source, message_with_code(error))
        }
        PlannedAction::Overwrite => {
            let current = image.destination_digest.as_deref().unwrap_or("-");
            let text = format!("replace  {}  currently {current}", image.destination);
            match engine_outcome(image) {
                Some(outcome) => format!("{text}  {outcome}"),
                None => text,
            }
        }
        PlannedAction::Move if image.remarks.contains(&PlanRemark::BuildCache) => {
            format!("copy     {}  build cache; --skip-build-caches skips it", image.source)
        }
        PlannedAction::Move => format!("copy     {}  {}", image.source, engine_outcome(image)?),
        PlannedAction::AlreadyThere | PlannedAction::KeepExisting => return None,
    };
    Some(text)
}

/// Describes what the Docker Engine will push for an image.
fn engine_outcome(image: &PlannedImage) -> Option<String> {
    let engine = image.engine.as_ref()?;
    let platforms = image.platforms.join(", ");
    Some(match engine.outcome {
        EngineOutcome::Whole => format!("same digest: {platforms}"),
        EngineOutcome::Part => {
            let digest = image.source_digest.as_deref().unwrap_or("-");
            let all = engine.index_platforms.len().max(1);
            let left = if engine.attestations_stay { ", without its attestation" } else { "" };
            format!("only {platforms} of {all} platforms in the index{left}, as {digest}")
        }
        EngineOutcome::SeenWhileSending => format!(
            "the index if the engine holds all of it, otherwise only {platforms}; known after the push"
        ),
        EngineOutcome::Mounted => {
            "same digest; the registry mounts the layers, which the engine doesn't hold".to_owned()
        }
        EngineOutcome::Repacked => {
            format!("repacked by the engine: {platforms}, same content, different digest")
        }
    })
}

fn totals_line(totals: &PlanTotals) -> String {
    format!(
        "{} to copy, {} up to date, {}, {} refused; {} to create; {} to upload{}",
        counted(totals.images_to_move, "image", "images"),
        totals.images_unchanged,
        counted(totals.conflicts, "conflict", "conflicts"),
        totals.refused,
        counted(totals.repositories_to_create, "repository", "repositories"),
        DecimalBytes(totals.upload_bytes),
        blob_mounting(totals)
    )
}

/// Describes what blob mounting saves, or would save.
fn blob_mounting(totals: &PlanTotals) -> String {
    let saved = DecimalBytes(totals.mountable_bytes);
    match totals.blob_mounting {
        _ if totals.mountable_bytes == 0 => String::new(),
        Some(true) => format!(" ({saved} saved by blob mounting)"),
        Some(false) => format!(" (blob mounting is off and would save {saved})"),
        None => String::new(),
    }
}

fn print_referrers(plan: &MigrationPlan) {
    for image in &plan.images {
        for tag in image.referrer_tags.iter().flatten() {
            let existing = tag.destination_digest.as_ref();
            if existing.is_some_and(|existing| *existing != tag.source_digest) {
                line(&format!(
                    "keep     {}:{}  another signature in ECR",
                    image.repository, tag.tag
                ));
            }
        }
    }
    let totals = &plan.totals;
    if totals.referrer_tags + totals.referrer_tags_kept + totals.referrers_unknown > 0 {
        line(&format!(
            "Signatures and attestations: {} to copy, {} kept in ECR, {} checked when copied",
            counted(totals.referrer_tags, "tag", "tags"),
            totals.referrer_tags_kept,
            counted(totals.referrers_unknown, "image", "images")
        ));
    }
}
