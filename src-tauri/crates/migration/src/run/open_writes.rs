//! Checks, after a cancel, the tags that were being written. The response to a write may be lost although
//! ECR wrote the tag, so each tag is read once.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::endpoints::Source;
use crate::run::context::Run;
use crate::run::record::{ImageRecord, ImageRecords};
use crate::run::tag_check::pushed;
use crate::run::verify::{judge, verify_after_push};
use transload_model::Digest;

/// Time limit for all reads: the user waits for the cancel to finish.
const READ_LIMIT: Duration = Duration::from_millis(900);

/// Reads each tag whose write was started and has no response. An image that was written is verified
/// and counts. Any other image, also if its tag can't be read in time, stays unfinished.
pub(super) async fn find_open_writes(run: &Run<'_>, records: &ImageRecords<'_>) {
    let open: Vec<_> = records.open().filter(|record| record.has_open_write()).collect();
    let reads = open.iter().map(|record| check_tag(run, record));
    if timeout(READ_LIMIT, join_all(reads)).await.is_err() {
        tracing::info!(images = open.len(), "tags could not be read in time after a cancel");
    }
}

async fn check_tag(run: &Run<'_>, record: &ImageRecord<'_>) {
    let planned = record.planned;
    // The digest of an image that the Docker Engine repacks is known only from its response.
    let Some(expected) = record.pushed_digest().or_else(|| record.source().0) else { return };
    let registry = run.destination.registry.as_ref();
    let head = registry.manifest_head(planned.repository.as_str(), planned.tag.as_str()).await;
    if !head.is_ok_and(|head| head.is_some_and(|head| head.digest == expected)) {
        return;
    }
    if lacks_referrers(run) {
        arrived_without_referrers(run, record, expected).await;
    } else {
        pushed(run, record, expected);
        verify_after_push(run, record).await;
    }
}

/// Whether referrers may be missing: they are copied after the tag is written, so after a cancel
/// a resume copies them.
fn lacks_referrers(run: &Run<'_>) -> bool {
    run.plan.extent.referrers && matches!(run.source, Source::Registry(_))
}

/// Records an image that was written, and whose referrers may be missing. The image stays unfinished,
/// and the report contains the digest that ECR has.
async fn arrived_without_referrers(run: &Run<'_>, record: &ImageRecord<'_>, digest: Digest) {
    let planned = record.planned;
    pushed(run, record, digest.clone());
    let parts = record.parts();
    let image = run.destination.ecr.image(&planned.repository, &planned.tag, &parts).await;
    let tagged_image = image.ok().flatten();
    if let Some(tagged_image) = &tagged_image {
        record.found_parts(&tagged_image.parts);
    }
    let in_ecr = tagged_image.map(|tagged_image| tagged_image.image.digest);
    let (in_registry, (source, part_of)) = (Some(digest.clone()), record.source());
    let proof = judge(Some(&digest), (source.as_ref(), part_of.as_ref()), &in_registry, &in_ecr);
    record.found(in_registry, in_ecr, proof);
}
