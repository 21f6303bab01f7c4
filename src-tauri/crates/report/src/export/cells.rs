//! What every format shows of a report, as text.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use transload_contract::{ImageReport, ImageResult, ImageStanding, MigrationReport, Proof, Route};
use transload_errors::ApiError;

/// What every format says of the whole migration, apart from headline and images.
pub(super) fn facts(report: &MigrationReport) -> Vec<(&'static str, String)> {
    let part = report.part.as_ref().map_or_else(String::new, |part| match part.part {
        Some(number) => format!("{number} of {}", part.parts),
        None => format!("all {} merged", part.parts),
    });
    let plan = report.part.as_ref().map_or_else(String::new, |part| part.plan.clone());
    let identity = report.identity.as_ref();
    let is_practice = identity.is_some_and(|identity| identity.practice);
    let practice = if is_practice { "yes, nothing left this computer" } else { "" };
    let account = identity.map(|identity| format!("{} as {}", identity.account_id, identity.arn));
    let region = identity.map(|identity| identity.region.clone());
    let facts = [
        ("Migration", report.job.clone()),
        ("Practice mode", practice.to_owned()),
        ("Registry", report.registry.clone()),
        ("Account", account.unwrap_or_default()),
        ("Region", region.unwrap_or_default()),
        ("Started", moment(report.started_at_ms)),
        ("Duration", format!("{} s", report.elapsed_ms.div_ceil(1000))),
        ("Plan", plan),
        ("Part", part),
        ("Bytes uploaded", bytes(report.sent_bytes)),
        ("Bytes already in ECR", report.skipped_bytes.to_string()),
        ("Repositories created", report.repositories_created.join(", ")),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

pub(super) fn headline(report: &MigrationReport) -> String {
    format!("{}. {}", report.summary.title, report.summary.text)
}

/// That the proofs are newer than the run, where they are.
pub(super) fn verified_at(report: &MigrationReport) -> Option<String> {
    let at_ms = report.verified_at_ms?;
    Some(format!("Verified again against the registry and ECR at {}.", moment(at_ms)))
}

pub(super) fn result(image: &ImageReport) -> String {
    match (&image.result, image.standing) {
        (ImageResult::Failed { error }, _) => format!("failed: {}", with_next_steps(error)),
        (_, ImageStanding::Kept) => "skipped (existing image kept)".to_owned(),
        (ImageResult::Moved, _) => "copied".to_owned(),
        (ImageResult::Unchanged, _) => "skipped, already up to date".to_owned(),
        (ImageResult::Cancelled, ImageStanding::Unknown) => "unknown".to_owned(),
        (ImageResult::Cancelled, _) => "not finished".to_owned(),
    }
}

/// What happened and what to do next.
pub(super) fn with_next_steps(error: &ApiError) -> String {
    let sentences = std::iter::once(error.message.as_str()).chain(error.next_steps());
    sentences.collect::<Vec<_>>().join(" ")
}

/// The code of an error, as JSON and the window have it.
pub(super) fn error_code(error: &ApiError) -> String {
    match serde_json::to_value(error.code) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    }
}

/// How an image travels, in the word that programs read.
pub(super) fn route(route: Route) -> &'static str {
    match route {
        Route::DockerEngine => "docker_engine",
        Route::RegistryToRegistry => "registry_to_registry",
    }
}

/// The digests of the push and of the registry where they are not the one in ECR: the evidence of a
/// proof that failed.
pub(super) fn other_digests(image: &ImageReport) -> Vec<(&'static str, &str)> {
    let digests = [("pushed", &image.pushed_digest), ("in the registry", &image.registry_digest)];
    digests
        .into_iter()
        .filter(|(_, digest)| **digest != image.ecr_digest)
        .filter_map(|(what, digest)| Some((what, digest.as_deref()?)))
        .collect()
}

/// What is known about an image, in the word that programs read.
pub(super) fn standing(standing: ImageStanding) -> &'static str {
    match standing {
        ImageStanding::Equal => "equal",
        ImageStanding::EqualToPushed => "equal_to_pushed",
        ImageStanding::Kept => "kept",
        ImageStanding::Failed => "failed",
        ImageStanding::NotFinished => "not_finished",
        ImageStanding::Unknown => "unknown",
    }
}

pub(super) fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Equal => "equal to the source",
        Proof::EqualToPart => "one platform verified",
        Proof::SameContent => "content verified (layers recompressed)",
        Proof::EqualToPushed => "pushed digest verified",
        Proof::Different => "different",
        Proof::NotProved => "unknown",
    }
}

/// Whether the image of a platform is in ECR as it is at the source.
pub(super) fn platform(in_ecr: bool) -> &'static str {
    if in_ecr { "equal to the source" } else { "not in ECR" }
}

pub(super) fn bytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "unknown".to_owned(), |bytes| bytes.to_string())
}

pub(super) fn moment(at_ms: u64) -> String {
    let seconds = i64::try_from(at_ms / 1000).unwrap_or(i64::MAX);
    let moment = OffsetDateTime::from_unix_timestamp(seconds).ok();
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}
