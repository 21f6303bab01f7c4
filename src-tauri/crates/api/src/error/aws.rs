use transload_engine::aws::{AwsError, NotDeleted, ProfileKind, policy_of_denial};

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

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
    let new = |code| ApiError::new(code, capitalised(&error.to_string()));
    match error {
        AwsError::ProfileMissing { profile, ignored, .. } => ignored
            .iter()
            .fold(new(ErrorCode::ProfileMissing), |error, section| error.hint(capitalised(section)))
            .about(profile)
            .hint("Choose another profile, or add this one with: aws configure --profile NAME."),
        AwsError::ProfileInvalid { profile, .. } => new(ErrorCode::ProfileInvalid)
            .about(profile)
            .hint("Correct the profile in the AWS configuration file, or choose another one."),
        AwsError::RegionMissing { profile } => new(ErrorCode::RegionMissing)
            .about(profile)
            .hint("Choose the region that your ECR repositories are in."),
        AwsError::RegionNotEnabled { region, .. } => new(ErrorCode::RegionNotEnabled)
            .about(region.as_str())
            .hint("Choose a region that the account uses.")
            .hint(format!(
                "Or have {region} enabled: in the AWS console under Account, AWS Regions, or with: aws account enable-region --region-name {region}. It takes some minutes."
            )),
        AwsError::CredentialsMissing { profile, .. } => new(ErrorCode::CredentialsMissing)
            .about(profile)
            .hint("Add keys to the profile with: aws configure --profile NAME.")
            .hint("Or choose another profile."),
        AwsError::ProcessFailed { profile, .. } => new(ErrorCode::CredentialsMissing)
            .about(profile)
            .hint(format!(
                "Run it by hand to see what it needs: aws sts get-caller-identity --profile {profile}"
            ))
            .hint("Or correct credential_process in the profile.")
            .retryable(),
        AwsError::CredentialsInvalid { message, .. } => ApiError::new(
            ErrorCode::CredentialsInvalid,
            format!("AWS does not accept the keys of this profile: {}", sentence(message)),
        )
        .hint("Check the access key and the secret key in the profile; a deleted key looks like this too.")
        .hint("Check that the clock of this computer is right."),
        AwsError::CredentialsExpired { .. } => {
            ApiError::new(ErrorCode::CredentialsExpired, "The AWS session of this profile has ended.")
                .hint("Sign in again with the tool that gave you the session, then try again.")
                .retryable()
        }
        AwsError::SignInNeeded { profile, kind: ProfileKind::Login, .. } => ApiError::new(
            ErrorCode::AwsLoginNeeded,
            format!("The AWS profile {profile} has no session of aws login now."),
        )
        .about(profile)
        .hint(format!("Run: aws login --profile {profile}, then try again."))
        .retryable(),
        AwsError::SignInNeeded { profile, .. } => ApiError::new(
            ErrorCode::SignInNeeded,
            format!("The AWS profile {profile} needs you to sign in again."),
        )
        .about(profile)
        .hint(format!(
            "Sign in here, or in a terminal with: transload-cli sign-in --aws-profile {profile}"
        ))
        .hint(format!("A session of aws sso login --profile {profile} serves too."))
        .retryable(),
        AwsError::MfaNeeded { profile, serial } => ApiError::new(
            ErrorCode::MfaNeeded,
            format!("The AWS profile {profile} needs a code from your MFA device {serial}."),
        )
        .about(profile)
        .hint("Type the code that the device shows now.")
        .hint("Or choose a profile without MFA."),
        AwsError::MfaCodeRefused { serial, message } => ApiError::new(
            ErrorCode::MfaCodeRefused,
            format!("AWS does not take the code of {serial}: {}", sentence(message)),
        )
        .about(serial)
        .hint("Wait until the device shows a new code and type that; each code is good once.")
        .hint("If it stays so, check the clock of the device, and mfa_serial in the profile."),
        AwsError::AccessDenied { action, message } => ApiError::new(
            ErrorCode::AccessDenied,
            format!("You may not do {action}: {}", sentence(message)),
        )
        .about(action)
        .lifted_by(policy_of_denial(Some(action), message))
        .hint(format!("Ask the administrator of the account to allow {action}, or choose another profile.")),
        AwsError::EndpointUnreachable { .. } => {
            ApiError::new(ErrorCode::EndpointUnreachable, "AWS cannot be reached from this computer.")
                .hint("Check the network connection, the proxy settings, and the region.")
                .hint("If you typed an endpoint, check its address.")
                .retryable()
        }
        AwsError::Network { failure, .. } => failure.into(),
        AwsError::Throttled { action } => new(ErrorCode::Throttled)
            .about(action)
            .hint("Wait a minute and try again.")
            .retryable(),
        AwsError::RepositoryMissing { name } => new(ErrorCode::RepositoryMissing)
            .about(name.as_str())
            .hint("Check the account and the region, or create the repository."),
        AwsError::RepositoryExists { name } => new(ErrorCode::AwsFailed).about(name.as_str()),
        AwsError::RepositoryNotEmpty { name } => new(ErrorCode::AwsFailed)
            .about(name.as_str())
            .hint("Delete its images first, or leave it."),
        AwsError::QuotaExceeded { message } => ApiError::new(
            ErrorCode::QuotaExceeded,
            format!("A limit of your AWS account is reached: {}", sentence(message)),
        )
        .hint("Ask AWS for a higher limit under Service Quotas, or remove what is not needed."),
        AwsError::KmsRefused { message } => ApiError::new(
            ErrorCode::KmsRefused,
            format!("The KMS key cannot be used: {}", sentence(message)),
        )
        .hint("Check the key's name, that it is in the same region, and that you may use it."),
        AwsError::Refused { request_id, .. } => {
            let refused = new(ErrorCode::AwsFailed).hint("Try again; AWS may have had a moment's trouble.");
            match request_id {
                Some(id) => refused.hint(format!("AWS support finds this call by its id {id}.")),
                None => refused,
            }
            .retryable()
        }
        AwsError::AnswerUnusable { .. } => new(ErrorCode::AwsFailed)
            .hint("If you typed an endpoint, check that it is one of ECR.")
            .retryable(),
    }
}

impl From<&NotDeleted> for ApiError {
    fn from(left: &NotDeleted) -> Self {
        let NotDeleted { image, code, reason } = left;
        let error = match code.as_str() {
            "ImageReferencedByManifestList" => Self::new(
                ErrorCode::ImageInIndex,
                "ECR keeps the image: an index in this repository needs it.",
            )
            .hint("Delete the index too: select both, or the index first."),
            "ImageNotFound" => {
                Self::new(ErrorCode::ImageMissing, "The image is not in this repository any more.")
                    .hint("Nothing is left to do; refresh the list.")
            }
            "KmsError" => Self::new(
                ErrorCode::KmsRefused,
                "ECR keeps the image, because the KMS key of the repository cannot be used.",
            )
            .hint("Check that the key is enabled and that you may use it, then try again.")
            .retryable(),
            _ => Self::new(
                ErrorCode::AwsFailed,
                format!("ECR keeps the image: {}", sentence(reason)),
            )
            .hint("Refresh the list and try again.")
            .retryable(),
        };
        error.about(image.to_string()).cause(format!("{code}: {reason}"))
    }
}

fn sentence(message: &str) -> String {
    if message.is_empty() { "it gives no reason.".to_owned() } else { capitalised(message) }
}

#[cfg(test)]
mod tests {
    use transload_engine::aws::ImageName;
    use transload_engine::model::Tag;

    use super::*;

    fn left(code: &str, reason: &str) -> ApiError {
        let image = ImageName::Tag(Tag::parse("latest").unwrap());
        ApiError::from(&NotDeleted { image, code: code.to_owned(), reason: reason.to_owned() })
    }

    #[test]
    fn an_image_that_ecr_keeps_has_a_code_a_sentence_and_a_next_step() {
        let needed = left("ImageReferencedByManifestList", "Requested image referenced by …");
        assert_eq!(needed.code, ErrorCode::ImageInIndex);
        assert_eq!(needed.message, "ECR keeps the image: an index in this repository needs it.");
        assert_eq!(needed.subject.as_deref(), Some("latest"));
        assert_eq!(needed.hints, ["Delete the index too: select both, or the index first."]);
        assert_eq!(
            needed.causes,
            ["ImageReferencedByManifestList: Requested image referenced by …"]
        );
        assert_eq!(left("ImageNotFound", "").code, ErrorCode::ImageMissing);
        assert_eq!(left("KmsError", "").code, ErrorCode::KmsRefused);
        let other = left("InvalidImageTag", "the tag is odd");
        assert_eq!(other.code, ErrorCode::AwsFailed);
        assert_eq!(other.message, "ECR keeps the image: The tag is odd.");
        assert_eq!(left("", "").message, "ECR keeps the image: it gives no reason.");
        for error in [needed, other] {
            assert!(!error.hints.is_empty(), "{error:?}");
        }
    }
}
