//! The plan and the result of `undo`.

use transload_contract::{
    ImageUndo, RepositoryUndo, TagLeftReason, TagUndo, UndoLeftReason, UndoPlan, UndoReport,
    UndoTotals,
};

use crate::output::{counted, line, message_with_code, note, plan};

/// Prints what an undo would delete, restore and leave.
pub fn print_plan(undo: &UndoPlan) {
    line(&plan::destination(&undo.destination));
    for repository in &undo.repositories {
        let name = &repository.name;
        for tag in &repository.tags {
            line(&tag_line(name, tag.tag.as_str(), &tag.action));
        }
        if repository.images_deleted > 0 {
            let images = counted(repository.images_deleted, "image", "images");
            line(&format!("delete   {name}  {images} below an index, or signatures"));
        }
        match repository.repository {
            RepositoryUndo::Delete => line(&format!("delete   {name}  the repository")),
            RepositoryUndo::Left { images } => {
                let images = counted(images, "other image", "other images");
                line(&format!("leave    {name}  contains {images}"));
            }
            RepositoryUndo::Gone => line(&format!("leave    {name}  no longer exists")),
            RepositoryUndo::WasThere => {}
        }
    }
    line(&totals_line(&undo.totals));
}

/// Prints the result of an undo.
pub fn print_report(report: &UndoReport) {
    for item in &report.left {
        let reason = match &item.why {
            UndoLeftReason::Tag { reason } => left_reason(reason).to_owned(),
            UndoLeftReason::Holds { images } => {
                format!("contains {}", counted(*images, "other image", "other images"))
            }
            UndoLeftReason::Failed { error } => message_with_code(error),
        };
        line(&format!("left     {}  {reason}", item.name));
    }
    line(&format!("finished: {}", totals_line(&report.totals)));
    if let Some(error) = &report.journal_error {
        note(&message_with_code(error));
    }
}

fn tag_line(repository: &str, tag: &str, action: &TagUndo) -> String {
    let name = format!("{repository}:{tag}");
    match action {
        TagUndo::Remove { image: ImageUndo::Goes } => format!("delete   {name}"),
        TagUndo::Remove { image: ImageUndo::HasOtherTags } => {
            format!("untag    {name}  its image has other tags")
        }
        TagUndo::Restore { to } => format!("restore  {name}  to {to}"),
        TagUndo::Left { reason } => format!("leave    {name}  {}", left_reason(reason)),
    }
}

fn left_reason(reason: &TagLeftReason) -> &'static str {
    match reason {
        TagLeftReason::Gone => "no longer exists",
        TagLeftReason::PointsElsewhere { .. } => "now points to another image",
        TagLeftReason::ImageWouldGo => "its image existed before and would be deleted with the tag",
        TagLeftReason::BelowIndex => "the last tag of an image that an index contains",
        TagLeftReason::EarlierImageGone { .. } => "its previous image no longer exists",
        TagLeftReason::PushInterrupted => {
            "a push was interrupted; resume the migration, then undo it"
        }
    }
}

fn totals_line(totals: &UndoTotals) -> String {
    let UndoTotals { tags_removed, tags_restored, images_deleted, repositories_deleted, left } =
        totals;
    format!(
        "{} removed, {tags_restored} restored, {} and {} deleted, {left} left",
        counted(*tags_removed, "tag", "tags"),
        counted(*images_deleted, "image", "images"),
        counted(*repositories_deleted, "repository", "repositories")
    )
}
