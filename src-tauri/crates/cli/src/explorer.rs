//! `lifecycle preview`: what a policy would remove, before anyone sets it. `practice`: practice mode without a window.

use std::time::Duration;

use transload_api::Api;
use transload_contract::{AwsConnection, LifecyclePreviewState};
use transload_errors::{ApiError, ErrorCode};

use crate::arguments::PracticeArguments;
use crate::arguments::repositories::LifecyclePreviewArguments;
use crate::exit_code::{DIFFERENT, INTERRUPTED, SUCCEEDED};
use crate::{aws_connection, input_files, mfa, output};

/// The interval between two calls that check whether the preview is complete. Source: the waiter of the AWS SDKs polls
/// every 5 s.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The longest wait for a preview. The waiter of the AWS SDKs waits for 100 s.
const MAX_POLLS: u32 = 300;

/// Prints what ECR's preview of a policy would delete and archive.
pub async fn lifecycle_preview(
    api: &Api,
    arguments: &LifecyclePreviewArguments,
) -> Result<u8, ApiError> {
    let text = input_files::read_text(&arguments.file)?;
    let connection = aws_connection::from_account(&arguments.account);
    let work = async || preview(api, &connection, &arguments.repository, &text).await;
    let found = tokio::select! {
        found = mfa::with_code_of(api, &connection, work) => found?,
        _ = tokio::signal::ctrl_c() => return Ok(INTERRUPTED),
    };
    match arguments.json {
        true => output::json(&found),
        false => output::lifecycle::preview(&arguments.repository, &found),
    }
    Ok(match found {
        LifecyclePreviewState::Complete { expiring: 0, archiving: 0, unknown: 0, .. } => SUCCEEDED,
        _ => DIFFERENT,
    })
}

async fn preview(
    api: &Api,
    connection: &AwsConnection,
    repository: &str,
    text: &str,
) -> Result<LifecyclePreviewState, ApiError> {
    let (connection, name, text) =
        (|| connection.clone(), || repository.to_owned(), || text.to_owned());
    let mut state = LifecyclePreviewState::None;
    for _ in 0..MAX_POLLS {
        state = match state {
            LifecyclePreviewState::Complete { .. } => return Ok(state),
            LifecyclePreviewState::None => {
                api.lifecycle_preview_start(connection(), name(), text()).await?
            }
            LifecyclePreviewState::Failed => {
                let message = format!("ECR couldn't preview the policy for {repository}.");
                return Err(ApiError::new(ErrorCode::AwsFailed, message).about(repository));
            }
            LifecyclePreviewState::Unknown { status } => {
                let message = format!(
                    "ECR reports the status {status} for the preview of the policy for {repository}, which Transload doesn't know."
                );
                return Err(ApiError::new(ErrorCode::AwsFailed, message).about(repository));
            }
            LifecyclePreviewState::Running | LifecyclePreviewState::OtherRunning => {
                tokio::time::sleep(POLL_INTERVAL).await;
                api.lifecycle_preview(connection(), name(), text()).await?
            }
        };
    }
    let message = format!("ECR's preview of the policy for {repository} didn't complete in time.");
    Err(ApiError::new(ErrorCode::AwsFailed, message).about(repository).retryable())
}

/// Serves practice mode until Ctrl-C, and prints the environment for other programs.
pub async fn practice(api: &Api, arguments: &PracticeArguments) -> Result<u8, ApiError> {
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    // Polled once, which installs the handler, before the lines below say that it is ready.
    tokio::select! {
        biased;
        _ = &mut interrupt => return Ok(INTERRUPTED),
        () = std::future::ready(()) => {}
    }
    let status = api.practice_start().await?;
    if arguments.examples {
        api.practice_examples_create().await?;
    }
    match arguments.json {
        true => output::json(&status),
        false => output::practice::print(&status),
    }
    output::note("Practice mode is running. Press Ctrl-C to stop it.");
    // The signal can't be waited for only if the system has no signals left.
    let _ = interrupt.await;
    Ok(SUCCEEDED)
}
