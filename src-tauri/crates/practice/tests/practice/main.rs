//! Tests of the practice servers over HTTP, and with the AWS CLI, skopeo and the Docker Engine.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod client;
mod clients;
mod control_plane;
mod explorer;
mod faults;
mod hub;
mod registry;
mod registry_configuration;
mod registry_settings;
