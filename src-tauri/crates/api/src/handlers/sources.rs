//! Commands for the repositories and tags of a source.

use futures_util::{StreamExt, TryStreamExt, stream};
use transload_contract::{ImageSource, SourceRepositories, SourceTag, SourceTags};
use transload_errors::ApiError;
use transload_model::Tag;

use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_SOURCE_READS;
use crate::lists::{catalog, ecr, engine, hub};
use crate::open_source::{Lists, OpenSource};

impl Api {
    /// Returns a page of the repositories of a source.
    pub async fn source_repositories(
        &self,
        source: ImageSource,
        next: Option<String>,
    ) -> Result<SourceRepositories, ApiError> {
        if next.is_none() {
            self.reopen_source(&source).await?;
        }
        match self.open_source(&source).await? {
            OpenSource::Engine(engine) => engine::repositories(&engine).await,
            OpenSource::Registry(open) => match &open.lists {
                Lists::Hub(hub) => hub::repositories(hub, next).await,
                Lists::Ecr(connected) => {
                    ecr::repositories(connected.destination.ecr.as_ref()).await
                }
                Lists::Catalog => catalog::repositories(open.client.as_ref()).await,
            },
        }
    }

    /// Returns a page of the tags of a repository.
    pub async fn source_tags(
        &self,
        source: ImageSource,
        repository: String,
        next: Option<String>,
    ) -> Result<SourceTags, ApiError> {
        let page = match self.open_source(&source).await? {
            OpenSource::Engine(engine) => {
                let listed = engine::repositories(&engine).await?.repositories;
                let found = listed.into_iter().find(|listed| listed.name == repository);
                let tags = found.and_then(|found| found.tags).unwrap_or_default();
                SourceTags { total: u64::try_from(tags.len()).ok(), tags, next: None }
            }
            OpenSource::Registry(open) => match &open.lists {
                Lists::Hub(hub) => hub::tags(hub, &repository, next).await?,
                Lists::Ecr(connected) => {
                    ecr::tags(connected.destination.ecr.as_ref(), &repository).await?
                }
                Lists::Catalog => catalog::tags(open.client.as_ref(), &repository).await?,
            },
        };
        self.inner.source_dates.add(&source, &repository, &page.tags);
        Ok(page)
    }

    /// Returns digest, platforms and size of tags.
    pub async fn source_tag_details(
        &self,
        source: ImageSource,
        repository: String,
        tags: Vec<String>,
    ) -> Result<Vec<SourceTag>, ApiError> {
        let OpenSource::Registry(open) = self.open_source(&source).await? else {
            let listed = self.source_tags(source, repository, None).await?.tags;
            return Ok(listed.into_iter().filter(|tag| tags.contains(&tag.tag)).collect());
        };
        let (open, repository) = (&open, &repository);
        let asked = tags.into_iter().map(|tag| async move {
            let tag = Tag::parse(&tag).map_err(|error| ApiError::invalid_input(&error))?;
            catalog::details(open.client.as_ref(), &open.host, repository, &tag).await
        });
        stream::iter(asked).buffered(MAX_CONCURRENT_SOURCE_READS).try_collect().await
    }
}
