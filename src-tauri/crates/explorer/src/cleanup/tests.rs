//! Classes of made-up repositories.

mod exclusions;

use super::*;
use crate::cleanup::exclusions::ExclusionReason;
use crate::cleanup::rules::DAY_MS;
use crate::testing::{MB, TestRepository, digest, exactly};
use transload_aws::EcrImageStatus;
use transload_model::Reported;

const NOW_MS: u64 = 1_000 * DAY_MS;
const NOTATION: &str = "application/vnd.cncf.notary.signature";

fn found(
    shop: &TestRepository,
    facts: &HashMap<Digest, ManifestFacts>,
    class: CleanupClass,
) -> CleanupProposal {
    let pulled =
        |image: &EcrImage| PullTime { pulled_at_ms: image.pulled_at_ms, own_read_at_ms: None };
    let none = Exclusions::default();
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
    assert_eq!((loose.unread_manifests, digests(&loose)), (1, Vec::new()));
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
    assert_eq!(proposal.freed, exactly(35 * MB));
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
    assert_eq!((digests(&proposal), proposal.freed.at_least), (vec![digest("old")], 0));
}

#[test]
fn an_older_image_with_the_layers_of_a_newer_one_frees_only_what_it_has_alone() {
    let mut shop = TestRepository::default();
    type Layers<'a> = &'a [(&'a str, u64)];
    let layers: Layers<'_> = &[("base", 30), ("app", 5)];
    // By name, tag, layers and push time; whether a newer image has its layers.
    let cases: [(&str, &[&str], Layers<'_>, u64, bool); 5] = [
        ("oldest", &["build-1"], layers, 1, true),
        ("older", &["build-2"], layers, 2, true),
        ("newest", &["build-3"], layers, 3, false),
        ("other", &["build-4"], &[("base", 30)], 1, false),
        // Loose images are a class of their own, and don't replace a tagged image.
        ("untagged", &[], layers, 4, false),
    ];
    for (name, tags, layers, pushed, _) in cases {
        shop.image(name, tags, layers).pushed_at_ms = Some(pushed);
    }
    let archived = shop.image("archived", &["build-5"], layers);
    (archived.pushed_at_ms, archived.status) = (Some(5), EcrImageStatus::Archived.into());
    let expected: Vec<Digest> =
        cases.iter().filter(|case| case.4).map(|case| digest(case.0)).collect();
    let proposal = found(&shop, &shop.read_all(), CleanupClass::SameLayers);
    assert_eq!(digests(&proposal), expected);
    assert_eq!(proposal.freed, exactly(0));

    // Unknown until every manifest was read.
    let partly = shop.read(&["oldest", "newest", "other", "untagged"]);
    let proposal = found(&shop, &partly, CleanupClass::SameLayers);
    assert_eq!((proposal.unread_manifests, digests(&proposal)), (1, Vec::new()));
}

#[test]
fn indexes_are_compared_by_the_layers_of_their_platforms_in_any_order() {
    let mut shop = TestRepository::default();
    for (version, extra) in [("1", "same"), ("2", "same"), ("3", "changed")] {
        let name = |platform: &str| format!("{platform} of {version}");
        shop.image(&name("amd64"), &[], &[("base", 30), (extra, 5)]);
        shop.image(&name("arm64"), &[], &[("armbase", 28)]);
        shop.image(&name("attestation"), &[], &[(version, 1)]);
        let (amd64, arm64, attestation) = (name("amd64"), name("arm64"), name("attestation"));
        let mut entries = vec![(amd64.as_str(), "linux/amd64"), (arm64.as_str(), "linux/arm64")];
        if version == "2" {
            entries.reverse();
        }
        entries.push((attestation.as_str(), amd64.as_str()));
        shop.index(version, &[&format!("build-{version}")], &entries).pushed_at_ms =
            Some(version.parse().unwrap());
    }
    let proposal = found(&shop, &shop.read_all(), CleanupClass::SameLayers);
    assert_eq!(digests(&proposal), [digest("1")]);
    // Its attestation is the only content of its own.
    assert_eq!(proposal.freed, exactly(MB));
    assert_eq!(proposal.deleted.len(), 4);
}

#[test]
fn several_tags_of_an_image_are_shown_and_free_nothing() {
    let mut shop = TestRepository::default();
    let attached = format!("sha256-{}.sig", digest("several").hex());
    shop.image("several", &["1", "1.2", "latest"], &[("base", 30)]);
    shop.image("one", &["2"], &[("base", 30)]);
    shop.image("signature", &[&attached, "3"], &[]);
    let proposal = found(&shop, &HashMap::new(), CleanupClass::ManyTags);
    assert_eq!(digests(&proposal), [digest("several")]);
    assert_eq!((proposal.deleted.len(), proposal.freed.at_most, proposal.kept.len()), (0, 0, 0));
}

/// The orphan is like signatures of cosign in a repository of their own, which clients pull to
/// verify images.
fn one_image_of_each_class() -> TestRepository {
    let mut shop = TestRepository::default();
    shop.referrer("orphan", "elsewhere", NOTATION);
    shop.image("loose", &[], &[("base", 30)]);
    shop.image("amd64", &[], &[("other", 30)]);
    shop.index("superseded", &[], &[("amd64", "linux/amd64")]);
    let cache = shop.image("cache", &["cache"], &[("cached", 9)]);
    cache.artifact_media_type = Some("application/vnd.buildkit.cacheconfig.v0".to_owned());
    shop.image("same", &["1.0"], &[("shared", 7)]);
    shop
}

#[test]
fn what_runs_is_offered_by_no_class() {
    let mut shop = one_image_of_each_class();
    shop.image("newer", &["1.1"], &[("shared", 7)]).pushed_at_ms = Some(NOW_MS - 300 * DAY_MS);
    let pulled = |_: &EcrImage| PullTime { pulled_at_ms: None, own_read_at_ms: None };
    let offered = |runs: &[&str]| {
        let in_use = runs.iter().map(|name| (digest(name), 2)).collect();
        let known = Exclusions { in_use, ..Exclusions::default() };
        let rules = CleanupRules::default();
        let all = cleanup(&shop.images, &shop.read_all(), pulled, &known, &rules, NOW_MS);
        let offered = all.iter().filter(|one| !one.deleted.is_empty());
        let offered: Vec<CleanupClass> = offered.map(|one| one.class).collect();
        let kept = all.iter().flat_map(|one| &one.kept);
        (offered, kept.map(|kept| kept.why.clone()).collect::<Vec<_>>())
    };
    let deleting = &CleanupClass::ALL[..6];
    assert_eq!(offered(&[]), (deleting.to_vec(), Vec::new()));
    let (none, why) = offered(&["orphan", "loose", "amd64", "cache", "same", "newer"]);
    assert_eq!(none, []);
    assert!(why.len() >= deleting.len(), "{why:?}");
    assert!(why.iter().all(|why| *why == ExclusionReason::InUse { count: 2 }), "{why:?}");
}

/// Changes a repository, what is excluded, or the rules.
type Change = fn(&mut TestRepository, &mut Exclusions, &mut CleanupRules);

#[test]
fn images_of_a_pull_through_cache_are_proposed_on_request() {
    let mut shop = TestRepository::default();
    shop.image("loose", &[], &[("base", 30)]);
    let known = Exclusions { cache_prefix: Some("hub".to_owned()), ..Exclusions::default() };
    let pulled = |_: &EcrImage| PullTime { pulled_at_ms: None, own_read_at_ms: None };
    for include_cached in [false, true] {
        let rules = CleanupRules { include_cached, ..CleanupRules::default() };
        let all = cleanup(&shop.images, &shop.read_all(), pulled, &known, &rules, NOW_MS);
        assert_eq!(all.iter().flat_map(digests).next().is_some(), include_cached);
    }
}

#[test]
fn a_platform_that_another_index_keeps_excludes_only_that_one() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30)]);
    shop.index("current", &["stable"], &[("amd64", "linux/amd64")]);
    shop.index("superseded", &[], &[("amd64", "linux/amd64")]);
    let known = Exclusions { in_use: HashMap::from([(digest("amd64"), 2)]), ..Default::default() };
    let pulled = |_: &EcrImage| PullTime { pulled_at_ms: None, own_read_at_ms: None };
    let rules = CleanupRules::default();
    let all = cleanup(&shop.images, &shop.read_all(), pulled, &known, &rules, NOW_MS);
    let superseded = &all[1];
    assert_eq!(
        (superseded.class, digests(superseded)),
        (CleanupClass::SupersededIndexes, vec![digest("superseded")])
    );
    assert_eq!(superseded.deleted, [digest("superseded")]);
}

#[test]
fn an_index_of_which_a_part_was_pulled_is_used() {
    let mut shop = TestRepository::default();
    shop.image("amd64", &[], &[("base", 30)]).pulled_at_ms = Some(NOW_MS - DAY_MS);
    shop.index("index", &["build-1"], &[("amd64", "linux/amd64")]);
    shop.index("other", &["build-2"], &[]);
    let facts = shop.read_all();
    assert_eq!(digests(&found(&shop, &facts, CleanupClass::Unused)), [digest("other")]);
}

#[test]
fn an_index_that_cannot_be_read_makes_untagged_images_unknown() {
    for is_archived in [true, false] {
        let mut shop = TestRepository::default();
        shop.image("amd64", &[], &[("base", 30)]);
        shop.image("old", &["build-1"], &[("base", 30)]);
        let index = shop.index("index", &["build-2"], &[("amd64", "linux/amd64")]);
        let mut facts = HashMap::new();
        if is_archived {
            index.status = EcrImageStatus::Archived.into();
        } else {
            let unusable = ManifestFacts { is_unusable: true, ..ManifestFacts::default() };
            facts.insert(digest("index"), unusable);
        }
        for class in [CleanupClass::LooseImages, CleanupClass::SupersededIndexes] {
            let proposal = found(&shop, &facts, class);
            assert_eq!((proposal.unread_manifests, digests(&proposal)), (1, Vec::new()));
        }
        let unused = found(&shop, &facts, CleanupClass::Unused);
        assert_eq!(digests(&unused), [digest("old"), digest("index")], "{is_archived}");
    }
}
