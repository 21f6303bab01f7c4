//! Running migrations: events are numbered, progress is throttled, the newest events are kept, and a late listener
//! gets a snapshot.
//!
//! - `book`: the jobs of this run of the program
//! - `job`: one job; `state` and `layers`: its state behind the lock
//! - `follow`: one listener of a job

pub(crate) mod book;
pub(crate) mod follow;
pub(crate) mod job;
mod layers;
pub(crate) mod state;
