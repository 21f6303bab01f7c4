//! Tests of what a repository stores, with made-up images.

use super::*;
use crate::testing::{MB, TestRepository};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// 15 January, 15 February and 15 March of 1970.
const JANUARY: u64 = 14 * DAY_MS;
const FEBRUARY: u64 = 45 * DAY_MS;
const MARCH: u64 = 73 * DAY_MS;

fn reported(image: &EcrImage) -> PullTime {
    PullTime::of(image.pulled_at_ms, &[])
}

#[test]
fn months_are_those_of_the_calendar() {
    let day = |days: u64| days * DAY_MS;
    let cases = [
        ("the first day", 0, 0),
        ("31 January 1970", day(31) - 1, 0),
        ("1 February 1970", day(31), 1),
        ("28 February 1970", day(59) - 1, 1),
        ("1 March 1970", day(59), 2),
        ("31 December 1970", day(365) - 1, 11),
        ("29 February 2000", 951_782_400_000, 361),
        ("1 March 2000", 951_868_800_000, 362),
        ("1 January 2026", 1_767_225_600_000, 672),
        ("30 November 2026", 1_795_996_800_000, 682),
    ];
    for (name, time_ms, month) in cases {
        assert_eq!(month_of(time_ms), month, "{name}");
    }
}

#[test]
fn a_shared_layer_counts_once_in_the_month_of_its_first_push() {
    let mut repository = TestRepository::default();
    // The list is not in the order of the pushes.
    repository.image("second", &["v2"], &[("base", 30), ("app2", 6)]).pushed_at_ms = Some(MARCH);
    let first = repository.image("first", &["v1"], &[("base", 30), ("app1", 5)]);
    first.pushed_at_ms = Some(JANUARY);
    first.pulled_at_ms = Some(FEBRUARY);
    let found = storage(&repository.images, &repository.read_all(), reported);
    assert_eq!(found.standard, ImageSize { bytes: 41 * MB, is_exact: true });
    assert_eq!((found.reported_bytes, found.never_pulled), (71 * MB, 1));
    let month =
        |month, pushed, pushed_bytes, pulled| MonthlyUse { month, pushed, pushed_bytes, pulled };
    let months = [month(0, 1, 35 * MB, 0), month(1, 0, 0, 1), month(2, 1, 6 * MB, 0)];
    assert_eq!(found.months, months);
    assert_eq!((found.pushed_at_ms, found.pulled_at_ms), (Some(MARCH), Some(FEBRUARY)));

    // Unread manifests: the sum of what ECR reports is the upper bound, and still the sum of the months.
    let unread = storage(&repository.images, &HashMap::new(), reported);
    assert_eq!(unread.standard, ImageSize { bytes: 71 * MB, is_exact: false });
    let sum: u64 = unread.months.iter().map(|month| month.pushed_bytes).sum();
    assert_eq!(sum, 71 * MB);
}

#[test]
fn archived_images_add_only_their_own_layers() {
    let mut repository = TestRepository::default();
    repository.image("kept", &["v2"], &[("base", 30), ("app2", 6)]);
    repository.image("archived", &["v1"], &[("base", 30), ("app1", 5)]).status =
        EcrImageStatus::Archived.into();
    let found = storage(&repository.images, &repository.read_all(), reported);
    assert_eq!(found.standard.bytes, 36 * MB);
    assert_eq!(found.archived, ImageSize { bytes: 5 * MB, is_exact: true });
    let unread = storage(&repository.images, &repository.read(&["kept"]), reported);
    assert_eq!(unread.standard, ImageSize { bytes: 36 * MB, is_exact: true });
    assert_eq!(unread.archived, ImageSize { bytes: 35 * MB, is_exact: false });
}

#[test]
fn an_index_is_one_image_and_its_parts_are_counted_beside_it() {
    let mut repository = TestRepository::default();
    repository.image("amd64", &[], &[("base", 30), ("app", 5)]);
    repository.image("arm64", &[], &[("armbase", 28), ("armapp", 5)]);
    repository.index("index", &["v2"], &[("amd64", "linux/amd64"), ("arm64", "linux/arm64")]);
    let found = storage(&repository.images, &repository.read_all(), reported);
    assert_eq!((found.images.count, found.parts, found.standard.bytes), (1, 2, 68 * MB));
    assert!(found.images.is_exact);
    assert_eq!(found.months.iter().map(|month| month.pushed).sum::<u64>(), 1);

    let unread = storage(&repository.images, &HashMap::new(), reported);
    assert_eq!(unread.images, ImageCount { count: 3, is_exact: false });
}

#[test]
fn layers_that_other_repositories_have_count_once() {
    let mut repository = TestRepository::default();
    repository.image("first", &["v1"], &[("base", 30), ("app1", 5)]);
    repository.image("second", &["v2"], &[("base", 30), ("app2", 6)]);
    repository.image("unread", &["v3"], &[("base", 30), ("app3", 7)]);
    let mut other = TestRepository::default();
    other.image("other", &["v1"], &[("base", 30), ("app2", 6), ("app3", 7), ("own", 9)]);
    let elsewhere: Vec<OtherRepositoryManifest> = ["shop/web", "shop/api"]
        .into_iter()
        .flat_map(|repository| {
            other
                .read_all()
                .into_values()
                .map(|facts| OtherRepositoryManifest { repository: repository.to_owned(), facts })
        })
        .collect();
    let facts = repository.read(&["first", "second"]);
    assert_eq!(shared_with_others_bytes(&repository.images, &facts, &elsewhere), 36 * MB);
    assert_eq!(shared_with_others_bytes(&repository.images, &facts, &[]), 0);
}
