//! The images of all repositories of a registry as they were last listed, on disk: to find a tag or digest, and to show
//! the whole registry without listing it again. About 120 bytes an image.

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Row, params};
use transload_model::{AccountId, Digest, Region, Tag, wildcard_matches};

use crate::sqlite_file::{
    integer, number, open_memory, open_or_memory, open_reader, readable, usable,
};

/// The tables. The file gets another name if they change.
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
    digest TEXT NOT NULL,
    tags TEXT NOT NULL,
    size_bytes INTEGER,
    pushed_at_ms INTEGER,
    pulled_at_ms INTEGER,
    is_archived INTEGER NOT NULL,
    PRIMARY KEY (repository, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS image_use (
    registry TEXT NOT NULL,
    repository TEXT NOT NULL,
    read_at_ms INTEGER NOT NULL,
    images TEXT NOT NULL,
    PRIMARY KEY (registry, repository)
) STRICT, WITHOUT ROWID;
";

/// The fewest hexadecimal characters that are searched for as the beginning of a digest. Shorter ones match too much.
const MIN_DIGEST_CHARACTERS: usize = 4;

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

/// A repository whose images were listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRepository {
    pub name: String,
    pub listed_at_ms: u64,
    /// What the caller stored with the list.
    pub summary: String,
}

/// An image of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage {
    pub repository: String,
    pub image: ListedImage,
    pub listed_at_ms: u64,
}

/// The images that match a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundImages {
    pub images: Vec<StoredImage>,
    /// Whether there are more of them than asked for.
    pub has_more: bool,
}

/// Lists of images by repository. If the file can't be used, they are in memory until the program ends. The methods
/// block for the time of a read or write of a local file.
pub struct ImageLists {
    connection: Mutex<Connection>,
    /// Reads while a list is written, which takes a while for 10,000 images. `None` without a file.
    reader: Option<Mutex<Connection>>,
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
        let reader = open_reader(&connection).map(Mutex::new);
        Self { connection: Mutex::new(connection), reader }
    }

    /// Creates lists without a file.
    pub fn in_memory() -> Self {
        Self { connection: Mutex::new(open_memory(TABLES)), reader: None }
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
                "INSERT OR REPLACE INTO image
                 (repository, digest, tags, size_bytes, pushed_at_ms, pulled_at_ms, is_archived)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for image in images {
                let tags: Vec<&str> = image.tags.iter().map(Tag::as_str).collect();
                insert.execute(params![
                    id,
                    image.digest.as_str(),
                    tags.join(" "),
                    image.size_bytes.map(integer),
                    image.pushed_at_ms.map(integer),
                    image.pulled_at_ms.map(integer),
                    image.is_archived,
                ])?;
            }
            drop(insert);
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
                transaction.execute(
                    "DELETE FROM image WHERE repository IN
                     (SELECT id FROM repository WHERE registry = ?1 AND name = ?2)",
                    params![registry.0, name],
                )?;
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

    /// Returns the repositories that were listed, by name.
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

    /// Returns images with a tag that contains the text, and those whose digest begins with it, at most `limit` of each.
    /// `*` in the text stands for any characters; the whole tag must match then.
    pub fn find(&self, registry: &RegistryScope, text: &str, limit: usize) -> FoundImages {
        let text = text.trim();
        if text.is_empty() {
            return FoundImages::default();
        }
        let connection = self.reader();
        let mut found = FoundImages::default();
        if let Some(first) = digest_prefix(text) {
            // Beginning with, as a range, so that each repository is one look-up.
            let last = format!("{first}~");
            let condition = "digest >= ?2 AND digest < ?3";
            let parameters: [&dyn rusqlite::ToSql; 3] = [&registry.0, &first, &last];
            usable(select(&connection, condition, &parameters, limit, &mut found, |_| true));
        }
        // Only Latin letters are equal in both cases for LIKE, and tags have no others.
        let pattern: String = text
            .chars()
            .flat_map(|character| match character {
                '*' => vec!['%'],
                '%' | '_' | '\\' => vec!['\\', character],
                _ => vec![character],
            })
            .collect();
        let pattern = format!("%{pattern}%");
        let condition = r"tags LIKE ?2 ESCAPE '\'";
        let parameters: [&dyn rusqlite::ToSql; 2] = [&registry.0, &pattern];
        let lower = text.to_lowercase();
        let matches = |image: &ListedImage| {
            image.tags.iter().any(|tag| {
                let tag = tag.as_str().to_lowercase();
                if lower.contains('*') {
                    wildcard_matches(&lower, &tag)
                } else {
                    tag.contains(&lower)
                }
            })
        };
        usable(select(&connection, condition, &parameters, limit, &mut found, matches));
        found
    }

    pub(crate) fn reader(&self) -> MutexGuard<'_, Connection> {
        let reader = self.reader.as_ref().unwrap_or(&self.connection);
        reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the beginning of a digest that a text is, such as `sha256:3f2a` or `3f2a`, also in lower case.
fn digest_prefix(text: &str) -> Option<String> {
    let text = text.rsplit_once('@').map_or(text, |(_, digest)| digest).to_lowercase();
    let (algorithm, hex) = text.split_once(':').unwrap_or(("sha256", &text));
    let is_algorithm = matches!(algorithm, "sha256" | "sha512");
    let is_prefix =
        hex.len() >= MIN_DIGEST_CHARACTERS && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_algorithm && is_prefix).then(|| format!("{algorithm}:{hex}"))
}

/// Adds images to those that were found, each once.
fn select(
    connection: &Connection,
    condition: &str,
    parameters: &[&dyn rusqlite::ToSql],
    limit: usize,
    found: &mut FoundImages,
    matches: impl Fn(&ListedImage) -> bool,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT r.name, r.listed_at_ms, digest, tags, size_bytes, pushed_at_ms, pulled_at_ms, is_archived
         FROM repository r CROSS JOIN image i ON i.repository = r.id
         WHERE r.registry = ?1 AND {condition} ORDER BY r.name"
    ))?;
    let mut rows = statement.query(parameters)?;
    let mut added = 0;
    while let Some(row) = rows.next()? {
        let Some(stored) = usable(stored(row)).flatten() else { continue };
        let is_known = |known: &StoredImage| {
            known.repository == stored.repository && known.image.digest == stored.image.digest
        };
        if !matches(&stored.image) || found.images.iter().any(is_known) {
            continue;
        }
        if added == limit {
            found.has_more = true;
            break;
        }
        added += 1;
        found.images.push(stored);
    }
    Ok(())
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Option<StoredImage>> {
    let time = |value: Option<i64>| value.map(number);
    let (digest, tags): (String, String) = (row.get(2)?, row.get(3)?);
    let Ok(digest) = Digest::parse(&digest) else { return Ok(None) };
    let image = ListedImage {
        digest,
        tags: tags.split(' ').filter_map(|tag| Tag::parse(tag).ok()).collect(),
        size_bytes: time(row.get(4)?),
        pushed_at_ms: time(row.get(5)?),
        pulled_at_ms: time(row.get(6)?),
        is_archived: row.get(7)?,
    };
    Ok(Some(StoredImage { repository: row.get(0)?, image, listed_at_ms: number(row.get(1)?) }))
}

#[cfg(test)]
mod tests;
