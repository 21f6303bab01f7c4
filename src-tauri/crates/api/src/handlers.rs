//! What a window or a terminal can ask for, one file a subject. Each call takes and returns types of
//! the contract.

mod archive;
mod aws;
mod cleanup;
mod client_logins;
mod deletion;
mod docker;
mod dropped;
mod explorer;
mod friendly_name;
mod history;
mod image_state;
mod image_use;
mod images;
mod images_find;
mod jobs;
mod layer_files;
mod lifecycle;
mod migration;
mod name_proof;
mod naming;
mod network;
mod other_regions;
mod pasted;
mod permissions;
mod plan_files;
mod planning;
mod practice;
mod pull;
mod registry_configuration;
mod registry_contents;
mod registry_counterpart;
mod registry_settings;
mod repositories;
mod restore;
mod running;
mod selection;
mod sign_in;
mod source_dates;
mod source_logins;
mod sources;
mod undo;

pub(crate) use aws::mfa_code;
pub use network::{check_ca_file, network_warnings};
