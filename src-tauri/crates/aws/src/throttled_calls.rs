//! Calls that list much: they are repeated while AWS throttles them, after the retries of the SDK. The clients of ECR
//! and Amazon Inspector send them so, because a list of a large registry must not fail in its last page.

use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error::AwsError;
use crate::sdk_error::Call;

/// The waits before the repetitions.
const THROTTLE_WAITS: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(15),
    Duration::from_secs(30),
];

impl Call<'_> {
    /// Sends a request, and sends it again while AWS throttles it.
    pub(crate) async fn while_throttled<T, E, F>(&self, send: impl Fn() -> F) -> Result<T, AwsError>
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let send = || {
            let sent = send();
            async { sent.await.map_err(|error| self.failed(error)) }
        };
        repeat_while_throttled(&THROTTLE_WAITS, send).await
    }
}

async fn repeat_while_throttled<T, F: Future<Output = Result<T, AwsError>>>(
    waits: &[Duration],
    request: impl Fn() -> F,
) -> Result<T, AwsError> {
    for wait in waits {
        match request().await {
            Err(AwsError::Throttled { action }) => {
                tracing::info!(action, ?wait, "AWS throttles; the request is repeated");
                tokio::time::sleep(*wait).await;
            }
            finished => return finished,
        }
    }
    request().await
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_request_is_repeated_after_each_wait_and_then_fails() {
        let waits = [Duration::ZERO; THROTTLE_WAITS.len()];
        for (throttled, expected_requests) in [(0, 1), (1, 2), (4, 5), (5, 5)] {
            let requests = AtomicU32::new(0);
            let result = repeat_while_throttled(&waits, || {
                let number = requests.fetch_add(1, Ordering::Relaxed);
                let action = "ecr:DescribeImages".to_owned();
                async move {
                    if number < throttled {
                        Err(AwsError::Throttled { action })
                    } else {
                        Ok(number)
                    }
                }
            })
            .await;
            assert_eq!(result.ok(), (throttled < 5).then_some(throttled), "{throttled} times");
            assert_eq!(requests.into_inner(), expected_requests, "{throttled} times");
        }
    }
}
