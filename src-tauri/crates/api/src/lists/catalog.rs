//! Lists repositories and tags of a registry with its own API.

use transload_contract::{SourceRepositories, SourceTag, SourceTags};
use transload_errors::ApiError;
use transload_migration::ImageTree;
use transload_model::{ImageReference, RegistryHost, Tag};
use transload_registry::{RegistryApi, RegistryError, Remedy};

use super::{count, named};

/// Lists every repository of the catalog.
pub(crate) async fn repositories(
    registry: &dyn RegistryApi,
) -> Result<SourceRepositories, ApiError> {
    let names = registry.catalog().await.map_err(|error| not_listed(&error))?;
    let repositories: Vec<_> = names.into_iter().map(named).collect();
    Ok(SourceRepositories {
        total: count(&repositories),
        repositories,
        next: None,
        unread: Vec::new(),
    })
}

/// Many registries don't list their repositories, or only for administrators. Adds what to do then. What
/// failed before the registry answered, such as a proxy, says nothing about its list.
fn not_listed(error: &RegistryError) -> ApiError {
    let reason = match error {
        RegistryError::Unauthorized { .. } | RegistryError::Forbidden { .. } => {
            "The registry doesn't allow this login to list repositories."
        }
        RegistryError::Missing { .. }
        | RegistryError::Refused { .. }
        | RegistryError::Failed { .. }
            if matches!(error.remedy(), Remedy::Absent | Remedy::Unsupported) =>
        {
            "The registry doesn't list its repositories."
        }
        _ => return ApiError::from(error),
    };
    let original = ApiError::from(error);
    let message = format!("{reason} {}", original.message);
    ApiError { message, ..original }.hint(
        "Enter the repository names in the source step. On the command line, add them after the \
         options, for example team/app.",
    )
}

pub(crate) async fn tags(
    registry: &dyn RegistryApi,
    repository: &str,
) -> Result<SourceTags, ApiError> {
    let tags: Vec<_> = registry.tags(repository).await?.iter().map(name_only).collect();
    Ok(SourceTags { total: count(&tags), tags, next: None })
}

/// Reads the manifests of a tag.
pub(crate) async fn details(
    registry: &dyn RegistryApi,
    host: &RegistryHost,
    repository: &str,
    tag: &Tag,
) -> Result<SourceTag, ApiError> {
    let reference = ImageReference::new(host.clone(), repository, Some(tag.clone()), None);
    let reference = reference.map_err(|error| ApiError::invalid_input(&error))?;
    let mut tree = ImageTree::read(registry, &reference).await?;
    tree.read_configuration(registry, &reference, false).await;
    Ok(SourceTag {
        digest: Some(tree.root.raw.digest().to_string()),
        platforms: tree.platforms().iter().map(ToString::to_string).collect(),
        size_bytes: Some(tree.blobs().values().sum()),
        ..name_only(tag)
    })
}

fn name_only(tag: &Tag) -> SourceTag {
    SourceTag {
        tag: tag.to_string(),
        digest: None,
        platforms: Vec::new(),
        size_bytes: None,
        updated_at_ms: None,
        pulled_at_ms: None,
        missing_platforms: None,
    }
}

#[cfg(test)]
mod tests;
