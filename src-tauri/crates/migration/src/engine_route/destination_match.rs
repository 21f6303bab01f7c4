//! Finds out whether the destination already has an image of the engine. Digests are not enough: an
//! engine that repacks layers creates another manifest, but the digest of the configuration stays
//! the same. Planning and the verification of engine pushes use it.

use crate::engine_route::predict::{EngineOutcome, Prediction};
use crate::error::MigrationError;
use transload_docker::{DockerApi, EngineImage};
use transload_model::{Digest, IndexManifest, Manifest, Platform};
use transload_registry::{RegistryApi, RegistryError};

/// Maximum number of images of an index that are searched for the engine's image.
const MAX_CHILDREN: usize = 16;

/// How the destination's tag relates to an image of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DestinationMatch {
    /// The image that a push would send, with its digest and the index that contains it if the
    /// prediction left them open.
    Same { digest: Option<Digest>, part_of: Option<Digest> },
    /// An index that contains the image and others.
    Index,
}

/// Looks for the image under the tag that points to `existing`. Returns `None` if the tag points to
/// a different image, or it can't be determined.
pub(crate) async fn match_destination(
    docker: &dyn DockerApi,
    image: &EngineImage,
    prediction: &Prediction,
    registry: &dyn RegistryApi,
    (path, existing): (&str, &Digest),
) -> Option<DestinationMatch> {
    let same = || DestinationMatch::Same { digest: None, part_of: None };
    if prediction.digest.as_ref() == Some(existing) {
        return Some(same());
    }
    if prediction.part_of.as_ref() == Some(existing) {
        return Some(DestinationMatch::Index);
    }
    let found = match prediction.engine.outcome {
        EngineOutcome::Whole | EngineOutcome::Part | EngineOutcome::Mounted => Ok(None),
        EngineOutcome::SeenWhileSending if image.id == *existing => {
            let digest = Some(existing.clone());
            Ok(Some(DestinationMatch::Same { digest, part_of: None }))
        }
        EngineOutcome::SeenWhileSending => {
            let platform = prediction.platforms.first();
            part_of_root(docker, &image.id, platform, existing).await
        }
        EngineOutcome::Repacked => {
            let found = holds_content(registry, path, existing, &image.id).await;
            found.map(|found| match found? {
                ContentRelation::Image => Some(same()),
                ContentRelation::InIndex => Some(DestinationMatch::Index),
                ContentRelation::Other { .. } => None,
            })
        }
    };
    found.unwrap_or_else(|error: MigrationError| {
        tracing::warn!(%existing, %error, "couldn't check whether the destination has an image");
        None
    })
}

/// Only the index shows whether the destination's image is one of its children, and older engines
/// provide it only in the archive.
async fn part_of_root(
    docker: &dyn DockerApi,
    id: &Digest,
    platform: Option<&Platform>,
    existing: &Digest,
) -> Result<Option<DestinationMatch>, MigrationError> {
    let Manifest::Index(index) = docker.archive(id).await?.read_root(id).await? else {
        return Ok(None);
    };
    let is_part = index.manifests.iter().any(|child| {
        let is_wanted = match (&child.platform, platform) {
            (Some(actual), Some(wanted)) => actual.matches(wanted),
            (_, wanted) => wanted.is_none(),
        };
        child.digest == *existing && is_wanted
    });
    Ok(is_part.then(|| DestinationMatch::Same {
        digest: Some(existing.clone()),
        part_of: Some(id.clone()),
    }))
}

/// How a manifest at the destination relates to an image that is known by its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ContentRelation {
    /// It describes the image.
    Image,
    /// It is an index that contains the image.
    InIndex,
    /// It describes another image, with this configuration.
    Other { config: Digest },
}

/// Compares a manifest's configuration with the image's. Returns `None` if there is no manifest.
///
/// # Errors
/// Returns an error if the destination doesn't return the manifest.
pub(crate) async fn holds_content(
    registry: &dyn RegistryApi,
    path: &str,
    manifest: &Digest,
    config: &Digest,
) -> Result<Option<ContentRelation>, MigrationError> {
    let raw = match registry.manifest(path, manifest.as_str()).await {
        Err(RegistryError::Missing { .. }) => return Ok(None),
        other => other?,
    };
    match raw.parse().map_err(|error| unusable(registry, path, error))? {
        Manifest::Image(image) if image.config.digest == *config => {
            Ok(Some(ContentRelation::Image))
        }
        Manifest::Image(image) => Ok(Some(ContentRelation::Other { config: image.config.digest })),
        Manifest::Index(index) => {
            let held = index_holds(registry, path, &index, config).await?;
            Ok(held.then_some(ContentRelation::InIndex))
        }
    }
}

async fn index_holds(
    registry: &dyn RegistryApi,
    path: &str,
    index: &IndexManifest,
    config: &Digest,
) -> Result<bool, MigrationError> {
    let images = index.manifests.iter().filter(|child| !child.is_attestation());
    for child in images.take(MAX_CHILDREN) {
        let raw = match registry.manifest(path, child.digest.as_str()).await {
            Err(RegistryError::Missing { .. }) => continue,
            other => other?,
        };
        let manifest = raw.parse().map_err(|error| unusable(registry, path, error))?;
        if matches!(manifest, Manifest::Image(image) if image.config.digest == *config) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unusable(
    registry: &dyn RegistryApi,
    path: &str,
    source: transload_model::ManifestError,
) -> MigrationError {
    let (registry, subject) = (registry.host().clone(), path.to_owned());
    RegistryError::Manifest { registry, subject, source }.into()
}
