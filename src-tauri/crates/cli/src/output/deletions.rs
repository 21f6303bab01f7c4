//! The results of `deletions` and `restore`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use indicatif::HumanDuration;
use transload_contract::{
    ChangeOutcome, DeletionEntry, ImageChange, ImageChangeKind, NoUndo, NoUndoReason,
    NotRestorableReason, RestorePlan, RestoreReport, RestoreTotals, Restored,
};

use crate::output::{counted, line, message_with_code, plan};

/// Prints an entry of the history of deletions.
pub fn print_entry(entry: &DeletionEntry) {
    let repositories = entry.repositories.join(", ");
    let what = entry.error.as_ref().map_or_else(|| deleted_text(entry), message_with_code);
    let restored = entry.restored.as_ref().map(restored_text).unwrap_or_default();
    line(&format!(
        "{}  {} ago  {repositories}  {what}{restored}",
        entry.deletion,
        HumanDuration(since(entry.started_at_ms))
    ));
    for images in &entry.no_undo {
        line(&format!("    {}", no_undo_text(images)));
    }
}

/// What was restored of a deletion, and what remains.
fn restored_text(restored: &Restored) -> String {
    let Some(all) = restored.restored else {
        let state = if restored.running { "running" } else { "unknown, check the registry" };
        return format!("  restored: {state}");
    };
    let at_least = if restored.at_least { "at least " } else { "" };
    let remaining = match restored.remaining {
        RestoreTotals { images: 0, tags: 0 } => String::new(),
        remaining => format!(", {} remaining", totals(remaining)),
    };
    format!("  restored: {at_least}{}{remaining}", totals(all))
}

/// Why deleted images can't be restored.
pub fn no_undo_text(NoUndo { images, why }: &NoUndo) -> String {
    let why = match why {
        NoUndoReason::Repository => "their layers are deleted with the repository".to_owned(),
        NoUndoReason::Denied { action: Some(action) } => {
            format!("their manifests can't be read without the permission {action}")
        }
        NoUndoReason::Denied { action: None } => {
            "their manifests can't be read without a permission".to_owned()
        }
        NoUndoReason::Archived => {
            "ECR can't return their manifests and layers from the archive".to_owned()
        }
        NoUndoReason::PartMissing => {
            "they are indexes of images that the repository lacks".to_owned()
        }
        NoUndoReason::Unread => "their manifests couldn't be read".to_owned(),
    };
    format!("no undo for {}: {why}", counted(*images, "image", "images"))
}

/// Prints a change of tags or of the storage of images.
pub fn print_change(change: &ImageChange) {
    let ago = HumanDuration(since(change.changed_at_ms));
    let text = change_text(&change.change);
    let text = match change.outcome {
        ChangeOutcome::Made => text,
        ChangeOutcome::Running => format!("running: {text}"),
        ChangeOutcome::Unknown => format!("unknown, check the registry: {text}"),
    };
    line(&format!("{ago} ago  {}  {text}", change.repository));
}

fn change_text(change: &ImageChangeKind) -> String {
    let moved = |done: &str, images: u64, refused: u64| match refused {
        0 => format!("{} {done}", counted(images, "image", "images")),
        _ => format!("{images} of {} {done}", counted(images + refused, "image", "images")),
    };
    match change {
        ImageChangeKind::TagAdded { tag, digest } => format!("tag {tag} added to {digest}"),
        ImageChangeKind::TagMoved { tag, from, to } => {
            format!("tag {tag} moved from {from} to {to}")
        }
        ImageChangeKind::TagRemoved { tag, digest } => format!("tag {tag} removed from {digest}"),
        ImageChangeKind::Archived { images, refused } => moved("archived", *images, *refused),
        ImageChangeKind::Restored { images, refused } => {
            moved("restored from the archive", *images, *refused)
        }
    }
}

fn since(at_ms: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(Duration::from_millis(at_ms))
}

/// What a deletion deleted: images with their tags, or only tags.
fn deleted_text(entry: &DeletionEntry) -> String {
    let is_of_tags = entry.planned.images == 0 && entry.planned.tags > 0;
    let count = |of: u32| match is_of_tags {
        true => counted(of, "tag", "tags"),
        false => counted(of, "image", "images"),
    };
    let totals = |totals: transload_contract::DeletionTotals| match is_of_tags {
        true => totals.tags,
        false => totals.images,
    };
    let planned = totals(entry.planned);
    let Some(deleted) = entry.deleted else {
        if entry.running {
            return format!("running: {} to delete", count(planned));
        }
        return format!("interrupted: up to {} deleted", count(planned));
    };
    let stopped = if entry.stopped { " (stopped)" } else { "" };
    match totals(deleted) {
        all if all == planned => format!("{} deleted{stopped}", count(planned)),
        some => format!("{some} of {} deleted{stopped}", count(planned)),
    }
}

/// Prints what can be restored, and why the rest can't be.
pub fn print_plan(restore: &RestorePlan) {
    line(&plan::destination(&restore.destination));
    for repository in &restore.repositories {
        let name = &repository.name;
        for image in &repository.images {
            let (digest, tags) = (&image.digest, image.tags.join(", "));
            line(&match (image.exists, tags.is_empty()) {
                (true, _) => format!("tag      {name}  {digest}  {tags}"),
                (false, true) => format!("restore  {name}  {digest}  untagged"),
                (false, false) => format!("restore  {name}  {digest}  {tags}"),
            });
        }
        for left in &repository.left {
            line(&format!("leave    {name}  {}  {}", left.digest, reason(&left.why)));
        }
    }
    let left =
        restore.repositories.iter().map(|repository| repository.left.len() as u64).sum::<u64>();
    line(&format!("{} can be restored, {left} left", totals(restore.totals)));
}

fn reason(why: &NotRestorableReason) -> String {
    match why {
        NotRestorableReason::RepositoryMissing => {
            "the repository no longer exists, and its layers are deleted with it".to_owned()
        }
        NotRestorableReason::ManifestNotKept => {
            "its manifest wasn't read before the deletion, or can't be read now".to_owned()
        }
        NotRestorableReason::LayersGone { count } => format!("ECR deleted {count} of its layers"),
        NotRestorableReason::PartGone { digest } => format!("its part {digest} can't be restored"),
        NotRestorableReason::TagTaken { tag } => {
            format!("the tag {tag} points to another image now; the image is restored without it")
        }
    }
}

/// Prints the result of a restore.
pub fn print_report(report: &RestoreReport) {
    for failed in &report.failed {
        let error = message_with_code(&failed.error);
        line(&format!("FAILED   {}  {}  {error}", failed.repository, failed.digest));
    }
    line(&format!("finished: {} restored", totals_of(report.restored, report.planned)));
}

/// `2 images and 1 tag`.
fn totals(totals: RestoreTotals) -> String {
    let images = counted(totals.images, "image", "images");
    let tags = counted(totals.tags, "tag", "tags");
    match totals {
        RestoreTotals { tags: 0, .. } => images,
        RestoreTotals { images: 0, .. } => tags,
        RestoreTotals { .. } => format!("{images} and {tags}"),
    }
}

/// `1 of 2 images and 0 of 1 tag`.
fn totals_of(done: RestoreTotals, planned: RestoreTotals) -> String {
    let images = format!("{} of {}", done.images, counted(planned.images, "image", "images"));
    let tags = format!("{} of {}", done.tags, counted(planned.tags, "tag", "tags"));
    match planned {
        RestoreTotals { tags: 0, .. } => images,
        RestoreTotals { images: 0, .. } => tags,
        RestoreTotals { .. } => format!("{images} and {tags}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_why_images_have_no_undo_names_the_permission() {
        let action = || Some("ecr:BatchGetImage".to_owned());
        for (images, why, text) in [
            (
                1,
                NoUndoReason::Denied { action: action() },
                "no undo for 1 image: their manifests can't be read without the permission ecr:BatchGetImage",
            ),
            (
                2,
                NoUndoReason::Archived,
                "no undo for 2 images: ECR can't return their manifests and layers from the archive",
            ),
            (
                2,
                NoUndoReason::PartMissing,
                "no undo for 2 images: they are indexes of images that the repository lacks",
            ),
            (
                3,
                NoUndoReason::Repository,
                "no undo for 3 images: their layers are deleted with the repository",
            ),
        ] {
            assert_eq!(no_undo_text(&NoUndo { images, why }), text);
        }
    }

    #[test]
    fn images_and_tags_are_counted_each_with_their_word() {
        for (images, tags, text, of_text) in [
            (1, 0, "1 image", "0 of 1 image"),
            (0, 1, "1 tag", "0 of 1 tag"),
            (2, 1, "2 images and 1 tag", "0 of 2 images and 0 of 1 tag"),
            (0, 2, "2 tags", "0 of 2 tags"),
        ] {
            let planned = RestoreTotals { images, tags };
            assert_eq!(totals(planned), text);
            assert_eq!(totals_of(RestoreTotals::default(), planned), of_text);
        }
    }
}
