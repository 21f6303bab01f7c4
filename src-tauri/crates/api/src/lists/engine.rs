//! Lists the images of the Docker Engine.

use std::collections::BTreeMap;

use transload_contract::{SourceRepositories, SourceRepository, SourceTag};
use transload_docker::{DockerApi, DockerEngine, EngineImage};
use transload_errors::ApiError;
use transload_model::Tag;

use super::{count, named};

/// The engine lists images; users look for repositories with their tags.
pub(crate) async fn repositories(engine: &DockerEngine) -> Result<SourceRepositories, ApiError> {
    let mut repositories: BTreeMap<String, Vec<SourceTag>> = BTreeMap::new();
    for image in engine.images().await? {
        for reference in &image.references {
            if let Some(tag) = reference.tag() {
                let tags = repositories.entry(reference.familiar_repository()).or_default();
                tags.push(shown(&image, tag));
            }
        }
    }
    let repositories = repositories.into_iter().map(|(name, mut tags)| {
        tags.sort_by_key(|tag| std::cmp::Reverse(tag.updated_at_ms));
        let updated_at_ms = tags.first().and_then(|tag| tag.updated_at_ms);
        SourceRepository { updated_at_ms, tags: Some(tags), ..named(name) }
    });
    let repositories: Vec<_> = repositories.collect();
    Ok(SourceRepositories {
        total: count(&repositories),
        repositories,
        next: None,
        unread: Vec::new(),
    })
}

fn shown(image: &EngineImage, tag: &Tag) -> SourceTag {
    SourceTag {
        tag: tag.to_string(),
        digest: Some(image.id.to_string()),
        platforms: image.platforms.iter().map(ToString::to_string).collect(),
        size_bytes: Some(image.size_bytes),
        updated_at_ms: image.created_at_ms,
        pulled_at_ms: None,
        missing_platforms: image
            .manifests
            .is_some()
            .then(|| image.missing_platforms().iter().map(ToString::to_string).collect()),
    }
}
