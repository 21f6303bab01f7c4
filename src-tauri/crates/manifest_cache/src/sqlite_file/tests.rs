//! The cache of documents, and the lists of images, with files that are damaged, that can't grow, or that are those of another
//! version.

mod damaged_files;
mod full_disk;

use std::collections::BTreeMap;
use std::fs;

use super::*;
use crate::document_cache::DocumentCache;
use crate::image_lists::ListedImage;
use crate::image_use::ImageUse;
use crate::testing::image;
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
