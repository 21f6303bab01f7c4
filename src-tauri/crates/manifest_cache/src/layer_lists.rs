//! The lists of the files of layers, in the file of `document_cache`. `api` stores them in a form of its own.

use rusqlite::{OptionalExtension as _, params};
use transload_model::Digest;

use crate::document_cache::{DOCUMENT_LIMIT_BYTES, DocumentCache, remove_least_recently_used};
use crate::sqlite_file::integer;

/// The largest size of all lists of files. One of 10,000 files has some 200 kB.
const LAYER_LISTS_LIMIT_BYTES: u64 = 128 * 1024 * 1024;

impl DocumentCache {
    /// Returns the list of the files of a layer, in the form in which it was stored.
    pub fn layer_list(&self, layer: &Digest, now_ms: u64) -> Option<Vec<u8>> {
        self.written_layer_list(layer, now_ms)
            .or_else(|| self.unwritten.get().and_then(|memory| memory.layer_list(layer, now_ms)))
    }

    fn written_layer_list(&self, layer: &Digest, now_ms: u64) -> Option<Vec<u8>> {
        let connection = self.file.connection();
        let found = connection
            .query_row("SELECT bytes FROM layer_list WHERE digest = ?1", [layer.as_str()], |row| {
                row.get(0)
            })
            .optional();
        let bytes = self.file.usable(found)??;
        self.file.usable(connection.execute(
            "UPDATE layer_list SET used_at_ms = ?2 WHERE digest = ?1",
            params![layer.as_str(), integer(now_ms)],
        ));
        Some(bytes)
    }

    /// Stores the list of the files of a layer. A list that is too large is skipped.
    pub fn insert_layer_list(&self, layer: &Digest, bytes: &[u8], now_ms: u64) {
        if bytes.len() <= DOCUMENT_LIMIT_BYTES
            && self.write_layer_list(layer, bytes, now_ms).is_none()
            && let Some(memory) = self.unwritten()
        {
            memory.write_layer_list(layer, bytes, now_ms);
        }
    }

    fn write_layer_list(&self, layer: &Digest, bytes: &[u8], now_ms: u64) -> Option<()> {
        let mut connection = self.file.connection();
        let written = connection.transaction().and_then(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO layer_list (digest, bytes, size, used_at_ms) VALUES (?1, ?2, ?3, ?4)",
                params![layer.as_str(), bytes, integer(bytes.len() as u64), integer(now_ms)],
            )?;
            let limit_bytes = LAYER_LISTS_LIMIT_BYTES.min(self.limit_bytes);
            remove_least_recently_used(&transaction, "layer_list", limit_bytes)?;
            transaction.commit()
        });
        self.file.usable(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_790_000_000_000;

    #[test]
    fn lists_of_files_are_kept_within_their_own_limit() {
        let cache = DocumentCache { limit_bytes: u64::MAX, ..DocumentCache::in_memory() };
        let layer = |number: u64| Digest::of(&number.to_be_bytes());
        let list = vec![7; 10_000_000];
        for number in 0..15 {
            cache.insert_layer_list(&layer(number), &list, NOW_MS + number);
        }
        let kept: Vec<_> = (0..15)
            .filter(|number| cache.layer_list(&layer(*number), NOW_MS + 99).is_some())
            .collect();
        assert_eq!(kept, (2..15).collect::<Vec<_>>(), "the last used ones");
        cache.insert_layer_list(&layer(20), &vec![7; DOCUMENT_LIMIT_BYTES + 1], NOW_MS);
        assert_eq!(cache.layer_list(&layer(20), NOW_MS), None);
    }
}
