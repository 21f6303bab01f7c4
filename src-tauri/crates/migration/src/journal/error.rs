use std::path::PathBuf;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Its file, or the folder it is in, cannot be read or written.
    #[error("the journal {} cannot be used", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// SQLite refuses.
    #[error("the journal {} cannot be used", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// It was written by a later version of the program.
    #[error("the journal {} has version {found}; this program knows versions up to {known}", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// It holds something that no version of the program writes.
    #[error("the journal holds {text:?} where {what} belongs")]
    Damaged {
        /// What belongs there.
        what: &'static str,
        /// What is there.
        text: String,
    },
    /// No migration has this name.
    #[error("the journal knows no migration {id}")]
    Unknown {
        /// The name.
        id: String,
    },
    /// Another process runs the migration.
    #[error("another window or command runs the migration {id}")]
    RunsElsewhere {
        /// The migration.
        id: String,
    },
    /// The thread that writes is gone.
    #[error("the journal is closed")]
    Closed,
}

impl JournalError {
    /// Whether the file is no database, or a damaged one. No later try can read it.
    pub fn is_corrupt(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Database { source, .. } => {
                matches!(source.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
            }
            _ => false,
        }
    }

    /// Whether the disk is full.
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
