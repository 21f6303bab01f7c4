//! Checks that what Transload did and reported is correct.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use transload_contract::{
    ImageReport, ImageResult, ImageStanding, MigrationPlan, MigrationReport, PlannedAction, Proof,
    SummaryStatus,
};

use crate::concurrent_user::other_user::{OtherUser, RepositoryTag};

/// Digests by repository and tag.
pub type Tags = BTreeMap<RepositoryTag, String>;

pub struct Checks<'a> {
    pub plan: &'a MigrationPlan,
    /// The destination before the plan.
    pub before: &'a Tags,
    pub other_user: &'a OtherUser,
}

impl Checks<'_> {
    /// Checks that no write replaced anything but what the plan showed.
    pub async fn writes(&self) -> Result<()> {
        let record = self.other_user.record.lock().await;
        for write in &record.writes {
            let planned = self
                .plan
                .images
                .iter()
                .find(|image| (&image.repository, &image.tag) == (&write.name.0, &write.name.1))
                .with_context(|| format!("{:?} was not planned", write.name))?;
            let shown = planned.destination_digest.as_ref();
            let over = write.over.as_ref();
            // A tag that already has the image may be written again, as a resume does.
            ensure!(
                over == shown || over == planned.source_digest.as_ref(),
                "{:?} was written over {over:?}; the plan showed {shown:?}",
                write.name
            );
            ensure!(
                matches!(planned.action, PlannedAction::Move | PlannedAction::Overwrite),
                "{:?} was written although the plan said {:?}",
                write.name,
                planned.action
            );
        }
        Ok(())
    }

    /// Checks that every row of the report matches the destination.
    pub async fn report(&mut self, report: &MigrationReport) -> Result<()> {
        for row in &report.images {
            let planned = &self.plan.images[row.image as usize];
            let name: RepositoryTag = (planned.repository.clone(), planned.tag.clone());
            self.row(row, &name).await.with_context(|| format!("{name:?}: {row:#?}"))?;
        }
        // The summary counts the rows, and success requires a proof for every planned image.
        let equal = report.images.iter().filter(|row| row.standing == ImageStanding::Equal).count();
        let failed = report
            .images
            .iter()
            .filter(|row| matches!(row.result, ImageResult::Failed { .. }))
            .count();
        let counts = &report.summary.counts;
        ensure!(counts.equal as usize == equal, "{equal} rows are equal: {counts:?}");
        ensure!(counts.failed as usize == failed, "{failed} rows failed: {counts:?}");
        let is_green = report.summary.status == SummaryStatus::Success;
        ensure!(!is_green || equal == self.plan.images.len(), "green: {:?}", report.summary);
        Ok(())
    }

    async fn row(&self, row: &ImageReport, name: &RepositoryTag) -> Result<()> {
        let last_read = self.other_user.record.lock().await.last_read.get(name).cloned();
        let planned = &self.plan.images[row.image as usize];
        match (&row.result, row.proof) {
            (ImageResult::Moved | ImageResult::Unchanged, Proof::Equal) => {
                let seen = last_read.context("a proof without reading the tag")?;
                ensure!(seen.is_some() && seen == row.source_digest, "the tag had {seen:?}");
                ensure!(row.registry_digest == seen && row.ecr_digest == seen, "another digest");
            }
            (ImageResult::Moved, proof) => {
                ensure!(proof != Proof::Different, "moved, and different");
            }
            (ImageResult::Unchanged, _) => ensure!(
                matches!(planned.action, PlannedAction::KeepExisting | PlannedAction::AlreadyThere),
                "unchanged, but the plan said {:?}",
                planned.action
            ),
            (ImageResult::Failed { error }, _) => {
                ensure!(!error.message.is_empty(), "a failure without a reason");
            }
            (ImageResult::Cancelled, _) => {}
        }
        Ok(())
    }

    /// Checks that the undo reverted what this migration did, and nothing else.
    pub async fn undone(&self, before_undo: &Tags, after: &Tags) -> Result<()> {
        let record = self.other_user.record.lock().await;
        let mut expected = before_undo.clone();
        for name in self.before.keys().chain(before_undo.keys()).chain(after.keys()) {
            let was = match (record.touched.get(name), record.written_over.get(name)) {
                // The other user changed it last.
                (Some(left), _) => left.clone(),
                (None, Some(over)) => over.clone(),
                // A write that was cancelled may have reached ECR, or not.
                (None, None) if record.writes.iter().any(|write| write.name == *name) => {
                    after.get(name).cloned()
                }
                (None, None) => before_undo.get(name).cloned(),
            };
            match was {
                Some(digest) => expected.insert(name.clone(), digest),
                None => expected.remove(name),
            };
        }
        ensure!(
            expected == *after,
            "undo left {after:#?}\ninstead of {expected:#?}\nwrites {:#?}\ntouched {:#?}",
            record.writes,
            record.touched
        );
        Ok(())
    }
}
