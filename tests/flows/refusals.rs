//! Story 4: every error has its own code, and a message that says what happened.

mod aws;
mod destination;
mod docker;
mod registry;
mod tags;

use anyhow::{Result, bail};
use transload_contract::{ImageResult, MigrationOutcome, MigrationRequest, PlannedAction};
use transload_errors::ApiError;
use transload_tests::headless_app::HeadlessApp;
use transload_tests::secrets::SecretSearch;

/// Returns the error of the only image of a request: an error of the planning, of the planned image, or of the
/// image in the report.
async fn refusal(app: &HeadlessApp, request: MigrationRequest) -> Result<ApiError> {
    let error = checked(reason(app, request).await?);
    app.record_response(&format!("{error:?}"));
    app.check_no_secrets(&SecretSearch::new())?;
    Ok(error)
}

async fn reason(app: &HeadlessApp, request: MigrationRequest) -> Result<ApiError> {
    let plan = match app.api.migration_plan_silent(request).await {
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
