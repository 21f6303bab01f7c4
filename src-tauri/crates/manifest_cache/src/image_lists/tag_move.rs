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
mod tests;
