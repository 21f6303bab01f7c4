//! Failures of AWS calls and profiles, and images that ECR did not delete.

use transload_aws::{AwsError, DeleteFailure, ProfileKind, policy_for_denial};

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

impl From<AwsError> for ApiError {
    fn from(error: AwsError) -> Self {
        Self::from(&error)
    }
}

impl From<&AwsError> for ApiError {
    fn from(error: &AwsError) -> Self {
        words(error).caused_by(error)
    }
}

fn words(error: &AwsError) -> ApiError {
    let new = |code| ApiError::new(code, sentence(&error.to_string()));
    match error {
        AwsError::ProfileMissing { profile, ignored, .. } => ignored
            .iter()
            .fold(new(ErrorCode::ProfileMissing), |error, section| error.hint(sentence(section)))
            .about(profile),
        AwsError::ProfileInvalid { profile, .. } => new(ErrorCode::ProfileInvalid).about(profile),
        AwsError::RegionMissing { profile } => new(ErrorCode::RegionMissing).about(profile),
        AwsError::RegionNotEnabled { region, .. } => new(ErrorCode::RegionNotEnabled)
            .about(region.as_str())
            .hint(format!(
                "Enable {region} in the AWS console under Account, AWS Regions, or run: aws account enable-region --region-name {region}. It takes a few minutes."
            )),
        AwsError::CredentialsMissing { profile, .. } => new(ErrorCode::CredentialsMissing)
            .about(profile)
            .hint(format!("To add access keys, run: aws configure --profile {profile}")),
        AwsError::ProcessFailed { profile, .. } => new(ErrorCode::CredentialsMissing)
            .about(profile)
            .hint(format!(
                "To see the output of the credential process, run: aws sts get-caller-identity --profile {profile}"
            ))
            .hint("Or correct credential_process in the profile.")
            .retryable(),
        AwsError::CredentialsInvalid { message, .. } => ApiError::new(
            ErrorCode::CredentialsInvalid,
            format!("AWS rejected the credentials of this profile: {}", reason_sentence(message)),
        ),
        AwsError::CredentialsExpired { .. } => {
            ApiError::new(ErrorCode::CredentialsExpired, "The AWS session of this profile expired.")
                .retryable()
        }
        AwsError::SignInNeeded { profile, kind: ProfileKind::Login, .. } => ApiError::new(
            ErrorCode::AwsLoginNeeded,
            format!("The AWS profile {profile} uses aws login and has no valid session."),
        )
        .about(profile)
        .hint(format!("Run: aws login --profile {profile}"))
        .retryable(),
        AwsError::SignInNeeded { profile, .. } => ApiError::new(
            ErrorCode::SignInNeeded,
            format!("The AWS profile {profile} has no valid session."),
        )
        .about(profile)
        .hint(format!(
            "In a terminal, run: transload-cli sign-in --aws-profile {profile}, or: aws sso login --profile {profile}"
        ))
        .retryable(),
        AwsError::MfaNeeded { profile, serial } => ApiError::new(
            ErrorCode::MfaNeeded,
            format!("The AWS profile {profile} requires a code from the MFA device {serial}."),
        )
        .about(profile),
        AwsError::MfaCodeRefused { serial, message } => ApiError::new(
            ErrorCode::MfaCodeRefused,
            format!("AWS rejected the code of the MFA device {serial}: {}", reason_sentence(message)),
        )
        .about(serial),
        AwsError::AccessDenied { action, message } => ApiError::new(
            ErrorCode::AccessDenied,
            format!("The identity isn't allowed to perform {action}: {}", reason_sentence(message)),
        )
        .about(action)
        .lifted_by(policy_for_denial(Some(action), message))
        .hint(format!("Ask the administrator of the account to allow {action}.")),
        AwsError::EndpointUnreachable { .. } => {
            ApiError::new(ErrorCode::EndpointUnreachable, "This computer couldn't connect to AWS.")
                .retryable()
        }
        AwsError::Network { failure, .. } => failure.into(),
        AwsError::Throttled { action } => new(ErrorCode::Throttled)
            .about(action)
            .retryable(),
        AwsError::RepositoryMissing { name } => new(ErrorCode::RepositoryMissing)
            .about(name.as_str()),
        AwsError::RepositoryExists { name } => new(ErrorCode::AwsFailed).about(name.as_str()),
        AwsError::RepositoryNotEmpty { name } => new(ErrorCode::AwsFailed)
            .about(name.as_str())
            .hint("Delete the images in the repository first."),
        AwsError::QuotaExceeded { message } => ApiError::new(
            ErrorCode::QuotaExceeded,
            format!("A quota of the AWS account is exceeded: {}", reason_sentence(message)),
        ),
        AwsError::KmsRefused { message } => ApiError::new(
            ErrorCode::KmsRefused,
            format!("ECR couldn't use the KMS key: {}", reason_sentence(message)),
        ),
        AwsError::Refused { request_id, .. } => {
            let refused = new(ErrorCode::AwsFailed);
            match request_id {
                Some(id) => refused.hint(format!("If you contact AWS Support, include the request ID {id}.")),
                None => refused,
            }
            .retryable()
        }
        AwsError::AnswerUnusable { .. } => new(ErrorCode::AwsFailed)
            .hint("If you entered an endpoint, check that it is an ECR endpoint.")
            .retryable(),
    }
}

impl From<&DeleteFailure> for ApiError {
    fn from(not_deleted: &DeleteFailure) -> Self {
        let DeleteFailure { image, code, reason } = not_deleted;
        let error = match code.as_str() {
            "ImageReferencedByManifestList" => Self::new(
                ErrorCode::ImageInIndex,
                "ECR didn't delete the image, because an index in this repository references it.",
            ),
            "ImageNotFound" => {
                Self::new(ErrorCode::ImageMissing, "The image no longer exists in this repository.")
                    .hint("Refresh the list.")
            }
            "KmsError" => Self::new(
                ErrorCode::KmsRefused,
                "ECR didn't delete the image, because it couldn't use the KMS key of the repository.",
            )
            .retryable(),
            _ => Self::new(
                ErrorCode::AwsFailed,
                format!("ECR didn't delete the image: {}", reason_sentence(reason)),
            )
            .hint("Refresh the list.")
            .retryable(),
        };
        error.about(image.to_string()).cause(format!("{code}: {reason}"))
    }
}

fn reason_sentence(message: &str) -> String {
    if message.is_empty() { "no reason given.".to_owned() } else { sentence(message) }
}

#[cfg(test)]
mod tests {
    use transload_aws::EcrImageId;
    use transload_model::Tag;

    use super::*;

    fn not_deleted(code: &str, reason: &str) -> ApiError {
        let image = EcrImageId::Tag(Tag::parse("latest").unwrap());
        ApiError::from(&DeleteFailure { image, code: code.to_owned(), reason: reason.to_owned() })
    }

    #[test]
    fn an_image_that_ecr_did_not_delete_has_a_code_a_sentence_and_a_next_step() {
        let needed =
            not_deleted("ImageReferencedByManifestList", "Requested image referenced by …");
        assert_eq!(needed.code, ErrorCode::ImageInIndex);
        assert_eq!(
            needed.message,
            "ECR didn't delete the image, because an index in this repository references it."
        );
        assert_eq!(needed.subject.as_deref(), Some("latest"));
        assert_eq!(
            needed.next_steps().collect::<Vec<_>>(),
            ["Delete the index first, or select both."]
        );
        assert_eq!(
            needed.causes,
            ["ImageReferencedByManifestList: Requested image referenced by …"]
        );
        assert_eq!(not_deleted("ImageNotFound", "").code, ErrorCode::ImageMissing);
        assert_eq!(not_deleted("KmsError", "").code, ErrorCode::KmsRefused);
        let other = not_deleted("InvalidImageTag", "the tag is odd");
        assert_eq!(other.code, ErrorCode::AwsFailed);
        assert_eq!(other.message, "ECR didn't delete the image: The tag is odd.");
        assert_eq!(not_deleted("", "").message, "ECR didn't delete the image: no reason given.");
        for error in [needed, other] {
            assert!(error.next_steps().next().is_some(), "{error:?}");
        }
    }
}
