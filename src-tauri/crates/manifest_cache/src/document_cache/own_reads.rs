//! The reads of images by Transload, which ECR can record as pulls. The explorer records each around its request, and
//! tells pulls by others from them.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};
use transload_model::Digest;

use super::{DocumentCache, READS_KEPT};
use crate::pull_times::{OwnRead, PullScope, PullTime, ReadSpan};
use crate::sqlite_file::{integer, number, readable};

impl DocumentCache {
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
