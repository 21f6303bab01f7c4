//! The Docker Engine on this computer: find it, list and inspect its images, tag, push.
//!
//! - `environment`, `system`, `address`, `context`, `find`: where an engine answers.
//! - `transport`, `tls`: the way to it; `answer`: what its failures mean.
//! - `engine`, `image`: the calls, and its images as our values.
//! - `client_login`: the logins of the person's own `docker` and Podman.
//! - `push`, `push_stream`, `push_failure`: the lines of a push, and what they mean.
//!
//! `bollard` is used here and nowhere else.

mod address;
mod answer;
mod api;
pub mod client_login;
mod context;
mod engine;
mod environment;
mod error;
mod find;
mod image;
mod push;
mod push_failure;
mod push_stream;
#[cfg(test)]
mod real;
mod system;
mod tls;
mod transport;

pub use address::{DockerAddress, TlsFiles};
pub use api::{
    DockerApi, EngineImage, EngineInfo, EngineLogin, PushLayerState, PushOutcome, PushProgress,
};
pub use engine::DockerEngine;
pub use environment::DockerEnvironment;
pub use error::{DockerError, PushFailure};
pub use find::{Attempt, AttemptResult, Candidate, FindOutcome, FoundEngine, Origin, candidates};
pub use system::System;
pub use tls::{TlsError, TlsProblem};
