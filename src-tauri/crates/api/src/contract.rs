//! The contract between the engine and whoever shows it.
//!
//! Every type here crosses the border as JSON, with field names as written, so that one search
//! finds a name in Rust and in TypeScript. `command_list.rs` declares the commands; `typescript`
//! writes them and the types that they need into `ui/src/ipc/generated/`; `cargo xtask generate`
//! renews it and `cargo xtask test` fails when it is stale. The types of `copies` are for a terminal
//! only. Times are milliseconds since 1970 in UTC and end in `_at_ms`; sizes end in `_bytes`.

mod aws;
mod client_logins;
mod copies;
mod destination;
mod docker;
mod error;
mod history;
mod job_snapshot;
mod jobs;
mod lifecycle;
mod migration;
mod naming;
mod network;
mod permissions;
mod plan;
mod plan_file;
mod practice;
mod registry_settings;
mod report;
mod repositories;
mod saved_profiles;
mod selection;
mod settings;
mod sign_in;
mod sources;
mod summary;
#[cfg(test)]
mod typescript;
mod undo;

pub use aws::*;
pub use client_logins::*;
pub use copies::*;
pub use destination::*;
pub use docker::*;
pub use error::*;
pub use history::*;
pub use jobs::*;
pub use lifecycle::*;
pub use migration::*;
pub use naming::*;
pub use network::*;
pub use permissions::*;
pub use plan::*;
pub use plan_file::*;
pub use practice::*;
pub use registry_settings::*;
pub use report::*;
pub use repositories::*;
pub use saved_profiles::*;
pub use selection::*;
pub use settings::*;
pub use sign_in::*;
pub use sources::*;
pub use summary::*;
pub use undo::*;
