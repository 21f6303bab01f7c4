//! Tests of a cancel while the tag of an image is being written: the report says whether the tag was
//! written.

use std::time::Duration;

use crate::outcome::{Headline, OutcomeCounts, Standing};
use crate::testing::crash::When;
use crate::testing::{World, request, results};

#[tokio::test]
async fn a_cancel_reports_whether_the_tag_in_progress_was_written() {
    // State of the write, whether referrers are copied, and whether a response arrives after all.
    for (when, referrers, is_answered, expected, standing) in [
        (When::Before, true, false, "Cancelled NotProved", Standing::NotFinished),
        (When::Before, false, false, "Cancelled NotProved", Standing::NotFinished),
        // Its referrers are copied on resume, so the image isn't finished.
        (When::After, true, false, "Cancelled Equal", Standing::NotFinished),
        (When::After, false, false, "Moved Equal", Standing::Equal),
        (When::Before, true, true, "Moved Equal", Standing::Equal),
        (When::After, true, true, "Moved Equal", Standing::Equal),
    ] {
        let what = format!("{when:?} {referrers} {is_answered}");
        let world = World::new();
        let sent = world.source.image("app", Some("1"), &["layer"]);
        let mut request = request("app", "app", &["1"]);
        request.extent.referrers = referrers;
        let plan = world.plan(&request).await;
        world.registry.crash.set("tag 1", when);
        let source = world.registry_source();
        let run = futures_util::future::join(world.run(&plan, &source), async {
            world.registry.crash.reached().await;
            world.control.cancel();
            if is_answered {
                world.registry.crash.release();
            }
        });
        let (report, ()) = tokio::time::timeout(Duration::from_secs(60), run).await.unwrap();
        assert!(report.cancelled, "{what}");
        assert_eq!(results(&report), [expected], "{what}");
        assert_eq!(Standing::of(&report.images[0]), standing, "{what}");
        let is_there = world.registry.held("app", "1").is_some();
        let is_reported = report.images[0].ecr_digest.as_ref() == Some(&sent);
        assert_eq!(is_reported, is_there, "{what}: the report says what ECR holds");
        assert_eq!(report.repositories_empty.is_empty(), is_there, "{what}");
        let is_finished = OutcomeCounts::of(&report.images).not_finished == 0;
        let headline = report.outcome().headline;
        assert_eq!(headline == Headline::Cancelled, !is_finished, "{what}: {headline:?}");
    }
}
