//! Commands that choose the images of a source by rules.

use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::{StreamExt, stream};
use transload_contract::{
    ChooseProgress, ChosenTags, ImageSource, OutCount, SelectedImage, Selection, SourceTag,
    UnreadRepository,
};
use transload_errors::ApiError;
use transload_migration::{DatedTag, choose};
use transload_model::{Tag, now_ms};

use super::planning::count;
use crate::api::Api;
use crate::convert;

/// The maximum number of repositories whose tags are listed at a time.
const MAX_CONCURRENT_LISTS: usize = 6;

impl Api {
    /// Returns the images of a source that rules select now, without progress.
    pub async fn source_choose_silent(
        &self,
        source: ImageSource,
        selection: Selection,
    ) -> Result<ChosenTags, ApiError> {
        self.source_choose_with_progress(source, selection, |_| {}).await
    }

    /// The images of a source that rules select now. Can be cancelled: `attempt` is a name that the
    /// caller makes up. Returns `None` if it was cancelled.
    pub async fn source_choose(
        &self,
        source: ImageSource,
        selection: Selection,
        attempt: String,
        report: impl Fn(ChooseProgress) + Send + Sync,
    ) -> Result<Option<ChosenTags>, ApiError> {
        let chosen = self.source_choose_with_progress(source, selection, report);
        self.inner.cancellable_calls.run(attempt, chosen).await.transpose()
    }

    /// Cancels a selection. Does nothing if it already finished.
    pub async fn source_choose_cancel(&self, attempt: String) -> Result<(), ApiError> {
        self.inner.cancellable_calls.stop(&attempt);
        Ok(())
    }

    /// Returns the images of a source that rules select, and reports progress.
    pub async fn source_choose_with_progress(
        &self,
        source: ImageSource,
        selection: Selection,
        report: impl Fn(ChooseProgress) + Send + Sync,
    ) -> Result<ChosenTags, ApiError> {
        // Before the first request, so that an invalid pattern fails immediately.
        let rules = convert::tag_rules(&selection.rules, now_ms())?;
        let mut progress = ChooseProgress::default();
        let mut unread = Vec::new();
        let repositories = match selection.repositories {
            all if all.is_empty() => {
                let found = |names: usize| {
                    report(ChooseProgress {
                        repositories: count(names),
                        ..ChooseProgress::default()
                    });
                };
                let (names, not_read) = self.all_repositories(&source, found).await?;
                unread = not_read;
                names
            }
            named => named,
        };
        progress.repositories = count(repositories.len());
        let asked = repositories.into_iter().map(|repository| {
            let source = &source;
            async move {
                let tags = self.all_tags(source, &repository).await;
                (repository, tags)
            }
        });
        let asked: Vec<_> = asked.collect();
        let mut asked = pin!(stream::iter(asked).buffered(MAX_CONCURRENT_LISTS));
        let mut listed = Vec::new();
        while let Some((repository, tags)) = asked.next().await {
            progress.repositories_read += 1;
            let tags = match tags {
                Ok(tags) => tags,
                // One repository that cannot be read takes nothing from the others.
                Err(error) => {
                    unread.push(UnreadRepository { repository, error });
                    report(progress);
                    continue;
                }
            };
            progress.tags += count(tags.len());
            report(progress);
            listed.push((repository, tags));
        }
        if listed.is_empty() && !unread.is_empty() {
            return Err(unread.swap_remove(0).error);
        }
        let mut chosen = ChosenTags { unread, ..ChosenTags::default() };
        let mut out = BTreeMap::new();
        for (repository, tags) in listed {
            for (tag, verdict) in tags.iter().zip(choose(&dated(&tags)?, &rules)) {
                if let Some(reason) = verdict {
                    *out.entry(reason).or_default() += 1;
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

    async fn all_repositories(
        &self,
        source: &ImageSource,
        found: impl Fn(usize),
    ) -> Result<(Vec<String>, Vec<UnreadRepository>), ApiError> {
        let (mut names, mut unread, mut next) = (Vec::new(), Vec::new(), None);
        loop {
            let page = Box::pin(self.source_repositories(source.clone(), next)).await?;
            unread.extend(page.unread);
            names.extend(page.repositories.into_iter().map(|repository| repository.name));
            found(names.len());
            next = page.next;
            if next.is_none() {
                return Ok((names, unread));
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
            let page = self.source_tags(source.clone(), repository.to_owned(), next);
            let page = Box::pin(page).await?;
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
