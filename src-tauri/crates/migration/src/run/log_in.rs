//! The step that logs in to the destination registry.

use std::sync::Arc;

use crate::error::MigrationError;
use crate::events::MigrationEvent;
use crate::run::context::{Counts, Run};
use crate::run::record::ImageRecords;
use crate::step::Step;

/// Gets an authorization token and checks it at the registry's base endpoint. If that fails, all images
/// fail.
pub(super) async fn log_in(run: &Run<'_>, records: &ImageRecords<'_>) -> Counts {
    let mut counts = Counts::default();
    let Some(outcome) = run.control.until_cancelled(check_token(run)).await else { return counts };
    counts.add(outcome.is_ok());
    match outcome {
        Ok(expires_at_ms) => {
            let registry = run.destination.host().clone();
            run.emit(MigrationEvent::LoggedIn { registry, expires_at_ms });
        }
        Err(error) => {
            let source = Arc::new(error);
            for record in records.open() {
                let source = Arc::clone(&source);
                let error = MigrationError::EarlierStepFailed { step: Step::LogIn, source };
                run.fail(record, Arc::new(error));
            }
        }
    }
    counts
}

async fn check_token(run: &Run<'_>) -> Result<u64, MigrationError> {
    let token = run.destination.login.token().await?;
    run.destination.registry.check_login().await?;
    Ok(token.expires_at_ms)
}
