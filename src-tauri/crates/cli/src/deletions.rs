//! `deletions` and `restore`: the deletions that this computer ran, and their undo.

use transload_api::Api;
use transload_contract::{RestoreReport, RestoreTotals};
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

/// Prints the changes of tags and of the storage of images of this computer, newest first.
pub async fn changes(api: &Api, json: bool) -> Result<u8, ApiError> {
    for change in api.image_changes().await? {
        match json {
            true => output::json(&change),
            false => output::deletions::print_change(&change),
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
    let left = plan.repositories.iter().map(|repository| repository.left.len()).sum();
    Ok(exit_code(&report, left))
}

/// Returns the exit code of a restore. `left` is the number of images and tags that the plan left.
fn exit_code(report: &RestoreReport, left: usize) -> u8 {
    let is_whole = report.restored == report.planned && report.failed.is_empty() && left == 0;
    match (report.stopped, is_whole) {
        (true, _) => INTERRUPTED,
        (false, true) => SUCCEEDED,
        (false, false) => PARTLY_FAILED,
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_exit_code_of_a_restore_says_whether_everything_was_restored() {
        let all = RestoreTotals { images: 2, tags: 1 };
        let (fewer_images, fewer_tags) =
            (RestoreTotals { images: 1, ..all }, RestoreTotals { tags: 0, ..all });
        // What was restored, how many failed and were left, whether it was stopped, and the exit code.
        for (restored, failed, left, stopped, code) in [
            (all, 0, 0, false, SUCCEEDED),
            (fewer_images, 0, 0, false, PARTLY_FAILED),
            (fewer_tags, 0, 0, false, PARTLY_FAILED),
            (all, 1, 0, false, PARTLY_FAILED),
            (all, 0, 1, false, PARTLY_FAILED),
            (fewer_images, 0, 0, true, INTERRUPTED),
        ] {
            let one = json!({
                "repository": "app",
                "digest": format!("sha256:{}", "0".repeat(64)),
                "error": ApiError::internal("refused"),
            });
            let failed =
                (0..failed).map(|_| serde_json::from_value(one.clone()).unwrap()).collect();
            let report = RestoreReport { planned: all, restored, failed, stopped };
            assert_eq!(exit_code(&report, left), code, "{report:?}, {left} left");
        }
    }
}
