//! The journal: what each migration planned, and what became of every image of it, in a SQLite file.
//!
//! It is written before anything is written elsewhere, and after each commit point of an image, so
//! that a migration that was interrupted (by a crash, a power cut, a closed window) goes on with what
//! is left. History, reports, *Run again* and *Undo* read it.
//!
//! - `entry`: what it holds, as values.
//! - `schema`: the tables, and how a journal of an earlier version becomes one of this version.
//! - `intent`: what is about to be written at the destination, entered before each call.
//! - `codes`, `rows`: values to columns and back.
//! - `store`: begins, reads and lists migrations.
//! - `writer`: the one thread that writes while migrations run, many changes in one transaction.
//! - `log`: what a running migration writes.
//! - `claim`: which process runs a migration; the operating system forgets it with the process.

mod claim;
mod codes;
pub(crate) mod entry;
pub(crate) mod error;
pub(crate) mod intent;
pub(crate) mod log;
mod rows;
mod schema;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod writer;

pub use entry::{
    JournalCounts, JournalImage, JournalRecord, JournalRepository, JournalState, JournalSummary,
    NewMigration, Stage, Undone,
};
pub use error::JournalError;
pub use intent::{
    Intent, TagHistory, TagKind, TagWrite, Write, WriteOutcome, is_intended_creation,
    is_recent_creation, tag_histories, unanswered_creation,
};
pub use log::{JournalLog, RecordError};
pub use store::{ClaimedMigration, Journal};
