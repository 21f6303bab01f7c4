//! The facts that a plan needs about source and destination. `gather` reads them without writing
//! anything; `plan::make_plan` turns them into a plan.

pub(crate) mod destination_policy;
pub(crate) mod destination_state;
pub(crate) mod gather;
mod heads;
mod image_lookup;
mod referrer_tags;
mod shared_platforms;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use transload_aws::AwsError;
use transload_aws::EcrImage;

use crate::destination_identity::DestinationIdentity;
use crate::engine_route::predict::EnginePlan;
use crate::error::MigrationError;
use crate::image_content::PlannedContent;
use crate::manifest_cache::ManifestCache;
use crate::plan::{ExistingImage, PlannedReferrerTag};
use transload_aws::EcrRepository;
use transload_docker::EngineInfo;
use transload_model::{Digest, ImageReference, PackedDigest, Platform, RepositoryName};
use transload_registry::PullQuota;

/// The input of [`super::plan()`] besides the request.
#[derive(Debug)]
pub struct Facts {
    pub destination: DestinationIdentity,
    /// The requested repositories that exist.
    pub repositories: BTreeMap<RepositoryName, EcrRepository>,
    /// What those repositories contain already.
    pub repository_states: BTreeMap<RepositoryName, RepositoryState>,
    /// Facts of each requested image, in the order of the request.
    pub images: Vec<ImageFacts>,
    /// The pull quota that the source reported, if it has one.
    pub pull_quota: Option<PullQuota>,
    /// The Docker Engine's image store, if the images come from an engine.
    pub engine: Option<EngineInfo>,
    /// Whether blob mounting is enabled in ECR, if known.
    pub blob_mounting: Option<bool>,
    /// The manifests that were read. The run takes them from here.
    pub manifests: Arc<ManifestCache>,
}

#[derive(Clone, Debug)]
pub struct ImageFacts {
    /// The image at its source, or why it isn't available.
    pub source: Result<SourceFacts, Arc<MigrationError>>,
    /// The digest of the tag at the destination, `None` if there is no such tag, or why it is
    /// unknown.
    pub destination: Result<Option<Digest>, Arc<MigrationError>>,
    /// The tags of its signatures, attestations and SBOMs, if they could be listed.
    pub referrer_tags: Option<Vec<PlannedReferrerTag>>,
}

#[derive(Clone, Debug, Default)]
pub struct SourceFacts {
    /// Its digest, if the source has one that a push preserves.
    pub digest: Option<Digest>,
    /// The digests under which registries have an image of the engine.
    pub known_as: Vec<ImageReference>,
    pub platforms: Arc<[Platform]>,
    /// Size in bytes of its content; the unpacked size for an image of the engine.
    pub size_bytes: u64,
    /// What its manifests say. `None` for images of the engine, and for an image that the
    /// destination already has.
    pub content: Option<Arc<PlannedContent>>,
    /// The manifests that signatures may refer to: the image's own and those of its platforms.
    /// Empty if they were not read.
    pub signable: Vec<Digest>,
    /// The index that it is one platform of, if only that platform is copied.
    pub part_of: Option<Digest>,
    /// How an image of the engine is sent to the destination.
    pub engine: Option<EnginePlan>,
    /// How the destination's tag relates to an image of the engine, unless it is a different image.
    pub at_destination: Option<AtDestination>,
    /// Whether its manifests were left unread to save the source's pull quota. Its size and
    /// platforms are unknown then.
    pub is_unread: bool,
    /// Whether the engine uses the destination's name for another image.
    pub name_taken: bool,
    /// When it was built, in milliseconds since 1970, if known.
    pub built_at_ms: Option<u64>,
}

/// What an existing repository contains.
#[derive(Clone, Debug, Default)]
pub struct RepositoryState {
    /// Layers of the plan's images that the repository has.
    pub layers: HashSet<PackedDigest>,
    /// Date and size of the images that have a tag which the plan wants for another image.
    pub existing: HashMap<Digest, ExistingImage>,
    /// Its lifecycle policy, if the plan may push images to it.
    pub lifecycle: PolicyDocument,
    /// The images that the policy applies to now.
    pub lifecycle_facts: PolicyFacts,
    /// Its repository policy, if the request sets one.
    pub policy: PolicyDocument,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PolicyDocument {
    /// It was not read, or reading it was denied.
    #[default]
    Unknown,
    /// The repository has no such document.
    Missing,
    Text(String),
}

impl PolicyDocument {
    pub(crate) fn of(name: &RepositoryName, asked: Result<Option<String>, AwsError>) -> Self {
        match asked {
            Ok(Some(text)) => Self::Text(text),
            Ok(None) => Self::Missing,
            Err(error) => {
                // The document is not changed in any case.
                tracing::warn!(%name, %error, "couldn't read a policy of a repository");
                Self::Unknown
            }
        }
    }
}

/// What is known about the lifecycle policy of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PolicyFacts {
    /// It was not read, or reading it was denied.
    #[default]
    Unknown,
    /// The repository has no policy.
    NoPolicy,
    /// The repository has a policy, but its images are unknown.
    ImagesUnknown { reason: String },
    /// The policy and the images are known.
    Known {
        text: String,
        /// All images of the repository.
        images: Vec<EcrImage>,
        /// Digests of manifests that belong to one of the indexes that were read.
        parts: HashSet<Digest>,
    },
}

/// How the destination's tag relates to an image of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtDestination {
    Same,
    /// An index that contains the image and other platforms.
    Index,
}
