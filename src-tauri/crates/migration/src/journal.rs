//! The journal: the plan of each migration and the outcome of each of its images, in a SQLite file.
//!
//! An entry is written before the corresponding write at the destination, and after each commit point
//! of an image, so that a migration that was interrupted (by a crash, a power cut, a closed window)
//! resumes with the remaining images. History, reports, *Run again* and *Undo* read the journal.
//!
//! - `entry`: the values that the journal stores.
//! - `schema`: the tables, and the upgrade of a journal that an earlier version wrote.
//! - `intent`: the writes at the destination, journaled before each call.
//! - `about`: what the history shows of a migration beside its plan and its request.
//! - `stored`: the request and `about` as JSON with a version.
//! - `codes`, `columns`, `json_columns`, `rows`: conversion between values and columns.
//! - `search`: finds migrations by their images. `recent`: images that a repository received lately.
//! - `summaries`: the rows of the history list.
//! - `store`: starts, reads and lists migrations.
//! - `writer`: the one thread that writes while migrations run, with many changes in one transaction.
//! - `log`: the changes that a running migration journals.
//! - `claim`: the lock of the process that runs a migration. The operating system releases it when the
//!   process ends.

pub(crate) mod about;
mod claim;
mod codes;
mod columns;
pub(crate) mod entry;
pub(crate) mod error;
pub(crate) mod intent;
mod json_columns;
pub(crate) mod log;
mod recent;
mod rows;
mod schema;
mod search;
pub(crate) mod store;
pub(crate) mod stored;
mod summaries;
#[cfg(test)]
mod tests;
mod writer;

pub use about::{About, AwsEndpoints, AwsIdentity, ReportPart};
pub use entry::{
    JournalCounts, JournalImage, JournalRecord, JournalRepository, JournalState, JournalSummary,
    NewMigration, Stage, Undone, UnreadableMigration,
};
pub use error::JournalError;
pub use intent::{
    Intent, TagHistory, TagKind, TagWrite, Write, WriteOutcome, is_intended_creation,
    is_recent_creation, tag_histories, unanswered_creation,
};
pub use log::{JournalLog, RecordError};
pub use search::JournalMatch;
pub use store::{ClaimedMigration, Journal};
pub use stored::{Record, Stored};
