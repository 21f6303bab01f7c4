//! The notification at the end of a migration. `desktop` shows it if the window is in the background.

use tauri::{AppHandle, Runtime};
use tauri_plugin_notification::NotificationExt as _;
use transload_contract::{MigrationReport, ReportSummary};

pub(super) fn show<R: Runtime>(app: &AppHandle<R>, report: &MigrationReport) {
    let (title, body) = title_and_text(&report.summary);
    if let Err(error) = app.notification().builder().title(title).body(body).show() {
        tracing::info!(%error, "couldn't show a notification");
    }
}

/// Returns title and text: headline, counts and notes of the report.
fn title_and_text(summary: &ReportSummary) -> (&str, String) {
    let sentences = std::iter::once(&summary.text).chain(&summary.notes);
    (&summary.title, sentences.map(String::as_str).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests;
