//! `cleanup`: what can be deleted from a repository, by class, and its deletion after a confirmation.

use transload_api::Api;
use transload_contract::{
    AwsConnection, CleanupClass, CleanupProposal, CleanupRules, DeletionReport, DeletionTarget,
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
    let change = "A clean-up deletes images in ECR";
    if !arguments.yes && !is_confirmed(change, "Delete permanently?", &arguments.repository)? {
        output::note("Nothing was deleted.");
        return Ok(REFUSED);
    }
    let report = delete(api, &connection, &arguments.repository, &found).await?;
    let (deleted, planned) = (report.deleted.images, report.planned.images);
    output::note(&format!("{deleted} of {planned} images deleted."));
    Ok(if report.stopped {
        INTERRUPTED
    } else if deleted == planned {
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
    let needed = class.needed_manifests(&details.rows);
    let unread: Vec<String> = needed.iter().map(ToString::to_string).collect();
    if !unread.is_empty() {
        if details.lifecycle.uses_pull_times && !arguments.read_manifests {
            let message = format!(
                "{} of {} must be read first, which ECR may count as pulls, and the lifecycle policy uses pull times.",
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
    let all = api.repository_cleanup(connection.clone(), name(), rules).await?;
    for error in &all.unknown {
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

/// Deletes the images of a proposal, with everything that belongs to them.
async fn delete(
    api: &Api,
    connection: &AwsConnection,
    repository: &str,
    found: &CleanupProposal,
) -> Result<DeletionReport, ApiError> {
    let target = DeletionTarget::Images {
        repository: repository.to_owned(),
        digests: found.images.iter().map(|image| image.digest.to_string()).collect(),
        class: Some(found.class),
    };
    let plan = api.deletion_plan(connection.clone(), target).await?;
    if let Some(unreadable) = plan.unreadable.into_iter().next() {
        return Err(unreadable.error);
    }
    let (canceller, deletion) = (api.clone(), plan.deletion.clone());
    on_interrupt(async move {
        // A deletion that already finished can't be stopped, which is fine.
        let _ = canceller.deletion_stop(deletion).await;
    });
    let report = api.deletion_run(plan.deletion, |_| {}).await?;
    if let Some(record) = &report.record {
        output::note(&format!("Recorded in {record}"));
        output::note(
            "To restore the images while ECR has their layers: transload-cli restore latest",
        );
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
