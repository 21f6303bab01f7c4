//! A SQLite file that may be deleted at any time. `document_cache` and `image_lists` each own one.
//!
//! A file that turns out to be damaged, at the start or later, is deleted and starts again. A file that can't be opened
//! or has the tables of another version is left alone, and memory is used. A cache whose tables change takes the next
//! name, such as `lists-2.sqlite` after `lists.sqlite`, and deletes the files of earlier versions when it opens its own.
//!
//! Several processes can find the same file damaged. The first one deletes it with its log of changes, and the others use
//! the file that took its place: a process locks the file while it opens or deletes it, and compares which file it is.

use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use transload_files::{create_private, lock_beside, with_suffix};

/// How long one process waits while another writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The file of a cache.
pub(crate) struct CacheFile {
    /// `None` in memory.
    path: Option<PathBuf>,
    tables: &'static str,
    writer: Mutex<Connection>,
    /// To read with while the writer writes. `None` while the writer has no file.
    readers: Vec<Mutex<Option<Connection>>>,
    is_damaged: AtomicBool,
    /// Which file the writer opened. `None` in memory.
    identity: Mutex<Option<FileIdentity>>,
}

/// Tells a file from another one that took its place: the device and the number of the file. Windows, where both are 0,
/// deletes no file that is open.
type FileIdentity = (u64, u64);

/// A connection to read with.
pub(crate) enum ReadConnection<'a> {
    Reader(MutexGuard<'a, Option<Connection>>),
    /// Of a cache without other connections.
    Writer(MutexGuard<'a, Connection>),
}

impl Deref for ReadConnection<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Self::Reader(reader) => reader.as_ref().expect("it is created with a connection"),
            Self::Writer(writer) => writer,
        }
    }
}

impl CacheFile {
    /// Opens a file with these tables, or creates it for this user only. Uses memory if that fails.
    pub fn open(path: &Path, tables: &'static str) -> Self {
        Self { path: Some(path.to_owned()), ..Self::of(open_or_memory(path, tables, None), tables) }
    }

    /// Opens more connections to the file, to read with.
    pub fn with_readers(self, count: usize) -> Self {
        let readers = (0..count).map(|_| open_reader(&locked(&self.writer)));
        let readers = readers.map(Mutex::new).collect();
        Self { readers, ..self }
    }

    /// Creates these tables in memory.
    pub fn in_memory(tables: &'static str) -> Self {
        Self::of((open_memory(tables), None), tables)
    }

    fn of(opened: (Connection, Option<FileIdentity>), tables: &'static str) -> Self {
        Self {
            path: None,
            tables,
            writer: Mutex::new(opened.0),
            readers: Vec::new(),
            is_damaged: AtomicBool::new(false),
            identity: Mutex::new(opened.1),
        }
    }

    /// Whether it never had a file.
    pub fn is_in_memory(&self) -> bool {
        self.path.is_none()
    }

    /// Returns the connection, of a new file if the last use found the file damaged.
    pub fn connection(&self) -> MutexGuard<'_, Connection> {
        self.restart_if_damaged();
        locked(&self.writer)
    }

    /// Returns a connection to read with, one that isn't in use if possible.
    pub fn reader(&self) -> ReadConnection<'_> {
        self.restart_if_damaged();
        let free = self.readers.iter().find_map(|reader| {
            let reader = reader.try_lock().ok()?;
            reader.is_some().then_some(ReadConnection::Reader(reader))
        });
        free.unwrap_or_else(|| self.reader_at(0))
    }

    /// How many connections can read at a time.
    pub fn reader_count(&self) -> usize {
        self.readers.len().max(1)
    }

    /// Returns one of these connections, when it isn't in use.
    pub fn reader_at(&self, index: usize) -> ReadConnection<'_> {
        self.restart_if_damaged();
        let reader = self.readers.get(index).map(locked).filter(|reader| reader.is_some());
        match reader {
            Some(reader) => ReadConnection::Reader(reader),
            None => ReadConnection::Writer(locked(&self.writer)),
        }
    }

    /// Returns the value, or logs the error: without the cache, everything is read again.
    pub fn usable<T>(&self, result: rusqlite::Result<T>) -> Option<T> {
        if let Err(error) = &result
            && is_damaged(error)
        {
            self.is_damaged.store(true, Ordering::Relaxed);
        }
        usable(result)
    }

    fn restart_if_damaged(&self) {
        let Some(path) = &self.path else { return };
        if !self.is_damaged.load(Ordering::Relaxed) {
            return;
        }
        let mut writer = locked(&self.writer);
        let mut readers: Vec<_> = self.readers.iter().map(locked).collect();
        // Another thread may have started again meanwhile. Nobody uses the damaged file now.
        if !self.is_damaged.swap(false, Ordering::Relaxed) {
            return;
        }
        tracing::warn!(path = %path.display(), "a cache is damaged and starts again");
        // Windows deletes no open file.
        *writer = open_memory(self.tables);
        readers.iter_mut().for_each(|reader| **reader = None);
        let mut identity = locked(&self.identity);
        (*writer, *identity) = open_or_memory(path, self.tables, *identity);
        readers.iter_mut().for_each(|reader| **reader = open_reader(&writer));
    }
}

/// Converts a number to the integers of SQLite.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Converts an integer of SQLite to a number.
pub(crate) fn number(integer: i64) -> u64 {
    u64::try_from(integer).unwrap_or(0)
}

/// Collects the rows that can be read. The others are logged, and count as not cached.
///
/// # Errors
/// If one of them shows that the file is damaged.
pub(crate) fn readable<T>(
    rows: impl Iterator<Item = rusqlite::Result<T>>,
) -> rusqlite::Result<Vec<T>> {
    rows.filter_map(|row| readable_row(row).transpose()).collect()
}

/// Returns a row, or `None` if it can't be read.
///
/// # Errors
/// If that shows that the file is damaged.
pub(crate) fn readable_row<T>(row: rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
    match row {
        Err(error) if is_damaged(&error) => Err(error),
        row => Ok(usable(row)),
    }
}

/// Returns the value, or logs the error: without the cache, everything is read again.
fn usable<T>(result: rusqlite::Result<T>) -> Option<T> {
    result.inspect_err(|error| tracing::warn!(%error, "a cache can't be used")).ok()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a file with these tables, or creates it for this user only. Uses memory if that fails. Deletes the file first if
/// it is still the one that was found damaged.
fn open_or_memory(
    path: &Path,
    tables: &str,
    damaged: Option<FileIdentity>,
) -> (Connection, Option<FileIdentity>) {
    match open_file(path, tables, damaged) {
        Ok((connection, identity)) => {
            remove_earlier_versions(path);
            (connection, Some(identity))
        }
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "a cache is in memory only");
            (open_memory(tables), None)
        }
    }
}

/// Opens the file of a connection again, to read while the other connection writes. `None` if it has no file.
fn open_reader(of: &Connection) -> Option<Connection> {
    let path = of.path().filter(|path| !path.is_empty())?;
    let reader = usable(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY))?;
    usable(reader.busy_timeout(BUSY_TIMEOUT))?;
    Some(reader)
}

/// Creates these tables in memory.
fn open_memory(tables: &str) -> Connection {
    let connection = Connection::open_in_memory().expect("SQLite opens a database in memory");
    connection.execute_batch(tables).expect("the tables are valid SQL");
    connection
}

fn open_file(
    path: &Path,
    tables: &str,
    damaged: Option<FileIdentity>,
) -> Result<(Connection, FileIdentity), Box<dyn std::error::Error>> {
    if let Some(folder) = path.parent() {
        transload_files::make_private_folder(folder)?;
    }
    let _lock = lock_beside(path)?;
    if damaged.is_some() && damaged == identity(path).ok() {
        remove(path)?;
    }
    // Created before SQLite opens it: configurations can contain what only the user may read.
    drop(create_private(path)?);
    let connection = match prepare(Connection::open(path)?, tables) {
        Ok(connection) => connection,
        Err(error) if is_damaged(&error) => {
            tracing::warn!(%error, path = %path.display(), "a cache is damaged and starts again");
            remove(path)?;
            prepare(Connection::open(path)?, tables)?
        }
        Err(error) => return Err(error.into()),
    };
    if declared(&open_memory(tables))?.is_subset(&declared(&connection)?) {
        Ok((connection, identity(path)?))
    } else {
        Err("its tables are those of another version".into())
    }
}

/// Returns which file is at a path.
fn identity(path: &Path) -> io::Result<FileIdentity> {
    let found = std::fs::metadata(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        Ok((found.dev(), found.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = found;
        Ok((0, 0))
    }
}

/// Deletes a file with its log of changes, which would damage the next one.
fn remove(path: &Path) -> io::Result<()> {
    std::fs::remove_file(path)?;
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(with_suffix(path, suffix));
    }
    Ok(())
}

/// Deletes the files that earlier versions of a cache used. Windows keeps those that another process has open.
fn remove_earlier_versions(path: &Path) {
    for earlier in earlier_versions(path).into_iter().filter(|earlier| earlier.exists()) {
        let removed = lock_beside(&earlier).and_then(|_lock| remove(&earlier));
        match removed {
            Ok(()) => {
                let _ = std::fs::remove_file(with_suffix(&earlier, "-lock"));
                tracing::info!(path = %earlier.display(), "a cache of an earlier version is deleted");
            }
            Err(error) => tracing::warn!(%error, path = %earlier.display(), "a cache stays"),
        }
    }
}

/// Returns the paths of the earlier versions of `NAME-VERSION.EXTENSION`: `NAME.EXTENSION` is version 1.
fn earlier_versions(path: &Path) -> Vec<PathBuf> {
    let parts = || {
        let (name, version) = path.file_stem()?.to_str()?.rsplit_once('-')?;
        Some((name, version.parse::<u32>().ok()?, path.extension()?.to_str()?))
    };
    let Some((name, version, extension)) = parts() else { return Vec::new() };
    let earlier = (1..version).map(|version| match version {
        1 => format!("{name}.{extension}"),
        _ => format!("{name}-{version}.{extension}"),
    });
    earlier.map(|file| path.with_file_name(file)).collect()
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error {
        // The tables existed when the file was opened. Another program emptied it.
        rusqlite::Error::SqliteFailure(_, Some(message))
            if message.starts_with("no such table") =>
        {
            true
        }
        error => matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)),
    }
}

fn prepare(connection: Connection, tables: &str) -> rusqlite::Result<Connection> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A crash may lose the last entries, which are read again.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(tables)?;
    Ok(connection)
}

/// Returns the SQL of the tables and indexes that a file has.
fn declared(connection: &Connection) -> rusqlite::Result<std::collections::BTreeSet<String>> {
    let mut statement =
        connection.prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

#[cfg(test)]
mod tests;
