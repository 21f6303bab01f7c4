//! Running migrations: events are numbered, progress is throttled, the newest events are kept, and a late listener
//! gets a snapshot.
//!
//! - `store`: the jobs of this run of the program
//! - `job`: one job; `state` and `layers`: its state behind the lock
//! - `event_log`: the numbered events of a job
//! - `throttle`: how often progress is emitted
//! - `follow`: one listener of a job

pub(crate) mod event_log;
pub(crate) mod follow;
pub(crate) mod job;
pub(crate) mod layers;
pub(crate) mod state;
pub(crate) mod store;
pub(crate) mod throttle;
