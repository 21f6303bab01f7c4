//! Sizes and freed bytes of images that share layers.

use super::*;
use crate::testing::{MB, TestRepository, digest};

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
    assert_eq!(sizes.freed(&set(&["two"])), exact(6));
    assert_eq!(sizes.freed(&set(&["one", "two"])), exact(41));
    assert_eq!(sizes.freed(&HashSet::new()), exact(0));
    assert_eq!(sizes.only_in(&[set(&["one"]), set(&["two"])]), [Some(5 * MB), Some(6 * MB)]);

    // Without the manifests there is only a bound.
    let facts = shop.read(&["one"]);
    let sizes = Sizes::new(&shop.images, &facts);
    let at_most = |megabytes| ImageSize { bytes: megabytes * MB, is_exact: false };
    assert_eq!(sizes.total(), at_most(71));
    assert_eq!(sizes.freed(&set(&["two"])), at_most(36));
    assert_eq!(sizes.only_in(&[set(&["one"])]), [None]);
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
        let found = [sizes.total(), sizes.of(&both), sizes.freed(&both)];
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
    let at_most = ImageSize { bytes: 30 * MB, is_exact: false };
    assert_eq!((sizes.total(), sizes.freed(&set(&["schema 1"]))), (at_most, at_most));
}
