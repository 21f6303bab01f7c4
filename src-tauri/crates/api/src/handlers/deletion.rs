//! Deletions in ECR, of repositories, images and tags: a dry run, its execution, and its stop. Every deletion of the
//! window and of the command line goes through here, except those of an undo.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::{StreamExt as _, stream};
use transload_aws::{AwsError, EcrImage, MANIFEST_BATCH_SIZE};
use transload_contract::{
    AwsConnection, DeletionPhase, DeletionPlan, DeletionProgress, DeletionReport, DeletionTarget,
    DeletionTotals, FreedBytes, NoUndo, RepositoryDeletion, RepositoryDeletionPlan,
    UnreadableRepository,
};
use transload_errors::ApiError;
use transload_explorer::{
    DeletionChoice, DeletionOutcome, cached_facts, delete_planned, deletion_plan, pull_time,
    read_manifests,
};
use transload_migration::Control;
use transload_model::{Digest, Tag, now_ms};
use transload_plan_file::shown_destination;

use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_ECR_CALLS;
use crate::convert;
use crate::deletion_records::{DeletionRecord, DeletionRecords};
use crate::handlers::explorer::{Explored, blocking};
use crate::handlers::kept_manifests::in_total;
use crate::stores::ready_changes::ReadyDeletion;

/// More images than this need a confirmation in words.
const MAX_UNCONFIRMED_IMAGES: usize = 100;
/// An image that someone pulled in this time needs a confirmation in words: 30 days.
const PULLED_LATELY_MS: u64 = 30 * 24 * 60 * 60 * 1000;

/// The plan for one repository.
struct Planned {
    plan: RepositoryDeletionPlan,
    /// Why indexes weren't read, if the permission is missing.
    denied: Option<ApiError>,
    no_undo: Vec<NoUndo>,
}

impl Api {
    /// Returns what a deletion would delete now, and what it would keep. Deletes nothing.
    pub async fn deletion_plan(
        &self,
        connection: AwsConnection,
        target: DeletionTarget,
    ) -> Result<DeletionPlan, ApiError> {
        let class = match &target {
            DeletionTarget::Images { class, .. } => *class,
            DeletionTarget::Repositories { .. } | DeletionTarget::Tag { .. } => None,
        };
        let choices = choices(target)?;
        let connected = self.connect(&connection).await?;
        let destination = connected.destination.identity.clone();
        let planning = choices.into_iter().map(|(name, choice)| {
            let connection = &connection;
            async move {
                let planned = self.plan_in(connection, &name, choice).await;
                match planned {
                    Ok(Planned { plan, denied, no_undo }) => {
                        let unread = denied.map(|error| UnreadableRepository { name, error });
                        Ok((plan, unread, no_undo))
                    }
                    Err(error) => Err(UnreadableRepository { name, error }),
                }
            }
        });
        let planning: Vec<_> = planning.collect();
        let planned: Vec<_> =
            stream::iter(planning).buffered(MAX_CONCURRENT_ECR_CALLS).collect().await;
        let (mut repositories, mut unreadable, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        let mut no_undo = Vec::new();
        for one in planned {
            match one {
                Ok((plan, without, images)) => {
                    repositories.push(plan);
                    unread.extend(without);
                    no_undo.extend(images);
                }
                Err(error) => unreadable.push(error),
            }
        }
        let id = self.new_id("deletion");
        let plan = DeletionPlan {
            deletion: id.clone(),
            destination: shown_destination(&destination),
            unreadable,
            unread,
            no_undo: in_total(no_undo),
            confirmation: confirmation(&repositories, now_ms()),
            totals: planned_totals(&repositories),
            freed: FreedBytes::sum(repositories.iter().map(|one| one.freed)),
            repositories: repositories.clone(),
        };
        let ready = ReadyDeletion { connection, destination, repositories, class };
        self.inner.deletions.add(id, ready);
        Ok(plan)
    }

    /// Carries out a planned deletion, which is possible once, and reports progress.
    pub async fn deletion_run(
        &self,
        deletion: String,
        progress: impl Fn(DeletionProgress) + Send + Sync + 'static,
    ) -> Result<DeletionReport, ApiError> {
        let api = self.clone();
        let work =
            move |ready, control| async move { api.delete_all(&ready, &control, &progress).await };
        self.inner.deletions.carry_out(&deletion, self.new_control(), work).await
    }

    /// Stops a running deletion before its next call. What it deleted stays deleted.
    pub async fn deletion_stop(&self, deletion: String) -> Result<(), ApiError> {
        self.inner.deletions.stop(&deletion);
        Ok(())
    }

    /// Plans the deletion in one repository.
    async fn plan_in(
        &self,
        connection: &AwsConnection,
        name: &str,
        choice: DeletionChoice,
    ) -> Result<Planned, ApiError> {
        let explored = Arc::new(self.explore(connection, name).await?);
        let images = self.list_images(&explored).await?;
        let chosen = match &choice {
            // It goes with everything, so nothing needs to be known about its indexes.
            DeletionChoice::Repository => Vec::new(),
            DeletionChoice::Images(chosen) => chosen.clone(),
            // ECR deletes an image with its last tag, and refuses that while an index lists the image.
            DeletionChoice::Tag { digest, .. } => {
                let is_last = |image: &&EcrImage| {
                    image.digest == *digest && image.tags.len() == 1 && image.unreadable_tags == 0
                };
                images.iter().filter(is_last).map(|image| image.digest.clone()).collect()
            }
        };
        let read = match chosen.is_empty() {
            true => None,
            false => self.read_indexes(&explored, &images, &chosen).await?,
        };
        let mounts_blobs = self.mounts_blobs(explored.connected()).await;
        let (documents, of) = (self.documents(), Arc::clone(&explored));
        let plan = blocking(move || {
            let facts = cached_facts(&documents, &images);
            let reads = documents.own_reads(&of.scope);
            let pulled = |image: &EcrImage| pull_time(image, &reads);
            let plan = deletion_plan(&of.name, &choice, &images, &facts, pulled);
            RepositoryDeletionPlan { freed: plan.freed.in_registry(mounts_blobs), ..plan }
        });
        let plan = plan.await?;
        let no_undo = self.forecast_undo(&explored, &plan, read.as_ref()).await;
        Ok(Planned { plan, denied: read.and_then(Result::err), no_undo })
    }

    /// Reads the indexes that weren't read before: the chosen ones, and the others, which can list the same images. The
    /// others stay unread if the lifecycle policy uses pull times, because ECR may count a read as a pull. ECR itself
    /// keeps an image that an index lists.
    ///
    /// Returns `None` if it read none, and the error if the permission is missing: what an unread index lists stays, and
    /// everything else can be deleted.
    async fn read_indexes(
        &self,
        explored: &Explored,
        images: &Arc<Vec<EcrImage>>,
        chosen: &[Digest],
    ) -> Result<Option<Result<(), ApiError>>, ApiError> {
        let unread = self.grouped(images).await?.unread_indexes;
        let (mut wanted, others): (HashSet<&Digest>, HashSet<&Digest>) =
            unread.iter().partition(|digest| chosen.contains(digest));
        if !others.is_empty() && !self.lifecycle_of(explored).await.uses_pull_times {
            wanted.extend(others);
        }
        let wanted: Vec<&EcrImage> =
            images.iter().filter(|image| wanted.contains(&image.digest)).collect();
        let documents = self.documents();
        let Explored { name, scope, ecr, .. } = explored;
        for batch in wanted.chunks(MANIFEST_BATCH_SIZE) {
            // An index that can't be read stays one whose images aren't known, which the plan says.
            match read_manifests(ecr, &documents, scope, name, batch).await {
                Ok(_) => {}
                Err(error @ AwsError::AccessDenied { .. }) => return Ok(Some(Err(error.into()))),
                Err(error) => return Err(error.into()),
            }
        }
        Ok((!wanted.is_empty()).then_some(Ok(())))
    }

    async fn delete_all(
        &self,
        ready: &ReadyDeletion,
        control: &Control,
        progress: &(impl Fn(DeletionProgress) + Send + Sync),
    ) -> Result<DeletionReport, ApiError> {
        let ReadyDeletion { connection, destination, repositories, class } = ready;
        let connected = self.connect_planned(connection, destination).await?;
        let ecr = connected.session.ecr();
        let records = DeletionRecords::new(&self.inner.options.data_folder);
        let no_undo = self.keep_manifests(connection, repositories, control, progress).await;
        if control.is_cancelled() {
            let unchanged = |plan| convert::repository_deletion(plan, DeletionOutcome::default());
            tracing::info!("a deletion was stopped before it deleted anything");
            return Ok(DeletionReport {
                repositories: repositories.iter().map(unchanged).collect(),
                planned: planned_totals(repositories),
                deleted: DeletionTotals::default(),
                record: None,
                no_undo: Vec::new(),
                stopped: true,
            });
        }
        let record = DeletionRecord {
            started_at_ms: now_ms(),
            connection: connection.clone(),
            destination: shown_destination(destination),
            class: *class,
            planned: planned_totals(repositories),
            repositories: repositories.clone(),
            no_undo: no_undo.clone(),
        };
        let record = records.write(&record, &self.documents())?;
        let total = steps(repositories);
        let done = AtomicU32::new(0);
        let report_done = |finished: usize| {
            let finished = count(finished);
            let done = done.fetch_add(finished, Ordering::Relaxed).saturating_add(finished);
            progress(DeletionProgress { phase: DeletionPhase::Deleting, done, total });
        };
        let is_stopped = || control.is_cancelled();
        tracing::info!(repositories = repositories.len(), steps = total, "a deletion starts");
        let deleting: Vec<_> = repositories
            .iter()
            .map(|plan| delete_planned(&ecr, plan, &is_stopped, &report_done))
            .collect();
        let outcomes: Vec<_> =
            stream::iter(deleting).buffered(MAX_CONCURRENT_ECR_CALLS).collect().await;
        let stopped = outcomes.iter().any(|outcome| outcome.stopped);
        let deletions: Vec<_> = repositories
            .iter()
            .zip(outcomes)
            .map(|(plan, outcome)| convert::repository_deletion(plan, outcome))
            .collect();
        let deleted = deleted_totals(repositories, &deletions);
        tracing::info!(?deleted, stopped, "a deletion ends");
        let planned = planned_totals(repositories);
        let table = record.as_ref().map(|record| records.table(&record.id));
        let report = DeletionReport {
            repositories: deletions,
            planned,
            deleted,
            record: table,
            no_undo,
            stopped,
        };
        if let Some(record) = record
            && let Err(error) = records.finish(&record.id, &report)
        {
            // The images are deleted, and the record from before says which.
            tracing::warn!(error = %error.message, "the outcome of a deletion wasn't recorded");
        }
        Ok(report)
    }
}

/// Returns what was chosen in each repository, by its name.
fn choices(target: DeletionTarget) -> Result<Vec<(String, DeletionChoice)>, ApiError> {
    let invalid = |error: &(dyn std::error::Error + 'static)| ApiError::invalid_input(error);
    let digest = |text: &str| Digest::parse(text).map_err(|error| invalid(&error));
    Ok(match target {
        DeletionTarget::Repositories { names } => {
            names.into_iter().map(|name| (name, DeletionChoice::Repository)).collect()
        }
        DeletionTarget::Images { repository, digests, .. } => {
            let digests = digests.iter().map(|one| digest(one)).collect::<Result<_, _>>()?;
            vec![(repository, DeletionChoice::Images(digests))]
        }
        DeletionTarget::Tag { repository, tag, digest: of } => {
            let tag = Tag::parse(&tag).map_err(|error| invalid(&error))?;
            vec![(repository, DeletionChoice::Tag { tag, digest: digest(&of)? })]
        }
    })
}

/// Returns the text that confirms a deletion, if it needs one.
fn confirmation(repositories: &[RepositoryDeletionPlan], now_ms: u64) -> Option<String> {
    let images = || repositories.iter().flat_map(|one| &one.images);
    let count = images().count();
    let pulled_lately = |at_ms: u64| now_ms.saturating_sub(at_ms) < PULLED_LATELY_MS;
    let is_needed = count > MAX_UNCONFIRMED_IMAGES
        || repositories.iter().any(|one| one.deletes_repository && !one.images.is_empty())
        || images().any(|one| !one.tags.is_empty() || one.pulled_at_ms.is_some_and(pulled_lately));
    match repositories {
        _ if !is_needed => None,
        [one] => Some(one.name.to_string()),
        _ => Some(count.to_string()),
    }
}

fn planned_totals(repositories: &[RepositoryDeletionPlan]) -> DeletionTotals {
    let mut totals = DeletionTotals::default();
    for one in repositories {
        totals.repositories += u32::from(one.deletes_repository);
        totals.images += count(one.images.len());
        totals.tags += count(one.images.iter().map(|image| image.tags.len()).sum());
        totals.tags += u32::from(one.tag.is_some());
    }
    totals
}

fn deleted_totals(
    plans: &[RepositoryDeletionPlan],
    deletions: &[RepositoryDeletion],
) -> DeletionTotals {
    let mut totals = DeletionTotals::default();
    for (plan, deletion) in plans.iter().zip(deletions) {
        let deleted: HashSet<&Digest> = deletion.deleted.iter().collect();
        let images = plan.images.iter().filter(|image| deleted.contains(&image.digest));
        totals.repositories += u32::from(deletion.repository_deleted);
        totals.images += count(deleted.len());
        totals.tags += count(images.map(|image| image.tags.len()).sum());
        totals.tags += u32::from(deletion.tag_deleted);
    }
    totals
}

/// Returns the number of images, repositories and tags without their image.
fn steps(repositories: &[RepositoryDeletionPlan]) -> u32 {
    let of = |one: &RepositoryDeletionPlan| {
        one.images.len() + usize::from(one.deletes_repository) + usize::from(one.tag.is_some())
    };
    count(repositories.iter().map(of).sum())
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
