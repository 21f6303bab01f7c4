//! When the tags of a source were pushed, as its lists said. A plan pushes the oldest image first, and
//! only the lists of a source know the dates.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use futures_util::{StreamExt, stream};
use transload_contract::{ImageSource, SourceTag};
use transload_migration::MigrationRequest;

use crate::api::{Api, locked};
use crate::sources::{Lists, OpenRegistry, OpenSource};

/// Dates in memory, at most. Beyond that all are dropped and read again when they are needed.
const MAX_DATES: usize = 200_000;
/// Pages of tags that are read for the dates of one repository, at most.
const MAX_PAGES: usize = 50;
/// Repositories whose tags are listed at the same time.
const MAX_CONCURRENT_LISTS: usize = 6;

/// The dates that were listed so far, by source and repository.
#[derive(Default)]
pub(crate) struct SourceDates(Mutex<Dates>);

#[derive(Default)]
struct Dates {
    count: usize,
    repositories: HashMap<(String, String), HashMap<String, u64>>,
}

impl SourceDates {
    /// Keeps the dates of a page of tags.
    pub fn add(&self, source: &ImageSource, repository: &str, tags: &[SourceTag]) {
        let mut dates = locked(&self.0);
        if dates.count > MAX_DATES {
            *dates = Dates::default();
        }
        let Dates { count, repositories } = &mut *dates;
        let known = repositories.entry(key(source, repository)).or_default();
        for tag in tags {
            if let Some(updated_at_ms) = tag.updated_at_ms {
                let is_new = known.insert(tag.tag.clone(), updated_at_ms).is_none();
                *count += usize::from(is_new);
            }
        }
    }

    fn date(&self, source: &ImageSource, repository: &str, tag: &str) -> Option<u64> {
        let dates = locked(&self.0);
        dates.repositories.get(&key(source, repository))?.get(tag).copied()
    }
}

fn key(source: &ImageSource, repository: &str) -> (String, String) {
    (serde_json::to_string(source).unwrap_or_default(), repository.to_owned())
}

impl Api {
    /// Adds the dates of the tags to a request, where the lists of the source know them and several
    /// images go to one repository. Without a date the order of versions decides.
    pub(crate) async fn add_source_dates(
        &self,
        request: &mut MigrationRequest,
        shown: &ImageSource,
        source: &OpenSource,
    ) {
        let OpenSource::Registry(OpenRegistry { lists: Lists::Hub(_) | Lists::Ecr(_), .. }) =
            source
        else {
            return;
        };
        let (mut seen, mut shared) = (HashSet::new(), HashSet::new());
        for image in &request.images {
            if !seen.insert(&image.repository) {
                shared.insert(image.repository.clone());
            }
        }
        let dates = &self.inner.source_dates;
        let needed = || request.images.iter().filter(|image| shared.contains(&image.repository));
        let is_unknown = |image: &&transload_migration::RequestedImage| {
            dates.date(shown, &image.source_repository, image.tag.as_str()).is_none()
        };
        let unlisted: HashSet<String> =
            needed().filter(is_unknown).map(|image| image.source_repository.clone()).collect();
        let lists = unlisted.into_iter().map(|repository| self.list_dates(shown, repository));
        let lists: Vec<_> = lists.collect();
        stream::iter(lists).buffer_unordered(MAX_CONCURRENT_LISTS).collect::<()>().await;
        for image in &mut request.images {
            image.pushed_at_ms = dates.date(shown, &image.source_repository, image.tag.as_str());
        }
    }

    /// Lists the tags of a repository for their dates.
    async fn list_dates(&self, source: &ImageSource, repository: String) {
        let mut next = None;
        for _ in 0..MAX_PAGES {
            match self.source_tags(source.clone(), repository.clone(), next).await {
                Ok(page) => next = page.next,
                Err(error) => {
                    tracing::debug!(%repository, %error.message, "couldn't list the dates of tags");
                    return;
                }
            }
            if next.is_none() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(tag: &str, updated_at_ms: Option<u64>) -> SourceTag {
        SourceTag {
            tag: tag.to_owned(),
            digest: None,
            platforms: Vec::new(),
            size_bytes: None,
            updated_at_ms,
            pulled_at_ms: None,
            missing_platforms: None,
        }
    }

    #[test]
    fn dates_are_kept_by_source_and_repository() {
        let dates = SourceDates::default();
        let practice = ImageSource::PracticeAccount { namespace: None };
        dates.add(&practice, "app", &[tag("1", Some(5)), tag("2", None)]);
        dates.add(&practice, "app", &[tag("1", Some(7))]);
        assert_eq!(dates.date(&practice, "app", "1"), Some(7));
        assert_eq!(dates.date(&practice, "app", "2"), None);
        assert_eq!(dates.date(&practice, "web", "1"), None);
        assert_eq!(dates.date(&ImageSource::DockerEngine, "app", "1"), None);
        assert_eq!(locked(&dates.0).count, 1);
    }
}
