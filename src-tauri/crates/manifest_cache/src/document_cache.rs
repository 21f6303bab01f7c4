//! The SQLite file with documents and reads.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::OnceLock;

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::pull_times::{OwnRead, PullScope, PullTime, ReadSpan};
use crate::sqlite_file::{CacheFile, integer, number, readable};
use transload_model::{Digest, DigestHasher};

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

    /// Records that Transload is about to read images, each with the pull time that ECR reports now. Call it before
    /// the request, so that a crash in between can't turn the read into a pull.
    pub fn record_reads<'a>(
        &self,
        scope: &PullScope,
        images: impl IntoIterator<Item = (&'a Digest, Option<u64>)>,
        now_ms: u64,
    ) {
        let images: Vec<_> = images.into_iter().collect();
        if self.write_reads(scope, &images, now_ms).is_some() {
            return;
        }
        let Some(memory) = self.unwritten() else { return };
        // The file knows earlier reads.
        let known = self.own_reads(scope);
        let before = images.iter().map(|(digest, reported_ms)| {
            let known = known.get(*digest).map(Vec::as_slice).unwrap_or_default();
            (*digest, PullTime::of(*reported_ms, known).pulled_at_ms)
        });
        memory.write_reads(scope, &before.collect::<Vec<_>>(), now_ms);
    }

    fn write_reads(
        &self,
        scope: &PullScope,
        images: &[(&Digest, Option<u64>)],
        now_ms: u64,
    ) -> Option<()> {
        let mut connection = self.file.connection();
        let written = connection.transaction().and_then(|transaction| {
            for &(digest, reported_ms) in images {
                let known = reads_of(&transaction, scope, digest)?;
                let before = PullTime::of(reported_ms, &known).pulled_at_ms;
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO own_read (scope, digest, read_at_ms, pulled_before_ms)
                         VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![
                        scope.as_str(),
                        digest.as_str(),
                        integer(now_ms),
                        before.map(integer)
                    ])?;
                transaction
                    .prepare_cached(
                        "DELETE FROM own_read WHERE scope = ?1 AND digest = ?2 AND read_at_ms NOT IN
                         (SELECT read_at_ms FROM own_read WHERE scope = ?1 AND digest = ?2
                          ORDER BY read_at_ms DESC LIMIT ?3)",
                    )?
                    .execute(params![scope.as_str(), digest.as_str(), READS_KEPT])?;
                transaction
                    .prepare_cached(
                        "DELETE FROM read_span WHERE scope = ?1 AND digest = ?2 AND read_at_ms NOT IN
                         (SELECT read_at_ms FROM own_read WHERE scope = ?1 AND digest = ?2)",
                    )?
                    .execute(params![scope.as_str(), digest.as_str()])?;
            }
            transaction.commit()
        });
        self.file.usable(written)
    }

    /// Records when ECR can have recorded reads that were recorded here at this time. Call it after the answer: without
    /// it, pulls by others at almost the same time count as reads by Transload.
    pub fn record_answer<'a>(
        &self,
        scope: &PullScope,
        images: impl IntoIterator<Item = &'a Digest>,
        read_at_ms: u64,
        span: ReadSpan,
    ) {
        let images: Vec<_> = images.into_iter().collect();
        if self.write_answer(scope, &images, read_at_ms, span).is_none()
            && let Some(memory) = self.unwritten()
        {
            memory.write_answer(scope, &images, read_at_ms, span);
        }
    }

    fn write_answer(
        &self,
        scope: &PullScope,
        images: &[&Digest],
        read_at_ms: u64,
        span: ReadSpan,
    ) -> Option<()> {
        let mut connection = self.file.connection();
        let written = connection.transaction().and_then(|transaction| {
            for digest in images {
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO read_span (scope, digest, read_at_ms, from_ms, until_ms)
                         VALUES (?1, ?2, ?3, ?4, ?5)",
                    )?
                    .execute(params![
                        scope.as_str(),
                        digest.as_str(),
                        integer(read_at_ms),
                        integer(span.from_ms),
                        integer(span.until_ms)
                    ])?;
            }
            transaction.commit()
        });
        self.file.usable(written)
    }

    /// Returns the reads by Transload of the images of a repository.
    pub fn own_reads(&self, scope: &PullScope) -> HashMap<Digest, Vec<OwnRead>> {
        let connection = self.file.connection();
        let rows = connection
            .prepare_cached(
                "SELECT read_at_ms, pulled_before_ms, from_ms, until_ms, digest
                 FROM own_read LEFT JOIN read_span USING (scope, digest, read_at_ms) WHERE scope = ?1",
            )
            .and_then(|mut statement| {
                let rows = statement.query_map([scope.as_str()], |row| {
                    Ok((row.get::<_, String>(4)?, own_read(row)?))
                })?;
                readable(rows)
            });
        let mut reads: HashMap<Digest, Vec<OwnRead>> = HashMap::new();
        for (digest, read) in self.file.usable(rows).unwrap_or_default() {
            if let Ok(digest) = Digest::parse(&digest) {
                reads.entry(digest).or_default().push(read);
            }
        }
        let unwritten = self.unwritten.get().map(|memory| memory.own_reads(scope));
        for (digest, more) in unwritten.into_iter().flatten() {
            reads.entry(digest).or_default().extend(more);
        }
        reads
    }
}

fn reads_of(
    connection: &Connection,
    scope: &PullScope,
    digest: &Digest,
) -> rusqlite::Result<Vec<OwnRead>> {
    connection
        .prepare_cached(
            "SELECT read_at_ms, pulled_before_ms, from_ms, until_ms
             FROM own_read LEFT JOIN read_span USING (scope, digest, read_at_ms)
             WHERE scope = ?1 AND digest = ?2",
        )?
        .query_map(params![scope.as_str(), digest.as_str()], own_read)?
        .collect()
}

/// Reads the first four columns of a row.
fn own_read(row: &Row<'_>) -> rusqlite::Result<OwnRead> {
    let span: (Option<i64>, Option<i64>) = (row.get(2)?, row.get(3)?);
    Ok(OwnRead {
        read_at_ms: number(row.get(0)?),
        pulled_before_ms: row.get::<_, Option<i64>>(1)?.and_then(|time| u64::try_from(time).ok()),
        span: span
            .0
            .zip(span.1)
            .map(|(from, until)| ReadSpan { from_ms: number(from), until_ms: number(until) }),
    })
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
