//! The notification at the end of a migration.

use tauri::{AppHandle, Runtime};
use tauri_plugin_notification::NotificationExt as _;
use transload_api::contract::{MigrationReport, ReportSummary};

pub(super) fn show<R: Runtime>(app: &AppHandle<R>, report: &MigrationReport) {
    let (title, body) = words(&report.summary);
    if let Err(error) = app.notification().builder().title(title).body(body).show() {
        tracing::info!(%error, "the desktop shows no notification");
    }
}

/// Title and text: the headline of the report, its counts, and what needs attention.
fn words(summary: &ReportSummary) -> (&str, String) {
    let sentences = std::iter::once(&summary.text).chain(&summary.notes);
    (&summary.title, sentences.map(String::as_str).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use transload_api::contract::{OutcomeCounts, SummaryStatus};

    use super::*;

    #[test]
    fn a_notification_says_what_the_report_says() {
        let summary = ReportSummary {
            status: SummaryStatus::Warning,
            title: "1 of 3 images failed".to_owned(),
            text: "3 images: 2 verified equal, 1 failed.".to_owned(),
            notes: vec!["2 temporary tags are still in the Docker Engine.".to_owned()],
            counts: OutcomeCounts::default(),
        };
        let (title, body) = words(&summary);
        assert_eq!(title, "1 of 3 images failed");
        assert_eq!(
            body,
            "3 images: 2 verified equal, 1 failed. 2 temporary tags are still in the Docker Engine."
        );
    }
}
