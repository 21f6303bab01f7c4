//! Records of the journal as history and reports.

use std::collections::HashMap;

use transload_contract::{
    HistoryEntry, ImageReport, ImageResult, ImageState, LeftBehind, MigrationOutcome,
    MigrationReport, PolicyNotSet,
};
use transload_errors::ApiError;
use transload_migration as engine;
use transload_migration::RecordedError;
use transload_migration::journal::{
    About, JournalCounts, JournalImage, JournalRecord, JournalRepository, JournalState,
    JournalSummary, Stage, UnreadableMigration,
};
use transload_model::Digest;
use transload_report::{Attention, blank_report, summarize, summary as words, unreadable_summary};

use super::report::{self};

/// Converts an entry of the history. One that can't be read has its error, and what is known nevertheless.
pub fn history_entry(listed: &Result<JournalSummary, UnreadableMigration>) -> HistoryEntry {
    let (mut entry, error) = match listed {
        Ok(summary) => match about(summary) {
            Ok(about) => return entry_of(summary, Some(about)),
            Err(error) => (entry_of(summary, None), error),
        },
        Err(unreadable) => (unknown_entry(unreadable), ApiError::from(&unreadable.error)),
    };
    entry.state = MigrationOutcome::Incomplete;
    entry.summary = unreadable_summary(&error, entry.summary.counts);
    entry.error = Some(error);
    entry
}

fn entry_of(summary: &JournalSummary, about: Option<About>) -> HistoryEntry {
    let JournalCounts {
        images,
        moved,
        unchanged,
        failed,
        sent_bytes,
        skipped_bytes,
        left_behind,
        temporary_tags_left,
    } = summary.counts;
    let repositories = match summary.policies_not_set {
        0 => Vec::new(),
        1 => {
            vec!["The lifecycle policy of 1 new repository isn't set. To set it, resume the migration.".to_owned()]
        }
        many => vec![format!(
            "The lifecycle policies of {many} new repositories aren't set. To set them, resume the migration."
        )],
    };
    let repositories = &repositories;
    let attention =
        Attention { left_behind, temporary_tags_left, repositories, ..Attention::default() };
    let (identity, source) = about.map(|about| (about.identity, about.source)).unzip();
    HistoryEntry {
        migration: summary.id.clone(),
        state: summary.outcome.headline,
        summary: words(&summary.outcome, attention),
        started_at_ms: summary.started_at_ms,
        elapsed_ms: summary.elapsed_ms,
        error: None,
        identity,
        registry: summary.registry.to_string(),
        source,
        repositories_created: summary.repositories_created,
        policies_not_set: summary.policies_not_set,
        images,
        moved,
        unchanged,
        failed,
        sent_bytes,
        skipped_bytes,
        undone: summary.undone,
    }
}

fn unknown_entry(unreadable: &UnreadableMigration) -> HistoryEntry {
    let outcome =
        engine::Outcome::of(engine::RunEnd::Interrupted, engine::OutcomeCounts::default());
    HistoryEntry {
        migration: unreadable.id.clone(),
        state: outcome.headline,
        summary: words(&outcome, Attention::default()),
        started_at_ms: unreadable.started_at_ms,
        elapsed_ms: 0,
        error: None,
        identity: None,
        registry: String::new(),
        source: None,
        repositories_created: 0,
        policies_not_set: 0,
        images: 0,
        moved: 0,
        unchanged: 0,
        failed: 0,
        sent_bytes: None,
        skipped_bytes: 0,
        undone: None,
    }
}

/// Returns the caller, the source and the part of a migration.
///
/// # Errors
/// `record_unreadable`.
pub fn about(summary: &JournalSummary) -> Result<About, ApiError> {
    summary.about.read().map_err(|error| ApiError::from(error).about(&summary.id))
}

/// Returns how the run of a migration ended.
pub fn history_end(summary: &JournalSummary) -> engine::RunEnd {
    match summary.state {
        JournalState::Running => engine::RunEnd::Running,
        JournalState::Interrupted => engine::RunEnd::Interrupted,
        JournalState::Cancelled => engine::RunEnd::Cancelled,
        JournalState::Ended => engine::RunEnd::Completed,
    }
}

/// Converts the record of a migration to a report. It may not be finished.
pub fn history_report(record: &JournalRecord) -> Result<MigrationReport, ApiError> {
    let summary = &record.summary;
    let created = record.repositories.iter().filter(|known| known.created_at_ms.is_some());
    let About { identity, part, .. } = about(summary)?;
    let times_ms = (summary.started_at_ms, summary.elapsed_ms);
    let mut report = MigrationReport {
        repositories_empty: repositories_empty(record),
        policies_not_set: record.policies_not_set.iter().map(policy_not_set).collect(),
        repositories_created: created.map(|known| known.name.to_string()).collect(),
        images: record.images.iter().map(image_report).collect(),
        sent_bytes: summary.counts.sent_bytes,
        skipped_bytes: summary.counts.skipped_bytes,
        temporary_tags_left: record.temporary_tags_left.clone(),
        part,
        ..blank_report(summary.id.clone(), Some(identity), summary.registry.to_string(), times_ms)
    };
    summarize(&mut report, history_end(summary));
    Ok(report)
}

/// Converts the record of a migration to a report with the proofs of a later verification.
pub fn verified_again(
    record: &JournalRecord,
    again: &engine::Report,
    verified_at_ms: u64,
) -> Result<MigrationReport, ApiError> {
    let mut report = history_report(record)?;
    let again = again.images.iter().map(|image| (image.planned.index, report::image(image)));
    let mut again: HashMap<u32, ImageReport> = again.collect();
    for image in &mut report.images {
        let Some(now) = again.remove(&image.image) else { continue };
        // Sizes and times are of the run, proofs of the verification.
        let result = match (&now.result, &image.result) {
            (ImageResult::Moved | ImageResult::Unchanged, then) => then.clone(),
            (failed_or_cancelled, _) => failed_or_cancelled.clone(),
        };
        *image = ImageReport {
            result,
            pushed_digest: image.pushed_digest.take(),
            sent_bytes: image.sent_bytes,
            elapsed_ms: image.elapsed_ms,
            left_behind: std::mem::take(&mut image.left_behind),
            ..now
        };
    }
    report.verified_at_ms = Some(verified_at_ms);
    summarize(&mut report, history_end(&record.summary));
    Ok(report)
}

/// Returns the repositories that the migration created and that no recorded push went to.
fn repositories_empty(record: &JournalRecord) -> Vec<String> {
    let created = record.repositories.iter().filter(|known| known.created_at_ms.is_some());
    let is_used = |known: &&JournalRepository| {
        let mut images = record.images.iter();
        images.any(|image| image.planned.repository == known.name && image.is_in_ecr())
    };
    created.filter(|known| !is_used(known)).map(|known| known.name.to_string()).collect()
}

fn policy_not_set((repository, error): &(String, Option<RecordedError>)) -> PolicyNotSet {
    PolicyNotSet { repository: repository.clone(), error: error.as_ref().map(ApiError::of_record) }
}

fn image_report(image: &JournalImage) -> ImageReport {
    let text = |digest: &Option<Digest>| digest.as_ref().map(ToString::to_string);
    let left = |(name, error): &(String, RecordedError)| LeftBehind {
        name: name.clone(),
        error: ApiError::of_record(error),
    };
    ImageReport {
        image: image.planned.index,
        source: image.planned.source.to_string(),
        destination: image.planned.destination.to_string(),
        route: image.planned.route,
        result: match image.stage {
            Stage::Moved => ImageResult::Moved,
            Stage::Unchanged => ImageResult::Unchanged,
            Stage::Failed => ImageResult::Failed {
                error: image
                    .error
                    .as_ref()
                    .map_or_else(ApiError::not_recorded, ApiError::of_record),
            },
            Stage::Waiting | Stage::Begun | Stage::Pushed | Stage::Cancelled => {
                ImageResult::Cancelled
            }
        },
        source_digest: text(&image.planned.source_digest),
        pushed_digest: text(&image.pushed_digest),
        registry_digest: text(&image.registry_digest),
        ecr_digest: text(&image.ecr_digest),
        proof: image.proof,
        standing: image.standing(),
        platforms: image.platforms.clone(),
        sent_bytes: image.sent_bytes,
        elapsed_ms: image.elapsed_ms,
        left_behind: image.left_behind.iter().map(left).collect(),
        source_moved_to: text(&image.source_moved_to),
        part_of: text(&image.planned.part_of),
    }
}

/// Returns the state of an image when its migration is resumed.
pub fn earlier_state(image: &JournalImage) -> ImageState {
    match image.stage {
        Stage::Moved => ImageState::Done,
        Stage::Unchanged => ImageState::Unchanged,
        Stage::Waiting | Stage::Begun | Stage::Pushed | Stage::Failed | Stage::Cancelled => {
            ImageState::Waiting
        }
    }
}
