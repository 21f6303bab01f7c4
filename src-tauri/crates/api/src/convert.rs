//! Values of the engine as types of the contract, and back.

mod aws;
mod client_logins;
mod deletion;
mod destination;
mod docker;
mod events;
mod history;
mod lifecycle;
mod naming;
mod network;
mod permissions;
mod plan;
mod plan_file;
mod registry_settings;
mod report;
mod selection;
mod settings;
mod sign_in;
mod undo;

pub use aws::{identity, repository};
pub use client_logins::client_login;
pub use deletion::repository_deletion;
pub use destination::{destination, engine_destination};
pub use docker::engine_status;
pub use events::{event, image_state, layer_state};
pub use history::{
    About, about, earlier_state, history_entry, history_report, request, verified_again,
};
pub use lifecycle::lifecycle_forecast;
pub use naming::rename_rules;
pub use network::{ca_file, network_status};
pub use permissions::plan_permissions;
pub use plan::plan;
pub use plan_file::plan_of_file;
pub use registry_settings::{cache_rule, creation_template};
#[cfg(test)]
pub use report::blank;
pub use report::{crashed_report, left_behind, report, run_end};
pub use selection::tag_rules;
pub use settings::{engine_settings, extent, repository_settings};
pub use sign_in::{new_profile, sign_in_prompt, sign_in_target, sso_session};
pub use undo::{undo_plan, undo_report};
