//! Headlines and counts of every outcome.

use transload_errors::ErrorCode;
use transload_migration::{Outcome, OutcomeCounts, RunEnd, Standing};

use super::*;

const ALL_EQUAL: &str = "1 of 1 image copied and verified";

fn summary_of(end: RunEnd, images: &[(Standing, u32)], attention: Attention<'_>) -> ReportSummary {
    let mut counts = OutcomeCounts::default();
    for (standing, count) in images {
        counts.add(*standing, true, *count);
    }
    summary(&Outcome::of(end, counts), attention)
}

#[test]
fn only_images_that_are_all_proven_equal_are_called_verified_by_digest() {
    use Standing::{Equal, EqualToPushed, Failed, Kept, NotFinished, Unknown};
    let standings = [Equal, EqualToPushed, Kept, Failed, NotFinished, Unknown];
    for end in [RunEnd::Running, RunEnd::Completed, RunEnd::Cancelled, RunEnd::Interrupted] {
        for number in 0..2u32.pow(6) {
            let of = |at: u32| number >> at & 1;
            let images: Vec<_> = (0..).zip(standings).map(|(at, one)| (one, of(at))).collect();
            let summary = summary_of(end, &images, Attention::default());
            let only_equal = number == 1;
            let settled = matches!(end, RunEnd::Completed | RunEnd::Cancelled);
            let context = format!("{end:?} {images:?} {summary:#?}");
            assert_eq!(summary.title == ALL_EQUAL, only_equal && settled, "{context}");
            let verified_only = number & !0b11 == 0;
            let is_green = summary.status == SummaryStatus::Success;
            assert_eq!(is_green, settled && verified_only, "{context}");
            // Every count that is not zero is named.
            for (standing, words) in [
                (Equal, "verified equal"),
                (EqualToPushed, "verified with another digest"),
                (Kept, "skipped (existing image kept)"),
                (Failed, "failed"),
                (NotFinished, "not finished"),
                (Unknown, "unknown"),
            ] {
                let count = images.iter().find(|(one, _)| *one == standing).map_or(0, |one| one.1);
                let (_, parts) = summary.text.trim_end_matches('.').split_once(": ").unwrap();
                let named = parts.split(", ").any(|part| part == format!("1 {words}"));
                assert_eq!(named, count == 1, "{words}: {context}");
            }
        }
    }
}

#[test]
fn a_headline_says_what_it_counts() {
    use Standing::{Equal, EqualToPushed, Failed, Kept, NotFinished, Unknown};
    for (end, images, title) in [
        (RunEnd::Completed, vec![], "Nothing to migrate"),
        (RunEnd::Completed, vec![(Equal, 3)], "3 of 3 images copied and verified"),
        (
            RunEnd::Completed,
            vec![(Equal, 2), (EqualToPushed, 1)],
            "All images are in ECR, but 1 of 3 has another digest than at the source",
        ),
        (
            RunEnd::Completed,
            vec![(Equal, 2), (Kept, 1)],
            "1 of 3 images skipped, existing image kept",
        ),
        (RunEnd::Completed, vec![(Kept, 2)], "2 of 2 images skipped, existing image kept"),
        (RunEnd::Completed, vec![(Equal, 1), (Failed, 1)], "1 of 2 images failed"),
        (RunEnd::Completed, vec![(Failed, 1)], "Image failed"),
        (RunEnd::Completed, vec![(Failed, 2)], "All 2 images failed"),
        (RunEnd::Completed, vec![(Equal, 1), (Unknown, 1)], "Couldn't verify 1 of 2 images"),
        (
            RunEnd::Cancelled,
            vec![(Equal, 1), (NotFinished, 1), (Unknown, 1)],
            "Partially completed: 1 copied, 2 remaining",
        ),
        (RunEnd::Cancelled, vec![(NotFinished, 2)], "No images copied, 2 remaining"),
        (RunEnd::Interrupted, vec![(Equal, 3)], "Interrupted"),
        (RunEnd::Running, vec![(Equal, 3)], "Running"),
    ] {
        assert_eq!(summary_of(end, &images, Attention::default()).title, title);
    }
}

#[test]
fn images_that_were_up_to_date_are_not_called_copied() {
    for (copied, up_to_date, title) in [
        (1, 0, "1 of 1 image copied and verified"),
        (3, 2, "5 of 5 images verified, 2 already up to date"),
        (0, 1, "1 of 1 image up to date"),
        (0, 5, "5 of 5 images up to date"),
        (999, 0, "999 of 999 images copied and verified"),
        (1000, 0, "1,000 of 1,000 images copied and verified"),
        (1_234_567, 2, "1,234,569 of 1,234,569 images verified, 2 already up to date"),
    ] {
        let mut counts = OutcomeCounts::default();
        counts.add(Standing::Equal, true, copied);
        counts.add(Standing::Equal, false, up_to_date);
        let outcome = Outcome::of(RunEnd::Completed, counts);
        assert_eq!(summary(&outcome, Attention::default()).title, title);
    }
}

#[test]
fn what_needs_attention_is_never_green() {
    let error = ApiError::new(ErrorCode::JournalFailed, "The disk is full.");
    let images = [(Standing::Equal, 2)];
    let quiet = summary_of(RunEnd::Completed, &images, Attention::default());
    assert_eq!((quiet.status, quiet.notes.len()), (SummaryStatus::Success, 0));
    let attention = Attention {
        left_behind: 2,
        temporary_tags_left: 1,
        moved_at_source: 1,
        journal_error: Some(&error),
        ..Attention::default()
    };
    let loud = summary_of(RunEnd::Completed, &images, attention);
    assert_eq!(
        (loud.status, loud.title.as_str()),
        (SummaryStatus::Warning, "2 of 2 images copied and verified")
    );
    assert_eq!(
        loud.notes,
        [
            "2 referrers (signatures, attestations, SBOMs) weren't copied.",
            "1 temporary tag remains in the Docker Engine.",
            "1 source tag now points to another image.",
            "The history is incomplete: The disk is full.",
        ]
    );
}
