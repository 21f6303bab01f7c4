//! Classes of made-up repositories.

use super::*;
use crate::cleanup::exclusions::ExclusionReason;
use crate::cleanup::rules::DAY_MS;
use crate::testing::{MB, TestRepository, digest, exactly};
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

/// Changes a repository, what is excluded, or the rules.
type Change = fn(&mut TestRepository, &mut Exclusions, &mut CleanupRules);

#[test]
fn an_excluded_image_is_in_no_class_and_says_why() {
    let indexes = || vec!["stable".to_owned()];
    let age = |shop: &mut TestRepository, name: &str, days: u64| {
        let image = shop.images.iter_mut().find(|image| image.digest == digest(name));
        image.unwrap().pushed_at_ms = Some(NOW_MS - days * DAY_MS);
    };
    let cases: [(&str, Change, &str, ExclusionReason); 16] = [
        (
            "an image that runs",
            |_, known, _| {
                known.in_use.insert(digest("loose"), 2);
            },
            "loose",
            ExclusionReason::InUse { count: 2 },
        ),
        (
            "an index with a platform that runs",
            |_, known, _| {
                known.in_use.insert(digest("amd64"), 1);
            },
            "index",
            ExclusionReason::InUse { count: 1 },
        ),
        (
            "a repository of a cache rule",
            |_, known, _| known.cache_prefix = Some("hub".to_owned()),
            "loose",
            ExclusionReason::Cached { prefix: "hub".to_owned() },
        ),
        (
            "a destination of a migration",
            |_, known, _| {
                known.migrated.insert(digest("old"), 7);
            },
            "old",
            ExclusionReason::Migrated { at_ms: 7 },
        ),
        (
            "an index with a platform that was migrated",
            |_, known, _| {
                known.migrated.insert(digest("amd64"), 7);
            },
            "index",
            ExclusionReason::Migrated { at_ms: 7 },
        ),
        (
            "use counts more than anything else",
            |_, known, _| {
                known.in_use.insert(digest("old"), 3);
                known.migrated.insert(digest("old"), 7);
                known.cache_prefix = Some("hub".to_owned());
            },
            "old",
            ExclusionReason::InUse { count: 3 },
        ),
        (
            "a part of an index that stays",
            |shop, _, _| {
                shop.index("stable", &["stable"], &[("old", "linux/amd64")]);
            },
            "old",
            ExclusionReason::PartOf { indexes: indexes() },
        ),
        (
            "a protected tag",
            |_, _, rules| rules.protected_tags = vec!["1*".to_owned()],
            "old",
            ExclusionReason::ProtectedTag { tag: "1.2".to_owned() },
        ),
        (
            "a tag that can't be read",
            |shop, _, _| shop.images.last_mut().unwrap().unreadable_tags = 1,
            "old",
            ExclusionReason::UnreadableTag,
        ),
        (
            "a status that isn't known",
            |shop, _, _| shop.images[2].status = Reported::unknown("FROZEN"),
            "loose",
            ExclusionReason::UnknownStatus { status: "FROZEN".to_owned() },
        ),
        (
            "an index with a platform whose status isn't known",
            |shop, _, _| shop.images[0].status = Reported::unknown("FROZEN"),
            "index",
            ExclusionReason::UnknownStatus { status: "FROZEN".to_owned() },
        ),
        (
            "an untagged image that someone pulls by its digest",
            |shop, _, _| shop.images[2].pulled_at_ms = Some(NOW_MS - 29 * DAY_MS),
            "loose",
            ExclusionReason::PulledLately { at_ms: NOW_MS - 29 * DAY_MS, by_digest: true },
        ),
        (
            "an index with a platform that someone pulls by its digest",
            |shop, _, _| shop.images[0].pulled_at_ms = Some(NOW_MS - 5),
            "index",
            ExclusionReason::PulledLately { at_ms: NOW_MS - 5, by_digest: true },
        ),
        (
            "pushed lately",
            |shop, _, _| shop.images[2].pushed_at_ms = Some(NOW_MS - 6 * DAY_MS),
            "loose",
            ExclusionReason::PushedLately { days: 7 },
        ),
        (
            "signed lately",
            |shop, _, _| {
                shop.referrer("signature", "index", NOTATION).pushed_at_ms =
                    Some(NOW_MS - 6 * DAY_MS);
            },
            "index",
            ExclusionReason::ReferrerPushedLately { days: 7 },
        ),
        (
            "signed lately by cosign, which attaches signatures by their tag",
            |shop, _, _| {
                let tag = format!("sha256-{}.sig", digest("index").hex());
                shop.image("cosign", &[&tag], &[]).pushed_at_ms = Some(NOW_MS - 6 * DAY_MS);
            },
            "index",
            ExclusionReason::ReferrerPushedLately { days: 7 },
        ),
    ];
    let pulled =
        |image: &EcrImage| PullTime { pulled_at_ms: image.pulled_at_ms, own_read_at_ms: None };
    for (name, change, image, why) in cases {
        let mut shop = TestRepository::default();
        shop.image("amd64", &[], &[("base", 30)]);
        shop.index("index", &[], &[("amd64", "linux/amd64")]);
        shop.image("loose", &[], &[("base", 30)]);
        shop.image("old", &["1.2"], &[("base", 30)]);
        for one in ["amd64", "index", "loose", "old"] {
            age(&mut shop, one, 300);
        }
        let (mut known, mut rules) = (Exclusions::default(), CleanupRules::default());
        let propose = |shop: &TestRepository, known: &Exclusions, rules: &CleanupRules| {
            cleanup(&shop.images, &shop.read_all(), pulled, known, rules, NOW_MS)
        };
        let before: Vec<Digest> = propose(&shop, &known, &rules).iter().flat_map(digests).collect();
        assert_eq!(before, [digest("index"), digest("loose"), digest("old")], "{name}");
        change(&mut shop, &mut known, &mut rules);
        let after = propose(&shop, &known, &rules);
        let is_offered = after.iter().flat_map(digests).any(|one| one == digest(image));
        assert!(!is_offered, "{name}");
        let deleted = after.iter().flat_map(|one| &one.deleted).any(|one| *one == digest(image));
        assert!(!deleted, "{name}");
        let reason = after.iter().flat_map(|one| &one.kept).find(|one| one.digest == digest(image));
        assert_eq!(reason.map(|kept| kept.why.clone()), Some(why), "{name}");
    }
}

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

/// By class: whether images that were pulled a number of days ago are offered. A read by Transload is no pull.
#[test]
fn images_that_someone_pulled_lately_are_offered_only_by_classes_without_use() {
    let cases = [
        // Days since the last pull, whether it was a read by Transload, the classes that offer their image.
        (None, false, "loose superseded cache same"),
        (Some(1), false, ""),
        (Some(30), false, ""),
        (Some(31), false, "loose superseded cache same"),
        (Some(1), true, "loose superseded cache same"),
        (Some(300), false, "loose superseded cache same"),
    ];
    for (days, is_own, expected) in cases {
        let mut shop = TestRepository::default();
        shop.image("loose", &[], &[("base", 30)]);
        shop.image("amd64", &[], &[("other", 30)]);
        shop.index("superseded", &[], &[("amd64", "linux/amd64")]);
        let cache = shop.image("cache", &["cache"], &[("cached", 9)]);
        cache.artifact_media_type = Some("application/vnd.buildkit.cacheconfig.v0".to_owned());
        shop.image("same", &["1.0"], &[("shared", 7)]);
        for image in &mut shop.images {
            image.pushed_at_ms = Some(NOW_MS - 100 * DAY_MS);
            image.pulled_at_ms = days.map(|days: u64| NOW_MS - days * DAY_MS);
        }
        // A newer one with the same layers.
        shop.image("newer", &["1.1"], &[("shared", 7)]).pushed_at_ms = Some(NOW_MS - 50 * DAY_MS);
        let pulled = |image: &EcrImage| PullTime {
            pulled_at_ms: image.pulled_at_ms.filter(|_| !is_own),
            own_read_at_ms: image.pulled_at_ms.filter(|_| is_own),
        };
        let all = cleanup(
            &shop.images,
            &shop.read_all(),
            pulled,
            &Exclusions::default(),
            &CleanupRules::default(),
            NOW_MS,
        );
        let mut offered: Vec<Digest> = all.iter().flat_map(digests).collect();
        let mut expected: Vec<Digest> = expected.split_whitespace().map(digest).collect();
        offered.sort_by_key(Digest::to_string);
        expected.sort_by_key(Digest::to_string);
        assert_eq!(offered, expected, "{days:?} {is_own}");
    }
}
