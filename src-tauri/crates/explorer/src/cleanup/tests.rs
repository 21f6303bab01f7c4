//! Classes of made-up repositories.

use super::*;
use crate::testing::{MB, TestRepository, digest};

const NOW_MS: u64 = 1_000 * DAY_MS;
const NOTATION: &str = "application/vnd.cncf.notary.signature";

fn found(
    shop: &TestRepository,
    facts: &HashMap<Digest, ManifestFacts>,
    class: CleanupClass,
) -> CleanupProposal {
    let pulled =
        |image: &EcrImage| PullTime { pulled_at_ms: image.pulled_at_ms, own_read_at_ms: None };
    let none = HashSet::new();
    let all = cleanup(&shop.images, facts, pulled, &none, &CleanupRules::default(), NOW_MS);
    all.into_iter().find(|proposal| proposal.class == class).unwrap()
}

fn digests(proposal: &CleanupProposal) -> Vec<Digest> {
    proposal.images.iter().map(|image| image.digest.clone()).collect()
}

#[test]
fn orphans_are_offered_also_if_an_index_was_not_read() {
    let mut shop = TestRepository::default();
    let tag = format!("sha256-{}.sig", digest("gone").hex());
    shop.image("cosign", &[&tag], &[]);
    shop.referrer("notation", "gone", NOTATION);
    shop.image("v1", &["1"], &[("base", 30)]);
    shop.referrer("kept", "v1", NOTATION);
    shop.image("loose", &[], &[("base", 30)]);
    shop.index("index", &["2"], &[]);
    let none = HashMap::new();
    assert_eq!(
        digests(&found(&shop, &none, CleanupClass::Orphans)),
        [digest("cosign"), digest("notation")]
    );
    let loose = found(&shop, &none, CleanupClass::LooseImages);
    assert_eq!((loose.unread_indexes, digests(&loose)), (1, Vec::new()));
    let facts = shop.read(&["index"]);
    assert_eq!(digests(&found(&shop, &facts, CleanupClass::LooseImages)), [digest("loose")]);
}

#[test]
fn an_index_goes_with_its_parts_in_the_order_of_ecr() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30), ("app1", 5)]);
    shop.image("arm64", &[], &[("armbase", 28)]);
    shop.index("old", &[], &[("amd64", "linux/amd64"), ("arm64", "linux/arm64")]);
    shop.index("current", &["stable"], &[("arm64", "linux/arm64")]);
    shop.referrer("signature", "old", NOTATION);
    let facts = shop.read_all();
    let proposal = found(&shop, &facts, CleanupClass::SupersededIndexes);
    assert_eq!(digests(&proposal), [digest("old")]);
    // The image that the other index lists stays.
    assert_eq!(proposal.deleted, [digest("signature"), digest("old"), digest("amd64")]);
    assert_eq!(proposal.freed, ImageSize { bytes: 35 * MB, is_exact: true });
    assert!(digests(&found(&shop, &facts, CleanupClass::LooseImages)).is_empty());
}

#[test]
fn unused_images_are_those_without_a_push_and_a_pull_by_others() {
    let mut shop = TestRepository::default();
    let day = |ago: u64| NOW_MS - ago * DAY_MS;
    let cases: [(&str, &str, u64, Option<u64>, bool); 7] = [
        ("old", "build-1", 400, None, true),
        ("pulled long ago", "build-2", 400, Some(300), true),
        ("pulled lately", "build-3", 400, Some(5), false),
        ("pushed lately", "build-4", 20, None, false),
        ("protected", "v1.2", 400, None, false),
        ("protected too", "latest", 400, None, false),
        ("untagged", "", 400, None, false),
    ];
    for (name, tag, pushed, pulled, _) in cases {
        let tags: &[&str] = if tag.is_empty() { &[] } else { &[tag] };
        let image = shop.image(name, tags, &[(name, 1)]);
        image.pushed_at_ms = Some(day(pushed));
        image.pulled_at_ms = pulled.map(day);
    }
    let expected: Vec<Digest> =
        cases.iter().filter(|case| case.4).map(|case| digest(case.0)).collect();
    let facts = shop.read_all();
    assert_eq!(digests(&found(&shop, &facts, CleanupClass::Unused)), expected);

    // A young image is never offered, whatever its class.
    let young = shop.image("young", &[], &[]);
    young.pushed_at_ms = Some(day(3));
    let loose = found(&shop, &shop.read_all(), CleanupClass::LooseImages);
    assert_eq!(digests(&loose), [digest("untagged")]);
}

#[test]
fn build_caches_go_after_a_month() {
    let mut shop = TestRepository::default();
    for (name, ago) in [("old", 31), ("new", 29)] {
        let image = shop.image(name, &[name], &[]);
        image.artifact_media_type = Some("application/vnd.buildkit.cacheconfig.v0".to_owned());
        image.pushed_at_ms = Some(NOW_MS - ago * DAY_MS);
    }
    let proposal = found(&shop, &HashMap::new(), CleanupClass::BuildCaches);
    assert_eq!((digests(&proposal), proposal.freed.is_exact), (vec![digest("old")], false));
}

#[test]
fn images_that_run_are_in_no_class() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30)]);
    shop.index("index", &[], &[("amd64", "linux/amd64")]);
    shop.image("loose", &[], &[("base", 30)]);
    shop.image("old", &["1"], &[("base", 30)]);
    let facts = shop.read_all();
    let offered = |in_use: &HashSet<Digest>| -> Vec<Digest> {
        let pulled = |_: &EcrImage| PullTime { pulled_at_ms: None, own_read_at_ms: None };
        let rules = CleanupRules::default();
        let all = cleanup(&shop.images, &facts, pulled, in_use, &rules, NOW_MS);
        all.iter().flat_map(digests).collect()
    };
    assert_eq!(offered(&HashSet::new()), [digest("index"), digest("loose"), digest("old")]);
    // A platform that runs keeps its index.
    for (runs, kept) in [("amd64", "index"), ("loose", "loose"), ("old", "old")] {
        let offered = offered(&HashSet::from([digest(runs)]));
        assert!(!offered.contains(&digest(kept)) && offered.len() == 2, "{runs}");
    }
}
