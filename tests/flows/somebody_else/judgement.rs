//! Checks that what Transload did and reported is correct.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use transload_contract::{
    ImageReport, ImageResult, ImageStanding, MigrationPlan, MigrationReport, PlannedAction, Proof,
    SummaryStatus,
};

use crate::somebody_else::stranger::{Name, Stranger};

/// Digests by tag.
pub type Tags = BTreeMap<Name, String>;

pub struct Judgement<'a> {
    pub plan: &'a MigrationPlan,
    /// The destination before the plan.
    pub before: &'a Tags,
    pub stranger: &'a Stranger,
}

impl Judgement<'_> {
    /// No write replaced anything but what the plan showed.
    pub async fn writes(&self) -> Result<()> {
        let notes = self.stranger.notes.lock().await;
        for write in &notes.writes {
            let planned = self
                .plan
                .images
                .iter()
                .find(|image| (&image.repository, &image.tag) == (&write.name.0, &write.name.1))
                .with_context(|| format!("nobody asked for {:?}", write.name))?;
            let shown = planned.destination_digest.as_ref();
            let over = write.over.as_ref();
            // A tag that has the image already may be written again, as a resume does.
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

    /// Every row says what is there.
    pub async fn report(&mut self, report: &MigrationReport) -> Result<()> {
        for row in &report.images {
            let planned = &self.plan.images[row.image as usize];
            let name: Name = (planned.repository.clone(), planned.tag.clone());
            self.row(row, &name).await.with_context(|| format!("{name:?}: {row:#?}"))?;
        }
        // The headline counts what the rows say, and green needs a proof for every planned image.
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

    async fn row(&self, row: &ImageReport, name: &Name) -> Result<()> {
        let looked = self.stranger.notes.lock().await.last_look.get(name).cloned();
        let planned = &self.plan.images[row.image as usize];
        match (&row.result, row.proof) {
            (ImageResult::Moved | ImageResult::Unchanged, Proof::Equal) => {
                let seen = looked.context("a proof without a look at the tag")?;
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

    /// The undo took back what this migration did, and nothing else.
    pub async fn undone(&self, there: &Tags, after: &Tags) -> Result<()> {
        let notes = self.stranger.notes.lock().await;
        let mut expected = there.clone();
        for name in self.before.keys().chain(there.keys()).chain(after.keys()) {
            let was = match (notes.touched.get(name), notes.written_over.get(name)) {
                // The stranger was last.
                (Some(left), _) => left.clone(),
                (None, Some(over)) => over.clone(),
                // A write that was stopped on its way may have reached ECR, or not.
                (None, None) if notes.writes.iter().any(|write| write.name == *name) => {
                    after.get(name).cloned()
                }
                (None, None) => there.get(name).cloned(),
            };
            match was {
                Some(digest) => expected.insert(name.clone(), digest),
                None => expected.remove(name),
            };
        }
        ensure!(
            expected == *after,
            "undo left {after:#?}\ninstead of {expected:#?}\nwrites {:#?}\ntouched {:#?}",
            notes.writes,
            notes.touched
        );
        Ok(())
    }
}
