//! The images of one repository that match, read from its list. `image_search` calls it for each repository.
//!
//! The tags of a repository are in lines of a few values, which are searched as they are. Digests are in order, so those with
//! a beginning are neighbors.

use memchr::memchr_iter;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::wanted::WantedTag;
use crate::image_lists::{IMAGE_COLUMNS, ListedImage, PART_IMAGES, RegistryScope, listed_image};
use crate::sqlite_file::{number, readable_row};

/// The digits of a digest that say about where it is.
const HEAD_DIGITS: usize = 8;

/// How far from a good guess a digest is looked for first.
const FIRST_STEP: i64 = 4;

/// The list of a repository, in the transaction of a connection.
pub(super) struct RepositorySearch<'a> {
    connection: &'a Connection,
    id: i64,
    pub(super) listed_at_ms: u64,
}

impl<'a> RepositorySearch<'a> {
    /// Returns `None` if the repository isn't listed.
    pub(super) fn open(
        connection: &'a Connection,
        registry: &RegistryScope,
        name: &str,
    ) -> rusqlite::Result<Option<Self>> {
        let mut statement = connection.prepare_cached(
            "SELECT id, listed_at_ms FROM repository WHERE registry = ?1 AND name = ?2",
        )?;
        let row = statement.query_row(params![registry.0, name], |row| {
            Ok(Self { connection, id: row.get(0)?, listed_at_ms: number(row.get(1)?) })
        });
        row.optional()
    }

    /// Returns the images whose digest begins with a text.
    pub(super) fn by_digest(
        &self,
        prefix: &str,
        at_most: usize,
    ) -> rusqlite::Result<Vec<ListedImage>> {
        let mut images = Vec::new();
        let first = self.lower_bound(prefix)?;
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {IMAGE_COLUMNS} FROM image WHERE repository = ?1 AND position >= ?2 ORDER BY position"
        ))?;
        let mut rows = statement.query(params![self.id, first])?;
        while let Some(row) = rows.next()?
            && images.len() < at_most
            && row.get_ref(0)?.as_bytes()?.starts_with(prefix.as_bytes())
        {
            images.extend(readable_row(listed_image(row))?.flatten());
        }
        Ok(images)
    }

    /// Returns the position of the first digest that isn't before a text.
    ///
    /// Digests are evenly distributed, so the position follows from the first digits, better with each read of a digest
    /// nearby. This reads three pages of the file instead of one for each halving of the list.
    fn lower_bound(&self, text: &str) -> rusqlite::Result<i64> {
        let count: i64 = self
            .connection
            .prepare_cached("SELECT max(position) FROM image WHERE repository = ?1")?
            .query_row([self.id], |row| row.get::<_, Option<i64>>(0))?
            .map_or(0, |last| last + 1);
        let mut statement = self.connection.prepare_cached(
            "SELECT digest < ?3, digest FROM image WHERE repository = ?1 AND position = ?2",
        )?;
        let mut read = |position: i64| {
            statement.query_row(params![self.id, position, text], |row| {
                let digest = str::from_utf8(row.get_ref(1)?.as_bytes()?).ok();
                Ok((row.get::<_, bool>(0)?, digest.and_then(head)))
            })
        };
        let wanted = head(text).unwrap_or_default();
        let mut guess = (wanted * count) >> (4 * HEAD_DIGITS);
        for _ in 0..2 {
            guess = guess.clamp(0, (count - 1).max(0));
            if guess < count
                && let (_, Some(found)) = read(guess)?
            {
                guess += ((wanted - found) * count) >> (4 * HEAD_DIGITS);
            }
        }
        // The position is from `start` to `end`, whatever the guess is worth.
        let (mut start, mut end) = (0, count);
        let mut step = FIRST_STEP;
        while guess - step > start && guess - step < end {
            if read(guess - step)?.0 {
                start = guess - step + 1;
            } else {
                end = guess - step;
                step *= 2;
            }
        }
        step = FIRST_STEP;
        while guess + step >= start && guess + step < end {
            if read(guess + step)?.0 {
                start = guess + step + 1;
                step *= 2;
            } else {
                end = guess + step;
            }
        }
        while start < end {
            let middle = i64::midpoint(start, end);
            if read(middle)?.0 {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        Ok(start)
    }

    /// Returns the images with a tag that matches.
    pub(super) fn by_tag(
        &self,
        wanted: &WantedTag,
        at_most: usize,
    ) -> rusqlite::Result<Vec<ListedImage>> {
        let mut images = Vec::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT part, lines FROM tag_lines WHERE repository = ?1 ORDER BY part",
        )?;
        let mut parts = statement.query([self.id])?;
        let mut image = self.connection.prepare_cached(&format!(
            "SELECT {IMAGE_COLUMNS} FROM image WHERE repository = ?1 AND position = ?2"
        ))?;
        while images.len() < at_most
            && let Some(part) = parts.next()?
        {
            let lines = part.get_ref(1)?.as_bytes()?;
            // The line at `from` is the one of `position`.
            let (mut from, mut position) = (0, part.get::<_, i64>(0)? * PART_IMAGES);
            while images.len() < at_most
                && let Some((start, end)) = wanted.next_line(lines, from)
            {
                let passed = memchr_iter(b'\n', &lines[from..start]).count();
                position += i64::try_from(passed).unwrap_or(i64::MAX);
                let found = image.query_row(params![self.id, position], listed_image).optional();
                images.extend(readable_row(found)?.flatten().flatten());
                (from, position) = (end + 1, position + 1);
            }
        }
        Ok(images)
    }
}

/// Returns the first digits of a digest, or of the beginning of one.
fn head(digest: &str) -> Option<i64> {
    let (_, hex) = digest.split_once(':')?;
    let digits = hex.get(..hex.len().min(HEAD_DIGITS))?;
    let value = i64::from_str_radix(digits, 16).ok()?;
    Some(value << (4 * (HEAD_DIGITS - digits.len())))
}
