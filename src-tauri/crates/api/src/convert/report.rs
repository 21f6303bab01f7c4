//! Reports of runs.

use transload_contract::{
    AwsIdentity, ImageReport, ImageResult, ImageStanding, LeftBehind, MigrationReport,
    PolicyNotSet, Proof,
};
use transload_migration as engine;
use transload_report::{blank_report, summarize};

/// Converts the report of a run, and adds the job, the caller and the times.
pub fn report(
    job: String,
    report: &engine::Report,
    identity: AwsIdentity,
    registry: String,
    times_ms: (u64, u64),
) -> MigrationReport {
    let mut shown = MigrationReport {
        repositories_created: report.repositories_created.iter().map(ToString::to_string).collect(),
        repositories_empty: report.repositories_empty.iter().map(ToString::to_string).collect(),
        images: report.images.iter().map(image).collect(),
        sent_bytes: report.images.iter().map(|image| image.sent_bytes).sum(),
        skipped_bytes: report.images.iter().map(|image| image.skipped_bytes).sum(),
        temporary_tags_left: report.temporary_tags_left.iter().map(ToString::to_string).collect(),
        policies_not_set: report.policies_not_set.iter().map(policy_not_set).collect(),
        ..blank_report(job, Some(identity), registry, times_ms)
    };
    summarize(&mut shown, run_end(report));
    shown
}

pub fn run_end(report: &engine::Report) -> engine::RunEnd {
    if report.cancelled { engine::RunEnd::Cancelled } else { engine::RunEnd::Completed }
}

/// Returns the report of a run that an internal error ended and whose journal can't be read: the
/// state of every image is unknown.
pub fn crashed_report(
    job: String,
    plan: &engine::Plan,
    identity: AwsIdentity,
    times_ms: (u64, u64),
) -> MigrationReport {
    let unknown = |planned: &engine::PlannedImage| ImageReport {
        image: planned.index,
        source: planned.source.to_string(),
        destination: planned.destination.to_string(),
        route: planned.route,
        result: ImageResult::Cancelled,
        source_digest: planned.source_digest.as_ref().map(ToString::to_string),
        pushed_digest: None,
        registry_digest: None,
        ecr_digest: None,
        proof: Proof::NotProved,
        standing: ImageStanding::Unknown,
        platforms: Vec::new(),
        sent_bytes: None,
        elapsed_ms: 0,
        left_behind: Vec::new(),
        source_moved_to: None,
        part_of: planned.part_of.as_ref().map(ToString::to_string),
    };
    let mut shown = MigrationReport {
        images: plan.images.iter().map(unknown).collect(),
        sent_bytes: None,
        ..blank_report(job, Some(identity), plan.registry().to_string(), times_ms)
    };
    summarize(&mut shown, engine::RunEnd::Interrupted);
    shown
}

fn policy_not_set(policy: &engine::PolicyNotSet) -> PolicyNotSet {
    PolicyNotSet {
        repository: policy.repository.to_string(),
        error: policy.error.as_deref().map(Into::into),
    }
}

pub(super) fn image(image: &engine::ImageReport) -> ImageReport {
    let text = |digest: &Option<transload_model::Digest>| digest.as_ref().map(ToString::to_string);
    ImageReport {
        image: image.planned.index,
        source: image.planned.source.to_string(),
        destination: image.planned.destination.to_string(),
        route: image.planned.route,
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
        proof: image.proof,
        standing: ImageStanding::of(image),
        platforms: image.platforms.clone(),
        sent_bytes: image.sent_bytes,
        elapsed_ms: image.elapsed_ms,
        left_behind: left_behind(&image.left_behind),
        source_moved_to: text(&image.source_moved_to),
        part_of: text(&image.planned.part_of),
    }
}

/// Converts referrers that were not copied.
pub fn left_behind(left: &[engine::LeftBehind]) -> Vec<LeftBehind> {
    let one = |left: &engine::LeftBehind| LeftBehind {
        name: left.name.clone(),
        error: left.error.as_ref().into(),
    };
    left.iter().map(one).collect()
}
