//! Plans that are ready to start, with everything that starting them needs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use transload_contract::CopyTool;
use transload_errors::{ApiError, ErrorCode};
use transload_migration::commands;
use transload_migration::{ManifestCache, MigrationRequest, Plan, Source};

use crate::connected::Connected;
use crate::locks::locked;
use crate::open_source::OpenSource;

/// The maximum number of plans. A user who goes back and forth in the wizard makes a few.
const PLANS_KEPT: usize = 8;
/// The maximum number of images of all plans except the newest one. Each image takes some
/// kilobytes.
const IMAGES_KEPT: usize = 5_000;

/// The open source and destination of a migration.
#[derive(Clone)]
pub(crate) struct PlanEndpoints {
    pub source: Source,
    /// The connection of a source that is an ECR. Its session may expire too.
    pub source_ecr: Option<Arc<Connected>>,
    pub connected: Arc<Connected>,
}

impl PlanEndpoints {
    pub fn new(source: OpenSource, connected: Arc<Connected>) -> Self {
        let source_ecr = source.ecr().cloned();
        Self { source: source.end(), source_ecr, connected }
    }
}

/// A plan that can start.
#[derive(Clone)]
pub(crate) struct ReadyPlan {
    pub plan: Arc<Plan>,
    pub request: Arc<MigrationRequest>,
    /// The request of the caller.
    pub shown: Arc<transload_contract::MigrationRequest>,
    pub endpoints: PlanEndpoints,
    pub part: Option<transload_contract::ReportPart>,
}

impl ReadyPlan {
    /// Refuses a plan whose lifecycle policies expire images without a confirmation.
    pub fn expect_confirmed(&self) -> Result<(), ApiError> {
        let repositories = self.plan.repositories.iter();
        let open = repositories.filter(|repository| repository.forecast.needs_confirmation());
        expect_confirmed(open.map(|repository| repository.name.to_string()), &self.shown)
    }

    /// Returns the work of the plan as commands.
    pub fn commands(&self, tool: CopyTool) -> Vec<String> {
        let PlanEndpoints { source_ecr, connected, .. } = &self.endpoints;
        let host = source_ecr.as_ref().map(|open| open.destination.host().to_string());
        let aws = source_ecr.as_ref().map(|open| &open.aws_commands);
        let source = host.as_deref().zip(aws);
        commands::of_plan(&self.plan, &connected.aws_commands, source, tool)
    }
}

/// The newest plans by ID, with the manifests that were read for them.
#[derive(Default)]
pub(crate) struct PlanStore {
    plans: Mutex<VecDeque<(String, ReadyPlan)>>,
    manifests: Mutex<Arc<ManifestCache>>,
}

impl PlanStore {
    pub fn add(&self, id: String, plan: ReadyPlan) {
        let mut plans = locked(&self.plans);
        let images: Vec<_> = plans.iter().map(|(_, plan)| plan.plan.images.len()).collect();
        plans.drain(..too_many(&images));
        plans.push_back((id, plan));
    }

    /// Returns the manifests that earlier plans read. A new plan after a changed choice doesn't
    /// request them again.
    pub fn manifests(&self) -> Arc<ManifestCache> {
        let mut manifests = locked(&self.manifests);
        // The plans that use a full one hold it as long as they need it.
        if manifests.is_full() {
            *manifests = Arc::default();
        }
        Arc::clone(&manifests)
    }

    /// Records that the user confirmed the lifecycle policies of these repositories.
    pub fn confirm_expiry(&self, id: &str, repositories: Vec<String>) -> Result<(), ApiError> {
        let mut plans = locked(&self.plans);
        let found = plans.iter_mut().find(|(known, _)| known == id);
        let (_, plan) = found.ok_or_else(|| unknown(id))?;
        Arc::make_mut(&mut plan.shown).expiry_confirmed = repositories;
        Ok(())
    }

    /// Returns a plan without removing it.
    pub fn get(&self, id: &str) -> Result<ReadyPlan, ApiError> {
        let plans = locked(&self.plans);
        let found = plans.iter().find(|(known, _)| known == id);
        found.map(|(_, plan)| plan.clone()).ok_or_else(|| unknown(id))
    }

    /// Removes a plan to start it, so that it starts once. A plan that can't start stays.
    pub fn take(&self, id: &str) -> Result<ReadyPlan, ApiError> {
        let mut plans = locked(&self.plans);
        let Some(at) = plans.iter().position(|(known, _)| known == id) else {
            return Err(unknown(id));
        };
        let ready = &plans[at].1;
        if !ready.plan.is_ready() {
            return Err(not_ready());
        }
        ready.expect_confirmed()?;
        plans.remove(at).map(|(_, plan)| plan).ok_or_else(|| unknown(id))
    }
}

/// Returns how many of the oldest plans to drop before a new one is added, from the number of
/// images of each plan.
fn too_many(images: &[usize]) -> usize {
    let mut together = 0;
    let newest = images.iter().rev().take(PLANS_KEPT - 1).take_while(|images| {
        together += **images;
        together <= IMAGES_KEPT
    });
    images.len() - newest.count()
}

fn unknown(id: &str) -> ApiError {
    ApiError::new(ErrorCode::PlanUnknown, "The plan no longer exists, or was already started.")
        .about(id)
}

/// Refuses to start if the lifecycle policies of `repositories` are not confirmed in a request.
pub(crate) fn expect_confirmed(
    repositories: impl Iterator<Item = String>,
    request: &transload_contract::MigrationRequest,
) -> Result<(), ApiError> {
    let open: Vec<_> =
        repositories.filter(|name| !request.expiry_confirmed.contains(name)).collect();
    if open.is_empty() {
        return Ok(());
    }
    let names = open.join(", ");
    let message = format!("Lifecycle policies would expire images in these repositories: {names}.");
    Err(ApiError::new(ErrorCode::ExpiryUnconfirmed, message).about(names))
}

/// The error for a plan with a conflict without a choice, or with nothing to do.
pub(crate) fn not_ready() -> ApiError {
    ApiError::new(
        ErrorCode::PlanHasConflicts,
        "The plan has a conflict without a choice, or nothing to do.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_plans_make_room_by_number_and_large_ones_by_size() {
        assert_eq!(too_many(&[]), 0);
        assert_eq!(too_many(&[1; PLANS_KEPT - 1]), 0);
        assert_eq!(too_many(&[1; PLANS_KEPT]), 1);
        assert_eq!(too_many(&[1, IMAGES_KEPT - 1, 1]), 1);
        assert_eq!(too_many(&[1, IMAGES_KEPT + 1]), 2);
    }
}
