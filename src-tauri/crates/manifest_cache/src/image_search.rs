//! Finds images by tag or digest in the lists of all repositories. `api` calls it for Find.
//!
//! A search reads the repositories by name, several at a time, and merges what they contain in this order. It keeps
//! nothing in memory: the tags of three million images are 36 MB on disk.
//!
//! - `wanted`: what a text can mean
//! - `repository_search`: the images of one repository that match

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use rusqlite::Connection;
use transload_model::Digest;

use crate::image_lists::{ImageLists, ListedImage, RegistryScope};
use crate::sqlite_file::readable;
use repository_search::RepositorySearch;
use wanted::{WantedDigest, WantedTag};

mod repository_search;
mod wanted;

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
    /// `*` in the text matches any characters; the whole tag must match then. In `REPOSITORY:TAG`, the name of the
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
        let text = text.trim().to_ascii_lowercase();
        let unwritten = self.unwritten().map(|memory| memory.names(registry)).unwrap_or_default();
        let names: BTreeSet<String> = self.names(registry).union(&unwritten).cloned().collect();
        let names = names.iter().map(String::as_str);
        let mut merged = Merged::new(limit);
        if let Some(wanted) = WantedDigest::parse(&text) {
            // The same bytes can be anywhere, so a repository before the digest only comes first.
            let (named, others): (Vec<&str>, Vec<&str>) =
                names.clone().partition(|name| wanted.names(name));
            let in_repository =
                |search: &RepositorySearch<'_>| search.by_digest(&wanted.prefix, limit + 1);
            let names = [named, others].concat();
            self.search_each(registry, &names, &mut merged, &mut progress, in_repository)?;
        }
        if let Some(wanted) = WantedTag::parse(&text) {
            let names: Vec<&str> = names.filter(|name| wanted.is_in(name)).collect();
            // Some of them may be found by their digest already.
            let at_most = limit + 1 + merged.known.len();
            let in_repository = |search: &RepositorySearch<'_>| search.by_tag(&wanted, at_most);
            self.search_each(registry, &names, &mut merged, &mut progress, in_repository)?;
        }
        Some(merged.found)
    }

    fn names(&self, registry: &RegistryScope) -> BTreeSet<String> {
        let connection = self.file.reader();
        let names = repository_names(&connection, registry);
        self.file.usable(names).unwrap_or_default().into_iter().collect()
    }

    /// Searches repositories, as many at a time as there are readers, until more images are found than the limit. Returns
    /// `None` if `progress` breaks.
    fn search_each<'a>(
        &self,
        registry: &RegistryScope,
        names: &[&'a str],
        merged: &mut Merged<'a>,
        progress: &mut impl FnMut(&[StoredImage]) -> ControlFlow<()>,
        in_repository: impl Fn(&RepositorySearch<'_>) -> rusqlite::Result<Vec<ListedImage>> + Sync,
    ) -> Option<()> {
        let next = AtomicUsize::new(0);
        let search = |reader: usize, sender: &mpsc::Sender<_>| {
            let connection = self.file.reader_at(reader);
            // Lines and rows of the same list, also if another one is written meanwhile.
            let snapshot = connection.unchecked_transaction();
            let Some(_snapshot) = self.file.usable(snapshot) else { return };
            let search_in = |connection: &Connection, name: &str| {
                let Some(opened) = RepositorySearch::open(connection, registry, name)? else {
                    return Ok(None);
                };
                Ok(Some((opened.listed_at_ms, in_repository(&opened)?)))
            };
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(name) = names.get(index) else { return };
                let unwritten = self.unwritten().and_then(|memory| {
                    let found = search_in(&memory.file.connection(), name);
                    memory.file.usable(found).flatten()
                });
                let found =
                    unwritten.or_else(|| self.file.usable(search_in(&connection, name)).flatten());
                // Nobody receives it if the search ended.
                if sender.send((index, found.unwrap_or_default())).is_err() {
                    return;
                }
            }
        };
        merged.added = 0;
        thread::scope(|scope| {
            let (sender, received) = mpsc::channel();
            for reader in 0..self.file.reader_count() {
                let (sender, search) = (sender.clone(), &search);
                scope.spawn(move || search(reader, &sender));
            }
            drop(sender);
            for (name, (listed_at_ms, images)) in names.iter().zip(InOrder::of(received)) {
                for image in images {
                    merged.add(name, image, listed_at_ms);
                }
                if progress(&merged.found.images).is_break() {
                    return None;
                }
                if merged.added > merged.limit {
                    break;
                }
            }
            Some(())
        })
    }
}

fn repository_names(
    connection: &Connection,
    registry: &RegistryScope,
) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        connection.prepare_cached("SELECT name FROM repository WHERE registry = ?1")?;
    let rows = statement.query_map([&registry.0], |row| row.get(0))?;
    readable(rows)
}

/// What several repositories contain, without images that were found before.
struct Merged<'a> {
    limit: usize,
    /// How many were found in the same way, by tag or by digest.
    added: usize,
    known: HashSet<(&'a str, Digest)>,
    found: FoundImages,
}

impl<'a> Merged<'a> {
    fn new(limit: usize) -> Self {
        Self { limit, added: 0, known: HashSet::new(), found: FoundImages::default() }
    }

    /// Adds an image that isn't found yet. Beyond the limit, only counts it.
    fn add(&mut self, repository: &'a str, image: ListedImage, listed_at_ms: u64) {
        if self.added > self.limit || !self.known.insert((repository, image.digest.clone())) {
            return;
        }
        self.added += 1;
        if self.added > self.limit {
            self.found.has_more = true;
            return;
        }
        let repository = repository.to_owned();
        self.found.images.push(StoredImage { repository, image, listed_at_ms });
    }
}

/// Yields what several threads send with its number, in the order of the numbers from 0.
struct InOrder<T> {
    received: mpsc::Receiver<(usize, T)>,
    early: BTreeMap<usize, T>,
    next: usize,
}

impl<T> InOrder<T> {
    fn of(received: mpsc::Receiver<(usize, T)>) -> Self {
        Self { received, early: BTreeMap::new(), next: 0 }
    }
}

impl<T> Iterator for InOrder<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Some(one) = self.early.remove(&self.next) {
                self.next += 1;
                return Some(one);
            }
            let (number, one) = self.received.recv().ok()?;
            self.early.insert(number, one);
        }
    }
}

#[cfg(test)]
mod tests;
