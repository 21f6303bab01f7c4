use std::time::Duration;

use transload_engine::aws::policy_of_denial;
use transload_engine::model::{ManifestError, RegistryHost};
use transload_engine::registry::RegistryError;

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

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

fn words(error: &RegistryError) -> ApiError {
    let new = |code| ApiError::new(code, capitalised(&error.to_string()));
    match error {
        RegistryError::Unauthorized { registry, had_login, message, .. } => {
            let hint = if *had_login {
                "Check the user name and the access token, and that they are for this registry."
            } else {
                "Sign in to the registry: the image may be private, or not exist."
            };
            with_sentence(new(ErrorCode::RegistryUnauthorized), registry, message.as_deref())
                .about(registry.as_str())
                .hint(hint)
                .retryable()
        }
        RegistryError::TokenExpired { registry } => new(ErrorCode::RegistryTokenExpired)
            .about(registry.as_str())
            .hint("Log in again.")
            .retryable(),
        RegistryError::Forbidden { registry, subject, message } => {
            forbidden(registry, subject, message.as_deref(), new(ErrorCode::RegistryForbidden))
        }
        RegistryError::Missing { subject, repository: true, .. } => {
            new(ErrorCode::RepositoryMissing)
                .about(subject)
                .hint("Check the account, the region and the name, or create the repository.")
        }
        RegistryError::Missing { subject, .. } => new(ErrorCode::ImageMissing)
            .about(subject)
            .hint("Check the name and the tag; it may have been removed."),
        RegistryError::Throttled { registry, retry_after, message } => {
            with_sentence(new(ErrorCode::RegistryThrottled), registry, message.as_deref())
                .about(registry.as_str())
                .hint(format!("Wait {} and try again.", wait(*retry_after)))
                .retryable()
        }
        RegistryError::PullQuotaUsedUp { registry, retry_after } => {
            new(ErrorCode::PullQuotaUsedUp)
                .about(registry.as_str())
                .hint("Sign in with your Docker Hub user name and access token: signed-in users have more pulls.")
                .hint(match retry_after {
                    Some(pause) => format!("Or wait {} and try again.", wait(Some(*pause))),
                    None => "Or wait: the quota comes back within six hours.".to_owned(),
                })
                .retryable()
        }
        RegistryError::Failed { registry, message, .. } => {
            with_sentence(new(ErrorCode::RegistryFailed), registry, message.as_deref())
            .about(registry.as_str())
            .hint("Try again; the registry may have had a moment's trouble.")
            .retryable()
        }
        RegistryError::Unreachable { registry, .. } => new(ErrorCode::RegistryUnreachable)
            .about(registry.as_str())
            .hint("Check the address, the network connection and the proxy settings.")
            .retryable(),
        RegistryError::TargetUnreachable { target, .. } => new(ErrorCode::RegistryUnreachable)
            .about(target)
            .hint("The registry names this address itself, in its answers. Ask its administrator to set the external address of the registry, with the port that is used here.")
            .retryable(),
        RegistryError::UploadMoved { registry, .. } => new(ErrorCode::RegistryRefused)
            .about(registry.as_str())
            .hint("Use the address that the registry sends uploads to."),
        RegistryError::Network { failure, .. } => failure.into(),
        RegistryError::ConnectionLost { registry, .. } => new(ErrorCode::ConnectionLost)
            .about(registry.as_str())
            .hint("Try again; what arrived already is not sent twice.")
            .retryable(),
        RegistryError::NotARegistry { registry, .. } => new(ErrorCode::NotARegistry)
            .about(registry.as_str())
            .hint("Check the address; a sign-in page of the network or a proxy may answer in its place."),
        RegistryError::DigestMismatch { registry, .. } | RegistryError::SizeMismatch { registry, .. } => {
            new(ErrorCode::DigestMismatch)
                .about(registry.as_str())
                .hint("Nothing of it was stored at the destination. Try again; if it stays, the image is damaged at its source.")
                .retryable()
        }
        RegistryError::Manifest { subject, source, .. } => manifest_words(subject, source),
        RegistryError::TagImmutable { subject, .. } => new(ErrorCode::TagImmutable)
            .about(subject)
            .hint("Copy under another tag, or keep the image that is there."),
        RegistryError::Refused { subject, .. } => new(ErrorCode::RegistryRefused)
            .about(subject)
            .hint("The details show what the registry said."),
        RegistryError::LoginUnreadable { registry, .. } => new(ErrorCode::RegistryUnauthorized)
            .about(registry.as_str())
            .hint("Sign in here instead, or repair the stored login with docker login or podman login."),
        RegistryError::LoginNotRenewed { registry, .. } => new(ErrorCode::RegistryTokenExpired)
            .about(registry.as_str())
            .hint("Check that the AWS session is still good, then try again.")
            .retryable(),
        RegistryError::AddressRefused { registry, .. } => new(ErrorCode::NotARegistry)
            .about(registry.as_str())
            .hint("Do not use this registry unless you know why it does that."),
    }
}

/// The error with the registry's own sentence, which often names the cause.
fn with_sentence(error: ApiError, registry: &RegistryHost, said: Option<&str>) -> ApiError {
    let Some(said) = said else { return error };
    let (message, said) = (error.message.trim_end_matches('.'), said.trim().trim_end_matches('.'));
    ApiError { message: format!("{message}. {registry} says: {said}."), ..error }
}

/// A refusal by what it says: a permission that is missing, or a quota that is used up. ECR answers
/// 403 to both.
fn forbidden(
    registry: &RegistryHost,
    subject: &str,
    message: Option<&str>,
    error: ApiError,
) -> ApiError {
    let said = message.unwrap_or_default();
    if let Some(action) = denied_action(said) {
        return ApiError { code: ErrorCode::AccessDenied, ..error }
            .about(action)
            .lifted_by(policy_of_denial(None, said))
            .hint(format!(
                "Ask the administrator of the account to allow {action}, or choose another profile."
            ));
    }
    let lower = said.to_ascii_lowercase();
    if ["quota", "limit", "maximum number"].iter().any(|word| lower.contains(word)) {
        return ApiError { code: ErrorCode::QuotaExceeded, ..error }
            .about(subject)
            .hint("Ask AWS for a higher limit under Service Quotas, or remove images with a lifecycle policy.");
    }
    let error = error.about(subject);
    if registry.is_amazon_ecr() && said.is_empty() {
        return error
            .hint("Check that your role may push to the repository: its own policy, a policy of the organisation or of the key may forbid it.")
            .hint("Or the repository is full: ECR keeps 100,000 images in one, and says no more than this.");
    }
    error.hint("Check that you may read it at the source, and push to it at the destination.")
}

/// The action in AWS's sentence `User: … is not authorized to perform: ecr:PutImage on resource: …`.
fn denied_action(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once("not authorized to perform: ")?;
    let action = rest.split([' ', ',']).next()?;
    action.split_once(':').filter(|(service, name)| !service.is_empty() && !name.is_empty())?;
    Some(action)
}

fn manifest_words(subject: &str, source: &ManifestError) -> ApiError {
    let (code, hint) = match source {
        ManifestError::TooLarge { .. } => (
            ErrorCode::ManifestTooLarge,
            "ECR takes manifests of at most 4 MiB. Build the image with fewer parts.",
        ),
        ManifestError::Schema1 => (
            ErrorCode::ManifestUnsupported,
            "Pull the image with Docker and push it again: that makes a current manifest, with another digest.",
        ),
        ManifestError::DigestMismatch { .. } => (
            ErrorCode::DigestMismatch,
            "Nothing of it was stored at the destination. Try again; if it stays, the image is damaged at its source.",
        ),
        ManifestError::Json(_) => (
            ErrorCode::NotARegistry,
            "Check the address; a sign-in page of the network or a proxy may answer in its place.",
        ),
        ManifestError::UnknownMediaType { .. }
        | ManifestError::MediaTypeMismatch { .. }
        | ManifestError::NotReferrers
        | ManifestError::Digest(_) => (
            ErrorCode::ManifestUnsupported,
            "It is left where it is. The details show what its manifest says.",
        ),
    };
    ApiError::new(code, format!("{subject}: {}", capitalised(&source.to_string())))
        .hint(hint)
        .about(subject)
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
    fn a_refusal_says_whether_a_permission_is_missing_or_a_quota_is_used_up() {
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
        let unauthorized = ApiError::from(RegistryError::Unauthorized {
            registry: RegistryHost::parse("quay.io").unwrap(),
            subject: "app".to_owned(),
            message: Some("Could not find robot with specified username.".to_owned()),
            had_login: true,
        });
        let said = "got. quay.io says: Could not find robot with specified username.";
        assert!(unauthorized.message.ends_with(said), "{}", unauthorized.message);
        assert_eq!(refused("quay.io", Some("denied")).code, ErrorCode::RegistryForbidden);
    }
}
