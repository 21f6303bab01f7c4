use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use transload_engine::migration::{DatedTag, choose};
use transload_engine::model::Tag;

use crate::api::{Api, now_ms};
use crate::contract::{
    ApiError, ChosenTags, ImageSource, OutCount, SelectedImage, Selection, SourceTag,
};
use crate::convert;

/// Repositories whose tags are listed at the same time.
const LISTED_TOGETHER: usize = 6;

impl Api {
    /// The images of a source that rules choose, now.
    pub async fn source_choose(
        &self,
        source: ImageSource,
        selection: Selection,
    ) -> Result<ChosenTags, ApiError> {
        // Before anything is asked: a pattern that cannot be read is told at once.
        let rules = convert::tag_rules(&selection.rules, now_ms())?;
        let repositories = match selection.repositories {
            all if all.is_empty() => self.all_repositories(&source).await?,
            named => named,
        };
        let asked: Vec<_> = repositories
            .into_iter()
            .map(|repository| {
                let source = &source;
                async move {
                    let tags = self.all_tags(source, &repository).await?;
                    Ok::<_, ApiError>((repository, tags))
                }
            })
            .collect();
        let listed: Vec<(String, Vec<SourceTag>)> =
            stream::iter(asked).buffered(LISTED_TOGETHER).try_collect().await?;
        let mut chosen = ChosenTags::default();
        let mut out = BTreeMap::new();
        for (repository, tags) in listed {
            for (tag, verdict) in tags.iter().zip(choose(&dated(&tags)?, &rules)) {
                if let Some(reason) = verdict {
                    *out.entry(convert::out_reason(reason)).or_default() += 1;
                    continue;
                }
                match tag.size_bytes {
                    Some(size_bytes) => chosen.size_bytes += size_bytes,
                    None => chosen.sizes_unknown += 1,
                }
                let (repository, tag) = (repository.clone(), tag.tag.clone());
                chosen.images.push(SelectedImage { repository, tag });
            }
        }
        chosen.out = out.into_iter().map(|(reason, tags)| OutCount { reason, tags }).collect();
        Ok(chosen)
    }

    async fn all_repositories(&self, source: &ImageSource) -> Result<Vec<String>, ApiError> {
        let (mut names, mut next) = (Vec::new(), None);
        loop {
            let page = self.source_repositories(source.clone(), next).await?;
            names.extend(page.repositories.into_iter().map(|repository| repository.name));
            next = page.next;
            if next.is_none() {
                return Ok(names);
            }
        }
    }

    async fn all_tags(
        &self,
        source: &ImageSource,
        repository: &str,
    ) -> Result<Vec<SourceTag>, ApiError> {
        let (mut tags, mut next) = (Vec::new(), None);
        loop {
            let page = self.source_tags(source.clone(), repository.to_owned(), next).await?;
            tags.extend(page.tags);
            next = page.next;
            if next.is_none() {
                return Ok(tags);
            }
        }
    }
}

fn dated(tags: &[SourceTag]) -> Result<Vec<DatedTag>, ApiError> {
    let one = |tag: &SourceTag| {
        Ok(DatedTag {
            tag: Tag::parse(&tag.tag).map_err(|error| ApiError::invalid_input(&error))?,
            pushed_at_ms: tag.updated_at_ms,
            pulled_at_ms: tag.pulled_at_ms,
        })
    };
    tags.iter().map(one).collect()
}
