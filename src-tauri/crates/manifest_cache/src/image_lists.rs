//! The images of all repositories of a registry as they were last listed, on disk: to find a tag or digest, and to show
//! the whole registry without listing it again. About 140 bytes an image. `image_search` finds images in them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::OnceLock;
use std::thread;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use transload_model::{AccountId, Digest, Region, Tag};

use crate::sqlite_file::{CacheFile, integer, number, readable};

mod tag_move;

/// The tables. The file gets another name if they change.
///
/// The images of a repository are in the order of their digests: `position` counts from 0. `tag_lines` has the tags of
/// all of them in lower case, one line for each image, so that a search reads 100 kB a repository instead of its rows. A
/// part has the lines of [`PART_IMAGES`] images, so that a change of a tag writes a part only.
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
    repository INTEGER NOT NULL,
    part INTEGER NOT NULL,
    lines BLOB NOT NULL,
    PRIMARY KEY (repository, part)
) STRICT;
CREATE TABLE IF NOT EXISTS image_use (
    registry TEXT NOT NULL,
    repository TEXT NOT NULL,
    read_at_ms INTEGER NOT NULL,
    images TEXT NOT NULL,
    PRIMARY KEY (registry, repository)
) STRICT, WITHOUT ROWID;
";

/// How many images a part of the tag lines has: about 15 kB.
pub(crate) const PART_IMAGES: i64 = 512;

/// The columns of an image for [`listed_image`].
pub(crate) const IMAGE_COLUMNS: &str =
    "digest, tags, size_bytes, pushed_at_ms, pulled_at_ms, is_archived";

/// The maximum number of repositories that are read at a time.
const MAX_READERS: usize = 4;

/// The largest size of lists in memory: of those that couldn't be written, or of all without a file. About 450,000
/// images.
const MEMORY_LIMIT_BYTES: u64 = 64 * 1024 * 1024;

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

/// Lists of images by repository.
///
/// It never fails: a list that can't be written, for example because the disk is full, is kept in memory until it can be
/// written or the program ends. The methods block for the time of a read or write of a local file.
pub struct ImageLists {
    /// A search reads while a list is written, which takes a while for 10,000 images.
    pub(crate) file: CacheFile,
    /// The lists that couldn't be written, which are newer than those of the file.
    unwritten: OnceLock<Box<Self>>,
    memory_limit_bytes: u64,
}

impl fmt::Debug for ImageLists {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ImageLists").finish_non_exhaustive()
    }
}

impl ImageLists {
    /// Opens the file, or creates it for this user only. Uses memory if that fails.
    pub fn open(path: &Path) -> Self {
        let count = thread::available_parallelism().map_or(1, |cores| cores.get().min(MAX_READERS));
        Self::of(CacheFile::open(path, TABLES).with_readers(count))
    }

    /// Creates lists without a file.
    pub fn in_memory() -> Self {
        Self::of(CacheFile::in_memory(TABLES))
    }

    fn of(file: CacheFile) -> Self {
        Self { file, unwritten: OnceLock::new(), memory_limit_bytes: MEMORY_LIMIT_BYTES }
    }

    /// The lists that couldn't be written, if any.
    pub(crate) fn unwritten(&self) -> Option<&Self> {
        self.unwritten.get().map(AsRef::as_ref)
    }

    /// Keeps in memory what couldn't be written. Does nothing if this is in memory itself.
    pub(crate) fn keep_unwritten(&self, write: impl FnOnce(&Self) -> Option<()>) {
        if !self.file.is_in_memory() {
            write(self.unwritten.get_or_init(|| Box::new(Self::in_memory())));
        }
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
        let written = self.write(registry, repository, images, summary, now_ms);
        if written.is_none() {
            self.keep_unwritten(|memory| {
                memory.write(registry, repository, images, summary, now_ms)
            });
        } else if let Some(memory) = self.unwritten() {
            memory.file.usable(remove_list(&memory.file.connection(), registry, repository));
        }
    }

    fn write(
        &self,
        registry: &RegistryScope,
        repository: &str,
        images: &[ListedImage],
        summary: &str,
        now_ms: u64,
    ) -> Option<()> {
        let by_digest: BTreeMap<&str, &ListedImage> =
            images.iter().map(|image| (image.digest.as_str(), image)).collect();
        let mut connection = self.file.connection();
        let written = connection.transaction().and_then(|transaction| {
            let id: i64 = transaction
                .prepare_cached(
                    "INSERT INTO repository (registry, name, listed_at_ms, summary) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (registry, name) DO UPDATE SET listed_at_ms = ?3, summary = ?4 RETURNING id",
                )?
                .query_row(params![registry.0, repository, integer(now_ms), summary], |row| {
                    row.get(0)
                })?;
            for table in ["image", "tag_lines"] {
                transaction
                    .prepare_cached(&format!("DELETE FROM {table} WHERE repository = ?1"))?
                    .execute([id])?;
            }
            let mut insert = transaction.prepare_cached(
                "INSERT INTO image
                 (repository, position, digest, tags, size_bytes, pushed_at_ms, pulled_at_ms, is_archived)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            let mut insert_part = transaction
                .prepare_cached("INSERT INTO tag_lines (repository, part, lines) VALUES (?1, ?2, ?3)")?;
            let last = integer(by_digest.len() as u64) - 1;
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
                if position == last || (position + 1) % PART_IMAGES == 0 {
                    insert_part.execute(params![id, position / PART_IMAGES, lines.as_bytes()])?;
                    lines.clear();
                }
            }
            drop((insert, insert_part));
            if self.file.is_in_memory() {
                self.remove_oldest(&transaction)?;
            }
            transaction.commit()
        });
        self.file.usable(written)
    }

    /// Removes the oldest lists until the others are small enough.
    fn remove_oldest(&self, connection: &Connection) -> rusqlite::Result<()> {
        let size = "SELECT (page_count - freelist_count) * page_size
             FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
        while number(connection.query_row(size, [], |row| row.get(0))?) > self.memory_limit_bytes {
            let oldest = "SELECT registry, name FROM repository ORDER BY listed_at_ms, id LIMIT 1";
            let oldest = connection.query_row(oldest, [], |row| Ok((row.get(0)?, row.get(1)?)));
            let Some((registry, name)): Option<(String, String)> = oldest.optional()? else {
                break;
            };
            remove_list(connection, &RegistryScope(registry), &name)?;
        }
        Ok(())
    }

    /// Replaces what is stored with the list of a repository. Does nothing if it wasn't listed.
    pub fn set_summary(&self, registry: &RegistryScope, repository: &str, summary: &str) {
        let set_in = |lists: &Self| {
            let set = lists.file.connection().execute(
                "UPDATE repository SET summary = ?3 WHERE registry = ?1 AND name = ?2",
                params![registry.0, repository, summary],
            );
            lists.file.usable(set)
        };
        let is_unwritten = self.unwritten().and_then(set_in).is_some_and(|lists| lists > 0);
        if is_unwritten || set_in(self).is_some() {
            return;
        }
        if let Some((listed_at_ms, images)) = self.list(registry, repository) {
            self.keep_unwritten(|memory| {
                memory.write(registry, repository, &images, summary, listed_at_ms)
            });
        }
    }

    /// Removes the lists of repositories that `exists` denies. Those that can't be removed from the file stay until the
    /// next call.
    pub fn retain(&self, registry: &RegistryScope, exists: impl Fn(&str) -> bool) {
        let names = self.repositories(registry).into_iter().map(|repository| repository.name);
        let gone: Vec<String> = names.filter(|name| !exists(name)).collect();
        for lists in [Some(self), self.unwritten()].into_iter().flatten() {
            let mut connection = lists.file.connection();
            let removed = connection.transaction().and_then(|transaction| {
                for name in &gone {
                    remove_list(&transaction, registry, name)?;
                    transaction.execute(
                        "DELETE FROM image_use WHERE registry = ?1 AND repository = ?2",
                        params![registry.0, name],
                    )?;
                }
                transaction.commit()
            });
            lists.file.usable(removed);
        }
    }

    /// Returns all lists of a registry by name.
    pub fn repositories(&self, registry: &RegistryScope) -> Vec<ListedRepository> {
        let unwritten = self.unwritten().map(|memory| memory.repositories(registry));
        let all = self.written_repositories(registry).into_iter();
        let by_name: BTreeMap<String, ListedRepository> = all
            .chain(unwritten.unwrap_or_default())
            .map(|repository| (repository.name.clone(), repository))
            .collect();
        by_name.into_values().collect()
    }

    fn written_repositories(&self, registry: &RegistryScope) -> Vec<ListedRepository> {
        let connection = self.file.reader();
        let rows = connection
            .prepare_cached(
                "SELECT name, listed_at_ms, summary FROM repository WHERE registry = ?1",
            )
            .and_then(|mut statement| {
                let rows = statement.query_map([&registry.0], |row| {
                    Ok(ListedRepository {
                        name: row.get(0)?,
                        listed_at_ms: number(row.get(1)?),
                        summary: row.get(2)?,
                    })
                })?;
                readable(rows)
            });
        self.file.usable(rows).unwrap_or_default()
    }

    /// Returns when a repository was listed, and its images, as they are in the file.
    fn list(&self, registry: &RegistryScope, repository: &str) -> Option<(u64, Vec<ListedImage>)> {
        let connection = self.file.reader();
        let read = || {
            let listed =
                "SELECT id, listed_at_ms FROM repository WHERE registry = ?1 AND name = ?2";
            let (id, listed_at_ms): (i64, i64) =
                connection.query_row(listed, params![registry.0, repository], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            let images = format!("SELECT {IMAGE_COLUMNS} FROM image WHERE repository = ?1");
            let mut statement = connection.prepare(&images)?;
            let images = readable(statement.query_map([id], listed_image)?)?;
            Ok((number(listed_at_ms), images.into_iter().flatten().collect()))
        };
        self.file.usable(read().optional())?
    }
}

/// Removes the list of a repository.
fn remove_list(
    connection: &Connection,
    registry: &RegistryScope,
    repository: &str,
) -> rusqlite::Result<()> {
    for table in ["image", "tag_lines"] {
        connection.execute(
            &format!(
                "DELETE FROM {table} WHERE repository IN
                 (SELECT id FROM repository WHERE registry = ?1 AND name = ?2)"
            ),
            params![registry.0, repository],
        )?;
    }
    connection.execute(
        "DELETE FROM repository WHERE registry = ?1 AND name = ?2",
        params![registry.0, repository],
    )?;
    Ok(())
}

/// Reads [`IMAGE_COLUMNS`]. `None` if the digest isn't one.
pub(crate) fn listed_image(row: &Row<'_>) -> rusqlite::Result<Option<ListedImage>> {
    let time = |value: Option<i64>| value.map(number);
    let (digest, tags): (String, String) = (row.get(0)?, row.get(1)?);
    let Ok(digest) = Digest::parse(&digest) else { return Ok(None) };
    Ok(Some(ListedImage {
        digest,
        tags: tags.split(' ').filter_map(|tag| Tag::parse(tag).ok()).collect(),
        size_bytes: time(row.get(2)?),
        pushed_at_ms: time(row.get(3)?),
        pulled_at_ms: time(row.get(4)?),
        is_archived: row.get(5)?,
    }))
}

#[cfg(test)]
mod tests;
