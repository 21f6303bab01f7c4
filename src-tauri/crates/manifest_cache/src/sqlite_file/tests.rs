//! The cache of documents, and the lists of images, with files that are damaged in every way that was thought of, found at the start or at use.

use std::collections::BTreeMap;
use std::fs;

use super::*;
use crate::document_cache::DocumentCache;
use crate::image_lists::{ImageLists, ListedImage};
use crate::image_use::ImageUse;
use crate::testing::{find, image, names, scope};
use transload_model::{Digest, Tag};

const NOW_MS: u64 = 1_790_000_000_000;

/// Writes enough that the file has many pages.
fn fill(path: &Path) {
    let cache = DocumentCache::open(path);
    for number in 0..50_u8 {
        let content = vec![number; 5_000];
        cache.insert([(&Digest::of(&content), "text/plain", &content[..])], NOW_MS);
    }
}

fn cut(path: &Path) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2 / 4096 * 4096).unwrap();
}

/// Fills all pages from one on with a byte.
fn overwrite(path: &Path, from_page: usize, byte: u8) {
    let mut bytes = fs::read(path).unwrap();
    bytes[from_page * 4096..].fill(byte);
    fs::write(path, bytes).unwrap();
}

/// A name, how a file is damaged, and whether a new file takes its place.
type Damage = (&'static str, fn(&Path), bool);

const DAMAGES: [Damage; 12] = [
    ("none", |_| {}, true),
    ("cut", cut, true),
    ("cut, with a log of changes beside it", cut_with_log, true),
    ("empty", |path| fs::write(path, "").unwrap(), true),
    ("zeros but for the first page", |path| overwrite(path, 1, 0), true),
    ("garbage but for the first page", |path| overwrite(path, 1, 0xa5), true),
    ("zeros", |path| overwrite(path, 0, 0), true),
    ("not a database", |path| fs::write(path, vec![b'x'; 50_000]).unwrap(), true),
    ("a log of garbage", |path| fs::write(with_suffix(path, "-wal"), [0xa5; 9_000]).unwrap(), true),
    ("a later version with another column", later, false),
    ("a folder", folder_instead, false),
    ("no folder for it", no_folder, false),
];

/// Cuts a file while its log of changes exists, as after a crash.
fn cut_with_log(path: &Path) {
    let copy = with_suffix(path, "-copy");
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); CREATE TABLE more (x);").unwrap();
    let log = fs::read(with_suffix(path, "-wal")).unwrap();
    assert!(!log.is_empty());
    fs::copy(path, &copy).unwrap();
    drop(connection);
    fs::rename(&copy, path).unwrap();
    fs::write(with_suffix(path, "-wal"), log).unwrap();
    cut(path);
}

fn later(path: &Path) {
    let connection = Connection::open(path).unwrap();
    for table in ["document", "image"] {
        let _ = connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN later TEXT"));
    }
}

fn folder_instead(path: &Path) {
    fs::remove_file(path).unwrap();
    fs::create_dir(path).unwrap();
}

fn no_folder(path: &Path) {
    let folder = path.parent().unwrap();
    if folder.is_dir() {
        fs::remove_dir_all(folder).unwrap();
        fs::write(folder, "").unwrap();
    }
}

/// Uses everything twice: the first use may find the damage.
fn use_documents(path: &Path) -> DocumentCache {
    let cache = DocumentCache::open(path);
    let content = b"new";
    let digest = Digest::of(content);
    for _ in 0..2 {
        for number in 0..50_u8 {
            cache.document(&Digest::of(&vec![number; 5_000]), NOW_MS);
        }
        cache.insert([(&digest, "text/plain", &content[..])], NOW_MS);
        assert!(cache.has(&digest) && cache.document(&digest, NOW_MS).is_some());
    }
    cache
}

#[test]
fn a_damaged_cache_stays_usable() {
    for (name, damage, is_kept) in DAMAGES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/cache.sqlite");
        fill(&path);
        damage(&path);
        drop(use_documents(&path));
        let kept = DocumentCache::open(&path).has(&Digest::of(b"new"));
        assert_eq!(kept, is_kept, "{name}: documents across a restart");
    }
}

/// Two processes with the same file find it damaged, one after the other or at once: the second one uses the file of the
/// first one, and loses nothing of it.
#[test]
fn a_damaged_cache_of_two_processes_starts_again_once() {
    let write = |cache: &DocumentCache, content: &str| {
        let content = content.as_bytes();
        // The first use finds the damage.
        for _ in 0..2 {
            cache.document(&Digest::of(&[7; 5_000]), NOW_MS);
            cache.insert([(&Digest::of(content), "text/plain", content)], NOW_MS);
        }
        assert!(cache.has(&Digest::of(content)));
    };
    let garbage: fn(&Path) = |path| overwrite(path, 1, 0xa5);
    for (name, damage, is_open) in [
        ("open", garbage, true),
        ("opened", garbage, false),
        ("not a database", |path| overwrite(path, 0, b'x'), false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.sqlite");
        fill(&path);
        let open = || DocumentCache::open(&path);
        let [first, second] = match is_open {
            true => {
                let both = [open(), open()];
                damage(&path);
                both
            }
            false => {
                damage(&path);
                [open(), open()]
            }
        };
        for (turn, content) in ["one", "two", "three"].iter().enumerate() {
            write(&first, &format!("{content} of the first"));
            write(&second, &format!("{content} of the second"));
            let other = Digest::of(format!("{content} of the first").as_bytes());
            assert!(second.has(&other), "{name}, turn {turn}: both have one file");
        }
        drop([first, second]);
        let kept = open();
        for content in ["one", "two", "three"] {
            for of in ["first", "second"] {
                let digest = Digest::of(format!("{content} of the {of}").as_bytes());
                assert!(kept.has(&digest), "{name}: {content} of the {of} across a restart");
            }
        }
    }
}

#[test]
fn a_damaged_cache_that_processes_open_at_once_is_one_file() {
    for round in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache.sqlite");
        fill(&path);
        overwrite(&path, 0, b'x');
        let all = std::thread::scope(|scope| {
            let opening: Vec<_> = (0..4_u8)
                .map(|number| {
                    let path = &path;
                    scope.spawn(move || {
                        let cache = DocumentCache::open(path);
                        cache.insert(
                            [(&Digest::of(&[number]), "text/plain", &[number][..])],
                            NOW_MS,
                        );
                        cache
                    })
                })
                .collect();
            opening.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        for cache in all {
            assert!((0..4_u8).all(|number| cache.has(&Digest::of(&[number]))), "round {round}");
        }
    }
}

/// A list of which a page of the file has about 30 images.
fn images(tag: &str) -> Vec<ListedImage> {
    (0..300)
        .map(|number| image(&format!("{tag} {number}"), &[&format!("{tag}-{number}")]))
        .collect()
}

fn running(count: u64) -> BTreeMap<Digest, ImageUse> {
    let used = ImageUse { count, last_in_use_at_ms: None };
    (0..300_u64).map(|number| (Digest::of(&number.to_be_bytes()), used)).collect()
}

/// Uses everything twice, or more often if the file was open: it is found damaged when a damaged page is used, and what
/// was written before is lost with it.
fn use_lists(lists: &ImageLists, name: &str, is_open: bool) {
    let registry = scope("111122223333");
    let uses = if is_open { 6 } else { 2 };
    for use_number in 1..=uses {
        let context = format!("{name}, open: {is_open}, use {use_number}");
        lists.repositories(&registry);
        for text in ["old-7", "sha256:"] {
            find(lists, &registry, text, 2_000);
        }
        for number in 0..5 {
            lists.use_of(&registry, &format!("old/{number}"));
        }
        lists.put(&registry, "shop/api", &images("new"), "first", NOW_MS);
        lists.set_summary(&registry, "shop/api", "second");
        lists.put_use(&registry, "shop/api", &running(use_number), NOW_MS + use_number);
        if is_open && use_number < uses {
            continue;
        }
        let known = lists.repositories(&registry);
        let known = known.iter().find(|repository| repository.name == "shop/api");
        assert_eq!(known.map(|known| known.summary.as_str()), Some("second"), "{context}");
        assert_eq!(lists.use_of(&registry, "shop/api").images, running(use_number), "{context}");
        assert_eq!(names(&find(lists, &registry, "new-299", 9)), ["shop/api:new-299"], "{context}");
        let digest = Digest::of(b"new 299").to_string();
        assert_eq!(names(&find(lists, &registry, &digest, 9)), ["shop/api:new-299"], "{context}");
    }
    lists.retain(&registry, |name| name == "shop/api");
}

#[test]
fn damaged_lists_of_images_stay_usable() {
    let registry = scope("111122223333");
    for (name, damage, is_kept) in DAMAGES {
        // Only the content of an open file is damaged: a folder that replaces it doesn't reach it.
        for is_open in [false, true].into_iter().filter(|is_open| is_kept || !is_open) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("data/lists.sqlite");
            let lists = ImageLists::open(&path);
            for number in 0..5 {
                let repository = format!("old/{number}");
                lists.put(&registry, &repository, &images("old"), "old", NOW_MS);
                lists.put_use(&registry, &repository, &running(9), NOW_MS);
            }
            let lists = if is_open {
                damage(&path);
                lists
            } else {
                drop(lists);
                damage(&path);
                ImageLists::open(&path)
            };
            use_lists(&lists, name, is_open);
            drop(lists);
            let again = ImageLists::open(&path);
            let kept = names(&find(&again, &registry, "new-299", 9)).len() == 1;
            assert!(is_open || kept == is_kept, "{name}: lists across a restart");
        }
    }
}

/// A disk that is full: the file can't grow.
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

/// A disk that is full: the file can't grow.
#[test]
fn what_cannot_be_written_is_used_from_memory() {
    use crate::pull_times::{PullScope, PullTime};
    use transload_model::{AccountId, Region, RepositoryName};

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

#[test]
fn a_cache_deletes_the_files_of_its_earlier_versions_and_no_others() {
    let later_tables: fn(&Path) = |path| {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch("CREATE TABLE document (other TEXT)").unwrap();
    };
    // The file that is opened, whether its tables are those of another version, and the files that are deleted.
    for (opened, is_later, deleted) in [
        ("lists.sqlite", false, &[][..]),
        ("lists-2.sqlite", false, &["lists.sqlite"]),
        ("lists-3.sqlite", false, &["lists.sqlite", "lists-2.sqlite"]),
        // In memory, so nothing took the place of the earlier versions.
        ("lists-3.sqlite", true, &[]),
        ("other-lists-2.sqlite", false, &[]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let all = ["lists.sqlite", "lists-2.sqlite", "lists-4.sqlite", "lists-old.sqlite"];
        for name in all.into_iter().filter(|name| *name != opened) {
            for suffix in ["", "-wal", "-shm", "-lock"] {
                fs::write(folder.path().join(format!("{name}{suffix}")), "x").unwrap();
            }
        }
        let path = folder.path().join(opened);
        if is_later {
            later_tables(&path);
        }
        drop(DocumentCache::open(&path));
        for name in all.into_iter().filter(|name| *name != opened) {
            for suffix in ["", "-wal", "-shm", "-lock"] {
                let exists = folder.path().join(format!("{name}{suffix}")).exists();
                assert_eq!(exists, !deleted.contains(&name), "{opened}: {name}{suffix}");
            }
        }
        assert!(path.exists(), "{opened}");
    }
}
