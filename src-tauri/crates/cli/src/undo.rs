//! `undo`: deletes what a migration pushed to ECR, after showing it and asking for confirmation.

use transload_api::Api;
use transload_contract::{UndoLeftReason, UndoTotals};
use transload_errors::ApiError;

use crate::arguments::migration::UndoArguments;
use crate::confirmation::is_confirmed;
use crate::exit_code::{INTERRUPTED, PARTLY_FAILED, REFUSED, SUCCEEDED};
use crate::interrupt::on_interrupt;
use crate::output::{self, note};
use crate::{mfa, migration};

/// Prints what an undo would delete, asks for confirmation, and deletes it.
pub async fn undo(api: &Api, arguments: &UndoArguments) -> Result<u8, ApiError> {
    let migration = migration::resolve_id(api, &arguments.migration).await?;
    let connection = api.history_connection(&migration).await?;
    let planned = async || api.migration_undo_plan(migration.clone()).await;
    let plan = mfa::with_code_of(api, &connection, planned).await?;
    if arguments.json && arguments.dry_run {
        output::json(&plan);
    } else if !arguments.json {
        output::undo::print_plan(&plan);
    }
    if arguments.dry_run || is_nothing(&plan.totals) {
        return Ok(SUCCEEDED);
    }
    if !arguments.yes && !is_confirmed("Undo deletes images in ECR", "Delete permanently?", "yes")?
    {
        note("Nothing was deleted.");
        return Ok(REFUSED);
    }
    let (canceller, undo) = (api.clone(), plan.undo.clone());
    on_interrupt(async move {
        // An undo that already finished can't be stopped, which is fine.
        let _ = canceller.migration_undo_stop(undo).await;
    });
    let report = api.migration_undo(plan.undo, |_| ()).await?;
    match arguments.json {
        true => output::json(&report),
        false => output::undo::print_report(&report),
    }
    let failed = report.left.iter().any(|left| matches!(left.why, UndoLeftReason::Failed { .. }));
    Ok(if report.cancelled {
        INTERRUPTED
    } else if failed {
        PARTLY_FAILED
    } else {
        SUCCEEDED
    })
}

fn is_nothing(totals: &UndoTotals) -> bool {
    let UndoTotals { tags_removed, tags_restored, images_deleted, repositories_deleted, .. } =
        totals;
    tags_removed + tags_restored + images_deleted + repositories_deleted == 0
}
