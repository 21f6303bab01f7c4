//! Requests and plans as values of the contract, which the window shows and files contain.
//!
//! `api` parses each request and shows each plan with it. A plan file is data that someone else may have written or
//! changed, so it is checked against itself before anything is sent.
//!
//! - `request`, `naming`, `settings`: parses a request
//! - `shown_plan`, `forecast`, `destination`: a plan as the window and a file show it
//! - `read`, `file_plan`: a plan file, checked, as a plan that can run
//! - `shards`: the parts of a plan that several computers run
//! - `forecast_check`: compares the lifecycle forecast of a file with the current one

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod destination;
mod file_plan;
mod forecast;
mod forecast_check;
mod naming;
mod read;
mod request;
mod settings;
mod shards;
mod shown_plan;

pub use destination::{
    endpoint_address, entered_text, named_destination, planned_destination, shown_destination,
};
pub use file_plan::plan_of_file;
pub use forecast_check::expect_as_planned;
pub use naming::{names_collide, rename_rules};
pub use read::{checked_plan, file_destination, read_file};
pub use request::parse_request;
pub use settings::{parse_scope, parse_settings, shown_settings};
pub use shards::{keep_part, part_of};
pub use shown_plan::shown_plan;
