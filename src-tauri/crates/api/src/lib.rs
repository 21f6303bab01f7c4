//! The border: what the engine can do, as calls with types of the contract in and out, for a window
//! or a terminal. No Tauri here.
//!
//! - [`contract`]: the types that cross the border.
//! - [`Api`]: the calls, in `handlers`, one file a subject.
//! - `copies`: registry to registry without a plan, for scripts.
//! - `attempts`: long looks that a person may stop.
//! - `sign_ins`: sign-ins that wait for a person.
//! - `jobs`: running migrations; numbers, thins out, keeps and replays their events.
//! - `sources`, `lists`: where images come from, and what there is.
//! - `logins`, `keychain`: how a person is signed in there.
//! - `settings`: what a person set in the window, for a program beside it.
//! - `plan_file`, `file_endpoints`: files with plans, and the endpoints that files name.
//! - `convert`: values of the engine as types of the contract, and back.
//! - `error`: the one place where errors of the engine become codes and words.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api;
mod attempts;
mod commands;
mod connections;
pub mod contract;
mod convert;
mod copies;
mod endpoints;
mod error;
mod file_endpoints;
mod folders;
mod handlers;
mod jobs;
mod keychain;
mod lists;
mod logins;
mod plan_file;
mod plans;
mod report_export;
mod settings;
mod shards;
mod sign_ins;
mod sources;
mod undos;

pub use api::{Api, ApiOptions};
pub use copies::{CopyControl, copy_images, copy_mfa_submit, image_digest};
pub use file_endpoints::{connection_endpoints, source_endpoints, without_endpoints};
pub use folders::make_private_folder;
pub use handlers::check_ca_file;
pub use jobs::JobNews;
pub use report_export::{merged_report, text as report_text};
pub use settings::{SETTINGS_FILE, kept_settings};
