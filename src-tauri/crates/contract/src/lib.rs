//! The contract between the program and its clients, the window and the command line.
//!
//! Every type here crosses the border as JSON, with field names as written, so that one search finds a name
//! in Rust and in TypeScript. Types that cross unchanged belong to the crate that defines them and are
//! re-exported here. `api` answers with these types; `transload-cli` and the shell read them.
//!
//! - `command_list` declares the commands; three macros receive them
//! - one file per subject: the types of its commands. Those of `copies` are for the command line only
//! - `job_snapshot`: the fold of a job's events into its snapshot
//! - `typescript`: a test that writes the commands and types to `ui/src/ipc/generated/`. `cargo xtask generate`
//!   runs it, and `cargo xtask test` fails if the files are outdated
//!
//! Times are milliseconds since 1970 in UTC and end in `_at_ms`. Sizes end in `_bytes`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod aws;
mod client_logins;
mod command_list;
mod copies;
mod deletion;
mod destination;
mod docker;
mod dropped;
mod friendly_name;
mod history;
mod image_changes;
mod image_state;
mod images;
mod job_snapshot;
mod jobs;
mod lifecycle;
mod migration;
mod naming;
mod network;
mod pasted;
mod permissions;
mod plan;
mod plan_file;
mod practice;
mod registry_configuration;
mod registry_contents;
mod registry_settings;
mod report;
mod repositories;
mod repository_access;
mod restore;
mod saved_profiles;
mod selection;
mod settings;
mod sign_in;
mod sources;
mod summary;
#[cfg(test)]
mod typescript;
mod undo;
#[cfg(test)]
mod wire_forms;

pub use aws::*;
pub use client_logins::*;
pub use copies::*;
pub use deletion::*;
pub use destination::*;
pub use docker::*;
pub use dropped::*;
pub use friendly_name::*;
pub use history::*;
pub use image_changes::*;
pub use image_state::*;
pub use images::*;
pub use jobs::*;
pub use lifecycle::*;
pub use migration::*;
pub use naming::*;
pub use network::*;
pub use pasted::*;
pub use permissions::*;
pub use plan::*;
pub use plan_file::*;
pub use practice::*;
pub use registry_configuration::*;
pub use registry_contents::*;
pub use registry_settings::*;
pub use report::*;
pub use repositories::*;
pub use repository_access::*;
pub use restore::*;
pub use saved_profiles::*;
pub use selection::*;
pub use settings::*;
pub use sign_in::*;
pub use sources::*;
pub use summary::*;
/// What a client hides of the text of others.
pub use transload_model::is_hidden;
pub use undo::*;
