//! Commands that start a plan, and that retry failed images.

use std::collections::BTreeSet;
use std::sync::Arc;

use transload_contract::MigrationRequest;
use transload_errors::{ApiError, ErrorCode};
use transload_migration::{GatherProgress, ManifestCache};

use crate::api::{Api, JobRequest};
use crate::locks::locked;
use crate::stores::plans::{PlanEndpoints, ReadyPlan, not_ready};

impl Api {
    /// Parses a request and opens its source and destination.
    pub(super) async fn read(
        &self,
        request: &MigrationRequest,
    ) -> Result<(transload_migration::MigrationRequest, PlanEndpoints), ApiError> {
        let connected = self.connect(&request.connection).await?;
        let source = self.open_source(&request.source).await?;
        let mut asked = source.read_request(request)?;
        self.add_source_dates(&mut asked, &request.source, &source).await;
        Ok((asked, PlanEndpoints::new(source, connected)))
    }

    /// Confirms that the lifecycle policies of these repositories expire images of a plan. Without
    /// the confirmation, such a plan doesn't start.
    pub async fn migration_expiry_confirm(
        &self,
        plan: String,
        repositories: Vec<String>,
    ) -> Result<(), ApiError> {
        self.inner.plans.confirm_expiry(&plan, repositories)
    }

    /// Starts a plan, which is possible once, and returns the job.
    pub async fn migration_start(&self, plan: String) -> Result<String, ApiError> {
        let ready = self.inner.plans.take(&plan)?;
        let started = self.start(ready.clone()).await;
        if started.is_err() {
            // Nothing was begun: the same plan may be started when the cause is gone.
            self.inner.plans.add(plan, ready);
        }
        started
    }

    /// Plans the failed images of a job again, starts the plan, and returns the new job.
    pub async fn migration_retry_failed(&self, job: String) -> Result<String, ApiError> {
        let finished = self.inner.jobs.get(&job)?;
        let kept = locked(&self.inner.requests).get(&job).cloned();
        let (Some(report), Some(JobRequest { request, shown, endpoints, .. })) =
            (finished.report(), kept)
        else {
            let message = "The migration hasn't finished.";
            return Err(ApiError::new(ErrorCode::JobUnfinished, message).about(job));
        };
        let (mut request, mut shown) = (Arc::unwrap_or_clone(request), Arc::unwrap_or_clone(shown));
        let open = report.images.iter().filter(|image| {
            use transload_contract::ImageResult::{Cancelled, Failed};
            matches!(image.result, Failed { .. } | Cancelled)
        });
        let open: BTreeSet<u32> = open.map(|image| image.image).collect();
        let mut index = 0..;
        request.images.retain(|_| index.next().is_some_and(|index| open.contains(&index)));
        let mut index = 0..;
        shown.images.retain(|_| index.next().is_some_and(|index| open.contains(&index)));
        let manifests = self.inner.plans.manifests();
        let ready = plan(request, shown, endpoints, &manifests, &|_| {}).await?;
        if !ready.plan.is_ready() {
            return Err(refusal(&ready.plan).unwrap_or_else(not_ready));
        }
        ready.expect_confirmed()?;
        self.start(ready).await
    }
}

pub(super) async fn plan(
    request: transload_migration::MigrationRequest,
    shown: MigrationRequest,
    endpoints: PlanEndpoints,
    manifests: &Arc<ManifestCache>,
    report: &(dyn Fn(GatherProgress) + Sync),
) -> Result<ReadyPlan, ApiError> {
    let destination = &endpoints.connected.destination;
    let facts =
        transload_migration::gather(&request, &endpoints.source, destination, manifests, report)
            .await?;
    let plan = transload_migration::plan(&request, &facts);
    let (request, shown) = (Arc::new(request), Arc::new(shown));
    Ok(ReadyPlan { plan: Arc::new(plan), request, shown, endpoints, part: None })
}

/// Returns why the first image of a plan that can't start is refused.
fn refusal(plan: &transload_migration::Plan) -> Option<ApiError> {
    plan.images.iter().find_map(|image| match &image.action {
        transload_migration::Action::Refused { error } => Some(error.as_ref().into()),
        _ => None,
    })
}
