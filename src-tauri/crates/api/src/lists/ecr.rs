//! Lists repositories and tags of Amazon ECR.

use transload_aws::EcrApi;
use transload_contract::{SourceRepositories, SourceTag, SourceTags};
use transload_errors::ApiError;
use transload_model::RepositoryName;

use super::{count, named};

/// Lists every repository of an account and region.
pub(crate) async fn repositories(ecr: &dyn EcrApi) -> Result<SourceRepositories, ApiError> {
    let found = ecr.repositories().await?;
    // All of them are private: that tells nothing apart.
    let repositories = found.into_iter().map(|repository| named(repository.name.to_string()));
    let repositories: Vec<_> = repositories.collect();
    Ok(SourceRepositories {
        total: count(&repositories),
        repositories,
        next: None,
        unread: Vec::new(),
    })
}

/// Lists every tag of a repository, newest first. Platforms are in the manifests, which are not
/// read here. The size is the one of ECR; for an index, that of its largest child.
pub(crate) async fn tags(ecr: &dyn EcrApi, repository: &str) -> Result<SourceTags, ApiError> {
    let name = RepositoryName::parse(repository)?;
    let images = ecr.images(&name).await?;
    let tags = images.iter().flat_map(|image| {
        image.tags.iter().map(|tag| SourceTag {
            tag: tag.to_string(),
            digest: Some(image.digest.to_string()),
            platforms: Vec::new(),
            size_bytes: image.size_bytes,
            updated_at_ms: image.pushed_at_ms,
            pulled_at_ms: image.pulled_at_ms,
            missing_platforms: None,
        })
    });
    let mut tags: Vec<_> = tags.collect();
    tags.sort_by_key(|tag| std::cmp::Reverse(tag.updated_at_ms));
    Ok(SourceTags { total: count(&tags), tags, next: None })
}
