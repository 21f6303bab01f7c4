//! Tests of splitting a plan into parts.

use std::collections::BTreeSet;

use super::*;

const MB: u64 = 1_000_000;

fn image<'a>(repository: &'a str, tag: &'a str, size_bytes: u64) -> ShardImage<'a> {
    ShardImage { repository, tag, digest: None, size_bytes, is_ordered: false }
}

fn groups(of: &[(&str, u32)]) -> BTreeMap<String, u32> {
    of.iter().map(|(name, group)| ((*name).to_owned(), *group)).collect()
}

/// Returns the repositories of each part. Checks that each image is in exactly one part.
fn parts(
    images: &[ShardImage<'_>],
    groups: &BTreeMap<String, u32>,
    parts: u32,
) -> Vec<Vec<String>> {
    let mut owners = vec![0; images.len()];
    let all = (1..=parts).map(|part| {
        let selected = Shard::new(part, parts).unwrap().select(images, groups);
        let mine = images.iter().zip(&selected).enumerate().filter(|(_, (_, selected))| **selected);
        mine.map(|(index, (image, _))| {
            owners[index] += 1;
            format!("{}:{}", image.repository, image.tag)
        })
        .collect()
    });
    let all = all.collect();
    assert!(owners.iter().all(|owners| *owners == 1), "{parts} parts: {owners:?}");
    all
}

#[test]
fn parts_are_balanced_and_repositories_with_shared_layers_stay_together() {
    let images = [
        image("big", "1", 900 * MB),
        image("one", "1", 300 * MB),
        image("two", "1", 300 * MB),
        image("three", "1", 200 * MB),
        image("a", "1", 100 * MB),
        image("b", "1", 50 * MB),
    ];
    let groups = groups(&[("one", 1), ("two", 1), ("three", 1)]);
    let two = parts(&images, &groups, 2);
    assert_eq!(two, [vec!["big:1", "b:1"], vec!["one:1", "two:1", "three:1", "a:1"]]);
    for count in 1..=20 {
        parts(&images, &groups, count);
    }
}

#[test]
fn a_group_that_is_the_whole_plan_is_split() {
    let images = [image("a", "1", 10), image("b", "1", 10), image("c", "1", 10)];
    let three = parts(&images, &groups(&[("a", 1), ("b", 1), ("c", 1)]), 3);
    assert!(three.iter().all(|part| part.len() == 1), "{three:?}");
}

#[test]
fn one_large_repository_is_split_into_even_parts_of_neighbors() {
    let tags: Vec<String> = (0..100).map(|tag| format!("v{tag:02}")).collect();
    let images: Vec<_> = tags.iter().map(|tag| image("app", tag, 50 * MB)).collect();
    for count in [2, 3, 7, 50, 100] {
        let split = parts(&images, &BTreeMap::new(), count);
        let sizes: Vec<_> = split.iter().map(Vec::len).collect();
        let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        assert!(most - least <= 1 || most * 3 <= least * 4, "{count} parts: {sizes:?}");
        for part in &split {
            assert!(part.is_sorted(), "the order of the plan is kept: {part:?}");
        }
    }
    // Among other repositories it gets the remaining capacity.
    let mut with_others = images.clone();
    with_others.push(image("small", "1", 5 * MB));
    let four = parts(&with_others, &BTreeMap::new(), 4);
    assert!(four.iter().all(|part| (20..=30).contains(&part.len())), "{four:?}");
}

#[test]
fn an_ordered_repository_is_not_split() {
    let tags: Vec<String> = (0..10).map(|tag| tag.to_string()).collect();
    let images: Vec<_> = tags
        .iter()
        .map(|tag| ShardImage { is_ordered: true, ..image("app", tag, 50 * MB) })
        .chain([image("other", "1", MB)])
        .collect();
    let split = parts(&images, &BTreeMap::new(), 3);
    let with_app = split.iter().filter(|part| part.iter().any(|name| name.starts_with("app:")));
    assert_eq!(with_app.count(), 1, "{split:?}");
}

#[test]
fn tags_of_one_digest_and_images_of_one_tag_stay_together() {
    let image = |tag, digest| ShardImage { digest: Some(digest), ..image("app", tag, 50 * MB) };
    let images = [
        image("1.0", "a"),
        image("1.1", "b"),
        image("1.2", "c"),
        image("1.3", "d"),
        image("stable", "a"),
        image("latest", "d"),
        image("latest", "e"),
    ];
    for count in 2..=7 {
        let split = parts(&images, &BTreeMap::new(), count);
        let part_of = |name: &str| {
            let with = split.iter().enumerate().filter(|(_, part)| part.iter().any(|n| n == name));
            with.map(|(index, _)| index).collect::<BTreeSet<_>>()
        };
        assert_eq!(part_of("app:1.0"), part_of("app:stable"), "{split:?}");
        assert_eq!(part_of("app:latest").len(), 1, "{split:?}");
        assert_eq!(part_of("app:1.3"), part_of("app:latest"), "{split:?}");
    }
}

#[test]
fn invalid_numbers_are_refused_before_allocation() {
    let max = u32::MAX;
    for (part, parts, valid) in [
        (0, 0, false),
        (1, 0, false),
        (0, 3, false),
        (4, 3, false),
        (1, max, false),
        (max, max, false),
        (1, MAX_PARTS + 1, false),
        (max, 3, false),
        (1, 1, true),
        (3, 3, true),
        (MAX_PARTS, MAX_PARTS, true),
    ] {
        assert_eq!(Shard::new(part, parts).is_ok(), valid, "{part}/{parts}");
    }
}

#[test]
fn more_parts_than_images_leave_some_parts_empty() {
    let images = [image("a", "1", MB), image("a", "2", MB), image("b", "1", 5 * MB)];
    let many = parts(&images, &BTreeMap::new(), 1000);
    assert_eq!(many.iter().filter(|part| !part.is_empty()).count(), 3);
    // Sizes beyond any disk are added without overflow.
    parts(&[image("a", "1", u64::MAX), image("b", "1", u64::MAX)], &BTreeMap::new(), 3);
    assert!(parts(&[], &BTreeMap::new(), 5).iter().all(Vec::is_empty));
}

#[test]
fn a_hundred_thousand_images_are_split_into_ten_thousand_parts_quickly_and_fully() {
    let names: Vec<(String, String)> = (0..100_000)
        .map(|number| (format!("team/app{}", number % 1500), format!("v{number}")))
        .collect();
    let images: Vec<_> = names
        .iter()
        .zip(0..)
        .map(|((repository, tag), number): (_, u64)| image(repository, tag, number % 97 * MB))
        .collect();
    let selected = Shard::new(7_777, MAX_PARTS).unwrap().select(&images, &BTreeMap::new());
    assert_eq!(selected.len(), images.len());
    let assigned = assign(&images, &BTreeMap::new(), MAX_PARTS);
    assert!(assigned.iter().all(|part| (1..=MAX_PARTS).contains(part)));
}

#[test]
fn sets_are_joined_transitively() {
    let mut sets = DisjointSets::default();
    for _ in 0..6 {
        sets.add();
    }
    sets.join(4, 5);
    sets.join(1, 3);
    sets.join(3, 4);
    let roots: Vec<_> = (0..6).map(|member| sets.root(member)).collect();
    assert_eq!(roots, [0, 1, 2, 1, 1, 1]);
}
