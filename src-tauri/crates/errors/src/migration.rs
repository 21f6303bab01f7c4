//! Failures of one image or step of a migration.

use transload_migration::{DestinationDifference, DestinationField, MigrationError, Step};

use crate::api_error::ApiError;
use crate::code::ErrorCode;
use crate::sentence::sentence;

impl From<MigrationError> for ApiError {
    fn from(error: MigrationError) -> Self {
        Self::from(&error)
    }
}

/// Names every difference with both values, and how to connect to the planned destination again.
fn destination_differs(differences: &[DestinationDifference]) -> ApiError {
    let is_account =
        |difference: &&DestinationDifference| difference.field == DestinationField::Account;
    let (code, main) = match (differences.iter().find(is_account), differences.first()) {
        (Some(account), _) => (ErrorCode::AccountDiffers, Some(account)),
        (None, first) => (ErrorCode::DestinationDiffers, first),
    };
    let describe = |difference: &DestinationDifference| {
        let DestinationDifference { field, planned, current } = difference;
        format!(
            "The migration was planned for the {field} {planned}, but the connection uses the {field} {current}."
        )
    };
    let message = differences.iter().map(describe).collect::<Vec<_>>().join(" ");
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
    error
}

impl From<&MigrationError> for ApiError {
    fn from(error: &MigrationError) -> Self {
        let new = |code| ApiError::new(code, sentence(&error.to_string())).caused_by(error);
        match error {
            MigrationError::Aws(error) => error.into(),
            MigrationError::Docker(error) => error.into(),
            MigrationError::Registry(error) => error.into(),
            MigrationError::VerificationFailed { destination, .. }
            | MigrationError::PlatformsLost { destination, .. } => {
                new(ErrorCode::VerificationFailed)
                    .about(destination.to_string())
                    .retryable()
            }
            MigrationError::DestinationMoved { destination, .. } => new(ErrorCode::DestinationMoved)
                .about(destination.to_string()),
            MigrationError::DestinationDiffers { differences } => destination_differs(differences),
            MigrationError::DestinationNotRecorded { registry } => {
                new(ErrorCode::DestinationDiffers)
                    .about(registry.to_string())
                    .hint("The plan was created by an older version. A new plan records its destination.")
            }
            MigrationError::DestinationDigestDiffers { destination, .. } => {
                new(ErrorCode::DigestMismatch)
                    .about(destination.to_string())
                    .hint("Remove the digest from the destination, or select the source image by that digest.")
            }
            MigrationError::ReferrerKept { registry, repository, tag, .. } => {
                new(ErrorCode::ReferrerKept)
                    .about(format!("{registry}/{repository}:{tag}"))
            }
            MigrationError::NotJournaled { source } => {
                let cause = Self::from(source.as_ref());
                Self { message: format!("{} {}", new(cause.code).message, cause.message), ..cause }
            }
            MigrationError::Recorded(error) => Self::of_record(error),
            MigrationError::EarlierStepFailed { step, source } => {
                let cause = Self::from(source.as_ref());
                let what = match step {
                    Step::Create => "Transload couldn't create the repository",
                    Step::LogIn => "Transload couldn't log in to the registry",
                    Step::Tag => "Transload couldn't tag the image",
                    Step::Push => "Transload couldn't push the image",
                    Step::Verify => "Transload couldn't verify the image",
                };
                // The code stays, so that the same next steps are shown.
                Self { message: format!("{what}. {}", cause.message), ..cause }
            }
            MigrationError::EngineNameTaken { reference } => new(ErrorCode::EngineFailed)
                .about(reference.to_string())
                .hint("Remove or rename that image in the Docker Engine, or copy to another tag."),
            MigrationError::SourceMoved { image, .. } => new(ErrorCode::SourceMoved)
                .about(image.to_string()),
            MigrationError::SourceNotPinned { image } => new(ErrorCode::SourceMoved)
                .about(image.to_string())
                .hint("The plan was created by an older version. A new plan records the ID of each image."),
            MigrationError::EngineContentMissing { image, .. } => {
                new(ErrorCode::EngineContentMissing)
                    .about(image.to_string())
            }
            MigrationError::EngineManifestList { image } => {
                let registry = "docker://REGISTRY/NAME:TAG";
                new(ErrorCode::EngineManifestList)
                    .about(image.to_string())
                    .hint(format!("Push all platforms with `podman manifest push --all {image} {registry}`, to ECR or to a registry that Transload copies from."))
                    .hint("Or migrate the images of the list by their own names.")
            }
            MigrationError::PlatformChoiceNeeded { image, .. } => {
                new(ErrorCode::EnginePlatformNeeded)
                    .about(image.to_string())
            }
            MigrationError::ContentDiffers { destination, .. } => new(ErrorCode::VerificationFailed)
                .about(destination.to_string()),
            MigrationError::SameDestination { destination } => new(ErrorCode::InputInvalid)
                .about(destination.to_string())
                .hint("Give one of the two repositories another name."),
            MigrationError::DestinationInvalid { destination, .. } => new(ErrorCode::InputInvalid)
                .about(destination)
                .hint("Choose a shorter repository name."),
            MigrationError::PlatformMissing { image, .. } => new(ErrorCode::ManifestUnsupported)
                .about(image.to_string())
                .hint("Choose a platform that the image supports, or copy all platforms."),
            MigrationError::NestedTooDeep { image, .. }
            | MigrationError::ManifestsTooLarge { image, .. }
            | MigrationError::TooManyChildren { image, .. } => new(ErrorCode::ManifestUnsupported)
                .about(image.to_string()),
        }
    }
}
