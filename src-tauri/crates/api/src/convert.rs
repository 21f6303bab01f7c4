//! Values of the engine as types of the contract, and back.

mod aws;
mod client_logins;
mod deletion;
mod docker;
mod events;
mod history;
mod network;
mod permissions;
mod registry_settings;
mod report;
mod selection;
mod sign_in;
mod undo;

pub use aws::{identity, repository};
pub use client_logins::client_login;
pub use deletion::repository_deletion;
pub use docker::engine_status;
pub use events::{event, image_state};
pub use history::{about, earlier_state, history_entry, history_report, verified_again};
pub use network::{ca_file, network_status};
pub use permissions::plan_permissions;
pub use registry_settings::{
    cache_rule, cache_rule_login, creation_template, docker_hub_rule, template_on_push,
};
pub use report::{crashed_report, left_behind, report, run_end};
pub use selection::tag_rules;
pub use sign_in::{new_profile, sign_in_prompt, sso_session};
pub use undo::{undo_plan, undo_report};
