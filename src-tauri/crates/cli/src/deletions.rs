//! `deletions` and `restore`: the deletions that this computer ran, and their undo.

use transload_api::Api;
use transload_contract::RestoreTotals;
use transload_errors::{ApiError, ErrorCode};

use crate::arguments::repositories::RestoreArguments;
use crate::confirmation::is_confirmed;
use crate::exit_code::{INTERRUPTED, PARTLY_FAILED, REFUSED, SUCCEEDED};
use crate::interrupt::on_interrupt;
use crate::mfa;
use crate::output::{self, note};

/// Prints the deletions of images and tags of this computer, newest first.
pub async fn deletions(api: &Api, json: bool) -> Result<u8, ApiError> {
    for entry in api.deletion_history().await? {
        match json {
            true => output::json(&entry),
            false => output::deletions::print_entry(&entry),
        }
    }
    Ok(SUCCEEDED)
}

/// Prints what of a deletion can be restored, asks for confirmation, and restores it.
pub async fn restore(api: &Api, arguments: &RestoreArguments) -> Result<u8, ApiError> {
    let deletion = resolve_id(api, &arguments.deletion).await?;
    let connection = api.deletion_connection(deletion.clone()).await?;
    let planned = async || api.restore_plan(deletion.clone()).await;
    let plan = mfa::with_code_of(api, &connection, planned).await?;
    if arguments.json && arguments.dry_run {
        output::json(&plan);
    } else if !arguments.json {
        output::deletions::print_plan(&plan);
    }
    if arguments.dry_run {
        return Ok(SUCCEEDED);
    }
    if plan.totals == RestoreTotals::default() {
        note("Nothing was restored.");
        return Ok(REFUSED);
    }
    if !arguments.yes && !is_confirmed("A restore pushes images to ECR", "Restore?", "yes")? {
        note("Nothing was restored.");
        return Ok(REFUSED);
    }
    let (canceller, restore) = (api.clone(), plan.restore.clone());
    on_interrupt(async move {
        // A restore that already finished can't be stopped, which is fine.
        let _ = canceller.restore_stop(restore).await;
    });
    let report = api.restore_run(plan.restore, |_| ()).await?;
    match arguments.json {
        true => output::json(&report),
        false => output::deletions::print_report(&report),
    }
    let is_whole = report.restored == report.planned
        && report.failed.is_empty()
        && plan.repositories.iter().all(|repository| repository.left.is_empty());
    Ok(if report.stopped {
        INTERRUPTED
    } else if is_whole {
        SUCCEEDED
    } else {
        PARTLY_FAILED
    })
}

/// Returns the ID of a deletion. `latest` is the newest one.
async fn resolve_id(api: &Api, deletion: &str) -> Result<String, ApiError> {
    if deletion != "latest" {
        return Ok(deletion.to_owned());
    }
    let newest = api.deletion_history().await?.into_iter().next();
    newest.map(|entry| entry.deletion).ok_or_else(|| {
        let message = "Nothing was deleted with Transload on this computer yet.";
        ApiError::new(ErrorCode::DeletionUnknown, message)
    })
}
