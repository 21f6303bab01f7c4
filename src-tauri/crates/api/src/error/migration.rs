use transload_engine::migration::{MigrationError, Step};

use super::capitalised;
use crate::contract::{ApiError, ErrorCode};

impl From<MigrationError> for ApiError {
    fn from(error: MigrationError) -> Self {
        Self::from(&error)
    }
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
