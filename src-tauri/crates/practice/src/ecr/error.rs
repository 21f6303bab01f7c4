//! Errors of the ECR API: name, message and status.

use axum::http::StatusCode;
use serde_json::Value;

use crate::context::ServerContext;
use crate::store::error::StoreError;

/// The one operation of Amazon Inspector, as the request log and the faults name it.
pub(crate) const LIST_COVERAGE: &str = "ListCoverage";

/// The one operation of STS.
pub(crate) const GET_CALLER_IDENTITY: &str = "GetCallerIdentity";

#[derive(Debug)]
pub(crate) struct EcrError {
    pub(crate) status: StatusCode,
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    /// An additional member, which some errors have.
    pub(crate) member: Option<(&'static str, Value)>,
}

impl EcrError {
    /// Creates a client error.
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, kind, message: message.into(), member: None }
    }

    /// Creates the error for a practice folder that can't be read or written.
    pub(crate) fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            kind: "ServerException",
            message: "The practice registry couldn't access its folder.".to_owned(),
            member: None,
        }
    }

    pub(crate) fn unknown_operation() -> Self {
        Self::new("UnknownOperationException", "")
    }

    /// Creates the error for a parameter that violates a constraint.
    pub(crate) fn parameter(name: &str, constraint: impl std::fmt::Display) -> Self {
        Self::new(
            "InvalidParameterException",
            format!("Invalid parameter at '{name}' failed to satisfy constraint: '{constraint}'"),
        )
    }

    pub(crate) fn repository_not_found(context: &ServerContext, name: &str) -> Self {
        Self::new("RepositoryNotFoundException", context.repository_not_found(name))
    }

    pub(crate) fn access_denied(context: &ServerContext, operation: &str) -> Self {
        let (service, is_of_repositories) = match operation {
            LIST_COVERAGE => ("inspector2", false),
            GET_CALLER_IDENTITY => ("sts", false),
            _ => ("ecr", true),
        };
        let message = format!(
            "User: {} is not authorized to perform: {service}:{operation} on resource: {} because no identity-based policy allows the {service}:{operation} action",
            context.user_arn(),
            if is_of_repositories { context.repository_arn("*") } else { "*".to_owned() }
        );
        Self::new("AccessDeniedException", message)
    }
}

impl From<StoreError> for EcrError {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "a practice ECR request failed");
        Self::internal()
    }
}
