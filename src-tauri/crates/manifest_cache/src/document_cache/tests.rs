//! The cache across restarts, at its limit, and with a file that can't be used.

use super::*;
use crate::pull_times::{OwnRead, PullTime, ReadSpan};
use transload_model::{AccountId, Region, RepositoryName};

const NOW_MS: u64 = 1_790_000_000_000;

fn scope(repository: &str) -> PullScope {
    let account = AccountId::parse("111122223333").unwrap();
    let region = Region::parse("eu-central-1").unwrap();
    PullScope::new(&account, &region, &RepositoryName::parse(repository).unwrap())
}

fn insert(cache: &DocumentCache, content: &[u8], now_ms: u64) -> Digest {
    let digest = Digest::of(content);
    cache.insert([(&digest, "application/json", content)], now_ms);
    digest
}

#[test]
fn documents_and_reads_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/manifests.sqlite");
    let cache = DocumentCache::open(&path);
    let digest = insert(&cache, b"{}", NOW_MS);
    cache.record_reads(&scope("shop/api"), [(&digest, None)], NOW_MS);
    let span = ReadSpan::new(NOW_MS, NOW_MS + 200, 0);
    cache.record_answer(&scope("shop/api"), [&digest], NOW_MS, span);
    drop(cache);

    let cache = DocumentCache::open(&path);
    let document = cache.document(&digest, NOW_MS).unwrap();
    assert_eq!(
        (document.media_type.as_str(), &document.bytes[..]),
        ("application/json", &b"{}"[..])
    );
    assert!(cache.has(&digest) && !cache.has(&Digest::of(b"other")));
    let read = OwnRead { read_at_ms: NOW_MS, pulled_before_ms: None, span: Some(span) };
    assert_eq!(cache.own_reads(&scope("shop/api"))[&digest], [read]);
    assert!(cache.own_reads(&scope("shop/web")).is_empty());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }
}

#[test]
fn a_second_read_keeps_the_pull_before_the_first() {
    let cache = DocumentCache::in_memory();
    let (scope, digest) = (scope("shop/api"), Digest::of(b"{}"));
    let (pulled, first, second) = (NOW_MS - 90_000_000, NOW_MS, NOW_MS + 90_000_000);
    cache.record_reads(&scope, [(&digest, Some(pulled))], first);
    // ECR reports the first read as a pull.
    cache.record_reads(&scope, [(&digest, Some(first + 1_000))], second);
    let time = PullTime::of(Some(second), &cache.own_reads(&scope)[&digest]);
    assert_eq!(time.pulled_at_ms, Some(pulled));

    for number in 0..100 {
        let read = second + number;
        cache.record_reads(&scope, [(&digest, Some(second))], read);
        cache.record_answer(&scope, [&digest], read, ReadSpan::new(read, read, 0));
    }
    let reads = &cache.own_reads(&scope)[&digest];
    assert_eq!(reads.len(), READS_KEPT as usize);
    assert!(reads.iter().all(|read| read.span.is_some()));
    let count = "SELECT count(*) FROM read_span";
    let spans: u32 = cache.file.connection().query_row(count, [], |row| row.get(0)).unwrap();
    assert!(spans <= READS_KEPT, "{spans}");
}

#[test]
fn the_least_recently_used_documents_are_removed_first() {
    let cache = DocumentCache { limit_bytes: 1_000, ..DocumentCache::in_memory() };
    let contents: Vec<Vec<u8>> = (0..4_u8).map(|number| vec![number; 300]).collect();
    let (old, used, newer) = (
        insert(&cache, &contents[0], NOW_MS),
        insert(&cache, &contents[1], NOW_MS),
        insert(&cache, &contents[2], NOW_MS + 1),
    );
    assert!(cache.document(&used, NOW_MS + USE_GRANULARITY_MS + 1).is_some());
    let newest = insert(&cache, &contents[3], NOW_MS + USE_GRANULARITY_MS + 2);
    let kept = [&old, &used, &newer, &newest].map(|digest| cache.has(digest));
    assert_eq!(kept, [false, true, true, true]);
}

#[test]
fn documents_in_memory_have_the_limit_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (file, no_file) = (folder.path().join("cache.sqlite"), folder.path().join("folder"));
    std::fs::create_dir(&no_file).unwrap();
    for (name, cache, expected) in [
        ("in memory", DocumentCache::in_memory(), MEMORY_LIMIT_BYTES),
        ("a file", DocumentCache::open(&file), LIMIT_BYTES),
        ("a file that can't be used", DocumentCache::open(&no_file), MEMORY_LIMIT_BYTES),
    ] {
        assert_eq!(cache.limit_of(&cache.file.connection()), expected, "{name}");
    }
}

#[test]
fn unusable_documents_are_neither_stored_nor_returned() {
    let cache = DocumentCache::in_memory();
    let digest = Digest::of(b"right");
    cache.insert([(&digest, "text/plain", &b"wrong"[..])], NOW_MS);
    assert!(!cache.has(&digest));
    let large = vec![b' '; DOCUMENT_LIMIT_BYTES + 1];
    let large = insert(&cache, &large, NOW_MS);
    assert!(!cache.has(&large));

    let digest = insert(&cache, b"right", NOW_MS);
    cache.file.connection().execute("UPDATE document SET bytes = x'00'", []).unwrap();
    assert_eq!(cache.document(&digest, NOW_MS), None);
    assert!(!cache.has(&digest), "a damaged document can be cached again");
}

#[test]
fn a_file_that_cannot_be_used_is_replaced_or_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("damaged.sqlite");
    std::fs::write(&damaged, vec![b'x'; 4096]).unwrap();
    let is_folder = folder.path().join("folder.sqlite");
    std::fs::create_dir(&is_folder).unwrap();
    let cut = folder.path().join("cut.sqlite");
    let cache = DocumentCache::open(&cut);
    let old: Vec<Digest> =
        (0..50_u8).map(|number| insert(&cache, &vec![number; 5_000], NOW_MS)).collect();
    drop(cache);
    let file = std::fs::OpenOptions::new().write(true).open(&cut).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2).unwrap();
    drop(file);
    for (path, is_kept) in [(&damaged, true), (&is_folder, false), (&cut, true)] {
        let cache = DocumentCache::open(path);
        let digest = insert(&cache, b"{}", NOW_MS);
        assert!(cache.has(&digest), "{}", path.display());
        assert!(old.iter().all(|digest| !cache.has(digest)), "{}", path.display());
        drop(cache);
        let again = DocumentCache::open(path);
        assert_eq!(again.has(&digest), is_kept, "{}", path.display());
    }
}

#[test]
fn images_of_other_repositories_of_the_registry_are_known() {
    let cache = DocumentCache::in_memory();
    let (one, other) = (Digest::of(b"1"), Digest::of(b"2"));
    cache.record_reads(&scope("shop/api"), [(&one, None)], NOW_MS);
    cache.record_reads(&scope("shop/web"), [(&other, None), (&one, None)], NOW_MS);
    cache.record_reads(&scope("shop/web"), [(&other, None)], NOW_MS + 1);
    let account = AccountId::parse("999988887777").unwrap();
    let region = Region::parse("eu-central-1").unwrap();
    let foreign = PullScope::new(&account, &region, &RepositoryName::parse("shop/x").unwrap());
    cache.record_reads(&foreign, [(&one, None)], NOW_MS);
    let mut found = cache.read_in_other_repositories(&scope("shop/api"));
    found.sort_by_key(|(_, digest)| digest.to_string());
    let mut expected = [("shop/web".to_owned(), one), ("shop/web".to_owned(), other)];
    expected.sort_by_key(|(_, digest)| digest.to_string());
    assert_eq!(found, expected);
}

#[test]
fn an_unreadable_row_loses_only_itself() {
    let (first, second) = (Digest::of(b"one"), Digest::of(b"two"));
    for damage in ["'sha256:later'", "CAST(x'ff' AS TEXT)"] {
        let cache = DocumentCache::in_memory();
        cache.record_reads(&scope("shop/api"), [(&first, None), (&second, None)], NOW_MS);
        let sql = format!("UPDATE own_read SET digest = {damage} WHERE digest = '{first}'");
        cache.file.connection().execute_batch(&sql).unwrap();
        let reads = cache.own_reads(&scope("shop/api"));
        assert_eq!(reads.keys().collect::<Vec<_>>(), [&second], "{damage}");
        let elsewhere = cache.read_in_other_repositories(&scope("shop/web"));
        assert_eq!(elsewhere, [("shop/api".to_owned(), second.clone())], "{damage}");
    }
}
