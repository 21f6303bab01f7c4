use transload_aws::AwsError;
use transload_docker::DockerError;
use transload_model::{Digest, ImageReference, Platform, RegistryHost};
use transload_registry::RegistryError;

use super::journal::JournalError;
use super::{DestinationDifference, Step};

/// Why an image, or a whole migration, failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// AWS, or the way to it.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The Docker Engine, or the way to it.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// A registry, or the way to it.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// What the registry and ECR hold is not what was sent.
    #[error(
        "{destination} should have the digest {expected}, but the registry says {} and ECR says {}",
        shown(registry),
        shown(ecr)
    )]
    VerificationFailed {
        /// The tag at the destination.
        destination: ImageReference,
        /// The digest of what was sent.
        expected: Digest,
        /// The digest that the registry gives for the tag.
        registry: Option<Digest>,
        /// The digest that ECR's DescribeImages gives for the tag.
        ecr: Option<Digest>,
    },
    /// ECR has the index, and does not know the images of some of its platforms.
    #[error("{destination} is in ECR, but ECR does not know its image for {}", listed(platforms))]
    PlatformsLost {
        /// The tag at the destination.
        destination: ImageReference,
        /// Which platforms; at least one.
        platforms: Vec<Platform>,
    },
    /// The destination's tag points to something else than when the plan was made, so it was not
    /// written.
    #[error(
        "{destination} pointed to {} when this was planned, and to {} now; it was not overwritten",
        digest_or_nothing(planned),
        digest_or_nothing(found)
    )]
    DestinationMoved {
        /// The tag at the destination.
        destination: ImageReference,
        /// What it pointed to.
        planned: Option<Digest>,
        /// What it points to.
        found: Option<Digest>,
    },
    /// A tag of a signature, attestation or SBOM points to another one at the destination, which
    /// belongs to somebody else and is kept.
    #[error(
        "{registry}/{repository}:{tag} is {found} at the destination and {wanted} at the source; \
         the one at the destination was kept"
    )]
    ReferrerKept {
        /// The destination registry.
        registry: RegistryHost,
        /// The repository.
        repository: String,
        /// The tag, such as `sha256-….sig`.
        tag: String,
        /// What it points to at the destination.
        found: Digest,
        /// What it points to at the source.
        wanted: Digest,
    },
    /// The history cannot be written, so nothing may be written at the destination either.
    #[error("the history couldn't be written, so this change was not made in ECR")]
    NotJournaled {
        /// Why.
        #[source]
        source: std::sync::Arc<JournalError>,
    },
    /// The connection leads to another destination than the migration was planned for.
    #[error("the migration was planned for another destination: {}", compared(differences))]
    DestinationDiffers {
        /// At least one.
        differences: Vec<DestinationDifference>,
    },
    /// The journal entry does not say which account and region it was written for.
    #[error("the history doesn't record the account and region of {registry}")]
    DestinationNotRecorded {
        /// The registry, which is recorded.
        registry: RegistryHost,
    },
    /// The destination is named with a digest, and the image at the source has another one.
    #[error("{destination} names a digest, and the image at the source has the digest {found}")]
    DestinationDigestDiffers {
        /// The destination as it was named.
        destination: ImageReference,
        /// The digest of the image at the source.
        found: Digest,
    },
    /// What an earlier try of the same migration said, in the words of whoever showed it.
    #[error("it was refused when the migration was planned")]
    Told {
        /// The words.
        told: String,
    },
    /// A step that this image needs failed before.
    #[error("a step before this image failed")]
    EarlierStepFailed {
        /// The step.
        step: Step,
        /// Why it failed.
        #[source]
        source: std::sync::Arc<MigrationError>,
    },
    /// The engine uses the name that the push needs for another image.
    #[error("the Docker Engine uses the name {reference} for another image")]
    EngineNameTaken {
        /// The name.
        reference: ImageReference,
    },
    /// The name means another image of the Docker Engine than when the plan was made.
    #[error(
        "{image} was the image {planned} of the Docker Engine when this was planned, and is {found} now"
    )]
    SourceMoved {
        /// The name.
        image: ImageReference,
        /// The ID of the image that was planned.
        planned: Digest,
        /// The ID of the image that the name points to now.
        found: Digest,
    },
    /// The plan does not say which image of the Docker Engine it is for: an earlier version of the
    /// program made it.
    #[error("the plan does not say which image of the Docker Engine {image} was")]
    SourceNotPinned {
        /// The name.
        image: ImageReference,
    },
    /// The Docker Engine does not hold content that would have to be sent.
    #[error(
        "the Docker Engine does not hold all layers of {image} as a registry needs them{}",
        of_platforms(missing)
    )]
    EngineContentMissing {
        /// The image.
        image: ImageReference,
        /// The platforms whose content is missing, where that is known.
        missing: Vec<Platform>,
    },
    /// The Docker Engine holds several platforms of an index, but not all of it.
    #[error(
        "the Docker Engine holds {} of {image} and not the whole index, so one of them has to be chosen",
        listed(available)
    )]
    PlatformChoiceNeeded {
        /// The image.
        image: ImageReference,
        /// What the engine holds.
        available: Vec<Platform>,
    },
    /// What was pushed is another image than the one that was planned.
    #[error(
        "{destination} should be the image with the configuration {expected}, but it has {found}"
    )]
    ContentDiffers {
        /// The tag at the destination.
        destination: ImageReference,
        /// The planned image's configuration, which is its ID in the engine.
        expected: Digest,
        /// The configuration of the image at the destination.
        found: Digest,
    },
    /// Another image of the same plan goes to the same place.
    #[error("another image of this plan goes to {destination} as well")]
    SameDestination {
        /// The place.
        destination: ImageReference,
    },
    /// The image has no tag or repository that can be a name at the destination.
    #[error("{destination:?} cannot be the name of an image")]
    DestinationInvalid {
        /// What was to be the name.
        destination: String,
        /// Why not.
        #[source]
        source: transload_model::InvalidReference,
    },
    /// The image is not there for the platform that was asked for.
    #[error("{image} is not there for {wanted}; it is for {}", listed(available))]
    PlatformMissing {
        /// The image.
        image: ImageReference,
        /// What was asked for.
        wanted: Platform,
        /// What there is.
        available: Vec<Platform>,
    },
    /// Indexes inside indexes, deeper than any image needs.
    #[error("the index of {image} holds indexes more than {limit} deep")]
    NestedTooDeep {
        /// The image.
        image: ImageReference,
        /// How deep is followed.
        limit: usize,
    },
    /// The manifests of an image are larger together than any image's.
    #[error("the manifests of {image} have more than {limit_bytes} bytes together")]
    ManifestsTooLarge {
        /// The image.
        image: ImageReference,
        /// How many bytes are read.
        limit_bytes: usize,
    },
    /// The indexes of an image list more manifests than any image has.
    #[error(
        "the index of {image} lists {children} manifests or more; at most {limit} are followed"
    )]
    TooManyChildren {
        /// The image.
        image: ImageReference,
        /// How many it lists.
        children: usize,
        /// How many are followed.
        limit: usize,
    },
}

fn shown(digest: &Option<Digest>) -> String {
    digest.as_ref().map_or_else(|| "there is none".to_owned(), Digest::to_string)
}

fn compared(differences: &[DestinationDifference]) -> String {
    let one = |difference: &DestinationDifference| {
        let DestinationDifference { field, planned, current } = difference;
        format!("{field} {planned}, but the connection leads to {field} {current}")
    };
    differences.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn digest_or_nothing(digest: &Option<Digest>) -> String {
    digest.as_ref().map_or_else(|| "no image".to_owned(), Digest::to_string)
}

fn of_platforms(platforms: &[Platform]) -> String {
    match platforms {
        [] => String::new(),
        some => format!(" ({})", listed(some)),
    }
}

fn listed(platforms: &[Platform]) -> String {
    match platforms {
        [] => "no platform".to_owned(),
        some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
