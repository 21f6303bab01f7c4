//! Restores of deleted images: the earlier deletions, a dry run, its execution, and its stop.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};

use transload_aws::{AwsError, EcrExplorer as _, EcrImage, EcrLayers as _, EcrManifest};
use transload_contract::{
    AwsConnection, DeletionEntry, DeletionReport, ImageNotRestored, ImageToDelete,
    RepositoryDeletionPlan, RepositoryRestorePlan, RestorePlan, RestoreProgress, RestoreReport,
    RestoreTotals,
};
use transload_errors::{ApiError, ErrorCode};
use transload_explorer::{
    DeletedImage, ManifestFacts, RestoreFailure, needed_layers, read_manifests, restore_plan,
    restore_planned, to_read,
};
use transload_migration::Control;
use transload_model::{Digest, now_ms};
use transload_plan_file::{planned_destination, shown_destination};

use crate::api::Api;
use crate::deletion_records::DeletionRecords;
use crate::handlers::explorer::{Explored, blocking};
use crate::stores::ready_changes::ReadyRestore;

impl Api {
    /// Returns the deletions of images that this computer ran, newest first.
    pub async fn deletion_history(&self) -> Result<Vec<DeletionEntry>, ApiError> {
        let records = self.deletion_records();
        blocking(move || records.list()).await?
    }

    /// Returns the connection that a deletion used.
    pub async fn deletion_connection(&self, deletion: String) -> Result<AwsConnection, ApiError> {
        let records = self.deletion_records();
        blocking(move || Ok(records.read(&deletion)?.connection)).await?
    }

    /// Returns which images of a deletion can be pushed again. Pushes nothing.
    pub async fn restore_plan(&self, deletion: String) -> Result<RestorePlan, ApiError> {
        let (records, id) = (self.deletion_records(), deletion.clone());
        let read = move || {
            let record = records.read(&id)?;
            records.check_finished(&id)?;
            Ok::<_, ApiError>((record, records.manifests(&id)?, records.outcome(&id)?))
        };
        let (record, mut manifests, outcome) = blocking(read).await??;
        let destination = planned_destination(&record.destination)
            .map_err(|error| ApiError::internal(error.to_string()))?;
        self.connect_planned(&record.connection, &destination).await?;
        let mut repositories = Vec::new();
        for plan in &record.repositories {
            let deleted = deleted_images(plan, outcome.as_ref());
            let name = plan.name.as_str();
            let planned = self.restore_in(&record.connection, name, &deleted, &mut manifests);
            repositories.push(planned.await?);
        }
        let restore = self.new_id("restore");
        let plan = RestorePlan {
            restore: restore.clone(),
            destination: shown_destination(&destination),
            totals: planned_totals(&repositories),
            repositories: repositories.clone(),
        };
        let connection = record.connection;
        let ready = ReadyRestore { deletion, connection, destination, repositories, manifests };
        self.inner.restores.add(restore, ready);
        Ok(plan)
    }

    /// Carries out a planned restore, which is possible once, and reports progress.
    pub async fn restore_run(
        &self,
        restore: String,
        progress: impl Fn(RestoreProgress) + Send + Sync + 'static,
    ) -> Result<RestoreReport, ApiError> {
        let api = self.clone();
        let work =
            move |ready, control| async move { api.restore_all(&ready, &control, &progress).await };
        self.inner.restores.carry_out(&restore, self.new_control(), work).await
    }

    /// Stops a running restore before its next image. What it restored stays.
    pub async fn restore_stop(&self, restore: String) -> Result<(), ApiError> {
        self.inner.restores.stop(&restore);
        Ok(())
    }

    async fn restore_in(
        &self,
        connection: &AwsConnection,
        name: &str,
        deleted: &[DeletedImage],
        manifests: &mut HashMap<Digest, EcrManifest>,
    ) -> Result<RepositoryRestorePlan, ApiError> {
        let explored = self.explore(connection, name).await?;
        let current = match explored.ecr.all_images(&explored.name).await {
            Ok(images) => Some(images),
            Err(AwsError::RepositoryMissing { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let images = current.as_deref().unwrap_or_default();
        let mut facts = facts_of(manifests);
        let unread = to_read(deleted, &facts, images);
        if !unread.is_empty() {
            self.read_kept(&explored, &unread, manifests).await?;
            facts = facts_of(manifests);
        }
        let existing: HashSet<&Digest> = images.iter().map(|image| &image.digest).collect();
        let is_gone = |one: &&DeletedImage| !existing.contains(&one.digest);
        let needed = needed_layers(deleted.iter().filter(is_gone), &facts);
        let layers = match current {
            Some(_) => explored.ecr.existing_layers(&explored.name, &needed).await?,
            None => HashSet::new(),
        };
        Ok(restore_plan(&explored.name, deleted, &facts, current.as_deref(), &layers))
    }

    /// Reads manifests of images that exist. One that can't be read isn't restored.
    async fn read_kept(
        &self,
        explored: &Explored,
        images: &[&EcrImage],
        manifests: &mut HashMap<Digest, EcrManifest>,
    ) -> Result<(), ApiError> {
        let documents = self.documents();
        let Explored { name, scope, ecr, .. } = explored;
        read_manifests(ecr, &documents, scope, name, images).await?;
        let digests: Vec<Digest> = images.iter().map(|image| image.digest.clone()).collect();
        let read = blocking(move || {
            let read = digests.into_iter().filter_map(|digest| {
                let document = documents.document(&digest, now_ms())?;
                let text = String::from_utf8(document.bytes.to_vec()).ok()?;
                Some((
                    digest.clone(),
                    EcrManifest { digest, media_type: document.media_type, text },
                ))
            });
            read.collect::<Vec<_>>()
        });
        manifests.extend(read.await?);
        Ok(())
    }

    async fn restore_all(
        &self,
        ready: &ReadyRestore,
        control: &Control,
        progress: &(impl Fn(RestoreProgress) + Send + Sync),
    ) -> Result<RestoreReport, ApiError> {
        let ReadyRestore { deletion, connection, destination, repositories, manifests } = ready;
        let connected = self.connect_planned(connection, destination).await?;
        let ecr = connected.session.ecr();
        let (total, done) = (steps(repositories), AtomicU32::new(0));
        let report_done = || {
            let done = done.fetch_add(1, Ordering::Relaxed).saturating_add(1);
            progress(RestoreProgress { done, total });
        };
        let is_stopped = || control.is_cancelled();
        let records = self.deletion_records();
        let planned = planned_totals(repositories);
        let (begun, running) = records.begin_restore(deletion, planned, now_ms())?;
        tracing::info!(images = total, "a restore starts");
        let (mut restored, mut failed, mut stopped) = (RestoreTotals::default(), Vec::new(), false);
        for plan in repositories {
            let outcome = restore_planned(&ecr, plan, manifests, &is_stopped, &report_done).await;
            restored.images += count(outcome.images);
            restored.tags += count(outcome.tags);
            stopped |= outcome.stopped;
            failed.extend(outcome.failed.into_iter().map(|(digest, error)| ImageNotRestored {
                repository: plan.name.to_string(),
                digest,
                error: not_restored(error),
            }));
        }
        tracing::info!(?restored, failed = failed.len(), stopped, "a restore ends");
        if let Err(error) = records.restored(deletion, &begun.finish(restored, now_ms())) {
            tracing::warn!(error = %error.message, "the outcome of a restore wasn't recorded");
        }
        drop(running);
        Ok(RestoreReport { planned, restored, failed, stopped })
    }

    fn deletion_records(&self) -> DeletionRecords {
        DeletionRecords::new(&self.inner.options.data_folder)
    }
}

fn not_restored(why: RestoreFailure) -> ApiError {
    match why {
        RestoreFailure::Refused(error) => error.into(),
        RestoreFailure::TagTaken { tag, digest } => {
            let message = format!(
                "The tag {tag} points to another image, {digest}, since the restore was planned, \
                 and stays there."
            );
            ApiError::new(ErrorCode::DestinationMoved, message)
        }
    }
}

/// Returns what a deletion deleted in a repository. Without an outcome, that may be everything.
fn deleted_images(
    plan: &RepositoryDeletionPlan,
    outcome: Option<&DeletionReport>,
) -> Vec<DeletedImage> {
    let done =
        outcome.map(|report| report.repositories.iter().find(|one| one.name == plan.name.as_str()));
    let deleted: HashSet<&Digest> =
        done.flatten().into_iter().flat_map(|done| &done.deleted).collect();
    let is_deleted = |image: &&ImageToDelete| done.is_none() || deleted.contains(&image.digest);
    let is_tag_deleted = done.is_none_or(|done| done.is_some_and(|done| done.tag_deleted));
    let images = plan.images.iter().filter(is_deleted).map(DeletedImage::from);
    images.chain(plan.tag.iter().filter(|_| is_tag_deleted).map(DeletedImage::from)).collect()
}

fn facts_of(manifests: &HashMap<Digest, EcrManifest>) -> HashMap<Digest, ManifestFacts> {
    let facts = manifests.values().filter_map(|manifest| {
        let bytes = manifest.text.clone().into();
        let facts = ManifestFacts::parse(&manifest.media_type, bytes).ok()?;
        Some((manifest.digest.clone(), facts))
    });
    facts.collect()
}

/// Returns the number of images that are pushed or get tags.
fn steps(repositories: &[RepositoryRestorePlan]) -> u32 {
    count(repositories.iter().map(|one| one.images.len()).sum())
}

fn planned_totals(repositories: &[RepositoryRestorePlan]) -> RestoreTotals {
    let images = || repositories.iter().flat_map(|one| &one.images);
    RestoreTotals {
        images: count(images().filter(|image| !image.exists).count()),
        tags: count(images().filter(|image| image.exists).map(|image| image.tags.len()).sum()),
    }
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
