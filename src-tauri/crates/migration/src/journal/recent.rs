//! Finds the images that were migrated to a repository lately. A clean-up keeps them.

use std::collections::HashMap;

use rusqlite::{Connection, named_params};
use transload_model::{AccountId, Digest, Region, RepositoryName};

use crate::journal::columns;

/// Images that exist at the destination because of a migration, or that it found there. The images of an undone migration
/// don't count.
const RECENT: &str = "
SELECT coalesce(ecr_digest, pushed_digest, destination_digest) AS digest, max(changed_at_ms) AS at_ms
FROM image JOIN migration ON migration.id = image.migration
WHERE account = :account AND region = :region AND repository = :repository
    AND changed_at_ms >= :since_ms AND undone_at_ms IS NULL
    AND stage IN ('pushed', 'moved', 'unchanged')
GROUP BY 1 HAVING digest IS NOT NULL";

/// Returns when each image was last migrated to a repository since a time, in milliseconds since 1970.
pub(super) fn recently_migrated(
    connection: &Connection,
    (account, region, repository): (&AccountId, &Region, &RepositoryName),
    since_ms: u64,
) -> rusqlite::Result<HashMap<Digest, u64>> {
    let mut query = connection.prepare(RECENT)?;
    let found = query.query_map(
        named_params! {
            ":account": account.as_str(),
            ":region": region.as_str(),
            ":repository": repository.as_str(),
            ":since_ms": columns::signed(since_ms),
        },
        |row| {
            Ok((
                columns::read(row, "digest", Digest::parse)?,
                columns::unsigned_column(row, "at_ms")?,
            ))
        },
    )?;
    Ok(columns::readable_rows(found)?.into_iter().collect())
}

#[cfg(test)]
mod tests;
