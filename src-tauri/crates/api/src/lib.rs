//! The border: what the program can do, as calls with types of `transload-contract` in and out, for the window
//! and the command line. No Tauri here.
//!
//! - [`Api`]: its calls are in `handlers`, one file per subject
//! - `stores`: what stays open from one call to the next
//! - `connections`, `connected`, `endpoints`: opens connections to ECR, and explains why one fails
//! - `sources`, `open_source`, `hub_clients`, `lists`: opens sources and lists what is there
//! - `jobs`: running migrations and list copies; numbers, throttles, keeps and replays their events
//! - `copies`: copies from registry to registry without a plan, for scripts
//! - `concurrency`: the limits of concurrent calls
//! - `cached_content`: repositories whose documents are read once and whose reads aren't shown as pulls
//! - `images`: inspects and compares images of references and of open sources
//! - `layer_lists`: the files in layers, listed once
//! - `file_endpoints`: the endpoints that only a plan file names
//! - `keychain`: logins in the keychain of the operating system
//! - `settings`: the settings of the window, for it and for a program beside it
//! - `deletion_records`: the records of deletions on disk, from which images are restored
//! - `image_changes`: the changes of tags and of the storage of images on disk
//! - `exported_file`: writes files that the user exports
//! - `convert`: values of the crates below as types of the contract, and back
//!
//! The errors and their words are in `transload-errors`, the headline of a report and its files in
//! `transload-report`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api;
mod cached_content;
#[cfg(test)]
mod call_sizes;
mod concurrency;
mod connected;
mod connections;
mod convert;
mod copies;
mod deletion_records;
mod endpoints;
mod exported_file;
mod file_endpoints;
mod handlers;
mod hub_clients;
mod image_changes;
mod images;
mod jobs;
mod keychain;
mod layer_lists;
mod lists;
mod locks;
mod open_source;
mod settings;
mod sources;
mod stores;

pub use api::{Api, ApiOptions, SHUTDOWN_LIMIT};
pub use connections::{EcrOptions, environment_connection};
pub use copies::{CopyControl, copy_mfa_submit, copy_start, image_digest};
pub use file_endpoints::{connection_endpoints, source_endpoints, without_endpoints};
pub use handlers::{check_ca_file, network_warnings};
pub use jobs::job::JobEvents;
pub use jobs::state::JobUpdate;
pub use settings::{SETTINGS_FILE, kept_settings, read_settings};
