//! The text of the notification.

use transload_contract::{OutcomeCounts, SummaryStatus};

use super::*;

#[test]
fn a_notification_shows_the_summary_of_the_report() {
    let summary = ReportSummary {
        status: SummaryStatus::Warning,
        title: "1 of 3 images failed".to_owned(),
        text: "3 images: 2 verified equal, 1 failed.".to_owned(),
        notes: vec!["2 temporary tags are still in the Docker Engine.".to_owned()],
        counts: OutcomeCounts::default(),
    };
    let (title, body) = title_and_text(&summary);
    assert_eq!(title, "1 of 3 images failed");
    assert_eq!(
        body,
        "3 images: 2 verified equal, 1 failed. 2 temporary tags are still in the Docker Engine."
    );
}
