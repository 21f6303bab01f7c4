//! The notification at the end of a migration.

use tauri::{AppHandle, Runtime};
use tauri_plugin_notification::NotificationExt as _;
use transload_api::contract::{ImageResult, MigrationOutcome, MigrationReport};

pub(super) fn show<R: Runtime>(app: &AppHandle<R>, report: &MigrationReport) {
    let results: Vec<_> = report.images.iter().map(|image| &image.result).collect();
    let (title, body) = words(report.outcome, &results);
    if let Err(error) = app.notification().builder().title(title).body(body).show() {
        tracing::info!(%error, "the desktop shows no notification");
    }
}

/// Title and text.
fn words(outcome: MigrationOutcome, results: &[&ImageResult]) -> (&'static str, String) {
    let title = match outcome {
        MigrationOutcome::Succeeded => "Every image is in ECR",
        MigrationOutcome::PartlyFailed => "Some images are in ECR, some are not",
        MigrationOutcome::Failed => "No image arrived in ECR",
        MigrationOutcome::Cancelled => "The migration was cancelled",
        MigrationOutcome::Interrupted => "The migration was not brought to its end",
    };
    let count =
        |wanted: fn(&ImageResult) -> bool| results.iter().filter(|result| wanted(result)).count();
    let parts = [
        (count(|result| matches!(result, ImageResult::Moved)), "moved"),
        (count(|result| matches!(result, ImageResult::Unchanged)), "there already"),
        (count(|result| matches!(result, ImageResult::Failed { .. })), "failed"),
        (count(|result| matches!(result, ImageResult::Cancelled)), "not finished"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts.map(|(count, what)| format!("{count} {what}")).collect();
    (title, format!("Images: {}.", parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_counts_what_became_of_the_images() {
        use ImageResult::{Cancelled, Moved, Unchanged};
        let results = [&Moved, &Moved, &Unchanged, &Cancelled];
        let (title, body) = words(MigrationOutcome::Cancelled, &results);
        assert_eq!(title, "The migration was cancelled");
        assert_eq!(body, "Images: 2 moved, 1 there already, 1 not finished.");
    }
}
