//! A SQLite file that may be deleted at any time. `document_cache` and `image_lists` each own one.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// How long one process waits while another writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens a file with these tables, or creates it for this user only. Uses memory if that fails.
pub(crate) fn open_or_memory(path: &Path, tables: &str) -> Connection {
    open_file(path, tables).unwrap_or_else(|error| {
        tracing::warn!(%error, path = %path.display(), "a cache is in memory only");
        open_memory(tables)
    })
}

/// Opens the file of a connection again, to read while the other connection writes. `None` if it has no file.
pub(crate) fn open_reader(of: &Connection) -> Option<Connection> {
    let path = of.path().filter(|path| !path.is_empty())?;
    let reader = usable(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY))?;
    usable(reader.busy_timeout(BUSY_TIMEOUT))?;
    Some(reader)
}

/// Creates these tables in memory.
pub(crate) fn open_memory(tables: &str) -> Connection {
    let connection = Connection::open_in_memory().expect("SQLite opens a database in memory");
    connection.execute_batch(tables).expect("the tables are valid SQL");
    connection
}

pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn number(integer: i64) -> u64 {
    u64::try_from(integer).unwrap_or(0)
}

/// Returns the value, or logs the error: without the cache, everything is read again.
pub(crate) fn usable<T>(result: rusqlite::Result<T>) -> Option<T> {
    result.inspect_err(|error| tracing::warn!(%error, "a cache can't be used")).ok()
}

/// Collects the rows that can be read. The others are logged, and count as not cached.
pub(crate) fn readable<T>(rows: impl Iterator<Item = rusqlite::Result<T>>) -> Vec<T> {
    rows.filter_map(usable).collect()
}

fn open_file(path: &Path, tables: &str) -> Result<Connection, Box<dyn std::error::Error>> {
    if let Some(folder) = path.parent() {
        transload_files::make_private_folder(folder)?;
    }
    // Created before SQLite opens it: configurations can contain what only the user may read.
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        file.mode(0o600);
    }
    drop(file.open(path)?);
    match prepare(Connection::open(path)?, tables) {
        Ok(connection) => Ok(connection),
        Err(error) if is_damaged(&error) => {
            tracing::warn!(%error, path = %path.display(), "a cache is damaged and starts again");
            std::fs::remove_file(path)?;
            // Without its file, the log of changes would damage the next one.
            for suffix in ["-wal", "-shm"] {
                let mut log = path.as_os_str().to_owned();
                log.push(suffix);
                let _ = std::fs::remove_file(log);
            }
            Ok(prepare(Connection::open(path)?, tables)?)
        }
        Err(error) => Err(error.into()),
    }
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

fn prepare(connection: Connection, tables: &str) -> rusqlite::Result<Connection> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A crash may lose the last entries, which are read again.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(tables)?;
    Ok(connection)
}
