//! Finds the tags of signatures, attestations and SBOMs that a plan would copy, and the digests of
//! the same tags at the destination. `facts` calls it for the images whose manifests were read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::concurrency::{MAX_CONCURRENT_IMAGE_LOOKUPS, for_each_concurrent};
use crate::copy::referrer_tags::referrer_tags;
use crate::copy::registry_tags::RegistryTags;
use crate::endpoints::Destination;
use crate::error::MigrationError;
use crate::facts::ImageFacts;
use crate::plan::PlannedReferrerTag;
use crate::request::{MigrationRequest, RequestedImage};
use transload_aws::EcrRepository;
use transload_model::{Digest, RepositoryName};
use transload_registry::RegistryApi;

/// Finds the tags for every image whose manifests were read. If the source denies it, planning
/// continues without them, and the tags are looked up when the image is copied.
pub(crate) async fn find_referrer_tags(
    request: &MigrationRequest,
    images: &mut [ImageFacts],
    source: &Arc<dyn RegistryApi>,
    destination: &Destination,
    repositories: &BTreeMap<RepositoryName, EcrRepository>,
) {
    let signable: Vec<Vec<Digest>> = images
        .iter_mut()
        .map(|image| match &mut image.source {
            Ok(source) => std::mem::take(&mut source.signable),
            Err(_) => Vec::new(),
        })
        .collect();
    let mut tag_counts: HashMap<String, usize> = HashMap::new();
    for (image, signable) in request.images.iter().zip(&signable) {
        // There are three tags for each manifest, so listing all tags is soon cheaper than one
        // request for each tag.
        *tag_counts.entry(image.source.path().to_owned()).or_default() += 3 * signable.len();
    }
    let (tags, signable) = (&RegistryTags::rare(tag_counts), &signable);
    let found =
        for_each_concurrent(images.len(), MAX_CONCURRENT_IMAGE_LOOKUPS, |index| async move {
            let (image, signable) = (&request.images[index], &signable[index]);
            if signable.is_empty() {
                return None;
            }
            let exists = repositories.contains_key(&image.repository);
            let found = find(image, signable, source.as_ref(), destination, exists, tags).await;
            found
            .inspect_err(|error| {
                tracing::warn!(image = %image.source, %error, "couldn't look for signatures yet");
            })
            .ok()
        })
        .await;
    for (image, found) in images.iter_mut().zip(found) {
        image.referrer_tags = found;
    }
}

async fn find(
    image: &RequestedImage,
    signable: &[Digest],
    source: &dyn RegistryApi,
    destination: &Destination,
    exists: bool,
    tags: &RegistryTags,
) -> Result<Vec<PlannedReferrerTag>, MigrationError> {
    let mut planned = Vec::new();
    for found in referrer_tags(source, image.source.path(), signable, tags).await? {
        let destination_digest = match exists {
            true => {
                let (path, tag) = (image.repository.as_str(), found.tag.as_str());
                let head = destination.registry.manifest_head(path, tag).await?;
                head.map(|head| head.digest)
            }
            false => None,
        };
        let (tag, source_digest) = (found.tag, found.digest);
        planned.push(PlannedReferrerTag { tag, source_digest, destination_digest });
    }
    Ok(planned)
}
