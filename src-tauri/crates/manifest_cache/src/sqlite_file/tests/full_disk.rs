//! A disk that is full: the file can't grow.

use transload_model::{AccountId, Digest, Region, RepositoryName, Tag};

use super::{NOW_MS, fill, images, running};
use crate::document_cache::DocumentCache;
use crate::image_lists::ImageLists;
use crate::pull_times::{PullScope, PullTime};
use crate::testing::{find, names, scope};

#[test]
fn lists_that_cannot_be_written_are_used_from_memory() {
    let registry = scope("111122223333");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lists.sqlite");
    let lists = ImageLists::open(&path);
    lists.put(&registry, "shop/api", &images("old"), "old", NOW_MS);
    lists.put(&registry, "shop/web", &images("web"), "web", NOW_MS);
    lists.put_use(&registry, "shop/api", &running(1), NOW_MS);
    lists.file.connection().execute_batch("PRAGMA max_page_count = 1").unwrap();
    let larger: Vec<_> = ["new", "more", "most"].into_iter().flat_map(images).collect();
    lists.put(&registry, "shop/api", &larger, "new", NOW_MS + 1);
    lists.set_summary(&registry, "shop/web", &"longer than a page ".repeat(1_000));
    lists.put_use(&registry, "shop/web", &running(2), NOW_MS + 1);
    let check = |lists: &ImageLists, context: &str| {
        let known = lists.repositories(&registry);
        let known: Vec<_> = known
            .iter()
            .map(|one| (one.name.as_str(), one.listed_at_ms - NOW_MS, one.summary.len()))
            .collect();
        assert_eq!(known, [("shop/api", 1, 3), ("shop/web", 0, 19_000)], "{context}");
        for (text, expected) in [
            ("old-7", &[][..]),
            ("most-299", &["shop/api:most-299"]),
            ("web-299", &["shop/web:web-299"]),
            (
                "*-299",
                &["shop/api:more-299", "shop/api:most-299", "shop/api:new-299", "shop/web:web-299"],
            ),
        ] {
            let mut found = names(&find(lists, &registry, text, 99));
            found.sort();
            assert_eq!(found, expected, "{context}: {text}");
        }
        let digest = Digest::of(b"most 299").to_string();
        assert_eq!(names(&find(lists, &registry, &digest, 99)), ["shop/api:most-299"], "{context}");
        assert_eq!(lists.use_of(&registry, "shop/api").images, running(1), "{context}");
        assert_eq!(lists.use_of(&registry, "shop/web").images, running(2), "{context}");
    };
    check(&lists, "the disk is full");
    lists.set_summary(&registry, "shop/api", "set");
    assert_eq!(lists.repositories(&registry)[0].summary, "set");
    assert_eq!(names(&find(&lists, &registry, "most-299", 9)).len(), 1, "an unwritten list stays");
    let (tag, digest) = (Tag::parse("most-299").unwrap(), Digest::of(b"new 0"));
    lists.move_tag(&registry, "shop/api", &tag, Some(&digest));
    let moved = find(&lists, &registry, "most-299", 9);
    assert_eq!(moved.images[0].image.digest, digest, "the tag moves in an unwritten list");
    assert!(names(&find(&ImageLists::open(&path), &registry, "most-299", 9)).is_empty());

    lists.file.connection().execute_batch("PRAGMA max_page_count = 100000").unwrap();
    lists.put(&registry, "shop/api", &images("again"), "again", NOW_MS + 2);
    let replaced = find(&lists, &registry, "most-299", 9);
    assert!(replaced.images.is_empty(), "a written list takes the place of the one in memory");
    lists.put(&registry, "shop/api", &larger, "new", NOW_MS + 1);
    lists.put(&registry, "shop/web", &images("web"), &"longer than a page ".repeat(1_000), NOW_MS);
    lists.put_use(&registry, "shop/web", &running(2), NOW_MS + 1);
    check(&lists, "the disk has room again");
    drop(lists);
    check(&ImageLists::open(&path), "after a restart");
}

#[test]
fn what_cannot_be_written_is_used_from_memory() {
    let account = AccountId::parse("111122223333").unwrap();
    let region = Region::parse("eu-central-1").unwrap();
    let shop = PullScope::new(&account, &region, &RepositoryName::parse("shop").unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.sqlite");
    fill(&path);
    let cache = DocumentCache::open(&path);
    let (image, first, second) = (Digest::of(b"image"), NOW_MS, NOW_MS + 90_000_000);
    cache.record_reads(&shop, [(&image, Some(7))], first);
    cache.file.connection().execute_batch("PRAGMA max_page_count = 1").unwrap();
    let contents: Vec<Vec<u8>> = (100..140_u8).map(|number| vec![number; 9_000]).collect();
    let digests: Vec<Digest> = contents.iter().map(|content| Digest::of(content)).collect();
    let documents =
        || digests.iter().zip(&contents).map(|(one, content)| (one, "a/b", &content[..]));
    cache.insert(documents(), NOW_MS);
    for digest in &digests {
        assert!(cache.has(digest) && cache.document(digest, NOW_MS).is_some());
    }
    assert!(cache.has(&Digest::of(&vec![3; 5_000])), "what was written before is still there");

    let layer = Digest::of(b"layer");
    cache.insert_layer_list(&layer, &[7; 9_000], NOW_MS);
    assert_eq!(cache.layer_list(&layer, NOW_MS), Some(vec![7; 9_000]));

    // Many reads, so that they need another page. ECR reports the first one as a pull.
    let many: Vec<Digest> = (0..500_u64).map(|one| Digest::of(&one.to_be_bytes())).collect();
    let reported = || many.iter().map(|one| (one, None)).chain([(&image, Some(first + 1_000))]);
    cache.record_reads(&shop, reported(), second);
    let reads = cache.own_reads(&shop);
    assert_eq!(reads.len(), many.len() + 1);
    let web = PullScope::new(&account, &region, &RepositoryName::parse("web").unwrap());
    assert_eq!(cache.read_in_other_repositories(&web).len(), many.len() + 1, "each image once");
    assert_eq!(PullTime::of(Some(second), &reads[&image]).pulled_at_ms, Some(7));

    cache.file.connection().execute_batch("PRAGMA max_page_count = 100000").unwrap();
    cache.insert(documents(), NOW_MS);
    drop(cache);
    let again = DocumentCache::open(&path);
    assert!(digests.iter().all(|digest| again.has(digest)), "written once there is room");
}
