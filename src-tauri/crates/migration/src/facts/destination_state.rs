//! Reads what existing repositories at the destination already contain: layers, lifecycle policies
//! and repository policies. `facts` calls it after the images of the request are looked up.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::{StreamExt, stream};

use crate::concurrency::MAX_CONCURRENT_REPOSITORY_READS;
use crate::endpoints::Destination;
use crate::facts::destination_policy::policy_facts;
use crate::facts::{ImageFacts, PolicyDocument, PolicyFacts, RepositoryState};
use crate::plan::ExistingImage;
use crate::request::MigrationRequest;
use transload_aws::{EcrImage, EcrRepository};
use transload_model::{Digest, LifecyclePreset, PackedDigest, RepositoryName};

/// Maximum number of layers that are looked up: a thousand calls. Further layers count as missing,
/// so the plan's bytes are an upper bound.
const MAX_LAYERS: usize = 100_000;

/// Reads what existing repositories contain. Where reading is denied, the plan is created without
/// that information.
pub(crate) async fn read_repository_states(
    request: &MigrationRequest,
    images: &[ImageFacts],
    repositories: &BTreeMap<RepositoryName, EcrRepository>,
    destination: &Destination,
) -> BTreeMap<RepositoryName, RepositoryState> {
    let mut layers_by_repository: BTreeMap<&RepositoryName, HashSet<&PackedDigest>> =
        repositories.keys().map(|name| (name, HashSet::new())).collect();
    let mut remaining = MAX_LAYERS;
    for (image, known) in request.images.iter().zip(images) {
        let content = known.source.as_ref().ok().and_then(|source| source.content.as_ref());
        if let (Some(content), Some(layers)) =
            (content, layers_by_repository.get_mut(&image.repository))
        {
            for (digest, _) in content.blobs.iter().take(remaining) {
                remaining -= usize::from(layers.insert(digest));
            }
        }
    }
    let incoming = &incoming_images(request, images);
    let existing = &existing_images(request, images);
    let reads = layers_by_repository.into_iter().map(|(name, layers)| async move {
        let incoming = incoming.get(name).copied().unwrap_or(0);
        let digests = existing.get(name).map(Vec::as_slice).unwrap_or_default();
        let (state, existing) = futures_util::future::join(
            read_repository_state(name, layers, incoming, request, destination),
            read_existing(name, digests, destination),
        )
        .await;
        (name.clone(), RepositoryState { existing, ..state })
    });
    let reads: Vec<_> = reads.collect();
    stream::iter(reads).buffer_unordered(MAX_CONCURRENT_REPOSITORY_READS).collect().await
}

/// Returns the maximum number of images that will be pushed to each repository: those that it
/// doesn't have yet.
fn incoming_images<'a>(
    request: &'a MigrationRequest,
    images: &[ImageFacts],
) -> HashMap<&'a RepositoryName, usize> {
    let mut incoming = HashMap::new();
    for (image, known) in request.images.iter().zip(images) {
        let digest = known.source.as_ref().ok().and_then(|source| source.digest.as_ref());
        let existing = known.destination.as_ref().ok().and_then(Option::as_ref);
        if digest.is_none() || digest != existing {
            *incoming.entry(&image.repository).or_default() += 1;
        }
    }
    incoming
}

/// Returns the digests in each repository whose tag the request wants for another image.
fn existing_images<'a>(
    request: &'a MigrationRequest,
    images: &[ImageFacts],
) -> HashMap<&'a RepositoryName, Vec<Digest>> {
    let mut existing: HashMap<_, Vec<Digest>> = HashMap::new();
    for (image, known) in request.images.iter().zip(images) {
        let (Ok(source), Ok(Some(digest))) = (&known.source, &known.destination) else { continue };
        if source.digest.as_ref() != Some(digest) {
            let digests = existing.entry(&image.repository).or_default();
            if !digests.contains(digest) {
                digests.push(digest.clone());
            }
        }
    }
    existing
}

/// Reads date and size of images. Where reading is denied, both are unknown.
async fn read_existing(
    name: &RepositoryName,
    digests: &[Digest],
    destination: &Destination,
) -> HashMap<Digest, ExistingImage> {
    if digests.is_empty() {
        return HashMap::new();
    }
    let images = destination.ecr.images_with(name, digests).await.unwrap_or_else(|error| {
        tracing::warn!(%name, %error, "couldn't read date and size of existing images");
        Vec::new()
    });
    let known = |image: EcrImage| {
        let EcrImage { digest, size_bytes, pushed_at_ms, .. } = image;
        (digest, ExistingImage { size_bytes, pushed_at_ms })
    };
    images.into_iter().map(known).collect()
}

async fn read_repository_state(
    name: &RepositoryName,
    layers: HashSet<&PackedDigest>,
    incoming: usize,
    request: &MigrationRequest,
    destination: &Destination,
) -> RepositoryState {
    let ecr = destination.ecr.as_ref();
    let settings = request.repositories.get(name);
    let layers = async {
        let layers: Vec<_> = layers.into_iter().map(Digest::from).collect();
        if layers.is_empty() {
            return HashSet::new();
        }
        let existing = ecr.existing_layers(name, &layers).await.unwrap_or_else(|error| {
            tracing::warn!(%name, %error, "couldn't look up which layers exist");
            HashSet::new()
        });
        existing.iter().map(PackedDigest::from).collect()
    };
    let lifecycle = async {
        let wanted = settings.map(|settings| settings.lifecycle);
        if incoming == 0 && matches!(wanted, None | Some(LifecyclePreset::None)) {
            return (PolicyDocument::Unknown, PolicyFacts::Unknown);
        }
        let policy = PolicyDocument::of(name, ecr.lifecycle_policy(name).await);
        let facts = policy_facts(name, &policy, incoming, destination).await;
        (policy, facts)
    };
    let policy = async {
        match settings.and_then(|settings| settings.policy.as_ref()) {
            None => PolicyDocument::Unknown,
            Some(_) => PolicyDocument::of(name, ecr.repository_policy(name).await),
        }
    };
    let (layers, (lifecycle, lifecycle_facts), policy) =
        futures_util::future::join3(layers, lifecycle, policy).await;
    RepositoryState { layers, existing: HashMap::new(), lifecycle, lifecycle_facts, policy }
}
