//! The images of all repositories of a registry as they were last listed, on disk: to find a tag or digest, and to show
//! the whole registry without listing it again. About 140 bytes an image. `image_search` finds images in them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use rusqlite::{Connection, params};
use transload_model::{AccountId, Digest, Region, Tag};

use crate::sqlite_file::{
    integer, number, open_memory, open_or_memory, open_reader, readable, usable,
};

/// The tables. The file gets another name if they change.
///
/// The images of a repository are in the order of their digests: `position` counts from 0. `tag_lines` has the tags of
/// all of them in lower case, one line for each image, so that a search reads 100 kB a repository instead of its rows.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS repository (
    id INTEGER PRIMARY KEY,
    registry TEXT NOT NULL,
    name TEXT NOT NULL,
    listed_at_ms INTEGER NOT NULL,
    summary TEXT NOT NULL,
    UNIQUE (registry, name)
) STRICT;
CREATE TABLE IF NOT EXISTS image (
    repository INTEGER NOT NULL,
    position INTEGER NOT NULL,
    digest TEXT NOT NULL,
    tags TEXT NOT NULL,
    size_bytes INTEGER,
    pushed_at_ms INTEGER,
    pulled_at_ms INTEGER,
    is_archived INTEGER NOT NULL,
    PRIMARY KEY (repository, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tag_lines (
    repository INTEGER PRIMARY KEY,
    lines BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS image_use (
    registry TEXT NOT NULL,
    repository TEXT NOT NULL,
    read_at_ms INTEGER NOT NULL,
    images TEXT NOT NULL,
    PRIMARY KEY (registry, repository)
) STRICT, WITHOUT ROWID;
";

/// The maximum number of repositories that are read at a time.
const MAX_READERS: usize = 4;

/// The registry of an account and region.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegistryScope(pub(crate) String);

impl RegistryScope {
    pub fn new(account: &AccountId, region: &Region) -> Self {
        Self(format!("{account}/{region}"))
    }
}

/// An image as it was last listed. Times are in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedImage {
    pub digest: Digest,
    pub tags: Vec<Tag>,
    pub size_bytes: Option<u64>,
    pub pushed_at_ms: Option<u64>,
    /// The last pull by someone else than Transload.
    pub pulled_at_ms: Option<u64>,
    pub is_archived: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRepository {
    pub name: String,
    pub listed_at_ms: u64,
    /// What the caller stored with the list.
    pub summary: String,
}

/// Lists of images by repository. If the file can't be used, they are in memory until the program ends. The methods
/// block for the time of a read or write of a local file.
pub struct ImageLists {
    connection: Mutex<Connection>,
    /// Read while a list is written, which takes a while for 10,000 images. Empty without a file.
    readers: Vec<Mutex<Connection>>,
}

impl fmt::Debug for ImageLists {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ImageLists").finish_non_exhaustive()
    }
}

impl ImageLists {
    /// Opens the file, or creates it for this user only. Uses memory if that fails.
    pub fn open(path: &Path) -> Self {
        let connection = open_or_memory(path, TABLES);
        let count = thread::available_parallelism().map_or(1, |cores| cores.get().min(MAX_READERS));
        let readers = (0..count).map_while(|_| open_reader(&connection)).map(Mutex::new).collect();
        Self { connection: Mutex::new(connection), readers }
    }

    /// Creates lists without a file.
    pub fn in_memory() -> Self {
        Self { connection: Mutex::new(open_memory(TABLES)), readers: Vec::new() }
    }

    /// Replaces the list of a repository.
    pub fn put(
        &self,
        registry: &RegistryScope,
        repository: &str,
        images: &[ListedImage],
        summary: &str,
        now_ms: u64,
    ) {
        let by_digest: BTreeMap<&str, &ListedImage> =
            images.iter().map(|image| (image.digest.as_str(), image)).collect();
        let mut connection = self.connection();
        let written = connection.transaction().and_then(|transaction| {
            let id: i64 = transaction
                .prepare_cached(
                    "INSERT INTO repository (registry, name, listed_at_ms, summary) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (registry, name) DO UPDATE SET listed_at_ms = ?3, summary = ?4 RETURNING id",
                )?
                .query_row(params![registry.0, repository, integer(now_ms), summary], |row| {
                    row.get(0)
                })?;
            transaction
                .prepare_cached("DELETE FROM image WHERE repository = ?1")?
                .execute([id])?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO image
                 (repository, position, digest, tags, size_bytes, pushed_at_ms, pulled_at_ms, is_archived)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            let mut lines = String::new();
            for (position, image) in (0_i64..).zip(by_digest.into_values()) {
                let tags: Vec<&str> = image.tags.iter().map(Tag::as_str).collect();
                let tags = tags.join(" ");
                lines.push_str(&tags.to_ascii_lowercase());
                lines.push('\n');
                insert.execute(params![
                    id,
                    position,
                    image.digest.as_str(),
                    tags,
                    image.size_bytes.map(integer),
                    image.pushed_at_ms.map(integer),
                    image.pulled_at_ms.map(integer),
                    image.is_archived,
                ])?;
            }
            drop(insert);
            transaction
                .prepare_cached("INSERT OR REPLACE INTO tag_lines (repository, lines) VALUES (?1, ?2)")?
                .execute(params![id, lines.as_bytes()])?;
            transaction.commit()
        });
        usable(written);
    }

    /// Replaces what is stored with the list of a repository. Does nothing if it wasn't listed.
    pub fn set_summary(&self, registry: &RegistryScope, repository: &str, summary: &str) {
        usable(self.connection().execute(
            "UPDATE repository SET summary = ?3 WHERE registry = ?1 AND name = ?2",
            params![registry.0, repository, summary],
        ));
    }

    /// Removes the lists of repositories that `exists` denies.
    pub fn retain(&self, registry: &RegistryScope, exists: impl Fn(&str) -> bool) {
        let gone: Vec<String> = self
            .repositories(registry)
            .into_iter()
            .map(|repository| repository.name)
            .filter(|name| !exists(name))
            .collect();
        let mut connection = self.connection();
        let removed = connection.transaction().and_then(|transaction| {
            for name in gone {
                for table in ["image", "tag_lines"] {
                    transaction.execute(
                        &format!(
                            "DELETE FROM {table} WHERE repository IN
                             (SELECT id FROM repository WHERE registry = ?1 AND name = ?2)"
                        ),
                        params![registry.0, name],
                    )?;
                }
                transaction.execute(
                    "DELETE FROM image_use WHERE registry = ?1 AND repository = ?2",
                    params![registry.0, name],
                )?;
                transaction.execute(
                    "DELETE FROM repository WHERE registry = ?1 AND name = ?2",
                    params![registry.0, name],
                )?;
            }
            transaction.commit()
        });
        usable(removed);
    }

    pub fn repositories(&self, registry: &RegistryScope) -> Vec<ListedRepository> {
        let connection = self.reader();
        let rows = connection
            .prepare_cached(
                "SELECT name, listed_at_ms, summary FROM repository WHERE registry = ?1 ORDER BY name",
            )
            .and_then(|mut statement| {
                let rows = statement.query_map([&registry.0], |row| {
                    Ok(ListedRepository {
                        name: row.get(0)?,
                        listed_at_ms: number(row.get(1)?),
                        summary: row.get(2)?,
                    })
                })?;
                Ok(readable(rows))
            });
        usable(rows).unwrap_or_default()
    }

    /// Returns a connection to read with, one that isn't in use if possible.
    pub(crate) fn reader(&self) -> MutexGuard<'_, Connection> {
        let free = self.readers.iter().find_map(|reader| reader.try_lock().ok());
        free.unwrap_or_else(|| self.reader_at(0))
    }

    /// How many connections can read at a time.
    pub(crate) fn reader_count(&self) -> usize {
        self.readers.len().max(1)
    }

    /// Returns one of these connections, when it isn't in use.
    pub(crate) fn reader_at(&self, index: usize) -> MutexGuard<'_, Connection> {
        let reader = self.readers.get(index).unwrap_or(&self.connection);
        reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
