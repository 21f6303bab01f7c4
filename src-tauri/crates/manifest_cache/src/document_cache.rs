//! The SQLite file with documents. `own_reads` keeps the reads by Transload in it.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::pull_times::PullScope;
use crate::sqlite_file::{CacheFile, integer, readable};
use transload_model::{Digest, DigestHasher};

mod own_reads;

/// The largest size of all documents. A manifest has some kilobytes, so this is several hundred thousand.
const LIMIT_BYTES: u64 = 512 * 1024 * 1024;

/// The same in memory: of documents that couldn't be written, or of all without a file.
const MEMORY_LIMIT_BYTES: u64 = 64 * 1024 * 1024;

/// Larger documents are not cached, such as an SBOM of a whole distribution.
pub const DOCUMENT_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// The most images of other repositories that one question compares.
const ELSEWHERE_LIMIT: u32 = 20_000;

/// How often the time of the last use is written, so that reading doesn't write each time.
const USE_GRANULARITY_MS: u64 = 24 * 60 * 60 * 1000;

/// The reads of an image that are kept. Older ones can't be the last pull that ECR reports.
const READS_KEPT: u32 = 16;

/// The tables. The cache is rebuilt under another file name if they change.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS document (
    digest TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    size INTEGER NOT NULL,
    used_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS document_by_use ON document (used_at_ms, size);
CREATE TABLE IF NOT EXISTS layer_list (
    digest TEXT PRIMARY KEY,
    bytes BLOB NOT NULL,
    size INTEGER NOT NULL,
    used_at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS own_read (
    scope TEXT NOT NULL,
    digest TEXT NOT NULL,
    read_at_ms INTEGER NOT NULL,
    pulled_before_ms INTEGER,
    PRIMARY KEY (scope, digest, read_at_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS read_span (
    scope TEXT NOT NULL,
    digest TEXT NOT NULL,
    read_at_ms INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (scope, digest, read_at_ms)
) STRICT, WITHOUT ROWID;
";

/// A manifest or a configuration as it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedDocument {
    pub media_type: String,
    pub bytes: Bytes,
}

/// Documents by digest, and the reads by Transload of the images of a repository. Every document is verified against
/// its digest when it is read.
///
/// The cache never fails: what can't be written, for example because the disk is full, is kept in memory until the
/// program ends. Its methods block for the time of a small read or write of a local file.
pub struct DocumentCache {
    pub(crate) file: CacheFile,
    pub(crate) limit_bytes: u64,
    /// What couldn't be written.
    pub(crate) unwritten: OnceLock<Box<Self>>,
}

impl fmt::Debug for DocumentCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DocumentCache").finish_non_exhaustive()
    }
}

impl DocumentCache {
    /// Opens the file, or creates it for this user only. Uses memory if that fails.
    pub fn open(path: &Path) -> Self {
        Self::of(CacheFile::open(path, TABLES))
    }

    /// Creates a cache without a file.
    pub fn in_memory() -> Self {
        Self::of(CacheFile::in_memory(TABLES))
    }

    fn of(file: CacheFile) -> Self {
        Self { file, limit_bytes: LIMIT_BYTES, unwritten: OnceLock::new() }
    }

    /// The largest size of all documents of a connection. That of a file that can't be used is in memory.
    fn limit_of(&self, connection: &Connection) -> u64 {
        let is_in_memory = connection.path().is_none_or(str::is_empty);
        if is_in_memory { self.limit_bytes.min(MEMORY_LIMIT_BYTES) } else { self.limit_bytes }
    }

    /// The memory for what couldn't be written. `None` if this cache is in memory itself.
    pub(crate) fn unwritten(&self) -> Option<&Self> {
        let create = || Box::new(Self::in_memory());
        (!self.file.is_in_memory()).then(|| self.unwritten.get_or_init(create).as_ref())
    }

    /// Returns a document if it is cached and matches its digest.
    pub fn document(&self, digest: &Digest, now_ms: u64) -> Option<CachedDocument> {
        self.written(digest, now_ms)
            .or_else(|| self.unwritten.get().and_then(|memory| memory.document(digest, now_ms)))
    }

    fn written(&self, digest: &Digest, now_ms: u64) -> Option<CachedDocument> {
        let connection = self.file.connection();
        let found = connection
            .prepare_cached("SELECT media_type, bytes, used_at_ms FROM document WHERE digest = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([digest.as_str()], |row| {
                        Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?))
                    })
                    .optional()
            });
        let (media_type, bytes, used_at_ms): (_, _, i64) = self.file.usable(found)??;
        if !matches(digest, &bytes) {
            tracing::warn!(%digest, "a cached document doesn't match its digest");
            self.file.usable(
                connection.execute("DELETE FROM document WHERE digest = ?1", [digest.as_str()]),
            );
            return None;
        }
        if now_ms.saturating_sub(u64::try_from(used_at_ms).unwrap_or(0)) > USE_GRANULARITY_MS {
            self.file.usable(connection.execute(
                "UPDATE document SET used_at_ms = ?2 WHERE digest = ?1",
                params![digest.as_str(), integer(now_ms)],
            ));
        }
        Some(CachedDocument { media_type, bytes: Bytes::from(bytes) })
    }

    pub fn has(&self, digest: &Digest) -> bool {
        let connection = self.file.connection();
        let found = connection
            .prepare_cached("SELECT 1 FROM document WHERE digest = ?1")
            .and_then(|mut statement| statement.exists([digest.as_str()]));
        self.file.usable(found).unwrap_or(false)
            || self.unwritten.get().is_some_and(|memory| memory.has(digest))
    }

    /// Caches documents, all in one transaction. Documents that are too large or don't match their digest are skipped.
    pub fn insert<'a>(
        &self,
        documents: impl IntoIterator<Item = (&'a Digest, &'a str, &'a [u8])>,
        now_ms: u64,
    ) {
        let documents: Vec<_> = documents.into_iter().collect();
        if self.write(&documents, now_ms).is_none()
            && let Some(memory) = self.unwritten()
        {
            memory.write(&documents, now_ms);
        }
    }

    fn write(&self, documents: &[(&Digest, &str, &[u8])], now_ms: u64) -> Option<()> {
        let mut connection = self.file.connection();
        let written = connection.transaction().and_then(|transaction| {
            for &(digest, media_type, bytes) in documents {
                if bytes.len() > DOCUMENT_LIMIT_BYTES || !matches(digest, bytes) {
                    continue;
                }
                transaction
                    .prepare_cached(
                        "INSERT INTO document (digest, media_type, bytes, size, used_at_ms)
                         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (digest) DO NOTHING",
                    )?
                    .execute(params![
                        digest.as_str(),
                        media_type,
                        bytes,
                        integer(bytes.len() as u64),
                        integer(now_ms)
                    ])?;
            }
            remove_least_recently_used(&transaction, "document", self.limit_of(&transaction))?;
            transaction.commit()
        });
        self.file.usable(written)
    }

    /// Returns the images that were read in other repositories of the same registry, each with the name of its
    /// repository.
    pub fn read_in_other_repositories(&self, scope: &PullScope) -> Vec<(String, Digest)> {
        let mut found = self.written_in_other_repositories(scope);
        if let Some(memory) = self.unwritten.get() {
            let known: HashSet<_> = found.iter().cloned().collect();
            found.extend(
                memory
                    .read_in_other_repositories(scope)
                    .into_iter()
                    .filter(|one| !known.contains(one)),
            );
        }
        found
    }

    fn written_in_other_repositories(&self, scope: &PullScope) -> Vec<(String, Digest)> {
        let registry = scope.registry();
        let connection = self.file.connection();
        let rows = connection
            .prepare_cached(
                "SELECT DISTINCT scope, digest FROM own_read
                 WHERE substr(scope, 1, length(?1)) = ?1 AND scope <> ?2 LIMIT ?3",
            )
            .and_then(|mut statement| {
                let parameters = params![registry, scope.as_str(), ELSEWHERE_LIMIT];
                let rows = statement.query_map(parameters, |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
                })?;
                readable(rows)
            });
        let found = self.file.usable(rows).unwrap_or_default().into_iter();
        found
            .filter_map(|(scope, digest)| {
                let repository = scope.strip_prefix(registry)?.to_owned();
                Some((repository, Digest::parse(&digest).ok()?))
            })
            .collect()
    }
}

/// Removes what was used first from a table until its size is within a limit.
pub(crate) fn remove_least_recently_used(
    connection: &Connection,
    table: &'static str,
    limit_bytes: u64,
) -> rusqlite::Result<()> {
    let sum = format!("SELECT coalesce(sum(size), 0) FROM {table}");
    let size: i64 = connection.query_row(&sum, [], |row| row.get(0))?;
    if u64::try_from(size).unwrap_or(0) <= limit_bytes {
        return Ok(());
    }
    // Down to nine tenths, so that the next insertion doesn't have to remove again.
    connection.execute(
        &format!(
            "DELETE FROM {table} WHERE digest IN (
                 SELECT digest FROM (
                     SELECT digest, sum(size) OVER (ORDER BY used_at_ms DESC, rowid DESC) AS newer FROM {table}
                 ) WHERE newer > ?1
             )"
        ),
        [integer(limit_bytes / 10 * 9)],
    )?;
    Ok(())
}

fn matches(digest: &Digest, bytes: &[u8]) -> bool {
    let mut hasher = DigestHasher::new(digest.algorithm());
    hasher.update(bytes);
    hasher.finish() == *digest
}

#[cfg(test)]
mod tests;
