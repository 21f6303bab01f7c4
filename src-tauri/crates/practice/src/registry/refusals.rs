//! Error responses that several operations of the registry share.

use axum::http::StatusCode;
use axum::response::Response;

use crate::context::ServerContext;
use crate::reply::oci_error;

/// ECR answers 405 for operations that it does not support, including `_catalog`.
pub(super) fn unsupported() -> Response {
    oci_error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "The operation is unsupported.")
}

pub(super) fn no_repository(context: &ServerContext, name: &str) -> Response {
    oci_error(StatusCode::NOT_FOUND, "NAME_UNKNOWN", context.repository_not_found(name))
}

pub(super) fn internal(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "a practice registry request failed");
    oci_error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "UNKNOWN",
        "The practice registry couldn't access its folder.",
    )
}
