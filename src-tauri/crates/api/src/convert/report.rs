use transload_engine::migration as engine;

use super::plan::route;
use crate::contract::{
    ApiError, AwsIdentity, ImageReport, ImageResult, LeftBehind, MigrationOutcome, MigrationReport,
    PlatformProof, Proof,
};

/// A report, with what the engine does not know of it.
pub fn report(
    job: String,
    report: &engine::Report,
    identity: AwsIdentity,
    registry: String,
    (started_at_ms, elapsed_ms): (u64, u64),
) -> MigrationReport {
    MigrationReport {
        job,
        outcome: outcome(report),
        identity,
        registry,
        started_at_ms,
        elapsed_ms,
        repositories_created: report.repositories_created.iter().map(ToString::to_string).collect(),
        images: report.images.iter().map(image).collect(),
        sent_bytes: report.images.iter().map(|image| image.sent_bytes).sum(),
        skipped_bytes: report.images.iter().map(|image| image.skipped_bytes).sum(),
        temporary_tags_left: report.temporary_tags_left.iter().map(ToString::to_string).collect(),
        journal_error: None,
    }
}

/// The report of a migration that ended by a fault of the program: what arrived is not known.
pub fn crashed_report(
    job: String,
    plan: &engine::Plan,
    error: &ApiError,
    identity: AwsIdentity,
    (started_at_ms, elapsed_ms): (u64, u64),
) -> MigrationReport {
    let unknown = |planned: &engine::PlannedImage| ImageReport {
        image: planned.index,
        source: planned.source.to_string(),
        destination: planned.destination.to_string(),
        route: route(planned.route),
        result: ImageResult::Failed { error: error.clone() },
        source_digest: planned.source_digest.as_ref().map(ToString::to_string),
        pushed_digest: None,
        registry_digest: None,
        ecr_digest: None,
        proof: Proof::NotProved,
        platforms: Vec::new(),
        sent_bytes: 0,
        elapsed_ms: 0,
        left_behind: Vec::new(),
        source_moved_to: None,
    };
    MigrationReport {
        job,
        outcome: MigrationOutcome::Failed,
        identity,
        registry: plan.registry().to_string(),
        started_at_ms,
        elapsed_ms,
        repositories_created: Vec::new(),
        images: plan.images.iter().map(unknown).collect(),
        sent_bytes: 0,
        skipped_bytes: 0,
        temporary_tags_left: Vec::new(),
        journal_error: None,
    }
}

fn outcome(report: &engine::Report) -> MigrationOutcome {
    let open =
        report.images.iter().any(|image| matches!(image.result, engine::ImageResult::Cancelled));
    let failed = report.failed().count();
    if report.cancelled && open {
        MigrationOutcome::Cancelled
    } else if failed == 0 {
        MigrationOutcome::Succeeded
    } else if failed == report.images.len() {
        MigrationOutcome::Failed
    } else {
        MigrationOutcome::PartlyFailed
    }
}

fn image(image: &engine::ImageReport) -> ImageReport {
    let text =
        |digest: &Option<transload_engine::model::Digest>| digest.as_ref().map(ToString::to_string);
    ImageReport {
        image: image.planned.index,
        source: image.planned.source.to_string(),
        destination: image.planned.destination.to_string(),
        route: route(image.planned.route),
        result: match &image.result {
            engine::ImageResult::Moved => ImageResult::Moved,
            engine::ImageResult::Unchanged => ImageResult::Unchanged,
            engine::ImageResult::Failed { error } => {
                ImageResult::Failed { error: error.as_ref().into() }
            }
            engine::ImageResult::Cancelled => ImageResult::Cancelled,
        },
        source_digest: text(&image.planned.source_digest),
        pushed_digest: text(&image.pushed_digest),
        registry_digest: text(&image.registry_digest),
        ecr_digest: text(&image.ecr_digest),
        proof: proof(image.proof),
        platforms: platforms(&image.platforms),
        sent_bytes: image.sent_bytes,
        elapsed_ms: image.elapsed_ms,
        left_behind: left_behind(&image.left_behind),
        source_moved_to: text(&image.source_moved_to),
    }
}

pub(super) fn platforms(platforms: &[engine::PlatformProof]) -> Vec<PlatformProof> {
    let shown = |part: &engine::PlatformProof| PlatformProof {
        platform: part.platform.to_string(),
        digest: part.digest.to_string(),
        in_ecr: part.in_ecr,
    };
    platforms.iter().map(shown).collect()
}

pub(super) fn proof(proof: engine::Proof) -> Proof {
    match proof {
        engine::Proof::Equal => Proof::Equal,
        engine::Proof::EqualToPushed => Proof::EqualToPushed,
        engine::Proof::Different => Proof::Different,
        engine::Proof::NotProved => Proof::NotProved,
    }
}

/// What stayed behind, with its reasons.
pub fn left_behind(left: &[engine::LeftBehind]) -> Vec<LeftBehind> {
    let one = |left: &engine::LeftBehind| LeftBehind {
        name: left.name.clone(),
        error: left.error.as_ref().into(),
    };
    left.iter().map(one).collect()
}
