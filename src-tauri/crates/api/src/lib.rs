//! The border: what the engine can do, as calls with types of the contract in and out, for a window
//! or a terminal. No Tauri here.
//!
//! - [`Api`]: the calls, in `handlers`, one file a subject.
//! - `copies`: registry to registry without a plan, for scripts.
//! - `connections`, `connection_book`: connections to ECR, opened once.
//! - `attempts`: long looks that a person may stop.
//! - `sign_ins`: sign-ins that wait for a person.
//! - `jobs`: running migrations; numbers, thins out, keeps and replays their events.
//! - `sources`, `lists`: where images come from, and what there is.
//! - `source_dates`: when the tags of a source were pushed.
//! - `logins`, `keychain`: how a person is signed in there.
//! - `settings`: what a person set in the window, for a program beside it.
//! - `plan_file`, `file_endpoints`: files with plans, and the endpoints that files name.
//! - `merge`: the reports of a plan that ran in parts, joined.
//! - `files`, `text`: files that people get and give.
//! - `convert`: values of the engine as types of the contract, and back.
//!
//! The types that cross the border are in `transload-contract`, the errors in `transload-errors`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api;
mod books;
#[cfg(test)]
mod call_sizes;
mod commands;
mod connected;
mod connections;
mod convert;
mod copies;
mod endpoints;
mod file_endpoints;
mod files;
mod folders;
mod forecast_check;
mod handlers;
mod hub_clients;
mod jobs;
mod keychain;
mod lists;
mod locks;
mod merge;
mod open_source;
mod plan_file;
mod report_export;
mod settings;
mod shards;
mod sources;
mod text;

pub use api::{Api, ApiOptions, SHUTDOWN_LIMIT};
pub use connections::{EcrOptions, environment_connection};
pub use copies::{CopyControl, copy_images, copy_mfa_submit, image_digest};
pub use file_endpoints::{connection_endpoints, source_endpoints, without_endpoints};
pub use files::write_whole;
pub use folders::make_private_folder;
pub use handlers::{check_ca_file, network_warnings};
pub use jobs::follow::JobEvents;
pub use jobs::state::JobNews;
pub use merge::{NamedReport, merged_report};
pub use report_export::text as report_text;
pub use settings::{SETTINGS_FILE, kept_settings};
pub use text::{InvalidText, decode_text};
