//! Commands that choose the images of a source by rules.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use futures_util::{StreamExt, stream};
use transload_contract::{
    ChooseProgress, ChosenTags, ImageSource, SelectedImage, Selection, SourceTag, TagExclusion,
    TagExclusionCount, UnreadRepository,
};
use transload_errors::ApiError;
use transload_migration::{DatedTag, TagRules, choose, rest_excluded};
use transload_model::{Tag, now_ms};

use super::planning::count;
use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_SOURCE_READS;
use crate::convert;

impl Api {
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
        let progress = Progress { read: Mutex::default(), report: &report };
        let mut unread = Vec::new();
        let repositories = match selection.repositories {
            all if all.is_empty() => {
                let found = |names| progress.update(|read| read.repositories = count(names));
                let (names, not_read) = self.all_repositories(&source, found).await?;
                unread = not_read;
                names
            }
            named => named,
        };
        progress.update(|read| read.repositories = count(repositories.len()));
        let calls = repositories.into_iter().enumerate().map(|(place, repository)| {
            let (source, rules, progress) = (&source, &rules, &progress);
            async move {
                let tags = self.read_tags(source, &repository, rules, progress).await;
                progress.update(|read| read.repositories_read += 1);
                (place, repository, tags)
            }
        });
        let calls: Vec<_> = calls.collect();
        // Unordered, so that one large repository doesn't hold up the others.
        let calls = stream::iter(calls).buffer_unordered(MAX_CONCURRENT_SOURCE_READS);
        let mut all: Vec<_> = calls.collect().await;
        all.sort_by_key(|(place, ..)| *place);
        let mut listed = Vec::new();
        for (_, repository, tags) in all {
            match tags {
                Ok(tags) => listed.push((repository, tags)),
                // One repository that cannot be read takes nothing from the others.
                Err(error) => unread.push(UnreadRepository { repository, error }),
            }
        }
        if listed.is_empty() && !unread.is_empty() {
            return Err(unread.swap_remove(0).error);
        }
        let mut chosen = ChosenTags { unread, ..ChosenTags::default() };
        let mut out = BTreeMap::new();
        for (repository, ReadTags { tags, rest }) in listed {
            if let Some((reason, tags)) = rest {
                *out.entry(reason).or_default() += tags;
            }
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
        chosen.excluded =
            out.into_iter().map(|(reason, tags)| TagExclusionCount { reason, tags }).collect();
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

    /// Reads the tags of a repository, up to the last one that the rules can select.
    async fn read_tags(
        &self,
        source: &ImageSource,
        repository: &str,
        rules: &TagRules,
        progress: &Progress<'_>,
    ) -> Result<ReadTags, ApiError> {
        let (mut tags, mut next) = (Vec::new(), None);
        loop {
            let page = self.source_tags(source.clone(), repository.to_owned(), next);
            let page = Box::pin(page).await?;
            progress.update(|read| read.tags += count(page.tags.len()));
            tags.extend(page.tags);
            next = page.next;
            if next.is_none() {
                return Ok(ReadTags { tags, rest: None });
            }
            if pages_are_sorted_by_date(source)
                && let Some(reason) = rest_excluded(&dated(&tags)?, rules)
            {
                let total = page.total.and_then(|total| usize::try_from(total).ok());
                let rest = count(total.unwrap_or_default().saturating_sub(tags.len()));
                return Ok(ReadTags { tags, rest: Some((reason, rest)) });
            }
        }
    }
}

/// The tags of a repository that were read.
struct ReadTags {
    tags: Vec<SourceTag>,
    /// Why the remaining tags can't be selected, and their number. `None` if all were read.
    rest: Option<(TagExclusion, u32)>,
}

/// What concurrent calls have read, reported at each change.
struct Progress<'a> {
    read: Mutex<ChooseProgress>,
    report: &'a (dyn Fn(ChooseProgress) + Send + Sync),
}

impl Progress<'_> {
    fn update(&self, change: impl FnOnce(&mut ChooseProgress)) {
        // Reported under the lock, so that the numbers never decrease.
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut read);
        (self.report)(*read);
    }
}

/// Whether the source lists tags newest first across its pages. Docker Hub does, by `last_updated`.
/// Registries list tags by name, without dates. The Docker Engine and Amazon ECR have no pages here.
fn pages_are_sorted_by_date(source: &ImageSource) -> bool {
    match source {
        ImageSource::DockerHub { .. } | ImageSource::PracticeAccount { .. } => true,
        ImageSource::DockerEngine | ImageSource::Registry { .. } | ImageSource::Ecr { .. } => false,
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

#[cfg(test)]
mod tests;
