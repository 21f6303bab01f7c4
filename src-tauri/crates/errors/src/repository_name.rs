//! A repository name that ECR doesn't allow.

use transload_model::InvalidRepositoryName;

use crate::api_error::ApiError;
use crate::code::ErrorCode;

impl From<InvalidRepositoryName> for ApiError {
    fn from(error: InvalidRepositoryName) -> Self {
        let message = format!(
            "\u{201c}{}\u{201d} isn't a valid ECR repository name: {}.",
            error.name, error.rule
        );
        let invalid = Self::new(ErrorCode::RepositoryNameInvalid, message);
        match &error.suggestion {
            Some(suggestion) => invalid
                .hint(format!("For example, use \u{201c}{suggestion}\u{201d}."))
                .about(suggestion.as_str()),
            None => invalid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_repository_name_carries_a_name_that_works() {
        let error = transload_model::RepositoryName::parse("My App").unwrap_err();
        let error = ApiError::from(error);
        assert_eq!(error.code, ErrorCode::RepositoryNameInvalid);
        assert_eq!(error.subject.as_deref(), Some("my-app"));
        assert_eq!(
            error.message,
            "“My App” isn't a valid ECR repository name: 'M' is not allowed; use lower-case letters, digits, '.', '_', '-' and '/'."
        );
    }
}
