use serde::{Deserialize, Serialize};
use transload_engine::migration as engine;
use transload_engine::migration::journal::{
    JournalCounts, JournalImage, JournalRecord, JournalState, JournalSummary, Stage,
};
use transload_engine::model::Digest;

use super::plan::route;
use super::report::{platforms, proof};
use crate::contract::{
    ApiError, AwsIdentity, HistoryEntry, HistoryState, ImageReport, ImageResult, ImageSource,
    ImageState, LeftBehind, MigrationOutcome, MigrationReport, MigrationRequest,
};

/// What the journal keeps of a migration for whoever shows it.
#[derive(Clone, Serialize, Deserialize)]
pub struct About {
    /// Who does it.
    pub identity: AwsIdentity,
    /// Where the images come from.
    pub source: ImageSource,
}

/// An error as the journal keeps it.
pub fn told(error: &engine::MigrationError) -> String {
    told_error(&ApiError::from(error))
}

/// An error as the engine hands it through without knowing it.
pub fn told_error(error: &ApiError) -> String {
    serde_json::to_string(error).unwrap_or_default()
}

/// What the journal keeps for whoever shows it, read again.
fn about(text: &str) -> Result<About, ApiError> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

/// What was asked for, read again.
pub fn request(text: &str) -> Result<MigrationRequest, ApiError> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

/// A line of the history.
pub fn history_entry(summary: &JournalSummary) -> Result<HistoryEntry, ApiError> {
    let About { identity, source } = about(&summary.about)?;
    let JournalCounts { images, moved, unchanged, failed, sent_bytes, skipped_bytes } =
        summary.counts;
    Ok(HistoryEntry {
        migration: summary.id.clone(),
        state: state(summary),
        started_at_ms: summary.started_at_ms,
        elapsed_ms: summary.elapsed_ms,
        identity,
        registry: summary.registry.to_string(),
        source,
        images,
        moved,
        unchanged,
        failed,
        sent_bytes,
        skipped_bytes,
        undone: summary.undone.as_ref().and_then(|undone| serde_json::from_str(&undone.told).ok()),
    })
}

fn state(summary: &JournalSummary) -> HistoryState {
    let counts = summary.counts;
    match summary.state {
        JournalState::Running => HistoryState::Running,
        JournalState::Interrupted => HistoryState::Interrupted,
        JournalState::Cancelled => HistoryState::Cancelled,
        JournalState::Ended if counts.failed == 0 => HistoryState::Succeeded,
        JournalState::Ended if counts.failed == counts.images => HistoryState::Failed,
        JournalState::Ended => HistoryState::PartlyFailed,
    }
}

/// The report of a migration of the history, as far as it came.
pub fn history_report(record: &JournalRecord) -> Result<MigrationReport, ApiError> {
    let summary = &record.summary;
    let created = record.repositories.iter().filter(|known| known.created_at_ms.is_some());
    Ok(MigrationReport {
        job: summary.id.clone(),
        outcome: match state(summary) {
            HistoryState::Running | HistoryState::Interrupted => MigrationOutcome::Interrupted,
            HistoryState::Cancelled => MigrationOutcome::Cancelled,
            HistoryState::Succeeded => MigrationOutcome::Succeeded,
            HistoryState::PartlyFailed => MigrationOutcome::PartlyFailed,
            HistoryState::Failed => MigrationOutcome::Failed,
        },
        identity: about(&summary.about)?.identity,
        registry: summary.registry.to_string(),
        started_at_ms: summary.started_at_ms,
        elapsed_ms: summary.elapsed_ms,
        repositories_created: created.map(|known| known.name.to_string()).collect(),
        images: record.images.iter().map(image_report).collect(),
        sent_bytes: summary.counts.sent_bytes,
        skipped_bytes: summary.counts.skipped_bytes,
        temporary_tags_left: record.temporary_tags_left.clone(),
        journal_error: None,
    })
}

fn image_report(image: &JournalImage) -> ImageReport {
    let text = |digest: &Option<Digest>| digest.as_ref().map(ToString::to_string);
    let left = |(name, told): &(String, String)| LeftBehind {
        name: name.clone(),
        error: error(Some(told)),
    };
    ImageReport {
        image: image.planned.index,
        source: image.planned.source.to_string(),
        destination: image.planned.destination.to_string(),
        route: route(image.planned.route),
        result: match image.stage {
            Stage::Moved => ImageResult::Moved,
            Stage::Unchanged => ImageResult::Unchanged,
            Stage::Failed => ImageResult::Failed { error: error(image.error.as_deref()) },
            Stage::Waiting | Stage::Begun | Stage::Pushed | Stage::Cancelled => {
                ImageResult::Cancelled
            }
        },
        source_digest: text(&image.planned.source_digest),
        pushed_digest: text(&image.pushed_digest),
        registry_digest: text(&image.registry_digest),
        ecr_digest: text(&image.ecr_digest),
        proof: proof(image.proof),
        platforms: platforms(&image.platforms),
        sent_bytes: image.sent_bytes,
        elapsed_ms: image.elapsed_ms,
        left_behind: image.left_behind.iter().map(left).collect(),
        source_moved_to: text(&image.source_moved_to),
    }
}

/// Where an image stands when its migration is taken up again.
pub fn earlier_state(image: &JournalImage) -> ImageState {
    match image.stage {
        Stage::Moved => ImageState::Done,
        Stage::Unchanged => ImageState::Unchanged,
        Stage::Waiting | Stage::Begun | Stage::Pushed | Stage::Failed | Stage::Cancelled => {
            ImageState::Waiting
        }
    }
}

fn error(told: Option<&str>) -> ApiError {
    let read = told.and_then(|told| serde_json::from_str(told).ok());
    read.unwrap_or_else(|| ApiError::internal("the journal does not say why"))
}

fn unreadable(error: &serde_json::Error) -> ApiError {
    ApiError::internal(format!("the journal holds what cannot be read: {error}"))
}
