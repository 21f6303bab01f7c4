//! Reads the lifecycle policy of an existing repository and the images it applies to.
//! `destination_state` calls it while facts are gathered, `plan::forecast_now` before a start. Writes nothing.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};

use crate::concurrency::MAX_CONCURRENT_INDEX_READS;
use crate::endpoints::Destination;
use crate::facts::{PolicyDocument, PolicyFacts};
use transload_aws::EcrImage;
use transload_lifecycle::{CountCondition, LifecyclePolicy, TagCondition};
use transload_model::{Digest, Manifest, RepositoryName};

/// Maximum number of indexes of one repository that are read to find their children. Children of
/// further indexes count as images, so the forecast names too many images rather than too few.
const MAX_INDEXES: usize = 500;

/// Reads what an existing policy applies to. `incoming` is the maximum number of images that the plan
/// adds.
pub(crate) async fn policy_facts(
    name: &RepositoryName,
    policy: &PolicyDocument,
    incoming: usize,
    destination: &Destination,
) -> PolicyFacts {
    let text = match policy {
        PolicyDocument::Unknown => return PolicyFacts::Unknown,
        PolicyDocument::Missing => return PolicyFacts::NoPolicy,
        PolicyDocument::Text(text) => text.clone(),
    };
    let images = match destination.ecr.images(name).await {
        Ok(images) => images,
        Err(error) => {
            tracing::warn!(%name, %error, "couldn't list the images that a lifecycle policy ranks");
            let reason = format!("the images of the repository couldn't be listed: {error}");
            return PolicyFacts::ImagesUnknown { reason };
        }
    };
    let parts = match needs_parts(&text, &images, incoming) {
        true => parts_of_indexes(name, &images, destination).await,
        false => HashSet::new(),
    };
    PolicyFacts::Known { text, images, parts }
}

/// Returns whether the forecast depends on which untagged images belong to an index. Reading
/// manifests may count as pulls, so they are read only if a rule could reach its limit.
fn needs_parts(text: &str, images: &[EcrImage], incoming: usize) -> bool {
    let Ok(policy) = LifecyclePolicy::parse(text) else { return false };
    let may_be_part = |image: &&EcrImage| image.tags.is_empty() && image.subject.is_none();
    if !images.iter().any(|image| may_be_part(&image)) {
        return false;
    }
    policy.rules.iter().any(|rule| match (&rule.tags, rule.count) {
        (TagCondition::Any, CountCondition::ImageCountMoreThan(kept)) => {
            usize::try_from(kept).is_ok_and(|kept| images.len() + incoming > kept)
        }
        // A tag that moves leaves an untagged image behind, which rules like this one count.
        (TagCondition::Untagged, CountCondition::ImageCountMoreThan(_)) => true,
        _ => false,
    })
}

async fn parts_of_indexes(
    name: &RepositoryName,
    images: &[EcrImage],
    destination: &Destination,
) -> HashSet<Digest> {
    let is_index = |image: &&EcrImage| {
        image.media_type.as_deref().is_some_and(transload_model::media_type::is_index)
    };
    let indexes = images.iter().filter(is_index).take(MAX_INDEXES);
    let reads: Vec<_> = indexes.map(|image| parts_of(name, &image.digest, destination)).collect();
    let parts: Vec<Vec<Digest>> =
        stream::iter(reads).buffer_unordered(MAX_CONCURRENT_INDEX_READS).collect().await;
    parts.into_iter().flatten().collect()
}

async fn parts_of(name: &RepositoryName, index: &Digest, destination: &Destination) -> Vec<Digest> {
    let read = destination.registry.manifest(name.as_str(), index.as_str()).await;
    let raw = match read {
        Ok(raw) => raw,
        Err(error) => {
            tracing::debug!(%name, %index, %error, "couldn't read an index");
            return Vec::new();
        }
    };
    match raw.parse() {
        Ok(Manifest::Index(index)) => {
            index.manifests.into_iter().map(|child| child.digest).collect()
        }
        _ => Vec::new(),
    }
}
