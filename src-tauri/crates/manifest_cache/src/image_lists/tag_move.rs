//! A tag that was moved, added or removed since its repository was listed: the list gets it without being read again.

use rusqlite::{Connection, params};
use transload_model::{Digest, Tag};

use super::{ImageLists, PART_IMAGES, RegistryScope};
use crate::sqlite_file::readable;

impl ImageLists {
    /// Gives a tag to an image of a list, and takes it from every other one. `None` removes it. Does nothing if the
    /// repository wasn't listed. A list that can't be written is kept in memory with the change.
    pub fn move_tag(
        &self,
        registry: &RegistryScope,
        repository: &str,
        tag: &Tag,
        to: Option<&Digest>,
    ) {
        let move_in = |lists: &Self| {
            let mut connection = lists.file.connection();
            let moved = connection.transaction().and_then(|transaction| {
                let is_listed = move_tag_in(&transaction, (registry, repository), tag, to)?;
                transaction.commit()?;
                Ok(is_listed)
            });
            lists.file.usable(moved)
        };
        let is_unwritten = self.unwritten().and_then(move_in).unwrap_or(false);
        if move_in(self).is_some() || is_unwritten {
            return;
        }
        // Otherwise, a search would find the tag at the image that lost it.
        let mut listed = self.written_repositories(registry).into_iter();
        let summary = listed.find(|one| one.name == repository).map(|one| one.summary);
        if let Some((listed_at_ms, images)) = self.list(registry, repository) {
            self.keep_unwritten(|memory| {
                let summary = summary.unwrap_or_default();
                memory.write(registry, repository, &images, &summary, listed_at_ms)?;
                move_in(memory).map(|_| ())
            });
        }
    }
}

/// Returns whether the repository was listed.
fn move_tag_in(
    connection: &Connection,
    (registry, repository): (&RegistryScope, &str),
    tag: &Tag,
    to: Option<&Digest>,
) -> rusqlite::Result<bool> {
    let id = "SELECT id FROM repository WHERE registry = ?1 AND name = ?2";
    let mut id = connection.prepare_cached(id)?;
    let mut ids = id.query_map(params![registry.0, repository], |row| row.get::<_, i64>(0))?;
    let Some(id) = ids.next().transpose()? else { return Ok(false) };
    // A tag contains no space.
    let mut changed = connection.prepare_cached(
        "SELECT position, digest, tags FROM image
         WHERE repository = ?1 AND (digest = ?2 OR instr(' ' || tags || ' ', ' ' || ?3 || ' ') > 0)",
    )?;
    let to = to.map_or("", Digest::as_str);
    let changed = readable(changed.query_map(params![id, to, tag.as_str()], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?)?;
    for (position, digest, tags) in changed {
        let mut tags: Vec<&str> = tags.split(' ').filter(|one| !one.is_empty()).collect();
        let had_tag = tags.contains(&tag.as_str());
        match digest == to {
            true if had_tag => continue,
            true => tags.push(tag.as_str()),
            false => tags.retain(|one| *one != tag.as_str()),
        }
        let tags = tags.join(" ");
        connection.execute(
            "UPDATE image SET tags = ?3 WHERE repository = ?1 AND position = ?2",
            params![id, position, tags],
        )?;
        replace_line(connection, id, position, &tags.to_ascii_lowercase())?;
    }
    Ok(true)
}

/// Replaces the line of an image in its part.
fn replace_line(
    connection: &Connection,
    repository: i64,
    position: i64,
    line: &str,
) -> rusqlite::Result<()> {
    let part = params![repository, position / PART_IMAGES];
    let lines = "SELECT lines FROM tag_lines WHERE repository = ?1 AND part = ?2";
    let lines: Vec<u8> = connection.query_row(lines, part, |row| row.get(0))?;
    let lines = String::from_utf8_lossy(&lines);
    let changed: String = (0..)
        .zip(lines.lines())
        .flat_map(|(at, known)| [if at == position % PART_IMAGES { line } else { known }, "\n"])
        .collect();
    connection.execute(
        "UPDATE tag_lines SET lines = ?3 WHERE repository = ?1 AND part = ?2",
        params![repository, position / PART_IMAGES, changed.as_bytes()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{find, image, names, scope};

    #[test]
    fn a_tag_is_found_at_the_image_that_has_it_now() {
        let registry = scope("111122223333");
        let (one, two) = (image("one", &["v1", "Prod"]), image("two", &["v2"]));
        let digest = |image: &crate::ListedImage| image.digest.clone();
        // The image that gets the tag, and the first tag of what a search for it finds, and of both images after it.
        for (tag, to, found) in [
            ("Prod", Some(digest(&two)), vec!["shop/api:v2"]),
            ("Prod", Some(digest(&one)), vec!["shop/api:v1"]),
            ("Prod", None, vec![]),
            ("new", Some(digest(&one)), vec!["shop/api:v1"]),
            // Of an image that wasn't listed.
            ("Prod", Some(Digest::of(b"other")), vec![]),
        ] {
            let lists = ImageLists::in_memory();
            lists.put(&registry, "shop/api", &[one.clone(), two.clone()], "", 5);
            lists.put(&registry, "shop/web", &[image("three", &["web", "other"])], "", 5);
            let tag = Tag::parse(tag).unwrap();
            lists.move_tag(&registry, "shop/api", &tag, to.as_ref());
            lists.move_tag(&registry, "missing", &tag, to.as_ref());
            let of_tag = names(&find(&lists, &registry, tag.as_str(), 9));
            assert_eq!(of_tag, found, "{tag} to {to:?}");
            // Others stay where they are.
            assert_eq!(names(&find(&lists, &registry, "v2", 9)), ["shop/api:v2"]);
            assert_eq!(names(&find(&lists, &registry, "web:other", 9)), ["shop/web:web"]);
            let of = find(&lists, &registry, &format!("shop/api:{tag}"), 9);
            let tags = of.images.first().map(|found| found.image.tags.len());
            assert_eq!(tags.is_some(), !found.is_empty());
        }
    }

    #[test]
    fn a_tag_moves_in_its_registry_only_and_is_no_second_time_at_its_image() {
        let (ours, theirs) = (scope("111122223333"), scope("444455556666"));
        let (one, two) = (image("one", &["v1", "Prod"]), image("two", &["v2"]));
        let lists = ImageLists::in_memory();
        for registry in [&ours, &theirs] {
            lists.put(registry, "shop/api", &[one.clone(), two.clone()], "", 5);
        }
        let tags = |registry: &RegistryScope| {
            ["v1", "v2"].map(|tag| {
                let found = find(&lists, registry, tag, 9);
                let tags: Vec<&str> = found.images[0].image.tags.iter().map(Tag::as_str).collect();
                tags.join(" ")
            })
        };
        let prod = Tag::parse("Prod").unwrap();
        for (to, expected) in [(&one, ["v1 Prod", "v2"]), (&two, ["v1", "v2 Prod"])] {
            lists.move_tag(&theirs, "shop/api", &prod, Some(&to.digest));
            assert_eq!(
                (tags(&theirs), tags(&ours)),
                (expected.map(str::to_owned), ["v1 Prod", "v2"].map(str::to_owned))
            );
        }
    }

    #[test]
    fn a_tag_that_moves_while_the_file_cannot_be_written_is_found_at_its_image_and_moves_back() {
        let registry = scope("111122223333");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lists.sqlite");
        let lists = ImageLists::open(&path);
        let (one, two) = (image("one", &["v1", "Prod"]), image("two", &["v2"]));
        lists.put(&registry, "shop/api", &[one.clone(), two.clone()], "of api", 5);
        lists.put(&registry, "shop/web", &[image("three", &["web"])], "of web", 5);
        let only_reads = |is_on: &str| {
            let pragma = format!("PRAGMA query_only = {is_on}");
            lists.file.connection().execute_batch(&pragma).unwrap();
        };
        only_reads("ON");
        let prod = Tag::parse("Prod").unwrap();
        let holder = || find(&lists, &registry, "Prod", 9).images.pop().map(|one| one.image.digest);
        for to in [Some(&two.digest), Some(&one.digest), None, Some(&two.digest)] {
            lists.move_tag(&registry, "shop/api", &prod, to);
            lists.move_tag(&registry, "missing", &prod, to);
            assert_eq!(holder().as_ref(), to);
            let known = lists.repositories(&registry).into_iter();
            let known: Vec<_> = known.map(|one| (one.listed_at_ms, one.summary)).collect();
            assert_eq!(known, [(5, "of api".to_owned()), (5, "of web".to_owned())]);
        }
        assert_eq!(names(&find(&lists, &registry, "web", 9)), ["shop/web:web"]);
        // The next list of the repository is written, and takes the place of the one in memory.
        only_reads("OFF");
        lists.put(&registry, "shop/api", &[one.clone(), two], "", 6);
        assert_eq!(holder(), Some(one.digest));
    }

    /// What a change writes is in the log of the file until the next checkpoint: the row of each image and its part of
    /// the lines, of which the image before and the one after can have two.
    #[test]
    fn a_change_of_a_tag_writes_little_in_a_large_repository() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lists.sqlite");
        let lists = ImageLists::open(&path);
        let registry = scope("111122223333");
        let images: Vec<_> = (0..10_000)
            .map(|number| image(&number.to_string(), &[&format!("build-2026-11-30-{number:06}")]))
            .collect();
        lists.put(&registry, "shop/api", &images, "", 5);
        let log = folder.path().join("lists.sqlite-wal");
        let checkpoint = || {
            let connection = lists.file.connection();
            let done =
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
            assert_eq!(done, Ok(0));
            assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
        };
        for (tag, to) in [("build-2026-11-30-000007", 9_000), ("prod", 77), ("prod", 5_000)] {
            checkpoint();
            let tag = Tag::parse(tag).unwrap();
            lists.move_tag(&registry, "shop/api", &tag, Some(&images[to].digest));
            let found = find(&lists, &registry, tag.as_str(), 9);
            assert_eq!(found.images.len(), 1, "{tag}");
            assert_eq!(found.images[0].image.digest, images[to].digest, "{tag}");
            let written = std::fs::metadata(&log).unwrap().len();
            assert!(written > 0 && written < 100_000, "{tag}: {written} bytes");
        }
    }
}
