//! Files that are damaged in every way that was thought of, found at the start or at use.

use std::fs;

use transload_model::Digest;

use super::{NOW_MS, fill, images, running};
use crate::document_cache::DocumentCache;
use crate::image_lists::ImageLists;
use crate::sqlite_file::*;
use crate::testing::{find, names, scope};

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
