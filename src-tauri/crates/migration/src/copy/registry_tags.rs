//! Looks up the tags of a registry with as few requests as possible. Copies and referrers use it
//! for the tags of both endpoints.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use transload_model::Digest;
use transload_registry::{OptionalFeature, RegistryApi, RegistryError, Remedy};

/// From this many images of one repository, listing its tags is cheaper than a HEAD request for
/// each.
const LIST_FROM: usize = 3;

/// The tags of one registry.
///
/// The first image is looked up by itself. If it exists, the others probably do as well, and each
/// needs a HEAD request for its digest anyway. If it doesn't, one list of tags for each repository
/// answers for all images that are not in it.
pub(crate) struct RegistryTags {
    first: OnceCell<bool>,
    image_counts: HashMap<String, usize>,
    listed: Mutex<HashMap<String, Listed>>,
}

/// The tags of a repository; `None` if they can't be listed.
type Listed = Arc<OnceCell<Option<HashSet<String>>>>;

impl RegistryTags {
    /// Creates the lookup. `image_counts` is the number of images in each repository.
    pub fn new(image_counts: HashMap<String, usize>) -> Self {
        Self { first: OnceCell::new(), image_counts, listed: Mutex::default() }
    }

    /// Like [`RegistryTags::new`], for tags that rarely exist: the list of tags is read first.
    pub fn rare(image_counts: HashMap<String, usize>) -> Self {
        Self { first: OnceCell::new_with(Some(false)), ..Self::new(image_counts) }
    }

    /// Returns the digest of a tag, or `None` if it doesn't exist.
    pub async fn digest(
        &self,
        destination: &dyn RegistryApi,
        repository: &str,
        reference: &str,
    ) -> Result<Option<Digest>, RegistryError> {
        let mut looked_up = None;
        let first_exists = self
            .first
            .get_or_try_init(|| async {
                let found = head(destination, repository, reference).await?;
                let exists = found.is_some();
                looked_up = Some(found);
                Ok::<_, RegistryError>(exists)
            })
            .await?;
        if let Some(found) = looked_up {
            return Ok(found);
        }
        let is_listed = !first_exists
            && Digest::parse(reference).is_err()
            && self.image_counts.get(repository).is_some_and(|count| *count >= LIST_FROM);
        if is_listed && !self.may_have(destination, repository, reference).await? {
            return Ok(None);
        }
        head(destination, repository, reference).await
    }

    async fn may_have(
        &self,
        destination: &dyn RegistryApi,
        repository: &str,
        tag: &str,
    ) -> Result<bool, RegistryError> {
        let cell = {
            let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(listed.entry(repository.to_owned()).or_default())
        };
        let tags = cell
            .get_or_try_init(|| async {
                match destination.tags(repository).await {
                    Ok(tags) => Ok(Some(tags.iter().map(ToString::to_string).collect())),
                    Err(error) if error.remedy() == Remedy::Absent => Ok(Some(HashSet::new())),
                    // Listing needs its own permission, and some registries don't support it.
                    Err(error) if error.allows_fallback(OptionalFeature::TagList) => Ok(None),
                    Err(error) => Err(error),
                }
            })
            .await?;
        Ok(tags.as_ref().is_none_or(|tags: &HashSet<String>| tags.contains(tag)))
    }
}

async fn head(
    destination: &dyn RegistryApi,
    repository: &str,
    reference: &str,
) -> Result<Option<Digest>, RegistryError> {
    Ok(destination.manifest_head(repository, reference).await?.map(|head| head.digest))
}
