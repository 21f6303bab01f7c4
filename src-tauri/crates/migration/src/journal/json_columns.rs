//! The columns that contain JSON. A form never changes, except that a new optional field is added, because
//! journals are read years later.

use std::str::FromStr;

use rusqlite::Row;
use serde::{Deserialize, Serialize};
use transload_docker::EnginePlatform;
use transload_model::{Digest, Platform, Tag};

use crate::engine_route::predict::EnginePlan;
use crate::journal::codes::Coded;
use crate::journal::columns::{unreadable, unsigned_column};
use crate::journal::entry::Undone;
use crate::plan::PlannedReferrerTag;
use crate::proof::PlatformProof;
use crate::recorded_error::RecordedError;
use crate::undo::totals::UndoTotals;

/// Returns the column text of the platforms of an image with their proofs.
pub(super) fn platform_text(platforms: &[PlatformProof]) -> String {
    let row =
        |part: &PlatformProof| (part.platform.to_string(), part.digest.to_string(), part.in_ecr);
    serde_json::to_string(&platforms.iter().map(row).collect::<Vec<_>>()).unwrap_or_default()
}

pub(super) fn platform_proofs(text: &str) -> rusqlite::Result<Vec<PlatformProof>> {
    let rows: Vec<(String, String, bool)> =
        serde_json::from_str(text).map_err(|error| unreadable(error.into()))?;
    let read = |(platform, digest, in_ecr): (String, String, bool)| {
        let platform = Platform::from_str(&platform).map_err(|error| unreadable(error.into()))?;
        let digest = Digest::parse(&digest).map_err(|error| unreadable(error.into()))?;
        Ok(PlatformProof { platform, digest, in_ecr })
    };
    rows.into_iter().map(read).collect()
}

/// Returns the column text of planned referrer tags: tag, source digest, destination digest.
pub(super) fn referrer_tags_text(tags: &[PlannedReferrerTag]) -> String {
    let row = |tag: &PlannedReferrerTag| {
        let destination_digest = tag.destination_digest.as_ref().map(ToString::to_string);
        (tag.tag.to_string(), tag.source_digest.to_string(), destination_digest)
    };
    serde_json::to_string(&tags.iter().map(row).collect::<Vec<_>>()).unwrap_or_default()
}

pub(super) fn referrer_tags(row: &Row<'_>) -> rusqlite::Result<Option<Vec<PlannedReferrerTag>>> {
    let Some(text) = row.get::<_, Option<String>>("referrer_tags")? else { return Ok(None) };
    let rows: Vec<(String, String, Option<String>)> =
        serde_json::from_str(&text).map_err(|error| unreadable(error.into()))?;
    let digest = |text: &str| Digest::parse(text).map_err(|error| unreadable(error.into()));
    let read = |(tag, source, destination): (String, String, Option<String>)| {
        Ok(PlannedReferrerTag {
            tag: Tag::parse(&tag).map_err(|error| unreadable(error.into()))?,
            source_digest: digest(&source)?,
            destination_digest: destination.as_deref().map(digest).transpose()?,
        })
    };
    rows.into_iter().map(read).collect::<rusqlite::Result<_>>().map(Some)
}

/// Reads the referrers that were not copied, each with its recorded error.
pub(super) fn left_behind_of(text: &str) -> rusqlite::Result<Vec<(String, RecordedError)>> {
    let rows: Vec<(String, String)> =
        serde_json::from_str(text).map_err(|error| unreadable(error.into()))?;
    Ok(rows.into_iter().map(|(name, error)| (name, RecordedError::read(&error))).collect())
}

/// Reads the policies that were not set, each with its recorded error.
pub(super) fn policies_not_set(text: &str) -> Vec<(String, Option<RecordedError>)> {
    let rows: Vec<(String, Option<String>)> = serde_json::from_str(text).unwrap_or_default();
    let read = |error: Option<String>| error.as_deref().map(RecordedError::read);
    rows.into_iter().map(|(repository, error)| (repository, read(error))).collect()
}

/// The JSON of the column `undo`.
#[derive(Serialize, Deserialize)]
struct UndoColumn {
    /// 0 in a column that was written before the version was introduced.
    #[serde(default)]
    version: u32,
    totals: UndoTotals,
    cancelled: bool,
}

pub(super) fn undo_text(undone: &Undone) -> String {
    let column = UndoColumn { version: 1, totals: undone.totals, cancelled: undone.cancelled };
    serde_json::to_string(&column).unwrap_or_default()
}

/// Reads the undo of a migration. `None` if the migration was not undone, or the column can't be read.
pub(super) fn undone(row: &Row<'_>) -> rusqlite::Result<Option<Undone>> {
    let (at, text): (Option<i64>, Option<String>) = (row.get("undone_at_ms")?, row.get("undo")?);
    let column = text.and_then(|text| serde_json::from_str::<UndoColumn>(&text).ok());
    let (Some(_), Some(UndoColumn { totals, cancelled, .. })) = (at, column) else {
        return Ok(None);
    };
    Ok(Some(Undone { at_ms: unsigned_column(row, "undone_at_ms")?, totals, cancelled }))
}

/// The JSON of the column `engine`: how an image of the Docker Engine is transferred to ECR.
#[derive(Serialize, Deserialize)]
struct EngineColumn {
    image_id: String,
    way: String,
    outcome: String,
    platform: Option<EnginePlatform>,
    index_platforms: Vec<Platform>,
    attestations_stay: bool,
}

pub(super) fn engine_text(plan: &EnginePlan) -> String {
    let column = EngineColumn {
        image_id: plan.image_id.to_string(),
        way: plan.method.code().to_owned(),
        outcome: plan.outcome.code().to_owned(),
        platform: plan.platform.clone(),
        index_platforms: plan.index_platforms.clone(),
        attestations_stay: plan.attestations_stay,
    };
    serde_json::to_string(&column).unwrap_or_default()
}

pub(super) fn engine_plan(row: &Row<'_>) -> rusqlite::Result<Option<EnginePlan>> {
    let text: Option<String> = row.get("engine")?;
    let Some(text) = text else { return Ok(None) };
    let column: EngineColumn =
        serde_json::from_str(&text).map_err(|error| unreadable(error.into()))?;
    Ok(Some(EnginePlan {
        image_id: Digest::parse(&column.image_id).map_err(|error| unreadable(error.into()))?,
        method: Coded::read(&column.way).map_err(|error| unreadable(error.into()))?,
        outcome: Coded::read(&column.outcome).map_err(|error| unreadable(error.into()))?,
        platform: column.platform,
        index_platforms: column.index_platforms,
        attestations_stay: column.attestations_stay,
    }))
}
