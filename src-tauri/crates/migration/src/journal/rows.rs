//! Conversions between values and the columns of the journal's tables.

use std::str::FromStr;
use std::sync::Arc;

use rusqlite::{Row, Transaction, named_params};
use url::Url;

use crate::destination_identity::{DestinationEndpoint, DestinationIdentity};
use crate::error::MigrationError;
use crate::journal::codes::{ActionCode, Coded, WriteCode};
use crate::journal::columns::{
    coded, digest, join_with_spaces, list, read, signed, unreadable, unsigned, unsigned_column,
};
use crate::journal::entry::{JournalImage, JournalRepository, NewMigration, Stage};
use crate::journal::intent::{Intent, TagKind, TagWrite, Write};
use crate::journal::json_columns::{
    engine_plan, engine_text, left_behind_of, platform_proofs, referrer_tags, referrer_tags_text,
};
use crate::journal::stored::record_text;
use crate::outcome::{OutcomeCounts, Standing};
use crate::plan::{Action, PlannedImage};
use crate::proof::Proof;
use crate::recorded_error::RecordedError;
use transload_model::{
    AccountId, Digest, ImageReference, Partition, Platform, Region, RegistryHost, RepositoryName,
    Tag,
};

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
            ":request": record_text(new.request.as_ref()),
            ":about": record_text(&new.about),
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
            ":engine": image.engine.as_deref().map(engine_text),
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
            // Only a plan that is being reviewed shows it.
            existing: None,
            platforms: list(row, "platforms", Platform::from_str)?.into(),
            size_bytes: unsigned_column(row, "size_bytes")?,
            remarks: list(row, "remarks", Coded::read)?,
            referrer_tags: referrer_tags(row)?,
            part_of: digest(row, "part_of")?,
            engine: engine_plan(row)?.map(Box::new),
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

/// Reads a row of `repository`.
pub(super) fn repository(row: &Row<'_>) -> rusqlite::Result<JournalRepository> {
    let created_at_ms: Option<i64> = row.get("created_at_ms")?;
    Ok(JournalRepository {
        name: read(row, "name", RepositoryName::parse)?,
        existed: row.get("existed")?,
        created_at_ms: created_at_ms.map(unsigned),
    })
}

/// Reads the number of uploaded bytes. `None` if some were not counted.
pub(super) fn sent_bytes(row: &Row<'_>) -> rusqlite::Result<Option<u64>> {
    let uncounted: Option<i64> = row.get("sent_uncounted")?;
    if uncounted.is_some_and(|uncounted| uncounted != 0) {
        return Ok(None);
    }
    unsigned_column(row, "sent_bytes").map(Some)
}

/// Adds a row of [`super::summaries`]' query of standings to the counts.
pub(super) fn count_standing(row: &Row<'_>, counts: &mut OutcomeCounts) -> rusqlite::Result<()> {
    let (stage, proof): (Stage, Proof) = (coded(row, "stage")?, coded(row, "proof")?);
    let standing = Standing::of_stage(stage, proof, row.get("is_kept")?, row.get("is_pushed")?);
    counts.add(standing, stage != Stage::Unchanged, row.get("images")?);
    Ok(())
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
