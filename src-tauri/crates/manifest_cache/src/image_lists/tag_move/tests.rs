//! Where a tag is found after it moved, and what a move writes.

use super::*;
use crate::testing::{find, image, names, scope};

#[test]
fn a_tag_is_found_at_the_image_that_has_it_now() {
    let registry = scope("111122223333");
    let (one, two) = (image("one", &["v1", "Prod"]), image("two", &["v2"]));
    let digest = |image: &crate::ListedImage| image.digest.clone();
    // The image that gets the tag, and the first tag of what a search for it finds, and of both images after it.
    for (tag, to, found) in [
        ("Prod", Some(digest(&two)), vec!["shop/api:v2"]),
        ("Prod", Some(digest(&one)), vec!["shop/api:v1"]),
        ("Prod", None, vec![]),
        ("new", Some(digest(&one)), vec!["shop/api:v1"]),
        // Of an image that wasn't listed.
        ("Prod", Some(Digest::of(b"other")), vec![]),
    ] {
        let lists = ImageLists::in_memory();
        lists.put(&registry, "shop/api", &[one.clone(), two.clone()], "", 5);
        lists.put(&registry, "shop/web", &[image("three", &["web", "other"])], "", 5);
        let tag = Tag::parse(tag).unwrap();
        lists.move_tag(&registry, "shop/api", &tag, to.as_ref());
        lists.move_tag(&registry, "missing", &tag, to.as_ref());
        let of_tag = names(&find(&lists, &registry, tag.as_str(), 9));
        assert_eq!(of_tag, found, "{tag} to {to:?}");
        // Others stay where they are.
        assert_eq!(names(&find(&lists, &registry, "v2", 9)), ["shop/api:v2"]);
        assert_eq!(names(&find(&lists, &registry, "web:other", 9)), ["shop/web:web"]);
        let of = find(&lists, &registry, &format!("shop/api:{tag}"), 9);
        let tags = of.images.first().map(|found| found.image.tags.len());
        assert_eq!(tags.is_some(), !found.is_empty());
    }
}

#[test]
fn a_tag_moves_in_its_registry_only_and_is_no_second_time_at_its_image() {
    let (ours, theirs) = (scope("111122223333"), scope("444455556666"));
    let (one, two) = (image("one", &["v1", "Prod"]), image("two", &["v2"]));
    let lists = ImageLists::in_memory();
    for registry in [&ours, &theirs] {
        lists.put(registry, "shop/api", &[one.clone(), two.clone()], "", 5);
    }
    let tags = |registry: &RegistryScope| {
        ["v1", "v2"].map(|tag| {
            let found = find(&lists, registry, tag, 9);
            let tags: Vec<&str> = found.images[0].image.tags.iter().map(Tag::as_str).collect();
            tags.join(" ")
        })
    };
    let prod = Tag::parse("Prod").unwrap();
    for (to, expected) in [(&one, ["v1 Prod", "v2"]), (&two, ["v1", "v2 Prod"])] {
        lists.move_tag(&theirs, "shop/api", &prod, Some(&to.digest));
        assert_eq!(
            (tags(&theirs), tags(&ours)),
            (expected.map(str::to_owned), ["v1 Prod", "v2"].map(str::to_owned))
        );
    }
}

#[test]
fn a_tag_that_moves_while_the_file_cannot_be_written_is_found_at_its_image_and_moves_back() {
    let registry = scope("111122223333");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lists.sqlite");
    let lists = ImageLists::open(&path);
    let (one, two) = (image("one", &["v1", "Prod"]), image("two", &["v2"]));
    lists.put(&registry, "shop/api", &[one.clone(), two.clone()], "of api", 5);
    lists.put(&registry, "shop/web", &[image("three", &["web"])], "of web", 5);
    let only_reads = |is_on: &str| {
        let pragma = format!("PRAGMA query_only = {is_on}");
        lists.file.connection().execute_batch(&pragma).unwrap();
    };
    only_reads("ON");
    let prod = Tag::parse("Prod").unwrap();
    let holder = || find(&lists, &registry, "Prod", 9).images.pop().map(|one| one.image.digest);
    for to in [Some(&two.digest), Some(&one.digest), None, Some(&two.digest)] {
        lists.move_tag(&registry, "shop/api", &prod, to);
        lists.move_tag(&registry, "missing", &prod, to);
        assert_eq!(holder().as_ref(), to);
        let known = lists.repositories(&registry).into_iter();
        let known: Vec<_> = known.map(|one| (one.listed_at_ms, one.summary)).collect();
        assert_eq!(known, [(5, "of api".to_owned()), (5, "of web".to_owned())]);
    }
    assert_eq!(names(&find(&lists, &registry, "web", 9)), ["shop/web:web"]);
    // The next list of the repository is written, and takes the place of the one in memory.
    only_reads("OFF");
    lists.put(&registry, "shop/api", &[one.clone(), two], "", 6);
    assert_eq!(holder(), Some(one.digest));
}

/// What a change writes is in the log of the file until the next checkpoint: the row of each image and its part of
/// the lines, of which the image before and the one after can have two.
#[test]
fn a_change_of_a_tag_writes_little_in_a_large_repository() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lists.sqlite");
    let lists = ImageLists::open(&path);
    let registry = scope("111122223333");
    let images: Vec<_> = (0..10_000)
        .map(|number| image(&number.to_string(), &[&format!("build-2026-11-30-{number:06}")]))
        .collect();
    lists.put(&registry, "shop/api", &images, "", 5);
    let log = folder.path().join("lists.sqlite-wal");
    let checkpoint = || {
        let connection = lists.file.connection();
        let done = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        assert_eq!(done, Ok(0));
        assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
    };
    for (tag, to) in [("build-2026-11-30-000007", 9_000), ("prod", 77), ("prod", 5_000)] {
        checkpoint();
        let tag = Tag::parse(tag).unwrap();
        lists.move_tag(&registry, "shop/api", &tag, Some(&images[to].digest));
        let found = find(&lists, &registry, tag.as_str(), 9);
        assert_eq!(found.images.len(), 1, "{tag}");
        assert_eq!(found.images[0].image.digest, images[to].digest, "{tag}");
        let written = std::fs::metadata(&log).unwrap().len();
        assert!(written > 0 && written < 100_000, "{tag}: {written} bytes");
    }
}
