//! Running migrations: each event is numbered, progress is thinned out, the newest events are kept,
//! and a listener that comes late is brought up to date.

mod book;
mod follow;
mod job;
mod layers;
mod state;

pub use book::{FINISHED_KEPT_FOR, JobBook};
pub use follow::JobEvents;
pub use job::Job;
pub use state::{JobEndpoints, JobNews};
