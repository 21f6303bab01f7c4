//! After a cancel: the tags that were being written. The answer to a write may be lost although the tag
//! arrived, so each tag is read once.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::endpoints::Source;
use crate::run::context::Run;
use crate::run::record::{Record, Records};
use crate::run::tag_check::pushed;
use crate::run::verify::{judge, prove_arrived};
use transload_model::Digest;

/// How long the reads may take together: a person waits for the end of the cancel.
const READ_LIMIT: Duration = Duration::from_millis(900);

/// Looks once for every tag whose write was begun and not answered. What arrived is proved and counts;
/// the rest, and what cannot be read in time, is not finished.
pub(super) async fn find_open_writes(run: &Run<'_>, records: &Records<'_>) {
    let open: Vec<_> = records.open().filter(|record| record.has_open_write()).collect();
    let reads = open.iter().map(|record| find(run, record));
    if timeout(READ_LIMIT, join_all(reads)).await.is_err() {
        tracing::info!(images = open.len(), "tags could not be read in time after a cancel");
    }
}

async fn find(run: &Run<'_>, record: &Record<'_>) {
    let planned = record.planned;
    // The digest of an image that the Docker Engine repacks is known only from its response.
    let Some(wanted) = record.pushed_digest().or_else(|| record.source().0) else { return };
    let registry = run.destination.registry.as_ref();
    let head = registry.manifest_head(planned.repository.as_str(), planned.tag.as_str()).await;
    if !head.is_ok_and(|head| head.is_some_and(|head| head.digest == wanted)) {
        return;
    }
    if lacks_referrers(run) {
        arrived_without_referrers(run, record, wanted).await;
    } else {
        pushed(run, record, wanted);
        prove_arrived(run, record).await;
    }
}

/// Referrers are copied after the tag is written, and a cancel leaves them to a resume.
fn lacks_referrers(run: &Run<'_>) -> bool {
    run.plan.extent.referrers && matches!(run.source, Source::Registry(_))
}

/// The image arrived, and its referrers may be missing: it is not finished, and the report has the
/// digest that ECR holds.
async fn arrived_without_referrers(run: &Run<'_>, record: &Record<'_>, digest: Digest) {
    let planned = record.planned;
    pushed(run, record, digest.clone());
    let parts = record.parts();
    let image = run.destination.ecr.image(&planned.repository, &planned.tag, &parts).await;
    let held = image.ok().flatten();
    if let Some(held) = &held {
        record.found_parts(&held.parts);
    }
    let in_ecr = held.map(|held| held.image.digest);
    let (in_registry, (source, part_of)) = (Some(digest.clone()), record.source());
    let proof = judge(Some(&digest), (source.as_ref(), part_of.as_ref()), &in_registry, &in_ecr);
    record.found(in_registry, in_ecr, proof);
}
