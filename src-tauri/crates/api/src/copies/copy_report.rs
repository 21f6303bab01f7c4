//! A list copy as the images and the report of a job.

use transload_contract::{
    CopyPair, ImageReport, ImageResult, ImageStanding, MigrationReport, PlannedAction,
    PlannedImage, Proof, Route, SelectedImage,
};
use transload_errors::ApiError;
use transload_migration::{CopyOutcome, RunEnd};
use transload_model::{Digest, ImageReference};
use transload_report::{blank_report, summarize};

use crate::convert;

/// Returns the image of a job for a pair.
pub(super) fn planned_image(image: u32, pair: &CopyPair) -> PlannedImage {
    let name = |reference: &str| match ImageReference::parse(reference) {
        Ok(reference) => (reference.path().to_owned(), reference.manifest_reference().to_owned()),
        Err(_) => (reference.to_owned(), String::new()),
    };
    let (source, destination) = (name(&pair.source), name(&pair.destination));
    PlannedImage {
        image,
        selected: SelectedImage { repository: source.0, tag: source.1 },
        source: pair.source.clone(),
        destination: pair.destination.clone(),
        repository: destination.0,
        tag: destination.1,
        route: Route::RegistryToRegistry,
        action: PlannedAction::Move,
        source_digest: None,
        destination_digest: None,
        existing: None,
        platforms: Vec::new(),
        size_bytes: None,
        remarks: Vec::new(),
        push_order: None,
        referrer_tags: None,
        part_of: None,
        engine: None,
    }
}

/// The result of an image of a list copy.
pub(super) enum PairResult {
    Run(CopyOutcome),
    /// Its pair was invalid, so that it wasn't started.
    NotStarted(ApiError),
    /// The copy crashed.
    Unknown,
}

/// Returns the report of a list copy. `is_part` says whether one platform of each image was copied.
pub(super) fn copy_report(
    job: String,
    pairs: &[CopyPair],
    results: Vec<PairResult>,
    is_part: bool,
    times_ms: (u64, u64),
    (end, run_error): (RunEnd, Option<ApiError>),
) -> MigrationReport {
    let skipped = |result: &PairResult| match result {
        PairResult::Run(CopyOutcome::Copied { skipped_bytes, .. }) => *skipped_bytes,
        _ => 0,
    };
    let skipped_bytes = results.iter().map(skipped).sum();
    let images = (0..).zip(pairs).zip(results);
    let images: Vec<_> =
        images.map(|((image, pair), result)| image_report(image, pair, result, is_part)).collect();
    let registry = pairs.first().and_then(|pair| ImageReference::parse(&pair.destination).ok());
    let registry = registry.map(|reference| reference.registry().to_string()).unwrap_or_default();
    let mut report = MigrationReport {
        sent_bytes: images.iter().map(|image| image.sent_bytes).sum(),
        skipped_bytes,
        images,
        run_error,
        ..blank_report(job, None, registry, times_ms)
    };
    summarize(&mut report, end);
    report
}

fn image_report(image: u32, pair: &CopyPair, result: PairResult, is_part: bool) -> ImageReport {
    let unfinished = ImageReport {
        image,
        source: pair.source.clone(),
        destination: pair.destination.clone(),
        route: Route::RegistryToRegistry,
        result: ImageResult::Cancelled,
        source_digest: None,
        pushed_digest: None,
        registry_digest: None,
        ecr_digest: None,
        proof: Proof::NotProved,
        standing: ImageStanding::NotFinished,
        platforms: Vec::new(),
        sent_bytes: Some(0),
        elapsed_ms: 0,
        left_behind: Vec::new(),
        source_moved_to: None,
        part_of: None,
    };
    // The registry confirmed the digest: of what it has, or of the manifest that it stored.
    let equal = |digest: &Digest| {
        let digest = Some(digest.to_string());
        ImageReport {
            source_digest: digest.clone(),
            registry_digest: digest,
            proof: if is_part { Proof::EqualToPart } else { Proof::Equal },
            standing: ImageStanding::Equal,
            ..unfinished.clone()
        }
    };
    let failed = |error| ImageReport {
        result: ImageResult::Failed { error },
        standing: ImageStanding::Failed,
        ..unfinished.clone()
    };
    match result {
        PairResult::Run(CopyOutcome::Copied {
            digest,
            sent_bytes,
            elapsed_ms,
            left_behind,
            ..
        }) => ImageReport {
            result: ImageResult::Moved,
            pushed_digest: Some(digest.to_string()),
            sent_bytes: Some(sent_bytes),
            elapsed_ms,
            left_behind: convert::left_behind(&left_behind),
            ..equal(&digest)
        },
        PairResult::Run(CopyOutcome::AlreadyThere { digest }) => {
            ImageReport { result: ImageResult::Unchanged, ..equal(&digest) }
        }
        PairResult::Run(CopyOutcome::Failed(error)) => failed(error.as_ref().into()),
        PairResult::NotStarted(error) => failed(error),
        PairResult::Run(CopyOutcome::Cancelled) => unfinished,
        PairResult::Unknown => {
            ImageReport { standing: ImageStanding::Unknown, sent_bytes: None, ..unfinished }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use transload_contract::MigrationOutcome;
    use transload_migration::{MigrationError, RecordedError};

    use super::*;

    fn pair(name: &str) -> CopyPair {
        CopyPair {
            source: format!("ghcr.io/team/{name}:1"),
            destination: format!("registry.lan:5000/{name}:1"),
        }
    }

    fn copied() -> PairResult {
        PairResult::Run(CopyOutcome::Copied {
            digest: Digest::of(b"image"),
            sent_bytes: 20,
            skipped_bytes: 5,
            elapsed_ms: 7,
            left_behind: Vec::new(),
        })
    }

    #[test]
    fn an_image_is_equal_only_if_the_registry_confirmed_its_digest() {
        let failed = || {
            let error = RecordedError::new("internal", "It failed.");
            Arc::new(MigrationError::Recorded(Box::new(error)))
        };
        let there = || CopyOutcome::AlreadyThere { digest: Digest::of(b"image") };
        use ImageStanding::{Equal, Failed, NotFinished, Unknown};
        for (result, is_part, proof, standing) in [
            (copied(), false, Proof::Equal, Equal),
            (copied(), true, Proof::EqualToPart, Equal),
            (PairResult::Run(there()), false, Proof::Equal, Equal),
            (PairResult::Run(CopyOutcome::Failed(failed())), false, Proof::NotProved, Failed),
            (PairResult::NotStarted(ApiError::internal("pair")), false, Proof::NotProved, Failed),
            (PairResult::Run(CopyOutcome::Cancelled), false, Proof::NotProved, NotFinished),
            (PairResult::Unknown, false, Proof::NotProved, Unknown),
        ] {
            let image = image_report(3, &pair("app"), result, is_part);
            assert_eq!((image.proof, image.standing), (proof, standing), "{:?}", image.result);
            let is_proved = proof != Proof::NotProved;
            assert_eq!(image.registry_digest.is_some(), is_proved, "{:?}", image.result);
            assert_eq!((image.image, image.source.as_str()), (3, "ghcr.io/team/app:1"));
        }
    }

    #[test]
    fn the_report_counts_every_pair_and_a_crash_is_no_success() {
        let pairs = [pair("one"), pair("two"), pair("three")];
        let there = PairResult::Run(CopyOutcome::AlreadyThere { digest: Digest::of(b"image") });
        let results = vec![copied(), there, PairResult::NotStarted(ApiError::internal("pair"))];
        let report =
            |results, end| copy_report("copy-1".to_owned(), &pairs, results, false, (1, 2), end);
        let done = report(results, (RunEnd::Completed, None));
        assert_eq!(done.outcome, MigrationOutcome::PartlyFailed);
        assert_eq!((done.sent_bytes, done.skipped_bytes), (Some(20), 5));
        assert_eq!(done.registry, "registry.lan:5000");
        assert_eq!((done.identity, done.images.len()), (None, 3));

        let unknown = pairs.iter().map(|_| PairResult::Unknown).collect();
        let crash = Some(ApiError::internal("a panic"));
        let crashed = report(unknown, (RunEnd::Interrupted, crash.clone()));
        assert_eq!(crashed.outcome, MigrationOutcome::Interrupted);
        assert_eq!((crashed.run_error, crashed.sent_bytes), (crash, None));
        assert_eq!(crashed.summary.counts.unknown, 3);
    }

    #[test]
    fn a_pair_that_is_no_reference_is_an_image_of_the_job_as_it_was_entered() {
        for (destination, repository, tag) in [
            ("registry.lan:5000/team/app:1", "team/app", "1"),
            ("registry.lan:5000/team/app", "team/app", "latest"),
            ("not a reference", "not a reference", ""),
        ] {
            let pair = CopyPair { source: "a".to_owned(), destination: destination.to_owned() };
            let image = planned_image(0, &pair);
            assert_eq!(image.destination, destination);
            assert_eq!((image.repository.as_str(), image.tag.as_str()), (repository, tag));
        }
    }
}
