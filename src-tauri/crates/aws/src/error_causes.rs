//! Searches an error and its causes, and joins them into one sentence.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};

use crate::error::BoxError;

/// Returns the error inside the SDK's error of a call.
pub(crate) fn into_cause<E>(error: SdkError<E, HttpResponse>) -> BoxError
where
    E: Error + Send + Sync + 'static,
{
    error.into_source().unwrap_or_else(|error| BoxError::from(full_message(&error)))
}

/// Whether an error comes from the connection. For calls that fetch credentials, the SDK wraps the
/// connector's error in another one of the outer call, so every cause is checked.
pub(crate) fn is_connection(error: &(dyn Error + 'static)) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<ConnectorError>())
        .any(|cause| cause.is_io() || cause.is_timeout() || cause.is_user())
}

/// Returns the first error of a type among an error and its causes.
pub(crate) fn find_cause<'a, T: Error + 'static>(
    error: &'a (dyn Error + 'static),
) -> Option<&'a T> {
    causes(error).find_map(|cause| cause.downcast_ref::<T>())
}

/// Iterates over an error and its causes, from the outside in.
pub(crate) fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// Joins an error and its causes in one line, without repetitions.
pub(crate) fn full_message(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = causes(error)
        .map(|cause| cause.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    parts.dedup();
    parts.join(": ")
}
