//! Sizes and freed bytes of images that share layers.

use super::*;
use crate::testing::{MB, TestRepository, digest, exactly};

fn set(names: &[&str]) -> HashSet<Digest> {
    names.iter().map(|name| digest(name)).collect()
}

#[test]
fn a_shared_layer_counts_once_and_is_freed_last() {
    let mut shop = TestRepository::default();
    shop.image("one", &["v1"], &[("base", 30), ("app1", 5)]);
    shop.image("two", &["v2"], &[("base", 30), ("app2", 6)]);
    let facts = shop.read_all();
    let sizes = Sizes::new(&shop.images, &facts);
    let exact = |megabytes| ImageSize { bytes: megabytes * MB, is_exact: true };
    assert_eq!(sizes.total(), exact(41));
    assert_eq!(sizes.of(&set(&["two"])), exact(36));
    assert_eq!(sizes.freed(&set(&["two"])), exactly(6 * MB));
    assert_eq!(sizes.freed(&set(&["one", "two"])), exactly(41 * MB));
    assert_eq!(sizes.freed(&HashSet::new()), exactly(0));
    assert_eq!(sizes.only_in(&[set(&["one"]), set(&["two"])]), [Some(5 * MB), Some(6 * MB)]);

    // Without the manifests there is only a bound.
    let facts = shop.read(&["one"]);
    let sizes = Sizes::new(&shop.images, &facts);
    let at_most = |megabytes| ImageSize { bytes: megabytes * MB, is_exact: false };
    assert_eq!(sizes.total(), at_most(71));
    assert_eq!(sizes.only_in(&[set(&["one"])]), [None]);
}

/// What was read and what goes, with the bytes that it frees, at least and at most.
#[test]
fn freed_bytes_are_a_range_where_something_was_not_read() {
    let mut shop = TestRepository::default();
    shop.image("one", &["v1"], &[("base", 30), ("app1", 5)]);
    shop.image("two", &["v2"], &[("base", 30), ("app2", 6)]);
    shop.image("small", &["v3"], &[("tool", 2)]);
    shop.index("index", &["v4"], &[("small", "linux/amd64")]);
    for (read, going, at_least, at_most) in [
        ("one two small index", "two", 6, 6),
        // What stays can share as much as it has.
        ("one two index", "one two", 39, 41),
        ("one two index", "two", 4, 6),
        ("two small index", "two", 1, 36),
        ("two small index", "two small", 3, 38),
        // What goes can share all that it has.
        ("one small index", "two", 0, 36),
        ("one small index", "one two", 35, 71),
        // An index that stays can list what goes.
        ("one two small", "two", 0, 6),
        ("one two small", "two index", 6, 6),
        ("", "one two small index", 0, 73),
        ("", "", 0, 0),
    ] {
        let facts = shop.read(&read.split_whitespace().collect::<Vec<_>>());
        let going = set(&going.split_whitespace().collect::<Vec<_>>());
        let freed = Sizes::new(&shop.images, &facts).freed(&going);
        let expected =
            FreedBytes { at_least: at_least * MB, at_most: at_most * MB, may_be_shared: false };
        assert_eq!(freed, expected, "{read:?} read, {going:?} go");
    }
}

#[test]
fn sizes_that_manifests_invent_never_overflow() {
    let mut shop = TestRepository::default();
    shop.image("one", &["v1"], &[("base", 30)]).size_bytes = Some(u64::MAX);
    shop.image("two", &["v2"], &[("base", 30)]).size_bytes = Some(u64::MAX);
    let mut facts = shop.read_all();
    let invent = |facts: &mut HashMap<Digest, ManifestFacts>| {
        for (number, one) in facts.values_mut().enumerate() {
            one.blobs.push((digest(&format!("own {number}")), u64::MAX));
        }
    };
    invent(&mut facts);
    let both = set(&["one", "two"]);
    for facts in [facts, HashMap::new()] {
        let sizes = Sizes::new(&shop.images, &facts);
        let found = [sizes.total(), sizes.of(&both), sizes.freed(&both).into()];
        assert!(found.iter().all(|size| size.bytes == u64::MAX), "{found:?}");
        let sum = ImageSize::sum(found.into_iter());
        assert_eq!((sum.bytes, sum.is_exact), (u64::MAX, !facts.is_empty()));
        assert_eq!(sizes.added(both.iter()).len(), 2);
        assert_eq!(sizes.only_in(std::slice::from_ref(&both)).len(), 1);
        let stored = crate::storage::storage(&shop.images, &facts, |image| {
            transload_manifest_cache::PullTime::of(image.pulled_at_ms, &[])
        });
        assert_eq!(stored.reported_bytes, u64::MAX);
    }
}

#[test]
fn a_manifest_that_cannot_be_parsed_has_the_size_that_ecr_reports() {
    let mut shop = TestRepository::default();
    shop.image("schema 1", &["old"], &[("base", 30)]);
    let unusable = ManifestFacts { is_unusable: true, ..ManifestFacts::default() };
    let facts = HashMap::from([(digest("schema 1"), unusable)]);
    let sizes = Sizes::new(&shop.images, &facts);
    assert_eq!(sizes.total(), ImageSize { bytes: 30 * MB, is_exact: false });
    let freed = FreedBytes { at_least: 0, at_most: 30 * MB, may_be_shared: false };
    assert_eq!(sizes.freed(&set(&["schema 1"])), freed);
}

/// What a repository frees by itself, and in a registry with blob mounting: from, to, whether it may be shared.
#[test]
fn with_blob_mounting_a_layer_may_stay_for_another_repository() {
    let range = |at_least, at_most, may_be_shared| FreedBytes { at_least, at_most, may_be_shared };
    let cases = [
        (range(6, 6, false), range(0, 6, true)),
        (range(2, 6, false), range(0, 6, true)),
        (range(0, 6, false), range(0, 6, true)),
        (range(0, 0, false), range(0, 0, false)),
    ];
    for (alone, in_registry) in cases {
        assert_eq!(alone.in_registry(true), in_registry, "{alone:?}");
        assert_eq!(alone.in_registry(false), alone);
        assert_eq!(FreedBytes::sum([alone].into_iter()), alone);
        let sum = FreedBytes::sum([in_registry, range(3, 4, false)].into_iter());
        assert_eq!(sum, range(3, in_registry.at_most + 4, in_registry.may_be_shared));
    }
}
