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
