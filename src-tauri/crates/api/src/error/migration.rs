use transload_engine::migration::{DestinationDifference, DestinationField, MigrationError, Step};

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

impl From<MigrationError> for ApiError {
    fn from(error: MigrationError) -> Self {
        Self::from(&error)
    }
}

/// Every difference with both values, and how to get back to the planned destination.
fn destination_differs(differences: &[DestinationDifference]) -> ApiError {
    let is_account =
        |difference: &&DestinationDifference| difference.field == DestinationField::Account;
    let (code, main) = match (differences.iter().find(is_account), differences.first()) {
        (Some(account), _) => (ErrorCode::AccountDiffers, Some(account)),
        (None, first) => (ErrorCode::DestinationDiffers, first),
    };
    let sentence = |difference: &DestinationDifference| {
        let DestinationDifference { field, planned, current } = difference;
        format!(
            "The migration was planned for the {field} {planned}, but the connection leads to the {field} {current}."
        )
    };
    let message = differences.iter().map(sentence).collect::<Vec<_>>().join(" ");
    let mut error = ApiError::new(code, message);
    error.subject = main.map(|difference| difference.planned.clone());
    for DestinationDifference { field, planned, .. } in differences {
        let hint = match field {
            DestinationField::Account => {
                format!("Sign in to the account {planned}, or use a profile of that account.")
            }
            DestinationField::Region => {
                format!("Set the region {planned} in the AWS profile or in AWS_REGION.")
            }
            // It follows from the region.
            DestinationField::Partition => continue,
            DestinationField::Registry => {
                format!(
                    "Connect to the registry {planned}: check the endpoints and the use_fips_endpoint and use_dualstack_endpoint settings."
                )
            }
            DestinationField::EcrEndpoint => {
                format!(
                    "Use the planned ECR endpoint in the AWS profile or the environment: {planned}."
                )
            }
            DestinationField::RegistryEndpoint => {
                format!("Use the planned registry endpoint: {planned}.")
            }
        };
        error = error.hint(hint);
    }
    error.hint("To migrate to the current destination instead, make the plan again with this connection: it compares with what is there.")
}

impl From<&MigrationError> for ApiError {
    fn from(error: &MigrationError) -> Self {
        let new = |code| ApiError::new(code, capitalised(&error.to_string())).caused_by(error);
        match error {
            MigrationError::Aws(error) => error.into(),
            MigrationError::Docker(error) => error.into(),
            MigrationError::Registry(error) => error.into(),
            MigrationError::VerificationFailed { destination, .. }
            | MigrationError::PlatformsLost { destination, .. } => {
                new(ErrorCode::VerificationFailed)
                    .about(destination.to_string())
                    .hint("Somebody else may have moved the tag at the same moment. Copy it again, and compare.")
                    .retryable()
            }
            MigrationError::DestinationMoved { destination, .. } => new(ErrorCode::DestinationMoved)
                .about(destination.to_string())
                .hint("Plan it again: the new plan shows what is there now and asks what to do."),
            MigrationError::DestinationDiffers { differences } => destination_differs(differences),
            MigrationError::DestinationNotRecorded { registry } => {
                new(ErrorCode::DestinationDiffers)
                    .about(registry.to_string())
                    .hint("Run the migration again: the new plan records its destination.")
            }
            MigrationError::DestinationDigestDiffers { destination, .. } => {
                new(ErrorCode::DigestMismatch)
                    .about(destination.to_string())
                    .hint("Nothing was written. Remove the digest from the destination, or name the image at the source by that digest.")
            }
            MigrationError::ReferrerKept { registry, repository, tag, .. } => {
                new(ErrorCode::ReferrerKept)
                    .about(format!("{registry}/{repository}:{tag}"))
                    .hint("To replace it, delete this tag in ECR, then copy the image again.")
            }
            MigrationError::NotJournaled { source } => {
                let cause = Self::from(source.as_ref());
                Self { message: format!("{} {}", new(cause.code).message, cause.message), ..cause }
            }
            // What was told then is told again.
            MigrationError::Told { told } => {
                serde_json::from_str(told).unwrap_or_else(|_| new(ErrorCode::Internal))
            }
            MigrationError::EarlierStepFailed { step, source } => {
                let cause = Self::from(source.as_ref());
                let what = match step {
                    Step::Create => "Its repository could not be created",
                    Step::LogIn => "The login to the registry failed",
                    Step::Tag => "It could not be tagged",
                    Step::Push => "It could not be pushed",
                    Step::Verify => "It could not be verified",
                };
                // The cause's own code is kept: what helps against it helps here.
                Self { message: format!("{what}. {}", cause.message), ..cause }
            }
            MigrationError::EngineNameTaken { reference } => new(ErrorCode::EngineFailed)
                .about(reference.to_string())
                .hint("Remove or rename that image in the Docker Engine, or copy under another tag."),
            MigrationError::SourceMoved { image, .. } => new(ErrorCode::SourceMoved)
                .about(image.to_string())
                .hint("Plan it again to migrate the image that the name points to now."),
            MigrationError::SourceNotPinned { image } => new(ErrorCode::SourceMoved)
                .about(image.to_string())
                .hint("Plan it again: plans of this version note the ID of each image."),
            MigrationError::EngineContentMissing { image, .. } => {
                new(ErrorCode::EngineContentMissing)
                    .about(image.to_string())
                    .hint("Copy the image from the registry that it was pulled from.")
                    .hint("Or remove every image that shares its layers, and pull it again.")
            }
            MigrationError::PlatformChoiceNeeded { image, .. } => {
                new(ErrorCode::EnginePlatformNeeded)
                    .about(image.to_string())
                    .hint("Choose one platform, or copy all of them from the registry that the image was pulled from.")
            }
            MigrationError::ContentDiffers { destination, .. } => new(ErrorCode::VerificationFailed)
                .about(destination.to_string())
                .hint("Somebody else may have moved the tag at the same moment. Plan it again, and compare."),
            MigrationError::SameDestination { destination } => new(ErrorCode::InputInvalid)
                .about(destination.to_string())
                .hint("Give one of the two repositories another name."),
            MigrationError::DestinationInvalid { destination, .. } => new(ErrorCode::InputInvalid)
                .about(destination)
                .hint("Choose a shorter repository name."),
            MigrationError::PlatformMissing { image, .. } => new(ErrorCode::ManifestUnsupported)
                .about(image.to_string())
                .hint("Choose a platform that the image is built for, or copy all of them."),
            MigrationError::NestedTooDeep { image, .. }
            | MigrationError::ManifestsTooLarge { image, .. }
            | MigrationError::TooManyChildren { image, .. } => new(ErrorCode::ManifestUnsupported)
                .about(image.to_string())
                .hint("It is left where it is: no real image is built like this."),
        }
    }
}
