//! The errors of the journal.

use std::path::PathBuf;

/// Why the journal cannot be read or written, or an operation on a migration was refused.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file, or its folder, can't be read or written.
    #[error("couldn't open, read or write the journal {}", path.display())]
    Unusable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// SQLite reported an error.
    #[error("couldn't open, read or write the journal {}", path.display())]
    Database {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    /// A later version of the program wrote the journal.
    #[error("the journal {} has version {found}; this program supports versions up to {known}", path.display())]
    TooNew {
        path: PathBuf,
        found: i64,
        /// The newest version that this program supports.
        known: i64,
    },
    /// The journal contains a value that no version of the program writes.
    #[error("the journal contains {text:?} instead of {what}")]
    Damaged {
        /// Description of the expected value.
        what: &'static str,
        /// The value that was found.
        text: String,
    },
    /// A record of a migration can't be read. A later version of the program may have written it.
    #[error("couldn't read {what} from the journal")]
    Unreadable {
        /// Description of the record.
        what: &'static str,
        #[source]
        source: serde_json::Error,
    },
    /// A row of a migration can't be read. A later version of the program may have written it, or the file is damaged.
    #[error("couldn't read the record of migration {id} in the journal {}", path.display())]
    UnreadableMigration {
        path: PathBuf,
        id: String,
        #[source]
        source: rusqlite::Error,
    },
    /// No migration has this ID.
    #[error("the journal has no migration {id}")]
    Unknown { id: String },
    /// Another window or command runs the migration.
    #[error("another window or command runs the migration {id}")]
    RunsElsewhere { id: String },
    /// The writer thread has ended.
    #[error("the journal is closed")]
    Closed,
}

impl JournalError {
    /// Whether the file is damaged or is not a database. A retry cannot succeed.
    pub fn is_corrupt(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Database { source, .. } => {
                matches!(source.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
            }
            _ => false,
        }
    }

    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Unusable { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            Self::Database { source, .. } => {
                source.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
            }
            _ => false,
        }
    }
}
