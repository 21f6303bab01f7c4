//! Commands that plan a migration: with progress, cancellation, and the expected time.

use std::time::Duration;

use transload_contract::{
    CopyTool, ExpectedTime, HistoryEntry, ImageSource, MigrationOutcome, MigrationPlan,
    MigrationRequest, PlanProgress,
};
use transload_errors::ApiError;
use transload_migration::{EarlierTransfer, expected_time};
use transload_plan_file::shown_plan;

use super::migration::plan;
use crate::api::Api;
use crate::stores::plans::ReadyPlan;

/// The approximate number of progress reports of a plan.
const PROGRESS_REPORTS: u32 = 200;

impl Api {
    /// Plans a migration and reports progress. Writes nothing.
    pub async fn migration_plan_with_progress(
        &self,
        request: MigrationRequest,
        report: impl Fn(PlanProgress) + Send + Sync,
    ) -> Result<MigrationPlan, ApiError> {
        let report = |progress: PlanProgress| {
            let PlanProgress { looked_at, images } = progress;
            let step = (images / PROGRESS_REPORTS).max(1);
            if looked_at.is_multiple_of(step) || looked_at == images {
                report(progress);
            }
        };
        // On the heap: every caller up to the window would carry it on its stack (`call_sizes`).
        let (asked, endpoints) = Box::pin(self.read(&request)).await?;
        let id = self.new_id("plan");
        let manifests = self.inner.plans.manifests();
        let ready: ReadyPlan =
            Box::pin(plan(asked, request, endpoints, &manifests, &report)).await?;
        let connected = &ready.endpoints.connected;
        let identity = connected.identity.clone();
        let commands = ready.commands(CopyTool::Skopeo);
        let mut shown = shown_plan(id.clone(), &ready.plan, identity, commands);
        shown.expected = self.expected(&ready.shown.source, &shown).await;
        self.inner.plans.add(id, ready);
        Ok(shown)
    }

    /// Plans a migration that can be cancelled: `attempt` is a new ID of the caller. Returns
    /// `None` if it was cancelled.
    pub async fn migration_plan(
        &self,
        request: MigrationRequest,
        attempt: String,
        report: impl Fn(PlanProgress) + Send + Sync,
    ) -> Result<Option<MigrationPlan>, ApiError> {
        let plan = self.migration_plan_with_progress(request, report);
        self.inner.cancellable_calls.run(attempt, plan).await.transpose()
    }

    /// Cancels planning. Does nothing if the plan already exists.
    pub async fn migration_plan_cancel(&self, attempt: String) -> Result<(), ApiError> {
        self.inner.cancellable_calls.stop(&attempt);
        Ok(())
    }

    /// Returns the work of a plan as commands, with another tool.
    pub async fn migration_commands(
        &self,
        plan: String,
        tool: CopyTool,
    ) -> Result<Vec<String>, ApiError> {
        let ready = self.inner.plans.get(&plan)?;
        Ok(ready.commands(tool))
    }

    /// Estimates the time of a plan from the history.
    async fn expected(&self, source: &ImageSource, plan: &MigrationPlan) -> Option<ExpectedTime> {
        if plan.totals.upload_bytes == 0 {
            return None;
        }
        // Without a history there is a plan all the same; what is wrong with it is said where it is
        // needed.
        let history = self.history_list().await.ok()?;
        let same_way = history.iter().filter(|entry| {
            let is_same_place = entry.source.as_ref().is_some_and(|one| same_place(one, source));
            entry.registry == plan.registry && is_over(entry) && is_same_place
        });
        let earlier = same_way.filter_map(|entry| {
            let elapsed = Duration::from_millis(entry.elapsed_ms);
            Some(EarlierTransfer { sent_bytes: entry.sent_bytes?, elapsed })
        });
        expected_time(plan.totals.upload_bytes, earlier)
    }
}

pub(super) fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn is_over(entry: &HistoryEntry) -> bool {
    use MigrationOutcome::{Kept, PartlyFailed, Succeeded, Unproven};
    matches!(entry.state, Succeeded | Kept | Unproven | PartlyFailed)
}

/// Whether two sources have the same network distance, as all namespaces of Docker Hub.
fn same_place(one: &ImageSource, other: &ImageSource) -> bool {
    let both_hub =
        matches!((one, other), (ImageSource::DockerHub { .. }, ImageSource::DockerHub { .. }));
    both_hub || one == other
}
