//! Tests of a cancel while the tag of an image is being written: the report says whether the tag was
//! written.

use std::time::Duration;

use crate::outcome::{Headline, OutcomeCounts, Standing};
use crate::testing::crash::CrashTiming;
use crate::testing::{TestMigration, request, results};

#[tokio::test]
async fn a_cancel_reports_whether_the_tag_in_progress_was_written() {
    // State of the write, whether referrers are copied, and whether a response arrives after all.
    for (when, referrers, is_answered, expected, standing) in [
        (CrashTiming::Before, true, false, "Cancelled NotProved", Standing::NotFinished),
        (CrashTiming::Before, false, false, "Cancelled NotProved", Standing::NotFinished),
        // Its referrers are copied on resume, so the image isn't finished.
        (CrashTiming::After, true, false, "Cancelled Equal", Standing::NotFinished),
        (CrashTiming::After, false, false, "Moved Equal", Standing::Equal),
        (CrashTiming::Before, true, true, "Moved Equal", Standing::Equal),
        (CrashTiming::After, true, true, "Moved Equal", Standing::Equal),
    ] {
        let what = format!("{when:?} {referrers} {is_answered}");
        let migration = TestMigration::new();
        let digest = migration.source.image("app", Some("1"), &["layer"]);
        let mut request = request("app", "app", &["1"]);
        request.extent.referrers = referrers;
        let plan = migration.plan(&request).await;
        migration.registry.crash.set("tag 1", when);
        let source = migration.registry_source();
        let run = futures_util::future::join(migration.run(&plan, &source), async {
            migration.registry.crash.reached().await;
            migration.control.cancel();
            if is_answered {
                migration.registry.crash.release();
            }
        });
        let (report, ()) = tokio::time::timeout(Duration::from_secs(60), run).await.unwrap();
        assert!(report.cancelled, "{what}");
        assert_eq!(results(&report), [expected], "{what}");
        assert_eq!(Standing::of(&report.images[0]), standing, "{what}");
        let is_written = migration.registry.digest("app", "1").is_some();
        let is_reported = report.images[0].ecr_digest.as_ref() == Some(&digest);
        assert_eq!(is_reported, is_written, "{what}: the report agrees with ECR");
        assert_eq!(report.repositories_empty.is_empty(), is_written, "{what}");
        let is_finished = OutcomeCounts::of(&report.images).not_finished == 0;
        let headline = report.outcome().headline;
        assert_eq!(headline == Headline::Cancelled, !is_finished, "{what}: {headline:?}");
    }
}
