//! `cleanup`: what can be deleted from a repository, by class, and its deletion after a confirmation.

use std::collections::{HashMap, HashSet};

use transload_api::Api;
use transload_contract::{
    AwsConnection, CleanupClass, CleanupProposal, CleanupRules, DeletionPlan, DeletionReport,
    DeletionTarget, ImageToDelete,
};
use transload_errors::{ApiError, ErrorCode};

use crate::arguments::repositories::CleanupArguments;
use crate::confirmation::is_confirmed;
use crate::exit_code::{DIFFERENT, INTERRUPTED, PARTLY_FAILED, REFUSED, SUCCEEDED};
use crate::interrupt::on_interrupt;
use crate::{aws_connection, mfa, output};

/// Images per call. Source: the maximum of `imageIds` of BatchGetImage.
const BATCH_SIZE: usize = 100;

/// Prints what a clean-up would delete. Without `--dry-run`, deletes it after a confirmation.
pub async fn cleanup(api: &Api, arguments: &CleanupArguments) -> Result<u8, ApiError> {
    let connection = aws_connection::from_account(&arguments.account);
    let propose = async || proposal(api, &connection, arguments).await;
    let found = mfa::with_code_of(api, &connection, propose).await?;
    match arguments.json {
        true => output::json(&found),
        false => output::cleanup::print(&arguments.repository, &found),
    }
    if found.images.is_empty() {
        return Ok(SUCCEEDED);
    }
    if arguments.dry_run {
        return Ok(DIFFERENT);
    }
    if found.deleted.is_empty() {
        let message =
            "Images with several tags are only listed, because deleting a tag frees nothing.";
        return Err(ApiError::new(ErrorCode::InputInvalid, message)
            .hint("To list them, add --dry-run. To delete a tag, open the image in the window."));
    }
    let plan = plan(api, &connection, &arguments.repository, &found).await?;
    let keeps_some = output::cleanup::print_kept_by_plan(&plan, &found);
    if plan.totals.images == 0 {
        output::note("Nothing was deleted.");
        return Ok(REFUSED);
    }
    let change = "A clean-up deletes images in ECR";
    if !arguments.yes && !is_confirmed(change, "Delete permanently?", &arguments.repository)? {
        output::note("Nothing was deleted.");
        return Ok(REFUSED);
    }
    let report = delete(api, plan.deletion).await?;
    let (deleted, planned) = (report.deleted.images, report.planned.images);
    output::note(&format!("{deleted} of {planned} images deleted."));
    Ok(if report.stopped {
        INTERRUPTED
    } else if deleted == planned && !keeps_some {
        SUCCEEDED
    } else {
        PARTLY_FAILED
    })
}

async fn proposal(
    api: &Api,
    connection: &AwsConnection,
    arguments: &CleanupArguments,
) -> Result<CleanupProposal, ApiError> {
    let name = || arguments.repository.clone();
    let class = CleanupClass::from(arguments.class);
    let details = api.repository_details(connection.clone(), name()).await?;
    let may_read = arguments.read_manifests || !details.lifecycle.uses_pull_times;
    let needed = match class {
        // Without them, indexes that weren't read are kept.
        CleanupClass::Unused if may_read => details.rows.unread_indexes.as_slice(),
        _ => class.needed_manifests(&details.rows),
    };
    let unread: Vec<String> = needed.iter().map(ToString::to_string).collect();
    if !unread.is_empty() {
        if !may_read {
            let why = match details.lifecycle.error {
                None => "the lifecycle policy uses pull times",
                Some(_) => "the lifecycle policy, which couldn't be read, may use pull times",
            };
            let message = format!(
                "{} of {} must be read first, which ECR may count as pulls, and {why}.",
                output::counted(unread.len() as u64, "manifest", "manifests"),
                arguments.repository
            );
            return Err(ApiError::new(ErrorCode::InputInvalid, message)
                .about(arguments.repository.as_str())
                .hint("To read the manifests nevertheless, add --read-manifests."));
        }
        for batch in unread.chunks(BATCH_SIZE) {
            api.repository_manifests_read(connection.clone(), name(), batch.to_vec()).await?;
        }
    }
    let mut rules = CleanupRules::default();
    if let Some(days) = arguments.unused_days {
        rules.unused_days = days;
    }
    if !arguments.protect.is_empty() {
        rules.protected_tags.clone_from(&arguments.protect);
    }
    rules.include_cached = arguments.include_cached;
    // What runs is known only after it was read.
    let used = api.repository_use(connection.clone(), name(), false).await?;
    let all = api.repository_cleanup(connection.clone(), name(), rules).await?;
    for error in used.error.iter().chain(&all.unknown) {
        output::warning(&format!(
            "Some images may have to be kept: {}",
            output::message_with_code(error)
        ));
    }
    let found = all.proposals.into_iter().find(|proposal| proposal.class == class);
    let found = found.ok_or_else(|| ApiError::internal("a class has no proposal".to_owned()))?;
    known(found, &arguments.repository)
}

/// Returns a proposal, or an error if it lacks manifests: an empty list would look as if there were nothing to delete.
fn known(found: CleanupProposal, repository: &str) -> Result<CleanupProposal, ApiError> {
    if found.unread_manifests == 0 {
        return Ok(found);
    }
    let manifests = output::counted(found.unread_manifests, "manifest", "manifests");
    let message = format!(
        "{manifests} of {repository} couldn't be read, and any image could belong to them, so nothing is proposed."
    );
    Err(ApiError::new(ErrorCode::ManifestsUnreadable, message).about(repository))
}

/// Plans the deletion of the images of a proposal, with everything that belongs to them.
async fn plan(
    api: &Api,
    connection: &AwsConnection,
    repository: &str,
    found: &CleanupProposal,
) -> Result<DeletionPlan, ApiError> {
    let target = DeletionTarget::Images {
        repository: repository.to_owned(),
        digests: found.images.iter().map(|image| image.digest.to_string()).collect(),
        class: Some(found.class),
    };
    let mut plan = api.deletion_plan(connection.clone(), target).await?;
    if let Some(unreadable) = plan.unreadable.pop() {
        return Err(unreadable.error);
    }
    for unread in &plan.unread {
        output::warning(&format!(
            "Indexes of {} weren't read, so images that only they list are kept: {}",
            unread.name,
            output::message_with_code(&unread.error)
        ));
    }
    for images in &plan.no_undo {
        output::warning(&output::deletions::no_undo_text(images));
    }
    ensure_shown(&plan, found, repository)?;
    Ok(plan)
}

/// Fails if a plan deletes something that the proposal doesn't show: an image, or a tag that an image got since.
fn ensure_shown(
    plan: &DeletionPlan,
    found: &CleanupProposal,
    repository: &str,
) -> Result<(), ApiError> {
    let shown: HashMap<_, &[String]> =
        found.images.iter().map(|image| (&image.digest, image.tags.as_slice())).collect();
    let parts: HashSet<_> = found.deleted.iter().collect();
    let is_shown = |image: &ImageToDelete| match shown.get(&image.digest) {
        Some(tags) => image.tags.iter().all(|tag| tags.contains(tag)),
        None => parts.contains(&image.digest),
    };
    if plan.repositories.iter().flat_map(|one| &one.images).all(is_shown) {
        return Ok(());
    }
    let message = format!("Images of {repository} changed while the clean-up was proposed.");
    Err(ApiError::new(ErrorCode::ReviewUnknown, message)
        .about(repository)
        .hint("Run the command again to see what exists now."))
}

/// Carries out a planned deletion.
async fn delete(api: &Api, deletion: String) -> Result<DeletionReport, ApiError> {
    let (canceller, stopped) = (api.clone(), deletion.clone());
    on_interrupt(async move {
        // A deletion that already finished can't be stopped, which is fine.
        let _ = canceller.deletion_stop(stopped).await;
    });
    let report = api.deletion_run(deletion, |_| {}).await?;
    if let Some(record) = &report.record {
        output::note(&format!("Recorded in {record}"));
        let without_undo: u32 = report.no_undo.iter().map(|images| images.images).sum();
        if without_undo < report.planned.images {
            output::note(
                "To restore the images while ECR has their layers: transload-cli restore latest",
            );
        }
    }
    for deletion in &report.repositories {
        for kept in &deletion.left {
            let reason = output::message_with_code(&kept.error);
            output::warning(&format!("{} was kept: {reason}", kept.digest));
        }
        if let Some(error) = &deletion.error {
            output::warning(&output::message_with_code(error));
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
