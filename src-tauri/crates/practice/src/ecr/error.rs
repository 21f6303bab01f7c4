//! ECR's errors: a name, a sentence, a status.

use axum::http::StatusCode;
use serde_json::Value;

use crate::store::StoreError;
use crate::world::World;

/// An error in ECR's words.
#[derive(Debug)]
pub(crate) struct EcrError {
    pub(crate) status: StatusCode,
    pub(crate) kind: &'static str,
    pub(crate) message: String,
    /// What some errors carry besides.
    pub(crate) member: Option<(&'static str, Value)>,
}

impl EcrError {
    /// An error that is the client's fault.
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, kind, message: message.into(), member: None }
    }

    /// The practice's own folder does not work.
    pub(crate) fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            kind: "ServerException",
            message: "The practice registry could not use its folder.".to_owned(),
            member: None,
        }
    }

    pub(crate) fn unknown_operation() -> Self {
        Self::new("UnknownOperationException", "")
    }

    /// A parameter that breaks a rule of the API.
    pub(crate) fn parameter(name: &str, constraint: impl std::fmt::Display) -> Self {
        Self::new(
            "InvalidParameterException",
            format!("Invalid parameter at '{name}' failed to satisfy constraint: '{constraint}'"),
        )
    }

    pub(crate) fn no_repository(world: &World, name: &str) -> Self {
        Self::new("RepositoryNotFoundException", world.no_repository(name))
    }

    pub(crate) fn access_denied(world: &World, operation: &str) -> Self {
        let message = format!(
            "User: {} is not authorized to perform: ecr:{operation} on resource: {} because no identity-based policy allows the ecr:{operation} action",
            world.user_arn(),
            world.repository_arn("*")
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
