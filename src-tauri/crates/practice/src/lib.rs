//! Practice mode: an Amazon ECR (control plane, STS and registry) and a Docker Hub inside the program, on
//! 127.0.0.1. `transload-api` starts it for users who try Transload without an AWS account, and the tests
//! start it as an ECR that they control. It shares no code with the other crates on purpose: two
//! implementations of the same protocol check each other.
//!
//! - [`Practice`] starts, stops and resets it, and returns its addresses.
//! - `server`, `dispatch`, `context`: the entry point of all ports, and what the servers share
//! - `ecr`, `registry`, `store`: the practice ECR: API, registry and data
//! - `example_repositories`: example repositories of the practice ECR
//! - `hub`: the practice Docker Hub
//! - `layer_downloads`: the origin that both registries redirect blob downloads to
//! - `image_builder`, `resource_path`, `basic_auth`, `reply`, `tokens`, `hash`, `clock`, `wildcard`,
//!   `connection`, `lock`, `folder_lock`: helpers
//!
//! The feature `faults` adds what only tests need: `Faults` makes requests fail in a chosen way, and
//! `Practice::requests` returns the requests that were received. It is not part of the programs that are
//! shipped.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod basic_auth;
mod clock;
mod connection;
mod context;
mod dispatch;
mod ecr;
mod error;
mod example_repositories;
#[cfg(feature = "faults")]
mod faults;
mod folder_lock;
mod hash;
mod hub;
mod image_builder;
mod layer_downloads;
mod lock;
mod options;
mod plane;
mod practice;
mod registry;
mod reply;
#[cfg(feature = "faults")]
mod request_log;
mod resource_path;
mod server;
mod store;
mod tokens;
mod wildcard;

pub use error::{Holder, MoveTagError, PracticeError};
#[cfg(feature = "faults")]
pub use faults::{FaultAction, FaultId, FaultRule, Faults};
pub use hub::HubAccount;
pub use options::{Ports, PracticeOptions, Quirks};
#[cfg(feature = "faults")]
pub use plane::Plane;
pub use practice::{Practice, STOP_LIMIT};
#[cfg(feature = "faults")]
pub use request_log::RequestRecord;
pub use store::error::StoreError;
