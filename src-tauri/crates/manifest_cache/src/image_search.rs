//! Finds images by tag or digest in the lists of all repositories. `api` calls it for Find.
//!
//! Tags are searched with a regular expression over the lines of each repository, which needs no index and finds any
//! part of a tag: three million tags of 10 characters are 36 MB. Digests are in order in each repository, so the
//! beginning of one is a binary search.

use std::collections::HashSet;
use std::ops::ControlFlow;

use regex::bytes::{Regex, RegexBuilder};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use transload_model::{Digest, Tag, wildcard_matches};

use crate::image_lists::{ImageLists, ListedImage, RegistryScope};
use crate::sqlite_file::{number, readable, usable};

/// The fewest hexadecimal characters that are searched for as the beginning of a digest. Shorter ones match too much.
const MIN_DIGEST_CHARACTERS: usize = 4;

/// Longer texts are in no tag. Source: the API model of ECR, `ImageTag`.
const MAX_TAG_CHARACTERS: usize = 300;

/// The columns of an image for [`listed_image`].
const IMAGE_COLUMNS: &str = "digest, tags, size_bytes, pushed_at_ms, pulled_at_ms, is_archived";

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

impl ImageLists {
    /// Returns images whose digest begins with the text, and those with a tag that contains it, at most `limit` of each.
    /// `*` in the text stands for any characters; the whole tag must match then. In `REPOSITORY:TAG`, the name of the
    /// repository contains the first part.
    ///
    /// Calls `progress` after each repository with what was found until then. Returns `None` if that breaks.
    pub fn find(
        &self,
        registry: &RegistryScope,
        text: &str,
        limit: usize,
        mut progress: impl FnMut(&[StoredImage]) -> ControlFlow<()>,
    ) -> Option<FoundImages> {
        let text = text.trim().to_lowercase();
        let connection = self.reader();
        // Lines and rows of the same list, also if another one is written meanwhile.
        let _snapshot = usable(connection.unchecked_transaction())?;
        let repositories = usable(searched_repositories(&connection, registry)).unwrap_or_default();
        let mut search = Search {
            connection: &connection,
            known: HashSet::new(),
            found: FoundImages::default(),
        };
        if let Some(first) = digest_prefix(&text) {
            let mut added = 0;
            // The same bytes can be anywhere, so a repository before the digest only comes first.
            let (named, others): (Vec<_>, Vec<_>) = repositories
                .iter()
                .partition(|one| place_of(&text).is_some_and(|place| is_in(&one.name, place)));
            for repository in named.into_iter().chain(others) {
                usable(search.by_digest(repository, &first, &mut added, limit));
                if progress(&search.found.images).is_break() {
                    return None;
                }
                if added > limit {
                    break;
                }
            }
        }
        if let Some(wanted) = WantedTag::parse(&text) {
            let mut added = 0;
            for repository in repositories.iter().filter(|one| is_in(&one.name, &wanted.place)) {
                usable(search.by_tag(repository, &wanted, &mut added, limit));
                if progress(&search.found.images).is_break() {
                    return None;
                }
                if added > limit {
                    break;
                }
            }
        }
        Some(search.found)
    }
}

struct SearchedRepository {
    id: i64,
    name: String,
    listed_at_ms: u64,
}

fn searched_repositories(
    connection: &Connection,
    registry: &RegistryScope,
) -> rusqlite::Result<Vec<SearchedRepository>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, name, listed_at_ms FROM repository WHERE registry = ?1 ORDER BY name",
    )?;
    let rows = statement.query_map([&registry.0], |row| {
        Ok(SearchedRepository {
            id: row.get(0)?,
            name: row.get(1)?,
            listed_at_ms: number(row.get(2)?),
        })
    })?;
    Ok(readable(rows))
}

/// What a tag must be like, in lower case.
struct WantedTag {
    /// What the repository is called, with a registry before it or not. Empty for any.
    place: String,
    tag: String,
    /// Finds the lines that can match.
    lines: Regex,
}

impl WantedTag {
    /// Returns `None` if no tag can match.
    fn parse(text: &str) -> Option<Self> {
        let (place, tag) = text.rsplit_once(':').unwrap_or(("", text));
        let is_of_tags = tag.len() <= MAX_TAG_CHARACTERS && tag.chars().all(is_of_tag);
        if !is_of_tags || (tag.is_empty() && place.is_empty()) {
            return None;
        }
        let pattern = if tag.contains('*') {
            let parts: Vec<String> = tag.split('*').map(regex::escape).collect();
            format!("(?:^| ){}(?: |$)", parts.join("[^ \n]*"))
        } else if tag.is_empty() {
            "[^\n]".to_owned()
        } else {
            regex::escape(tag)
        };
        let lines = RegexBuilder::new(&pattern).unicode(false).multi_line(true).build().ok()?;
        Some(Self { place: place.to_owned(), tag: tag.to_owned(), lines })
    }

    /// Whether one of the tags of an image matches, with spaces between them.
    fn matches(&self, tags: &str) -> bool {
        tags.split(' ').filter(|tag| !tag.is_empty()).any(|tag| {
            if self.tag.contains('*') {
                wildcard_matches(&self.tag, tag)
            } else {
                tag.contains(&self.tag)
            }
        })
    }
}

/// Whether a place names a repository, with a registry before it or not, or only a part of its name.
fn is_in(repository: &str, place: &str) -> bool {
    repository.contains(place) || place.ends_with(&format!("/{repository}"))
}

/// Returns what stands before `@` in a reference, without a tag.
fn place_of(text: &str) -> Option<&str> {
    let place = text.rsplit_once('@')?.0;
    let name = place.rfind('/').map_or(0, |at| at + 1);
    Some(place[name..].find(':').map_or(place, |at| &place[..name + at]))
}

/// Whether a tag, or a pattern for one, can contain a character.
fn is_of_tag(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-' | '*')
}

/// Returns the beginning of a digest that a text in lower case is, such as `sha256:3f2a` or `3f2a`.
fn digest_prefix(text: &str) -> Option<String> {
    let text = text.rsplit_once('@').map_or(text, |(_, digest)| digest);
    let (algorithm, hex) = text.split_once(':').unwrap_or(("sha256", text));
    let is_algorithm = matches!(algorithm, "sha256" | "sha512");
    let is_prefix =
        hex.len() >= MIN_DIGEST_CHARACTERS && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_algorithm && is_prefix).then(|| format!("{algorithm}:{hex}"))
}

struct Search<'a> {
    connection: &'a Connection,
    /// The repository and position of each image that was found.
    known: HashSet<(i64, i64)>,
    found: FoundImages,
}

impl Search<'_> {
    /// Adds the images of a repository whose digest begins with a text.
    fn by_digest(
        &mut self,
        repository: &SearchedRepository,
        first: &str,
        added: &mut usize,
        limit: usize,
    ) -> rusqlite::Result<()> {
        let mut position = self.lower_bound(repository.id, first)?;
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {IMAGE_COLUMNS} FROM image WHERE repository = ?1 AND position >= ?2 ORDER BY position"
        ))?;
        let mut rows = statement.query(params![repository.id, position])?;
        while let Some(row) = rows.next()? {
            if !row.get_ref(0)?.as_bytes()?.starts_with(first.as_bytes()) {
                break;
            }
            if let Some(image) = usable(listed_image(row)).flatten() {
                self.add(repository, position, image, added, limit);
            }
            if *added > limit {
                break;
            }
            position += 1;
        }
        Ok(())
    }

    /// The position of the first digest of a repository that isn't before a text.
    fn lower_bound(&self, repository: i64, first: &str) -> rusqlite::Result<i64> {
        let mut end: i64 = self
            .connection
            .prepare_cached("SELECT max(position) FROM image WHERE repository = ?1")?
            .query_row([repository], |row| row.get::<_, Option<i64>>(0))?
            .map_or(0, |last| last + 1);
        let mut start = 0;
        let mut statement = self.connection.prepare_cached(
            "SELECT digest < ?3 FROM image WHERE repository = ?1 AND position = ?2",
        )?;
        while start < end {
            let middle = i64::midpoint(start, end);
            if statement.query_row(params![repository, middle, first], |row| row.get(0))? {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        Ok(start)
    }

    /// Adds the images of a repository with a tag that matches.
    fn by_tag(
        &mut self,
        repository: &SearchedRepository,
        wanted: &WantedTag,
        added: &mut usize,
        limit: usize,
    ) -> rusqlite::Result<()> {
        let mut statement =
            self.connection.prepare_cached("SELECT lines FROM tag_lines WHERE repository = ?1")?;
        let mut rows = statement.query([repository.id])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        let lines = row.get_ref(0)?.as_bytes()?;
        let mut image = self.connection.prepare_cached(&format!(
            "SELECT {IMAGE_COLUMNS} FROM image WHERE repository = ?1 AND position = ?2"
        ))?;
        // Lines before `counted_until` are counted in `position`.
        let (mut at, mut counted_until, mut position) = (0, 0, 0_i64);
        while let Some(hit) = lines.get(at..).and_then(|rest| wanted.lines.find(rest)) {
            let hit = at + hit.start();
            // A pattern begins with the line, or with the space before the tag.
            let start = lines[..hit].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let end = lines[hit..]
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(lines.len(), |at| hit + at);
            let newlines =
                lines[counted_until..start].iter().filter(|byte| **byte == b'\n').count();
            position += i64::try_from(newlines).unwrap_or(i64::MAX);
            (counted_until, at) = (start, end + 1);
            let tags = str::from_utf8(&lines[start..end]).unwrap_or_default();
            if !wanted.matches(tags) {
                continue;
            }
            let found = image.query_row(params![repository.id, position], listed_image).optional();
            if let Some(image) = usable(found).flatten().flatten() {
                self.add(repository, position, image, added, limit);
            }
            if *added > limit {
                break;
            }
        }
        Ok(())
    }

    /// Adds an image that isn't found yet. Beyond the limit, only counts it.
    fn add(
        &mut self,
        repository: &SearchedRepository,
        position: i64,
        image: ListedImage,
        added: &mut usize,
        limit: usize,
    ) {
        if !self.known.insert((repository.id, position)) {
            return;
        }
        *added += 1;
        if *added > limit {
            self.found.has_more = true;
            return;
        }
        self.found.images.push(StoredImage {
            repository: repository.name.clone(),
            image,
            listed_at_ms: repository.listed_at_ms,
        });
    }
}

/// Reads [`IMAGE_COLUMNS`]. `None` if the digest isn't one.
fn listed_image(row: &Row<'_>) -> rusqlite::Result<Option<ListedImage>> {
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
