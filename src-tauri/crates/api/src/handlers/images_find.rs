//! Finding an image by tag or digest in all repositories, in the lists on disk. Makes no call to ECR.

use std::ops::ControlFlow;

use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};
use transload_contract::{AwsConnection, FoundImage, FoundImages};
use transload_errors::ApiError;
use transload_manifest_cache::StoredImage;

use super::explorer::blocking;
use super::registry_contents::scope_of;
use crate::api::Api;

/// The maximum number of images that are found by tag, and by digest.
const MAX_FOUND: usize = 500;

impl Api {
    /// Returns images with a tag that contains the text or a digest that begins with it, as they were last listed. Reports
    /// the first one at once, and again when there are twice as many. Can be cancelled: `attempt` is a name that the
    /// caller makes up. Returns `None` then.
    pub async fn images_find(
        &self,
        connection: AwsConnection,
        text: String,
        attempt: String,
        report: impl Fn(FoundImages) + Send + Sync,
    ) -> Result<Option<FoundImages>, ApiError> {
        let find = self.find_images(&connection, text, report);
        Ok(self.inner.cancellable_calls.run(attempt, find).await.transpose()?.flatten())
    }

    /// Cancels a search. Does nothing if it already finished.
    pub async fn images_find_stop(&self, attempt: String) -> Result<(), ApiError> {
        self.inner.cancellable_calls.stop(&attempt);
        Ok(())
    }

    async fn find_images(
        &self,
        connection: &AwsConnection,
        text: String,
        report: impl Fn(FoundImages),
    ) -> Result<Option<FoundImages>, ApiError> {
        let connected = self.connect(connection).await?;
        let host = connected.destination.host().to_string();
        let (lists, registry) = (self.image_lists(), scope_of(&connected));
        let cancelled = CancellationToken::new();
        // Cancels the search when the caller drops this call.
        let _guard: DropGuard = cancelled.clone().drop_guard();
        let (news, mut reported) = watch::channel(Vec::new());
        let search = blocking(move || {
            let mut next_report = 1;
            lists.find(&registry, &text, MAX_FOUND, |found| {
                if cancelled.is_cancelled() {
                    return ControlFlow::Break(());
                }
                if found.len() >= next_report {
                    next_report = found.len() * 2;
                    news.send_replace(found.to_vec());
                }
                ControlFlow::Continue(())
            })
        });
        let reports = async {
            while reported.changed().await.is_ok() {
                let images = reported.borrow_and_update().clone();
                report(FoundImages { images: found_images(images, &host), has_more: true });
            }
        };
        let (found, ()) = tokio::join!(search, reports);
        Ok(found?.map(|found| FoundImages {
            has_more: found.has_more,
            images: found_images(found.images, &host),
        }))
    }
}

fn found_images(stored: Vec<StoredImage>, host: &str) -> Vec<FoundImage> {
    stored.into_iter().map(|stored| found_image(stored, host)).collect()
}

fn found_image(stored: StoredImage, host: &str) -> FoundImage {
    let StoredImage { repository, image, listed_at_ms } = stored;
    FoundImage {
        uri: format!("{host}/{repository}"),
        repository,
        digest: image.digest.to_string(),
        tags: image.tags.iter().map(ToString::to_string).collect(),
        size_bytes: image.size_bytes,
        pushed_at_ms: image.pushed_at_ms,
        pulled_at_ms: image.pulled_at_ms,
        is_archived: image.is_archived,
        listed_at_ms,
    }
}
