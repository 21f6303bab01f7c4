//! `undo`: takes away again what a migration brought, after showing it.

use std::io::{IsTerminal, Write};

use transload_api::Api;
use transload_api::contract::{
    ApiError, ErrorCode, ImageUndo, RepositoryUndo, TagLeft, TagUndo, UndoLeftReason, UndoPlan,
    UndoReport, UndoTotals,
};

use crate::arguments::UndoArguments;
use crate::show::{line, note, words};
use crate::{ARRIVED, INTERRUPTED, NOT_BEGUN, SOME_FAILED, migrations};

/// Shows what an undo would take away, asks, and does it.
pub async fn undo(api: &Api, arguments: &UndoArguments) -> Result<u8, ApiError> {
    let migration = migrations::named(api, &arguments.migration).await?;
    let plan = api.migration_undo_plan(migration).await?;
    if arguments.json && arguments.dry_run {
        line(&serde_json::to_string(&plan).unwrap_or_default());
    } else if !arguments.json {
        tell_plan(&plan);
    }
    let totals = plan.totals;
    if arguments.dry_run || is_nothing(&totals) {
        return Ok(ARRIVED);
    }
    if !arguments.yes && !confirmed()? {
        note("Nothing was changed.");
        return Ok(NOT_BEGUN);
    }
    let (stopped, undo) = (api.clone(), plan.undo.clone());
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            // One that is over already needs no stop.
            let _ = stopped.migration_undo_stop(undo).await;
        }
    });
    let report = api.migration_undo(plan.undo, |_| ()).await?;
    match arguments.json {
        true => line(&serde_json::to_string(&report).unwrap_or_default()),
        false => tell_report(&report),
    }
    let failed = report.left.iter().any(|left| matches!(left.why, UndoLeftReason::Failed { .. }));
    Ok(if report.cancelled {
        INTERRUPTED
    } else if failed {
        SOME_FAILED
    } else {
        ARRIVED
    })
}

fn is_nothing(totals: &UndoTotals) -> bool {
    let UndoTotals { tags_removed, tags_restored, images_deleted, repositories_deleted, .. } =
        totals;
    tags_removed + tags_restored + images_deleted + repositories_deleted == 0
}

/// Whether a person says yes.
fn confirmed() -> Result<bool, ApiError> {
    if !std::io::stdin().is_terminal() {
        let message = "An undo deletes in ECR, and nobody is at the terminal to confirm it.";
        return Err(ApiError::new(ErrorCode::InputInvalid, message)
            .hint("Look at it with --dry-run, and confirm it with --yes."));
    }
    let mut out = std::io::stderr();
    // A terminal that takes no text gives no answer either.
    let _ = write!(out, "Delete this for good? Type yes: ").and_then(|()| out.flush());
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    Ok(read.is_ok() && answer.trim().eq_ignore_ascii_case("yes"))
}

fn tell_plan(plan: &UndoPlan) {
    line(&format!("destination: {}", migrations::destination(&plan.destination)));
    for repository in &plan.repositories {
        let name = &repository.name;
        for tag in &repository.tags {
            let what = match &tag.action {
                TagUndo::Remove { image: ImageUndo::Goes } => "delete   ",
                TagUndo::Remove { .. } => "untag    ",
                TagUndo::Restore { .. } => "restore  ",
                TagUndo::Left { .. } => "leave    ",
            };
            let why = match &tag.action {
                TagUndo::Remove { image: ImageUndo::HasOtherTags } => {
                    "  its image has other tags".to_owned()
                }
                TagUndo::Remove { image: ImageUndo::BelowIndex } => {
                    "  its image belongs to an index that stays".to_owned()
                }
                TagUndo::Remove { image: ImageUndo::Goes } => String::new(),
                TagUndo::Restore { to } => format!("  to {to}"),
                TagUndo::Left { reason } => format!("  {}", left(reason)),
            };
            line(&format!("{what}{name}:{}{why}", tag.tag));
        }
        if repository.images_deleted > 0 {
            let images = repository.images_deleted;
            line(&format!("delete   {name}  {images} images below an index, or signatures"));
        }
        match repository.repository {
            RepositoryUndo::Delete => line(&format!("delete   {name}  the repository")),
            RepositoryUndo::Left { images } => {
                line(&format!("leave    {name}  it holds {images} other images"));
            }
            RepositoryUndo::Gone => line(&format!("leave    {name}  it is not there any more")),
            RepositoryUndo::WasThere => {}
        }
    }
    line(&sum(&plan.totals));
}

fn tell_report(report: &UndoReport) {
    for left_one in &report.left {
        let why = match &left_one.why {
            UndoLeftReason::Tag { reason } => left(reason).to_owned(),
            UndoLeftReason::Holds { images } => format!("it holds {images} other images"),
            UndoLeftReason::Failed { error } => words(error),
        };
        line(&format!("left     {}  {why}", left_one.name));
    }
    line(&format!("done: {}", sum(&report.totals)));
    if let Some(error) = &report.journal_error {
        note(&words(error));
    }
}

fn left(reason: &TagLeft) -> &'static str {
    match reason {
        TagLeft::Gone => "it is not there any more",
        TagLeft::PointsElsewhere { .. } => "it points to another image now",
        TagLeft::ImageWouldGo => "its image was there before, and would be deleted with it",
        TagLeft::EarlierImageGone { .. } => "the image that it pointed to before is gone",
        TagLeft::PushInterrupted => "a push was interrupted; resume the migration, then undo it",
    }
}

fn sum(totals: &UndoTotals) -> String {
    let UndoTotals { tags_removed, tags_restored, images_deleted, repositories_deleted, left } =
        totals;
    format!(
        "{tags_removed} tags removed, {tags_restored} restored, {images_deleted} images and \
         {repositories_deleted} repositories deleted, {left} left"
    )
}
