//! The cache of documents with files that are damaged in every way that was thought of, found at the start or at use.

use std::fs;

use super::*;
use crate::document_cache::DocumentCache;
use transload_model::Digest;

const NOW_MS: u64 = 1_790_000_000_000;

/// Writes enough that the file has many pages.
fn fill(path: &Path) {
    let cache = DocumentCache::open(path);
    for number in 0..50_u8 {
        let content = vec![number; 5_000];
        cache.insert([(&Digest::of(&content), "text/plain", &content[..])], NOW_MS);
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
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
fn a_damaged_cache_starts_again_and_goes_on() {
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

    // Many reads, so that they need another page. ECR reports the first one as a pull.
    let many: Vec<Digest> = (0..500_u64).map(|one| Digest::of(&one.to_be_bytes())).collect();
    let reported = || many.iter().map(|one| (one, None)).chain([(&image, Some(first + 1_000))]);
    cache.record_reads(&shop, reported(), second);
    let reads = cache.own_reads(&shop);
    assert_eq!(reads.len(), many.len() + 1);
    assert_eq!(PullTime::of(Some(second), &reads[&image]).pulled_at_ms, Some(7));

    cache.file.connection().execute_batch("PRAGMA max_page_count = 100000").unwrap();
    cache.insert(documents(), NOW_MS);
    drop(cache);
    let again = DocumentCache::open(&path);
    assert!(digests.iter().all(|digest| again.has(digest)), "written once there is room");
}
