//! `undo`: deletes what a migration pushed to ECR, after showing it and asking for confirmation.

use std::io::{IsTerminal, Write};

use transload_api::Api;
use transload_contract::{UndoLeftReason, UndoTotals};
use transload_errors::{ApiError, ErrorCode};

use crate::arguments::migration::UndoArguments;
use crate::exit_code::{INTERRUPTED, PARTLY_FAILED, REFUSED, SUCCEEDED};
use crate::migration;
use crate::output::{self, note};

/// Prints what an undo would delete, asks for confirmation, and deletes it.
pub async fn undo(api: &Api, arguments: &UndoArguments) -> Result<u8, ApiError> {
    let migration = migration::resolve_id(api, &arguments.migration).await?;
    let plan = api.migration_undo_plan(migration).await?;
    if arguments.json && arguments.dry_run {
        output::json(&plan);
    } else if !arguments.json {
        output::undo::print_plan(&plan);
    }
    if arguments.dry_run || is_nothing(&plan.totals) {
        return Ok(SUCCEEDED);
    }
    if !arguments.yes && !is_confirmed()? {
        note("Nothing was deleted.");
        return Ok(REFUSED);
    }
    let (canceller, undo) = (api.clone(), plan.undo.clone());
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            // An undo that already finished can't be cancelled, which is fine.
            let _ = canceller.migration_undo_stop(undo).await;
        }
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

fn is_confirmed() -> Result<bool, ApiError> {
    if !std::io::stdin().is_terminal() {
        let message =
            "Undo deletes images in ECR and needs a confirmation, but there is no terminal.";
        return Err(ApiError::new(ErrorCode::InputInvalid, message)
            .hint("Review the changes with --dry-run, then confirm them with --yes."));
    }
    let mut stderr = std::io::stderr();
    // If the question can't be printed, the answer isn't "yes" either.
    let _ =
        write!(stderr, "Delete permanently? Type yes to confirm: ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    Ok(read.is_ok() && answer.trim().eq_ignore_ascii_case("yes"))
}
