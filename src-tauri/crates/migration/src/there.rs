//! What the destination's existing repositories hold already, as far as a plan wants to know.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::{StreamExt, stream};

use super::destination_policy::policy_facts;
use super::facts::ImageFacts;
use super::{Destination, MigrationRequest, PolicyFacts};
use transload_aws::{AwsError, EcrRepository};
use transload_model::{Digest, LifecyclePreset, RepositoryName};

/// Repositories that are asked about at the same time.
const ASKED_TOGETHER: usize = 4;
/// Layers that are asked for in all: a thousand calls. What is beyond counts as not there, which
/// makes the plan's bytes an upper bound.
const LAYERS_LIMIT: usize = 100_000;

/// What an existing repository holds.
#[derive(Clone, Debug, Default)]
pub struct RepositoryHolds {
    /// Layers of the plan's images.
    pub layers: HashSet<Digest>,
    /// Its lifecycle policy, where images of the plan may come.
    pub lifecycle: Document,
    /// What that policy applies to now.
    pub lifecycle_facts: PolicyFacts,
    /// Its repository policy, where the request wants one.
    pub policy: Document,
}

/// A document of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Document {
    /// It was not asked for, or may not be read.
    #[default]
    Unknown,
    /// There is none.
    Missing,
    /// Its text.
    Text(String),
}

impl Document {
    fn of(name: &RepositoryName, asked: Result<Option<String>, AwsError>) -> Self {
        match asked {
            Ok(Some(text)) => Self::Text(text),
            Ok(None) => Self::Missing,
            Err(error) => {
                // The document is left as it is in any case.
                tracing::warn!(%name, %error, "a policy of a repository cannot be read");
                Self::Unknown
            }
        }
    }
}

/// Asks. Where the caller may not ask, nothing is known, and the plan is made without.
pub(super) async fn what_is_there(
    request: &MigrationRequest,
    images: &[ImageFacts],
    repositories: &BTreeMap<RepositoryName, EcrRepository>,
    destination: &Destination,
) -> BTreeMap<RepositoryName, RepositoryHolds> {
    let mut wanted: BTreeMap<&RepositoryName, HashSet<Digest>> =
        repositories.keys().map(|name| (name, HashSet::new())).collect();
    let mut left = LAYERS_LIMIT;
    for (image, known) in request.images.iter().zip(images) {
        let content = known.source.as_ref().ok().and_then(|source| source.content.as_ref());
        if let (Some(content), Some(layers)) = (content, wanted.get_mut(&image.repository)) {
            for (digest, _) in content.blobs.iter().take(left) {
                left -= usize::from(layers.insert(digest.clone()));
            }
        }
    }
    let coming = &coming_images(request, images);
    let asked = wanted.into_iter().map(|(name, layers)| async move {
        let coming = coming.get(name).copied().unwrap_or(0);
        let holds = of_repository(name, layers, coming, request, destination).await;
        (name.clone(), holds)
    });
    let asked: Vec<_> = asked.collect();
    stream::iter(asked).buffer_unordered(ASKED_TOGETHER).collect().await
}

/// How many images may come to each repository: those that it doesn't have as they are.
fn coming_images<'a>(
    request: &'a MigrationRequest,
    images: &[ImageFacts],
) -> HashMap<&'a RepositoryName, usize> {
    let mut coming = HashMap::new();
    for (image, known) in request.images.iter().zip(images) {
        let digest = known.source.as_ref().ok().and_then(|source| source.digest.as_ref());
        let held = known.destination.as_ref().ok().and_then(Option::as_ref);
        if digest.is_none() || digest != held {
            *coming.entry(&image.repository).or_default() += 1;
        }
    }
    coming
}

async fn of_repository(
    name: &RepositoryName,
    layers: HashSet<Digest>,
    coming: usize,
    request: &MigrationRequest,
    destination: &Destination,
) -> RepositoryHolds {
    let ecr = destination.ecr.as_ref();
    let settings = request.repositories.get(name);
    let layers = async {
        let layers: Vec<_> = layers.into_iter().collect();
        if layers.is_empty() {
            return HashSet::new();
        }
        ecr.layers_held(name, &layers).await.unwrap_or_else(|error| {
            tracing::warn!(%name, %error, "it is not known which layers are there");
            HashSet::new()
        })
    };
    let lifecycle = async {
        let wanted = settings.map(|settings| settings.lifecycle);
        if coming == 0 && matches!(wanted, None | Some(LifecyclePreset::None)) {
            return (Document::Unknown, PolicyFacts::Unknown);
        }
        let policy = Document::of(name, ecr.lifecycle_policy(name).await);
        let facts = policy_facts(name, &policy, coming, destination).await;
        (policy, facts)
    };
    let policy = async {
        match settings.and_then(|settings| settings.policy.as_ref()) {
            None => Document::Unknown,
            Some(_) => Document::of(name, ecr.repository_policy(name).await),
        }
    };
    let (layers, (lifecycle, lifecycle_facts), policy) =
        futures_util::future::join3(layers, lifecycle, policy).await;
    RepositoryHolds { layers, lifecycle, lifecycle_facts, policy }
}
