//! Repositories with so many images that they are computed for each page instead of stored. They can be listed, and have
//! no manifests.

use serde_json::{Value, json};

use super::paging::{Page, with_token};
use crate::clock::{epoch_seconds, now_millis};
use crate::context::ServerContext;
use crate::hash::digest_of;
use crate::store::error::StoreError;
use crate::store::state::Repository;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Images that are pushed per day.
const PER_DAY: u64 = 15;

/// Creates a repository with this number of images, or changes the number.
pub(crate) async fn create(
    context: &ServerContext,
    name: &str,
    images: u64,
) -> Result<(), StoreError> {
    let created = context.store.change(|state| {
        let repository = state.repositories.entry(name.to_owned()).or_insert_with(Repository::new);
        repository.generated_images = images;
        Ok(())
    });
    created.await
}

/// Returns a page of DescribeImages. All images are tagged and active.
pub(super) fn describe(context: &ServerContext, name: &str, images: u64, page: &Page) -> Value {
    let numbers = (0..images).map(|number| (format!("{number:08}"), number));
    let (found, token) = page.cut(numbers);
    let now = now_millis();
    let details = found.into_iter().map(|number| {
        let days = i64::try_from(number / PER_DAY).unwrap_or(i64::MAX / DAY_MILLIS);
        let mut detail = json!({
            "registryId": context.options.account_id,
            "repositoryName": name,
            "imageDigest": digest_of(format!("{name} {number}").as_bytes()),
            "imageTags": [format!("build-{number}")],
            "imageSizeInBytes": 50_000_000 + number,
            "imagePushedAt": epoch_seconds(now - days * DAY_MILLIS),
            "imageManifestMediaType": "application/vnd.oci.image.manifest.v1+json",
            "artifactMediaType": "application/vnd.oci.image.config.v1+json",
            "imageStatus": "ACTIVE",
        });
        // Every second image was pulled on the day of its push.
        if number % 2 == 0 {
            detail["lastRecordedPullTime"] = epoch_seconds(now - days * DAY_MILLIS);
        }
        detail
    });
    with_token(json!({ "imageDetails": details.collect::<Vec<_>>() }), token)
}
