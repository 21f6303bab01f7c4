//! Errors of planning and running a migration. `api::error` maps each variant to a code, a title
//! and the next step; the Display text here goes to logs and into the details.

use transload_aws::AwsError;
use transload_docker::DockerError;
use transload_model::{Digest, ImageReference, Platform, RegistryHost};
use transload_registry::RegistryError;

use crate::destination_identity::DestinationDifference;
use crate::journal::error::JournalError;
use crate::recorded_error::RecordedError;
use crate::step::Step;

/// Why an image, or a whole migration, failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// AWS or the connection to it.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The Docker Engine or the connection to it.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// A registry or the connection to it.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The registry or ECR reports a digest other than the pushed one.
    #[error(
        "{destination} should have the digest {expected}, but the registry reports {} and ECR reports {}",
        digest_or_none(registry),
        digest_or_none(ecr)
    )]
    VerificationFailed {
        destination: ImageReference,
        /// The pushed digest.
        expected: Digest,
        /// The digest of the tag in the registry.
        registry: Option<Digest>,
        /// The digest of the tag in ECR's DescribeImages.
        ecr: Option<Digest>,
    },
    /// ECR has the index, but not the images of some of its platforms.
    #[error("{destination} is in ECR, but ECR doesn't have its image for {}", listed(platforms))]
    PlatformsLost {
        destination: ImageReference,
        /// The missing platforms; at least one.
        platforms: Vec<Platform>,
    },
    /// The destination's tag changed after planning, so it was not overwritten.
    #[error(
        "{destination} pointed to {} when this was planned, and to {} now; it was not overwritten",
        digest_or_nothing(planned),
        digest_or_nothing(found)
    )]
    DestinationMoved {
        destination: ImageReference,
        /// The digest of the tag in the plan.
        planned: Option<Digest>,
        /// The current digest of the tag.
        found: Option<Digest>,
    },
    /// The tag of a signature, attestation or SBOM points to another manifest at the destination,
    /// which is kept because this migration didn't write it.
    #[error(
        "{registry}/{repository}:{tag} is {found} at the destination and {wanted} at the source; \
         the one at the destination was kept"
    )]
    ReferrerKept {
        registry: RegistryHost,
        repository: String,
        /// The tag, such as `sha256-….sig`.
        tag: String,
        found: Digest,
        wanted: Digest,
    },
    /// The journal can't be written, so nothing is written at the destination either.
    #[error("the history couldn't be written, so this change was not made in ECR")]
    NotJournaled {
        #[source]
        source: std::sync::Arc<JournalError>,
    },
    /// The connection leads to a destination other than the planned one.
    #[error("the migration was planned for another destination: {}", described(differences))]
    DestinationDiffers {
        /// At least one.
        differences: Vec<DestinationDifference>,
    },
    /// The journal entry doesn't record the account and region that it was written for.
    #[error("the history doesn't record the account and region of {registry}")]
    DestinationNotRecorded {
        /// The registry, which is recorded.
        registry: RegistryHost,
    },
    /// The destination includes a digest that isn't the digest of the source image.
    #[error("{destination} names a digest, and the image at the source has the digest {found}")]
    DestinationDigestDiffers { destination: ImageReference, found: Digest },
    /// What was recorded earlier: by a previous run of the same migration, or in a plan file.
    #[error("{0}")]
    Recorded(Box<RecordedError>),
    /// A step that this image depends on failed.
    #[error("a step that this image depends on failed")]
    EarlierStepFailed {
        step: Step,
        #[source]
        source: std::sync::Arc<MigrationError>,
    },
    /// The temporary name that the push needs already belongs to another image of the engine.
    #[error("the Docker Engine already uses the name {reference} for another image")]
    EngineNameTaken { reference: ImageReference },
    /// The name points to another image of the Docker Engine than at planning time.
    #[error(
        "{image} was the image {planned} of the Docker Engine when this was planned, and is {found} now"
    )]
    SourceMoved {
        image: ImageReference,
        /// The planned image ID.
        planned: Digest,
        /// The current image ID.
        found: Digest,
    },
    /// The plan doesn't record which image of the Docker Engine it is for, because an earlier
    /// version of Transload created it.
    #[error("the plan doesn't record which image of the Docker Engine {image} was")]
    SourceNotPinned { image: ImageReference },
    /// The Docker Engine doesn't hold content that has to be pushed.
    #[error(
        "the Docker Engine doesn't hold all layers of {image} in the form that a registry needs{}",
        of_platforms(missing)
    )]
    EngineContentMissing {
        image: ImageReference,
        /// The platforms with missing content, if known.
        missing: Vec<Platform>,
    },
    /// The name refers to a manifest list of Podman.
    #[error(
        "{image} is a manifest list of Podman, and Podman pushes only one platform of a list through this connection"
    )]
    EngineManifestList { image: ImageReference },
    /// The Docker Engine holds several platforms of an index, but not the whole index.
    #[error(
        "the Docker Engine holds only {} of {image}, not the whole index; choose one platform",
        listed(available)
    )]
    PlatformChoiceNeeded {
        image: ImageReference,
        /// The platforms that the engine holds.
        available: Vec<Platform>,
    },
    /// The pushed image is not the planned one.
    #[error(
        "{destination} should be the image with the configuration {expected}, but it has {found}"
    )]
    ContentDiffers {
        destination: ImageReference,
        /// The configuration of the planned image, which is its ID in the engine.
        expected: Digest,
        /// The configuration of the image at the destination.
        found: Digest,
    },
    /// Another image of the same plan has the same destination.
    #[error("another image of this plan also has the destination {destination}")]
    SameDestination { destination: ImageReference },
    /// The source repository or tag doesn't form a valid reference at the destination.
    #[error("{destination:?} is not a valid image reference")]
    DestinationInvalid {
        /// The invalid reference.
        destination: String,
        #[source]
        source: transload_model::InvalidReference,
    },
    /// The image doesn't exist for the requested platform.
    #[error("{image} isn't available for {wanted}; available platforms: {}", listed(available))]
    PlatformMissing { image: ImageReference, wanted: Platform, available: Vec<Platform> },
    /// Indexes are nested deeper than in any real image.
    #[error("the index of {image} nests other indexes more than {limit} levels deep")]
    NestedTooDeep { image: ImageReference, limit: usize },
    /// The manifests of an image are larger in total than those of any real image.
    #[error("the manifests of {image} are larger than {limit_bytes} bytes in total")]
    ManifestsTooLarge { image: ImageReference, limit_bytes: usize },
    /// The indexes of an image list more manifests than any real image.
    #[error("the index of {image} lists {children} or more manifests; the limit is {limit}")]
    TooManyChildren {
        image: ImageReference,
        /// The number of listed manifests.
        children: usize,
        limit: usize,
    },
}

fn digest_or_none(digest: &Option<Digest>) -> String {
    digest.as_ref().map_or_else(|| "no digest".to_owned(), Digest::to_string)
}

fn described(differences: &[DestinationDifference]) -> String {
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
        [] => "none".to_owned(),
        some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
