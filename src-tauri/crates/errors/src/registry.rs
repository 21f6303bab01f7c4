//! Failures of a registry.

use std::time::Duration;

use transload_aws::policy_for_denial;
use transload_model::{ManifestError, RegistryHost};
use transload_registry::RegistryError;

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

impl From<RegistryError> for ApiError {
    fn from(error: RegistryError) -> Self {
        Self::from(&error)
    }
}

impl From<&RegistryError> for ApiError {
    fn from(error: &RegistryError) -> Self {
        words(error).caused_by(error)
    }
}

/// What to do about content that doesn't have its digest.
const DAMAGED_HINT: &str =
    "Try again. If it fails again, the image is damaged at the source: push it there again.";

fn words(error: &RegistryError) -> ApiError {
    let new = |code| ApiError::new(code, sentence(&error.to_string()));
    match error {
        RegistryError::Unauthorized { registry, had_login, message, .. } => {
            let error = if *had_login {
                new(ErrorCode::RegistryUnauthorized)
                    .hint("Check that the user name and the access token are for this registry.")
            } else {
                new(ErrorCode::RegistrySignInNeeded)
            };
            with_sentence(error, registry, message.as_deref()).about(registry.as_str()).retryable()
        }
        RegistryError::TokenExpired { registry } => new(ErrorCode::RegistryTokenExpired)
            .about(registry.as_str())
            .retryable(),
        RegistryError::Forbidden { registry, subject, message } => {
            forbidden(registry, subject, message.as_deref(), new(ErrorCode::RegistryForbidden))
        }
        RegistryError::Missing { subject, repository: true, .. } => {
            new(ErrorCode::RepositoryMissing).about(subject)
        }
        RegistryError::Missing { registry, subject, .. } => {
            let missing = new(ErrorCode::ImageMissing).about(subject);
            match registry.ecr_region() {
                Some(_) => missing.hint(
                    "If the image is archived in ECR, restore it first. Archived images can't be pulled.",
                ),
                None => missing,
            }
        }
        RegistryError::Archived { subject, .. } => new(ErrorCode::ImageArchived).about(subject),
        RegistryError::Throttled { registry, retry_after, message } => {
            with_sentence(new(ErrorCode::RegistryThrottled), registry, message.as_deref())
                .about(registry.as_str())
                .hint(format!("Wait {}, then try again.", wait(*retry_after)))
                .retryable()
        }
        RegistryError::PullQuotaUsedUp { registry, retry_after } => {
            new(ErrorCode::PullQuotaUsedUp)
                .about(registry.as_str())
                .hint(match retry_after {
                    Some(pause) => format!("Wait {}, then try again.", wait(Some(*pause))),
                    None => "Wait until Docker Hub renews the limit, within six hours, then try again.".to_owned(),
                })
                .retryable()
        }
        RegistryError::Failed { registry, message, .. } => {
            with_sentence(new(ErrorCode::RegistryFailed), registry, message.as_deref())
                .about(registry.as_str())
                .retryable()
        }
        RegistryError::Unreachable { registry, .. } => new(ErrorCode::RegistryUnreachable)
            .about(registry.as_str())
            .retryable(),
        RegistryError::TargetUnreachable { target, .. } => new(ErrorCode::RegistryUnreachable)
            .about(target)
            .hint("The registry returned this address. Ask the administrator to set the external address of the registry, including the port.")
            .retryable(),
        RegistryError::UploadMoved { registry, .. } => new(ErrorCode::RegistryRefused)
            .about(registry.as_str())
            .hint("Connect to the address that the registry redirects uploads to."),
        RegistryError::Network { failure, .. } => failure.into(),
        RegistryError::ConnectionLost { registry, .. } => new(ErrorCode::ConnectionLost)
            .about(registry.as_str())
            .retryable(),
        RegistryError::NotARegistry { registry, .. } => new(ErrorCode::NotARegistry)
            .about(registry.as_str()),
        RegistryError::DigestMismatch { registry, .. } | RegistryError::SizeMismatch { registry, .. } => {
            new(ErrorCode::DigestMismatch)
                .about(registry.as_str())
                .hint(DAMAGED_HINT)
                .retryable()
        }
        RegistryError::Manifest { subject, source, .. } => manifest_words(subject, source),
        RegistryError::TagImmutable { subject, .. } => new(ErrorCode::TagImmutable)
            .about(subject),
        RegistryError::Refused { subject, .. } => new(ErrorCode::RegistryRefused).about(subject),
        RegistryError::LoginUnreadable { registry, .. } => new(ErrorCode::RegistryUnauthorized)
            .about(registry.as_str())
            .hint("Sign in here, or repair the stored login with docker login or podman login."),
        RegistryError::LoginNotRenewed { registry, .. } => new(ErrorCode::RegistryTokenExpired)
            .about(registry.as_str())
            .hint("Check that the AWS session is valid, then try again.")
            .retryable(),
        RegistryError::AddressRefused { registry, .. } => new(ErrorCode::NotARegistry)
            .about(registry.as_str())
            .hint("Don't use this registry unless you know the reason."),
    }
}

/// Adds the message of the registry, which often names the cause.
fn with_sentence(error: ApiError, registry: &RegistryHost, reported: Option<&str>) -> ApiError {
    let Some(reported) = reported else { return error };
    let message = error.message.trim_end_matches('.');
    let reported = reported.trim().trim_end_matches('.');
    ApiError { message: format!("{message}. {registry} reported: {reported}."), ..error }
}

/// Tells a missing permission from an exceeded quota by the message. ECR returns 403 for both.
fn forbidden(
    registry: &RegistryHost,
    subject: &str,
    message: Option<&str>,
    error: ApiError,
) -> ApiError {
    let reported = message.unwrap_or_default();
    if let Some(action) = denied_action(reported) {
        return ApiError { code: ErrorCode::AccessDenied, ..error }
            .about(action)
            .lifted_by(policy_for_denial(None, reported))
            .hint(format!("Ask the administrator of the account to allow {action}."));
    }
    let lower = reported.to_ascii_lowercase();
    if ["quota", "limit", "maximum number"].iter().any(|word| lower.contains(word)) {
        return ApiError { code: ErrorCode::QuotaExceeded, ..error }.about(subject);
    }
    let error = error.about(subject);
    if registry.is_amazon_ecr() && reported.is_empty() {
        return error
            .hint("Check that the role is allowed to push to the repository. The policy of the repository, the organization, or the KMS key may deny it.")
            .hint("Check the number of images in the repository. ECR also returns this error when a repository has reached its quota, 100,000 images by default.");
    }
    error.hint("Check that you are allowed to read from the source and to push to the destination.")
}

/// The action in AWS's sentence `User: … is not authorized to perform: ecr:PutImage on resource: …`.
fn denied_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("not authorized to perform: ")?;
    let action = rest.split([' ', ',']).next()?;
    action.split_once(':').filter(|(service, name)| !service.is_empty() && !name.is_empty())?;
    Some(action)
}

fn manifest_words(subject: &str, source: &ManifestError) -> ApiError {
    let (code, hint) = match source {
        ManifestError::TooLarge { .. } => (ErrorCode::ManifestTooLarge, None),
        ManifestError::Schema1 => (
            ErrorCode::ManifestUnsupported,
            Some(
                "Pull the image with a current Docker version and push it again. This creates a new manifest with another digest.",
            ),
        ),
        ManifestError::DigestMismatch { .. } => (ErrorCode::DigestMismatch, Some(DAMAGED_HINT)),
        ManifestError::Json(_) => (ErrorCode::NotARegistry, None),
        ManifestError::UnknownMediaType { .. }
        | ManifestError::MediaTypeMismatch { .. }
        | ManifestError::NotReferrers
        | ManifestError::Digest(_) => (ErrorCode::ManifestUnsupported, None),
    };
    let error = ApiError::new(code, format!("{subject}: {}", sentence(&source.to_string())));
    let error = error.about(subject);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

fn wait(pause: Option<Duration>) -> String {
    match pause.map(|pause| pause.as_secs()) {
        None => "a minute".to_owned(),
        Some(seconds @ 0..=90) => format!("{seconds} seconds"),
        Some(seconds) => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(host: &str, message: Option<&str>) -> ApiError {
        ApiError::from(RegistryError::Forbidden {
            registry: RegistryHost::parse(host).unwrap(),
            subject: "app:1".to_owned(),
            message: message.map(str::to_owned),
        })
    }

    #[test]
    fn a_missing_image_of_ecr_may_be_archived() {
        let registry = |host: &str| RegistryHost::parse(host).unwrap();
        let (ecr, subject) = ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", "app:1".to_owned());
        for (host, has_hint) in [(ecr, true), ("quay.io", false)] {
            let missing = ApiError::from(RegistryError::Missing {
                registry: registry(host),
                subject: subject.clone(),
                repository: false,
                message: None,
            });
            assert_eq!(missing.code, ErrorCode::ImageMissing);
            assert_eq!(missing.hints.iter().any(|hint| hint.contains("archived")), has_hint);
        }
        let archived = ApiError::from(RegistryError::Archived { registry: registry(ecr), subject });
        assert_eq!(archived.code, ErrorCode::ImageArchived);
        assert_eq!(archived.subject.as_deref(), Some("app:1"));
    }

    #[test]
    fn a_refusal_is_a_missing_permission_or_an_exceeded_quota() {
        let ecr = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
        let denied = refused(
            ecr,
            Some(
                "User: arn:aws:iam::111122223333:user/ada is not authorized to perform: ecr:PutImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/app because no identity-based policy allows the ecr:PutImage action",
            ),
        );
        assert_eq!(
            (denied.code, denied.subject.as_deref()),
            (ErrorCode::AccessDenied, Some("ecr:PutImage"))
        );
        let full = refused(ecr, Some("The maximum number of images is reached"));
        assert_eq!(full.code, ErrorCode::QuotaExceeded);
        let silent = refused(ecr, None);
        assert_eq!((silent.code, silent.hints.len()), (ErrorCode::RegistryForbidden, 2));
        let unauthorized = |had_login| {
            ApiError::from(RegistryError::Unauthorized {
                registry: RegistryHost::parse("quay.io").unwrap(),
                subject: "app".to_owned(),
                message: Some("Could not find robot with specified username.".to_owned()),
                had_login,
            })
        };
        // Without a login, none was rejected.
        assert_eq!(unauthorized(false).code, ErrorCode::RegistrySignInNeeded);
        let unauthorized = unauthorized(true);
        assert_eq!(unauthorized.code, ErrorCode::RegistryUnauthorized);
        let reported = "for app. quay.io reported: Could not find robot with specified username.";
        assert!(unauthorized.message.ends_with(reported), "{}", unauthorized.message);
        assert_eq!(refused("quay.io", Some("denied")).code, ErrorCode::RegistryForbidden);
    }
}
