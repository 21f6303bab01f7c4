//! Reports of parts are joined, or refused.

use transload_contract::{ImageStanding, SummaryStatus};

use super::*;
use crate::export::tests::report;

/// A change to the report of a part.
type Change = fn(&mut MigrationReport);

/// The report of one of three parts; each has one image of the plan.
fn part(number: u32) -> NamedReport {
    let mut report = report();
    report.images.truncate(1);
    report.images[0].image = number - 1;
    report.job = format!("migration-{number}");
    report.started_at_ms += u64::from(number) * 10_000;
    report.part = Some(ReportPart {
        plan: "sha256:aa".to_owned(),
        part: Some(number),
        parts: 3,
        plan_images: 3,
    });
    summarize(&mut report, RunEnd::Completed);
    NamedReport { file: format!("part-{number}.json"), report }
}

fn changed(number: u32, change: Change) -> NamedReport {
    let mut named = part(number);
    change(&mut named.report);
    named
}

#[test]
fn all_parts_become_one_report_in_any_order() {
    for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] {
        let whole = merged_report(order.map(part).into()).unwrap();
        assert_eq!(whole.outcome, MigrationOutcome::Succeeded);
        assert_eq!(whole.summary.title, "3 of 3 images copied and verified");
        assert_eq!(whole.summary.counts.images, 3);
        let numbers: Vec<_> = whole.images.iter().map(|image| image.image).collect();
        assert_eq!(numbers, [0, 1, 2]);
        assert_eq!((whole.sent_bytes, whole.elapsed_ms), (Some(30), 21_500));
        assert_eq!(whole.repositories_created, ["pgcli"], "shared by the parts, listed once");
        let merged = whole.part.unwrap();
        assert_eq!((merged.part, merged.parts), (None, 3));
        assert!(whole.missing_parts.is_empty());
    }
}

#[test]
fn missing_parts_are_named_and_are_never_a_success() {
    for (given, missing, title) in [
        (vec![1, 2], vec![3], "Incomplete: part 3 of 3 is missing"),
        (vec![2], vec![1, 3], "Incomplete: parts 1, 3 of 3 are missing"),
    ] {
        let whole = merged_report(given.iter().map(|number| part(*number)).collect()).unwrap();
        assert_eq!(whole.outcome, MigrationOutcome::Incomplete);
        assert_eq!(whole.summary.title, title);
        assert_eq!(whole.summary.status, SummaryStatus::Error);
        let unknown = u32::try_from(missing.len()).unwrap();
        assert_eq!(whole.summary.counts.unknown, unknown, "{:?}", whole.summary);
        assert_eq!(whole.summary.counts.images, 3);
        assert_eq!(whole.missing_parts, missing);
    }
}

#[test]
fn parts_that_do_not_belong_together_are_refused_with_what_differs() {
    let changes: [(&str, Change); 12] = [
        ("different plan", |report| report.part.as_mut().unwrap().plan = "sha256:bb".to_owned()),
        ("different number of parts", |report| report.part.as_mut().unwrap().parts = 4),
        ("different number of images", |report| report.part.as_mut().unwrap().plan_images = 4),
        ("different AWS account", |report| {
            report.identity.as_mut().unwrap().account_id = "999988887777".to_owned()
        }),
        ("different AWS account", |report| {
            report.identity.as_mut().unwrap().partition = "aws-cn".to_owned()
        }),
        ("different AWS account", |report| report.identity.as_mut().unwrap().practice = true),
        ("different region", |report| {
            report.identity.as_mut().unwrap().region = "us-east-1".to_owned()
        }),
        ("different registry", |report| report.registry = "another".to_owned()),
        ("not the report of a part", |report| report.part = None),
        ("not the report of a part", |report| report.part.as_mut().unwrap().part = None),
        ("damaged", |report| report.part.as_mut().unwrap().part = Some(4)),
        ("damaged", |report| report.images[0].image = 3),
    ];
    for (words, change) in changes {
        let refused = merged_report(vec![part(1), part(2), changed(3, change)]);
        let error = refused.expect_err(words);
        assert!(error.message.contains(words), "{words}: {}", error.message);
        assert!(error.message.contains("part-3.json"), "{}", error.message);
        assert!(!error.hints.is_empty(), "{words}");
    }
    let absurd = changed(1, |report| report.part.as_mut().unwrap().parts = u32::MAX);
    assert!(merged_report(vec![absurd]).unwrap_err().message.contains("damaged"));
    assert!(merged_report(Vec::new()).is_err());
}

#[test]
fn two_reports_of_a_part_are_refused_and_named() {
    let error = merged_report(vec![part(1), part(2), part(2), part(3), part(3)]).unwrap_err();
    assert_eq!(
        error.message,
        "There is more than one report of a part: part 2 is in part-2.json and part-2.json; part 3 \
         is in part-3.json and part-3.json."
    );
    let same_image = changed(3, |report| report.images[0].image = 0);
    let error = merged_report(vec![part(1), part(2), same_image]).unwrap_err();
    assert!(error.message.contains("not parts of one plan"), "{}", error.message);
}

#[test]
fn the_worst_part_decides_the_headline() {
    let failed = |report: &mut MigrationReport| {
        report.images[0].standing = ImageStanding::Failed;
        summarize(report, RunEnd::Completed);
    };
    let kept = |report: &mut MigrationReport| {
        report.images[0].standing = ImageStanding::Kept;
        summarize(report, RunEnd::Completed);
    };
    let cancelled = |report: &mut MigrationReport| {
        report.images[0].standing = ImageStanding::NotFinished;
        summarize(report, RunEnd::Cancelled);
    };
    let interrupted = |report: &mut MigrationReport| {
        report.images[0].standing = ImageStanding::Unknown;
        summarize(report, RunEnd::Interrupted);
    };
    let idle = |report: &mut MigrationReport| {
        report.images.clear();
        summarize(report, RunEnd::Completed);
    };
    let changes: [(Change, MigrationOutcome); 5] = [
        (failed, MigrationOutcome::PartlyFailed),
        (kept, MigrationOutcome::Kept),
        (cancelled, MigrationOutcome::Cancelled),
        (interrupted, MigrationOutcome::Interrupted),
        (idle, MigrationOutcome::Succeeded),
    ];
    for (change, outcome) in changes {
        let whole = merged_report(vec![part(1), part(2), changed(3, change)]).unwrap();
        assert_eq!(whole.outcome, outcome, "{:?}", whole.summary);
    }
}

#[test]
fn bytes_that_one_part_does_not_know_are_not_known_of_the_whole() {
    let whole =
        merged_report(vec![part(1), part(2), changed(3, |report| report.sent_bytes = None)]);
    assert_eq!(whole.unwrap().sent_bytes, None);
}
