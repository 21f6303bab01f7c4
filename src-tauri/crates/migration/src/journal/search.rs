//! Finds recorded migrations by their images. [`Journal::search`](crate::journal::Journal::search) calls it.

use rusqlite::{Connection, named_params};

use crate::journal::columns;

/// The images of a migration that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalMatch {
    /// The ID of the migration.
    pub id: String,
    pub images: u32,
    pub source: String,
    pub destination: String,
}

/// A shorter hexadecimal text is a name or a tag, such as `1`, and no digest.
const SHORTEST_HEX: usize = 6;

/// SQLite takes the other columns from the row of `min(number)`.
/// Source: <https://sqlite.org/lang_select.html#bareagg>
const FOUND: &str = r"
SELECT migration, count(*) AS images, min(number), source, destination
FROM image
WHERE source LIKE :text ESCAPE '\' OR destination LIKE :text ESCAPE '\'
    OR source_repository || ':' || requested_tag LIKE :text ESCAPE '\'
    OR source_digest LIKE :digest ESCAPE '\' OR destination_digest LIKE :digest ESCAPE '\'
    OR pushed_digest LIKE :digest ESCAPE '\' OR registry_digest LIKE :digest ESCAPE '\'
    OR ecr_digest LIKE :digest ESCAPE '\'
GROUP BY migration";

/// Returns the migrations with an image whose name or tag contains a text, or whose digest starts with it. A reference
/// with a digest is found by its digest. Letter case doesn't matter.
pub(super) fn search(connection: &Connection, text: &str) -> rusqlite::Result<Vec<JournalMatch>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = text.rsplit_once('@').map_or(text, |(_, digest)| digest);
    let (hex, shortest) = match wanted.strip_prefix("sha256:") {
        Some(hex) => (hex, 1),
        None => (wanted, SHORTEST_HEX),
    };
    let is_digest = hex.len() >= shortest && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    // No digest is empty.
    let digest = if is_digest { format!("sha256:{hex}%") } else { String::new() };
    let mut query = connection.prepare(FOUND)?;
    let found = query.query_map(
        named_params! { ":text": format!("%{}%", escaped(text)), ":digest": digest },
        |row| {
            Ok(JournalMatch {
                id: row.get("migration")?,
                images: row.get("images")?,
                source: row.get("source")?,
                destination: row.get("destination")?,
            })
        },
    )?;
    columns::readable_rows(found)
}

/// Escapes the wildcards of LIKE: a repository name can contain `_`.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

#[cfg(test)]
mod tests;
