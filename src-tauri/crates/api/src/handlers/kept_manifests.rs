//! The manifests that an undo of a deletion needs: whether they can be read, and reading them before the deletion.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::{StreamExt as _, stream};
use transload_aws::{EcrImage, MANIFEST_BATCH_SIZE};
use transload_contract::{
    AwsConnection, DeletionPhase, DeletionProgress, NoUndo, NoUndoReason, RepositoryDeletionPlan,
};
use transload_errors::{ApiError, ErrorCode};
use transload_explorer::{UndoLoss, check_manifest_permission, read_manifests};
use transload_migration::Control;
use transload_model::Digest;

use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_ECR_CALLS;
use crate::handlers::explorer::{Explored, blocking};

impl Api {
    /// Returns the images of a plan that can't be restored after their deletion. `indexes` is the result of reading
    /// indexes for the plan, or `None` if none was read. Only then, a call to ECR checks whether the caller may read
    /// manifests.
    pub(super) async fn forecast_undo(
        &self,
        explored: &Explored,
        plan: &RepositoryDeletionPlan,
        indexes: Option<&Result<(), ApiError>>,
    ) -> Vec<NoUndo> {
        if plan.deletes_repository {
            return without_layers(plan);
        }
        let unread = self.unread_images(plan).await;
        let checked = match indexes {
            Some(read) => read.clone(),
            None if unread.others > 0 => {
                let checked = check_manifest_permission(&explored.ecr, &explored.name).await;
                checked.map_err(ApiError::from)
            }
            None => Ok(()),
        };
        match checked {
            Err(error) if error.code == ErrorCode::AccessDenied => {
                unread.without_undo(Some(&error))
            }
            // The others are read before the deletion.
            _ => UnreadImages { others: 0, ..unread }.without_undo(None),
        }
    }

    /// Reads the manifests of images that are about to be deleted and weren't read before, because a restore needs them.
    /// The layers of a deleted repository are gone with it. A failure only makes a restore impossible: returns the images
    /// that can't be restored.
    pub(super) async fn keep_manifests(
        &self,
        connection: &AwsConnection,
        repositories: &[RepositoryDeletionPlan],
        control: &Control,
        progress: &(impl Fn(DeletionProgress) + Send + Sync),
    ) -> Vec<NoUndo> {
        let is_read = |plan: &RepositoryDeletionPlan| !plan.deletes_repository;
        let total = repositories.iter().filter(|plan| is_read(plan)).map(|plan| plan.images.len());
        let total = count(total.sum());
        let done = AtomicU32::new(0);
        let report_read = |read: usize| {
            let read = count(read);
            let done = done.fetch_add(read, Ordering::Relaxed).saturating_add(read);
            progress(DeletionProgress { phase: DeletionPhase::ReadingManifests, done, total });
        };
        let reading: Vec<_> = repositories
            .iter()
            .map(|plan| {
                let report_read = &report_read;
                async move {
                    let failed = if is_read(plan) && !plan.images.is_empty() {
                        self.keep_manifests_of(connection, plan, control, report_read).await.err()
                    } else {
                        None
                    };
                    if let Some(error) = &failed {
                        let error = &error.message;
                        tracing::warn!(repository = %plan.name, error, "manifests weren't kept");
                    }
                    match plan.deletes_repository {
                        true => without_layers(plan),
                        false => self.unread_images(plan).await.without_undo(failed.as_ref()),
                    }
                }
            })
            .collect();
        let all: Vec<Vec<NoUndo>> =
            stream::iter(reading).buffered(MAX_CONCURRENT_ECR_CALLS).collect().await;
        in_total(all.into_iter().flatten())
    }

    async fn unread_images(&self, plan: &RepositoryDeletionPlan) -> UnreadImages {
        let documents = self.documents();
        let lost = |why| count(plan.undo_losses.values().filter(|one| **one == why).count());
        let known = UnreadImages {
            archived: lost(UndoLoss::Archived),
            part_missing: lost(UndoLoss::PartMissing),
            others: 0,
        };
        let is_lost = |digest| plan.undo_losses.contains_key(digest);
        let digests = plan.images.iter().map(|image| &image.digest);
        let digests: Vec<Digest> = digests.filter(|digest| !is_lost(*digest)).cloned().collect();
        let counted =
            blocking(move || count(digests.iter().filter(|digest| !documents.has(digest)).count()));
        UnreadImages { others: counted.await.unwrap_or_default(), ..known }
    }

    async fn keep_manifests_of(
        &self,
        connection: &AwsConnection,
        plan: &RepositoryDeletionPlan,
        control: &Control,
        report_read: &(impl Fn(usize) + Send + Sync),
    ) -> Result<(), ApiError> {
        if control.is_cancelled() {
            return Ok(());
        }
        let explored = self.explore(connection, plan.name.as_str()).await?;
        let images = self.listed_images(&explored).await?;
        let planned: HashSet<&Digest> = plan.images.iter().map(|image| &image.digest).collect();
        let wanted: Vec<&EcrImage> =
            images.iter().filter(|image| planned.contains(&image.digest)).collect();
        let Explored { name, scope, ecr, .. } = &explored;
        for batch in wanted.chunks(MANIFEST_BATCH_SIZE) {
            if control.is_cancelled() {
                break;
            }
            read_manifests(ecr, &self.documents(), scope, name, batch).await?;
            report_read(batch.len());
        }
        Ok(())
    }
}

/// Images of a plan that can't be restored, and those whose manifests weren't read.
#[derive(Default)]
struct UnreadImages {
    archived: u32,
    part_missing: u32,
    others: u32,
}

impl UnreadImages {
    /// Returns why they can't be restored. `error` is why the others couldn't be read.
    fn without_undo(&self, error: Option<&ApiError>) -> Vec<NoUndo> {
        let why = match error.filter(|error| error.code == ErrorCode::AccessDenied) {
            Some(error) => NoUndoReason::Denied { action: error.subject.clone() },
            None => NoUndoReason::Unread,
        };
        in_total([
            NoUndo { images: self.others, why },
            NoUndo { images: self.archived, why: NoUndoReason::Archived },
            NoUndo { images: self.part_missing, why: NoUndoReason::PartMissing },
        ])
    }
}

/// Returns the images of a repository that is deleted.
fn without_layers(plan: &RepositoryDeletionPlan) -> Vec<NoUndo> {
    in_total([NoUndo { images: count(plan.images.len()), why: NoUndoReason::Repository }])
}

/// Adds up images with the same reason.
pub(super) fn in_total(all: impl IntoIterator<Item = NoUndo>) -> Vec<NoUndo> {
    let mut total: Vec<NoUndo> = Vec::new();
    for one in all.into_iter().filter(|one| one.images > 0) {
        match total.iter_mut().find(|other| other.why == one.why) {
            Some(other) => other.images = other.images.saturating_add(one.images),
            None => total.push(one),
        }
    }
    total
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_without_undo_are_added_up_by_their_reason() {
        let denied =
            |action: Option<&str>| NoUndoReason::Denied { action: action.map(str::to_owned) };
        let refused = ApiError::new(ErrorCode::AccessDenied, "no").about("ecr:BatchGetImage");
        let throttled = ApiError::new(ErrorCode::Throttled, "no").about("ecr:BatchGetImage");
        for (archived, others, error, expected) in [
            (0, 0, Some(&refused), vec![]),
            (0, 3, None, vec![(3, NoUndoReason::Unread)]),
            (0, 3, Some(&throttled), vec![(3, NoUndoReason::Unread)]),
            (
                2,
                3,
                Some(&refused),
                vec![(3, denied(Some("ecr:BatchGetImage"))), (2, NoUndoReason::Archived)],
            ),
            (2, 0, Some(&refused), vec![(2, NoUndoReason::Archived)]),
        ] {
            let found = UnreadImages { archived, part_missing: 1, others }.without_undo(error);
            let mut found: Vec<_> = found.into_iter().map(|one| (one.images, one.why)).collect();
            assert_eq!(found.pop(), Some((1, NoUndoReason::PartMissing)));
            assert_eq!(found, expected, "{archived} archived, {others} others, {error:?}");
        }
        let one = |images, why| NoUndo { images, why };
        let total = in_total([
            one(1, NoUndoReason::Unread),
            one(2, NoUndoReason::Archived),
            one(3, NoUndoReason::Unread),
            one(4, denied(None)),
            one(5, denied(Some("ecr:BatchGetImage"))),
        ]);
        let expected = [
            one(4, NoUndoReason::Unread),
            one(2, NoUndoReason::Archived),
            one(4, denied(None)),
            one(5, denied(Some("ecr:BatchGetImage"))),
        ];
        assert_eq!(total, expected);
    }
}
