//! Images that a clean-up keeps, and why.

use super::*;

#[test]
fn an_excluded_image_is_in_no_class_and_says_why() {
    let indexes = || vec!["stable".to_owned()];
    let age = |shop: &mut TestRepository, name: &str, days: u64| {
        let image = shop.images.iter_mut().find(|image| image.digest == digest(name));
        image.unwrap().pushed_at_ms = Some(NOW_MS - days * DAY_MS);
    };
    let cases: [(&str, Change, &str, ExclusionReason); 17] = [
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
            "restored from the archive lately",
            |shop, _, _| shop.images[2].restored_at_ms = Some(NOW_MS - 6 * DAY_MS),
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

/// By class: whether images that were pulled a number of days ago are offered. A read by Transload is no pull.
#[test]
fn images_that_someone_pulled_lately_are_offered_only_by_classes_without_use() {
    let cases = [
        // Days since the last pull, whether it was a read by Transload, the classes that offer their image.
        (None, false, "orphan loose superseded cache same"),
        (Some(1), false, ""),
        (Some(30), false, ""),
        (Some(31), false, "orphan loose superseded cache same"),
        (Some(1), true, "orphan loose superseded cache same"),
        (Some(300), false, "orphan loose superseded cache same"),
    ];
    for (days, is_own, expected) in cases {
        let mut shop = one_image_of_each_class();
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

/// A platform that two untagged indexes list: what a rebuild leaves that changed only the attestation.
#[test]
fn a_platform_that_goes_with_several_rows_excludes_all_of_them() {
    let cases: [(&str, Change, bool); 6] = [
        ("nothing", |_, _, _| {}, false),
        ("it runs", |_, known, _| known.in_use.extend([(digest("amd64"), 1)]), true),
        ("it was migrated", |_, known, _| known.migrated.extend([(digest("amd64"), 7)]), true),
        (
            "someone pulls it by its digest",
            |shop, _, _| shop.images[0].pulled_at_ms = Some(NOW_MS - DAY_MS),
            true,
        ),
        (
            "its status isn't known",
            |shop, _, _| shop.images[0].status = Reported::unknown("FROZEN"),
            true,
        ),
        (
            "it runs, and an index that stays lists it",
            |shop, known, _| {
                known.in_use.insert(digest("amd64"), 1);
                shop.index("tagged", &["latest"], &[("amd64", "linux/amd64")]);
            },
            false,
        ),
    ];
    let pulled =
        |image: &EcrImage| PullTime { pulled_at_ms: image.pulled_at_ms, own_read_at_ms: None };
    for (name, change, is_kept) in cases {
        let mut shop = TestRepository::default();
        shop.image("amd64", &[], &[("base", 30)]);
        shop.image("first attestation", &[], &[("first", 1)]);
        shop.image("second attestation", &[], &[("second", 1)]);
        for number in ["first", "second"] {
            let attestation = format!("{number} attestation");
            let entries = [("amd64", "linux/amd64"), (attestation.as_str(), "amd64")];
            shop.index(number, &[], &entries);
        }
        let (mut known, mut rules) = (Exclusions::default(), CleanupRules::default());
        change(&mut shop, &mut known, &mut rules);
        let all = cleanup(&shop.images, &shop.read_all(), pulled, &known, &rules, NOW_MS);
        let superseded = &all[1];
        assert_eq!(superseded.class, CleanupClass::SupersededIndexes);
        let both = [digest("first"), digest("second")];
        let kept: Vec<Digest> = superseded.kept.iter().map(|kept| kept.digest.clone()).collect();
        let (offered, expected_kept) =
            if is_kept { (Vec::new(), both.to_vec()) } else { (both.to_vec(), Vec::new()) };
        assert_eq!((digests(superseded), kept), (offered, expected_kept), "{name}");
        let is_deleted = superseded.deleted.contains(&digest("amd64"));
        assert_eq!(is_deleted, name == "nothing", "{name}");
    }
}

/// Which platforms it has, and so whether one of them runs, isn't known until it was read.
#[test]
fn an_index_that_was_not_read_is_kept_unless_it_cannot_be_read() {
    for (is_read, status, is_offered) in [
        (false, EcrImageStatus::Active, false),
        (true, EcrImageStatus::Active, true),
        (false, EcrImageStatus::Archived, true),
    ] {
        let mut shop = TestRepository::default();
        shop.image("amd64", &[], &[("base", 30)]);
        shop.index("old", &["build-1"], &[("amd64", "linux/amd64")]).status = status.into();
        let facts = if is_read { shop.read(&["old"]) } else { HashMap::new() };
        let unused = found(&shop, &facts, CleanupClass::Unused);
        let expected = if is_offered { vec![digest("old")] } else { Vec::new() };
        assert_eq!(digests(&unused), expected, "{is_read} {status:?}");
        let why: Vec<_> = unused.kept.iter().map(|kept| &kept.why).collect();
        assert_eq!(why.is_empty(), is_offered, "{why:?}");
        assert!(is_offered || *why[0] == ExclusionReason::UnreadIndex, "{why:?}");
    }
}
