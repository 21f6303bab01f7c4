//! Practice mode: an Amazon ECR (control plane, STS and registry) and a Docker
//! Hub account that live inside the program, on 127.0.0.1.
//!
//! It serves a person who tries Transload without an AWS account, and it is the
//! controllable ECR of the tests. It shares no code with the engine on purpose:
//! two readings of the same protocol check each other.
//!
//! - [`Practice`] starts, stops and resets it, and names its addresses.
//! - [`Faults`] makes a request fail in a chosen way; [`Practice::requests`]
//!   tells what was asked.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod clock;
mod connection;
mod ecr;
mod error;
mod faults;
mod front;
mod hmac;
mod hub;
mod images;
mod options;
mod practice;
mod record;
mod registry;
mod reply;
mod store;
mod tokens;
mod wildcard;
mod world;

pub use error::{Holder, MoveTagError, PracticeError};
pub use faults::{FaultAction, FaultId, FaultRule, Faults, Plane};
pub use hub::HubAccount;
pub use options::{Ports, PracticeOptions, Quirks};
pub use practice::{Practice, STOP_LIMIT};
pub use record::RequestRecord;
pub use store::StoreError;
