//! Conversions between values and the columns of the journal's tables.

use std::str::FromStr;
use std::sync::Arc;

use rusqlite::types::Type;
use rusqlite::{Row, Transaction, named_params};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::destination_identity::{DestinationEndpoint, DestinationIdentity};
use crate::engine_route::predict::EnginePlan;
use crate::error::MigrationError;
use crate::journal::codes::{ActionCode, Coded, WriteCode};
use crate::journal::entry::{JournalImage, JournalRepository, NewMigration, Stage, Undone};
use crate::journal::intent::{Intent, TagKind, TagWrite, Write};
use crate::outcome::{OutcomeCounts, Standing};
use crate::plan::{Action, PlannedImage, PlannedReferrerTag};
use crate::proof::{PlatformProof, Proof};
use crate::recorded_error::RecordedError;
use crate::undo::totals::UndoTotals;
use transload_docker::EnginePlatform;
use transload_model::{
    AccountId, Digest, ImageReference, Partition, Platform, Region, RegistryHost, RepositoryName,
    Tag,
};

/// Inserts a migration with its planned repositories and images.
pub(super) fn insert_migration(
    transaction: &Transaction<'_>,
    new: &NewMigration,
) -> rusqlite::Result<()> {
    let destination = &new.plan.destination;
    transaction.execute(
        "INSERT INTO migration (id, started_at_ms, registry, request, about, account, region,
             ecr_endpoint, registry_endpoint)
         VALUES (:id, :started_at_ms, :registry, :request, :about, :account, :region,
             :ecr_endpoint, :registry_endpoint)",
        named_params! {
            ":id": new.id,
            ":started_at_ms": signed(new.started_at_ms),
            ":registry": destination.registry.as_str(),
            ":request": new.request.text(),
            ":about": new.about.text(),
            ":account": destination.account.as_str(),
            ":region": destination.region.as_str(),
            ":ecr_endpoint": endpoint_text(&destination.ecr_endpoint),
            ":registry_endpoint": endpoint_text(&destination.registry_endpoint),
        },
    )?;
    let mut insert = transaction
        .prepare("INSERT INTO repository (migration, name, existed) VALUES (?1, ?2, ?3)")?;
    for repository in &new.plan.repositories {
        insert.execute((&new.id, repository.name.as_str(), repository.exists))?;
    }
    let mut insert = transaction.prepare(
        "INSERT INTO image (migration, number, source_repository, requested_tag, source,
             destination, repository, tag, route, action, source_digest, destination_digest,
             platforms, size_bytes, remarks, referrer_tags, engine, part_of, changed_at_ms, push_order)
         VALUES (:migration, :number, :source_repository, :requested_tag, :source, :destination,
             :repository, :tag, :route, :action, :source_digest, :destination_digest, :platforms,
             :size_bytes, :remarks, :referrer_tags, :engine, :part_of, :changed_at_ms, :push_order)",
    )?;
    for image in &new.plan.images {
        insert.execute(named_params! {
            ":migration": new.id,
            ":number": image.index,
            ":source_repository": image.source_repository,
            ":requested_tag": image.requested_tag.as_str(),
            ":source": image.source.to_string(),
            ":destination": image.destination.to_string(),
            ":repository": image.repository.as_str(),
            ":tag": image.tag.as_str(),
            ":route": image.route.code(),
            ":action": action_code(&image.action).code(),
            ":source_digest": image.source_digest.as_ref().map(Digest::as_str),
            ":destination_digest": image.destination_digest.as_ref().map(Digest::as_str),
            ":platforms": join_with_spaces(image.platforms.iter().map(ToString::to_string)),
            ":size_bytes": signed(image.size_bytes),
            ":remarks":
                join_with_spaces(image.remarks.iter().map(|remark| remark.code().to_owned())),
            ":referrer_tags": image.referrer_tags.as_deref().map(referrer_tags_text),
            ":engine": image.engine.as_ref().map(engine_text),
            ":part_of": image.part_of.as_ref().map(Digest::as_str),
            ":changed_at_ms": signed(new.started_at_ms),
            ":push_order": image.push_order,
        })?;
    }
    Ok(())
}

/// Reads a row of `image`.
pub(super) fn image(row: &Row<'_>) -> rusqlite::Result<JournalImage> {
    let error: Option<String> = row.get("error")?;
    let error = error.as_deref().map(RecordedError::read);
    let action: ActionCode = coded(row, "action")?;
    let left_behind: String = row.get("left_behind")?;
    let platforms: String = row.get("platform_proofs")?;
    Ok(JournalImage {
        planned: PlannedImage {
            index: row.get("number")?,
            source_repository: row.get("source_repository")?,
            requested_tag: read(row, "requested_tag", Tag::parse)?,
            source: read(row, "source", ImageReference::parse)?,
            destination: read(row, "destination", ImageReference::parse)?,
            repository: read(row, "repository", RepositoryName::parse)?,
            tag: read(row, "tag", Tag::parse)?,
            route: coded(row, "route")?,
            action: action_of(action, error.as_ref()),
            source_digest: digest(row, "source_digest")?,
            destination_digest: digest(row, "destination_digest")?,
            platforms: list(row, "platforms", Platform::from_str)?,
            size_bytes: unsigned_column(row, "size_bytes")?,
            remarks: list(row, "remarks", Coded::read)?,
            referrer_tags: referrer_tags(row)?,
            part_of: digest(row, "part_of")?,
            engine: engine_plan(row)?,
            content: None,
            push_order: row.get("push_order")?,
        },
        stage: coded(row, "stage")?,
        attempts: row.get("attempts")?,
        changed_at_ms: unsigned_column(row, "changed_at_ms")?,
        error,
        pushed_digest: digest(row, "pushed_digest")?,
        registry_digest: digest(row, "registry_digest")?,
        ecr_digest: digest(row, "ecr_digest")?,
        proof: coded(row, "proof")?,
        platforms: platform_proofs(&platforms)?,
        source_moved_to: digest(row, "source_moved_to")?,
        sent_bytes: sent_bytes(row)?,
        skipped_bytes: unsigned_column(row, "skipped_bytes")?,
        elapsed_ms: unsigned_column(row, "elapsed_ms")?,
        left_behind: left_behind_of(&left_behind)?,
    })
}

/// The text of AWS's own endpoint. Any other endpoint is stored as a URL.
const AWS_ENDPOINT: &str = "aws";

fn endpoint_text(endpoint: &DestinationEndpoint) -> Option<String> {
    match endpoint {
        DestinationEndpoint::Aws => Some(AWS_ENDPOINT.to_owned()),
        DestinationEndpoint::At(url) => Some(url.to_string()),
        DestinationEndpoint::NotRecorded => None,
    }
}

fn endpoint(row: &Row<'_>, column: &str) -> rusqlite::Result<DestinationEndpoint> {
    let text: Option<String> = row.get(column)?;
    match text.as_deref() {
        None => Ok(DestinationEndpoint::NotRecorded),
        Some(AWS_ENDPOINT) => Ok(DestinationEndpoint::Aws),
        Some(url) => match Url::parse(url) {
            Ok(url) => Ok(DestinationEndpoint::At(url)),
            Err(error) => Err(unreadable(error.into())),
        },
    }
}

/// Reads the destination of a row of `migration`. If an earlier version did not record account and
/// region, they come from the host name of the ECR registry. `None` if the host name has neither.
pub(super) fn destination(row: &Row<'_>) -> rusqlite::Result<Option<DestinationIdentity>> {
    let registry = read(row, "registry", RegistryHost::parse)?;
    let text = |column| row.get::<_, Option<String>>(column);
    let (account, region) = (text("account")?, text("region")?);
    let account = account.as_deref().or(registry.ecr_account()).map(AccountId::parse);
    let region = region.as_deref().or(registry.ecr_region()).map(Region::parse);
    let (Some(Ok(account)), Some(Ok(region))) = (account, region) else { return Ok(None) };
    Ok(Some(DestinationIdentity {
        account,
        partition: Partition::of_region(&region),
        region,
        registry,
        ecr_endpoint: endpoint(row, "ecr_endpoint")?,
        registry_endpoint: endpoint(row, "registry_endpoint")?,
    }))
}

/// Inserts an intent.
pub(super) fn insert_intent(
    transaction: &Transaction<'_>,
    migration: &str,
    intent: &Intent,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO intent (migration, number, write, repository, tag, image, earlier_digest,
             digest, intended_at_ms)
         VALUES (:migration, :number, :write, :repository, :tag, :image, :earlier_digest, :digest,
             :intended_at_ms)",
    )?;
    let (write, tag) = match &intent.write {
        Write::CreateRepository => (WriteCode::CreateRepository, None),
        Write::SetLifecyclePolicy => (WriteCode::SetLifecyclePolicy, None),
        Write::SetRepositoryPolicy => (WriteCode::SetRepositoryPolicy, None),
        Write::Tag(tag) => match tag.kind {
            TagKind::Image => (WriteCode::ImageTag, Some(tag)),
            TagKind::Referrer => (WriteCode::ReferrerTag, Some(tag)),
        },
    };
    let earlier = tag.and_then(|tag| tag.earlier.as_ref());
    let digest = tag.and_then(|tag| tag.digest.as_ref());
    insert.execute(named_params! {
        ":migration": migration,
        ":number": intent.number,
        ":write": write.code(),
        ":repository": intent.repository.as_str(),
        ":tag": tag.map(|tag| tag.tag.as_str()),
        ":image": tag.map(|tag| tag.image),
        ":earlier_digest": earlier.map(Digest::as_str),
        ":digest": digest.map(Digest::as_str),
        ":intended_at_ms": signed(intent.intended_at_ms),
    })?;
    Ok(())
}

/// Reads a row of `intent`.
pub(super) fn intent(row: &Row<'_>) -> rusqlite::Result<Intent> {
    let code: WriteCode = coded(row, "write")?;
    let tag = |kind| {
        Ok::<_, rusqlite::Error>(Write::Tag(TagWrite {
            tag: read(row, "tag", Tag::parse)?,
            kind,
            image: row.get("image")?,
            earlier: digest(row, "earlier_digest")?,
            digest: digest(row, "digest")?,
        }))
    };
    let outcome: Option<String> = row.get("outcome")?;
    let outcome = outcome.as_deref().map(Coded::read).transpose();
    Ok(Intent {
        number: row.get("number")?,
        repository: read(row, "repository", RepositoryName::parse)?,
        write: match code {
            WriteCode::CreateRepository => Write::CreateRepository,
            WriteCode::SetLifecyclePolicy => Write::SetLifecyclePolicy,
            WriteCode::SetRepositoryPolicy => Write::SetRepositoryPolicy,
            WriteCode::ImageTag => tag(TagKind::Image)?,
            WriteCode::ReferrerTag => tag(TagKind::Referrer)?,
        },
        intended_at_ms: unsigned_column(row, "intended_at_ms")?,
        outcome: outcome.map_err(|error| unreadable(error.into()))?,
    })
}

/// Returns the column text of the platforms of an image with their proofs.
pub(super) fn platform_text(platforms: &[PlatformProof]) -> String {
    let row =
        |part: &PlatformProof| (part.platform.to_string(), part.digest.to_string(), part.in_ecr);
    serde_json::to_string(&platforms.iter().map(row).collect::<Vec<_>>()).unwrap_or_default()
}

/// Returns the column text of planned referrer tags: tag, source digest, destination digest.
fn referrer_tags_text(tags: &[PlannedReferrerTag]) -> String {
    let row = |tag: &PlannedReferrerTag| {
        let destination_digest = tag.destination_digest.as_ref().map(ToString::to_string);
        (tag.tag.to_string(), tag.source_digest.to_string(), destination_digest)
    };
    serde_json::to_string(&tags.iter().map(row).collect::<Vec<_>>()).unwrap_or_default()
}

fn referrer_tags(row: &Row<'_>) -> rusqlite::Result<Option<Vec<PlannedReferrerTag>>> {
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
fn left_behind_of(text: &str) -> rusqlite::Result<Vec<(String, RecordedError)>> {
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
    totals: UndoTotalsColumn,
    cancelled: bool,
}

#[derive(Serialize, Deserialize)]
struct UndoTotalsColumn {
    tags_removed: u32,
    tags_restored: u32,
    images_deleted: u32,
    repositories_deleted: u32,
    left: u32,
}

pub(super) fn undo_text(undone: &Undone) -> String {
    let UndoTotals { tags_removed, tags_restored, images_deleted, repositories_deleted, left } =
        undone.totals;
    let totals = UndoTotalsColumn {
        tags_removed,
        tags_restored,
        images_deleted,
        repositories_deleted,
        left,
    };
    let column = UndoColumn { version: 1, totals, cancelled: undone.cancelled };
    serde_json::to_string(&column).unwrap_or_default()
}

/// Reads the undo of a migration. `None` if the migration was not undone, or the column can't be read.
pub(super) fn undone(row: &Row<'_>) -> rusqlite::Result<Option<Undone>> {
    let (at, text): (Option<i64>, Option<String>) = (row.get("undone_at_ms")?, row.get("undo")?);
    let column = text.and_then(|text| serde_json::from_str::<UndoColumn>(&text).ok());
    let (Some(_), Some(UndoColumn { totals, cancelled, .. })) = (at, column) else {
        return Ok(None);
    };
    let totals = UndoTotals {
        tags_removed: totals.tags_removed,
        tags_restored: totals.tags_restored,
        images_deleted: totals.images_deleted,
        repositories_deleted: totals.repositories_deleted,
        left: totals.left,
    };
    Ok(Some(Undone { at_ms: unsigned_column(row, "undone_at_ms")?, totals, cancelled }))
}

fn platform_proofs(text: &str) -> rusqlite::Result<Vec<PlatformProof>> {
    let rows: Vec<(String, String, bool)> =
        serde_json::from_str(text).map_err(|error| unreadable(error.into()))?;
    let read = |(platform, digest, in_ecr): (String, String, bool)| {
        let platform = Platform::from_str(&platform).map_err(|error| unreadable(error.into()))?;
        let digest = Digest::parse(&digest).map_err(|error| unreadable(error.into()))?;
        Ok(PlatformProof { platform, digest, in_ecr })
    };
    rows.into_iter().map(read).collect()
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

fn engine_text(plan: &EnginePlan) -> String {
    let column = EngineColumn {
        image_id: plan.image_id.to_string(),
        way: plan.way.code().to_owned(),
        outcome: plan.outcome.code().to_owned(),
        platform: plan.platform.clone(),
        index_platforms: plan.index_platforms.clone(),
        attestations_stay: plan.attestations_stay,
    };
    serde_json::to_string(&column).unwrap_or_default()
}

fn engine_plan(row: &Row<'_>) -> rusqlite::Result<Option<EnginePlan>> {
    let text: Option<String> = row.get("engine")?;
    let Some(text) = text else { return Ok(None) };
    let column: EngineColumn =
        serde_json::from_str(&text).map_err(|error| unreadable(error.into()))?;
    Ok(Some(EnginePlan {
        image_id: Digest::parse(&column.image_id).map_err(|error| unreadable(error.into()))?,
        way: Coded::read(&column.way).map_err(|error| unreadable(error.into()))?,
        outcome: Coded::read(&column.outcome).map_err(|error| unreadable(error.into()))?,
        platform: column.platform,
        index_platforms: column.index_platforms,
        attestations_stay: column.attestations_stay,
    }))
}

/// Reads a row of `repository`.
pub(super) fn repository(row: &Row<'_>) -> rusqlite::Result<JournalRepository> {
    let created_at_ms: Option<i64> = row.get("created_at_ms")?;
    Ok(JournalRepository {
        name: read(row, "name", RepositoryName::parse)?,
        existed: row.get("existed")?,
        created_at_ms: created_at_ms.map(unsigned),
    })
}

/// Reads a text column into a value.
pub(super) fn read<T, E>(
    row: &Row<'_>,
    column: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> rusqlite::Result<T>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    parse(&text).map_err(|error| unreadable(error.into()))
}

/// Reads a column that is never negative.
pub(super) fn unsigned_column(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    row.get(column).map(unsigned)
}

/// Reads the number of uploaded bytes. `None` if some were not counted.
pub(super) fn sent_bytes(row: &Row<'_>) -> rusqlite::Result<Option<u64>> {
    let uncounted: Option<i64> = row.get("sent_uncounted")?;
    if uncounted.is_some_and(|uncounted| uncounted != 0) {
        return Ok(None);
    }
    unsigned_column(row, "sent_bytes").map(Some)
}

/// Adds a row of [`super::store`]'s query of standings to the counts.
pub(super) fn count_standing(row: &Row<'_>, counts: &mut OutcomeCounts) -> rusqlite::Result<()> {
    let (stage, proof): (Stage, Proof) = (coded(row, "stage")?, coded(row, "proof")?);
    let standing = Standing::of_stage(stage, proof, row.get("is_kept")?, row.get("is_pushed")?);
    counts.add(standing, stage != Stage::Unchanged, row.get("images")?);
    Ok(())
}

/// Converts to SQLite's signed integer. Values over `i64::MAX` are capped.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn coded<T: Coded>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    read(row, column, T::read)
}

fn digest(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Digest>> {
    let text: Option<String> = row.get(column)?;
    let read = text.map(|text| Digest::parse(&text)).transpose();
    read.map_err(|error| unreadable(error.into()))
}

/// Joins platforms or remarks, which never contain spaces.
fn join_with_spaces(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(" ")
}

fn list<T, E>(
    row: &Row<'_>,
    column: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> rusqlite::Result<Vec<T>>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    let values: Result<_, _> = text.split_whitespace().map(parse).collect();
    values.map_err(|error| unreadable(error.into()))
}

fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error)
}

fn action_code(action: &Action) -> ActionCode {
    match action {
        Action::Move => ActionCode::Move,
        Action::Overwrite => ActionCode::Overwrite,
        Action::AlreadyThere => ActionCode::AlreadyThere,
        Action::KeepExisting => ActionCode::KeepExisting,
        Action::Conflict { overwrite_allowed: true } => ActionCode::Conflict,
        Action::Conflict { overwrite_allowed: false } => ActionCode::FixedConflict,
        Action::Refused { .. } => ActionCode::Refused,
    }
}

fn action_of(code: ActionCode, error: Option<&RecordedError>) -> Action {
    match code {
        ActionCode::Move => Action::Move,
        ActionCode::Overwrite => Action::Overwrite,
        ActionCode::AlreadyThere => Action::AlreadyThere,
        ActionCode::KeepExisting => Action::KeepExisting,
        ActionCode::Conflict => Action::Conflict { overwrite_allowed: true },
        ActionCode::FixedConflict => Action::Conflict { overwrite_allowed: false },
        ActionCode::Refused => {
            let error = error.cloned().unwrap_or_else(|| RecordedError::read(""));
            Action::Refused { error: Arc::new(MigrationError::Recorded(Box::new(error))) }
        }
    }
}
