//! Story 4: every error has its own code, and a message that says what happened.

mod aws;
mod destination;
mod docker;
mod registry;
mod tags;

use anyhow::{Result, bail};
use transload_contract::{ImageResult, MigrationOutcome, MigrationRequest, PlannedAction};
use transload_errors::ApiError;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, registry_source, request};
use transload_tests::images::{Image, Recipe, TestRepository};
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;

/// A registry with one image `app:1`, and a practice ECR to copy it to.
struct Fixture {
    registry: TestRegistry,
    image: Image,
    ecr: Ecr,
}

impl Fixture {
    async fn new() -> Result<Self> {
        let registry = TestRegistry::start().await?;
        let image = Recipe::small(42).layers([5_000, 400_000]).build()?;
        TestRepository::new(&registry.url(), "app")?.push(&image, "1").await?;
        Ok(Self { registry, image, ecr: Ecr::practice().await? })
    }

    /// Returns the error of copying `app:1` from a host.
    async fn refusal_at(&self, host: &str) -> Result<ApiError> {
        let app = HeadlessApp::new(self.ecr.home()?, None)?;
        let migration_request =
            request(&self.ecr.connection(), &registry_source(host), &[("app", "1", "app")]);
        refusal(&app, migration_request).await
    }
}

/// Returns the error of the only image of a request: an error of the planning, of the planned image, or of the
/// image in the report.
async fn refusal(app: &HeadlessApp, request: MigrationRequest) -> Result<ApiError> {
    let error = checked(reason(app, request).await?);
    app.record_response(&format!("{error:?}"));
    app.check_no_secrets(&SecretSearch::new())?;
    Ok(error)
}

async fn reason(app: &HeadlessApp, request: MigrationRequest) -> Result<ApiError> {
    let plan = match app.api.migration_plan_with_progress(request, |_| {}).await {
        Ok(plan) => plan,
        Err(error) => return Ok(error),
    };
    if let PlannedAction::Refused { error } = &plan.images[0].action {
        assert!(!plan.ready, "a plan with nothing to do cannot be started");
        return Ok(error.clone());
    }
    let job = app.api.migration_start(plan.plan.clone()).await;
    let job = job.map_err(transload_tests::headless_app::api_error)?;
    let report = app.follow(job, plan).await?.report;
    match &report.images[0].result {
        ImageResult::Failed { error } => {
            assert_eq!(report.outcome, MigrationOutcome::Failed);
            Ok(error.clone())
        }
        result => bail!("nothing is refused: {result:?}"),
    }
}

/// Checks the text of an error: a complete sentence, a next step, and no internals of the program.
fn checked(error: ApiError) -> ApiError {
    assert!(error.message.ends_with('.'), "not a sentence: {}", error.message);
    assert!(error.next_steps().next().is_some(), "no next step: {error:?}");
    for word in ["Err(", "Error {", "panicked", "unwrap", "Some("] {
        assert!(!error.message.contains(word), "{}", error.message);
    }
    error
}
