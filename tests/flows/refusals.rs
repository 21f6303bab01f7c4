//! Story 4: every error has its own code, and a message that says what happened.

mod aws;
mod destination;
mod docker;
mod registry;
mod tags;

use anyhow::{Result, bail};
use transload_contract::{ImageResult, MigrationOutcome, MigrationRequest, PlannedAction};
use transload_errors::ApiError;
use transload_tests::computer::Computer;
use transload_tests::secrets::SecretSearch;

/// Why the only image of a request does not arrive, wherever that shows: before the plan, in the
/// plan, or in the run.
async fn refusal(computer: &Computer, request: MigrationRequest) -> Result<ApiError> {
    let error = checked(reason(computer, request).await?);
    computer.note(&format!("{error:?}"));
    computer.check_no_secrets(&SecretSearch::new())?;
    Ok(error)
}

async fn reason(computer: &Computer, request: MigrationRequest) -> Result<ApiError> {
    let plan = match computer.api.migration_plan_silent(request).await {
        Ok(plan) => plan,
        Err(error) => return Ok(error),
    };
    if let PlannedAction::Refused { error } = &plan.images[0].action {
        assert!(!plan.ready, "a plan with nothing to do cannot be started");
        return Ok(error.clone());
    }
    let job = computer.api.migration_start(plan.plan.clone()).await;
    let job = job.map_err(transload_tests::computer::api_error)?;
    let report = computer.follow(job, plan).await?.report;
    match &report.images[0].result {
        ImageResult::Failed { error } => {
            assert_eq!(report.outcome, MigrationOutcome::Failed);
            Ok(error.clone())
        }
        result => bail!("nothing is refused: {result:?}"),
    }
}

/// The words of a refusal: a whole sentence, a next step, nothing of the program's insides.
fn checked(error: ApiError) -> ApiError {
    assert!(error.message.ends_with('.'), "not a sentence: {}", error.message);
    assert!(error.next_steps().next().is_some(), "no next step: {error:?}");
    for word in ["Err(", "Error {", "panicked", "unwrap", "Some("] {
        assert!(!error.message.contains(word), "{}", error.message);
    }
    error
}
