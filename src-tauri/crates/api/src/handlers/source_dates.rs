//! Adds the push dates of its images to a request, so that the oldest image is pushed first.

use std::collections::HashSet;

use futures_util::{StreamExt, stream};
use transload_contract::ImageSource;
use transload_migration::MigrationRequest;

use crate::api::Api;
use crate::concurrency::MAX_CONCURRENT_SOURCE_READS;
use crate::open_source::{Lists, OpenRegistry, OpenSource};

/// The maximum number of pages of tags that are read for one repository.
const MAX_PAGES: usize = 50;

impl Api {
    /// Adds the dates of the tags to a request, if the source lists them and several images go to
    /// one repository. Without dates, the order of versions decides.
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
        stream::iter(lists).buffer_unordered(MAX_CONCURRENT_SOURCE_READS).collect::<()>().await;
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
