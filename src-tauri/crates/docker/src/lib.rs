//! The Docker Engine on this computer: find it, list and inspect its images, tag, push.
//!
//! - `environment`, `system`, `address`, `context`, `find`: where an engine answers.
//! - `transport`, `tls`: the way to it; `answer`: what its failures mean.
//! - `engine`, `engine_info`, `engine_image`: the calls, and the answers as our values.
//! - `archive`, `archive_contents`: the archive that an engine makes of an image.
//! - `client_login`: the logins of the person's own `docker` and Podman.
//! - `push`, `push_stream`, `push_failure`: the lines of a push, and what they mean.
//!
//! `bollard` is used here and nowhere else.

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address;
mod api;
mod archive;
mod archive_contents;
pub mod client_login;
mod context;
mod engine;
mod engine_image;
mod engine_info;
mod environment;
mod error;
mod find;
mod push;
mod push_failure;
mod push_stream;
#[cfg(test)]
mod real;
mod response;
#[cfg(test)]
mod scripted_tests;
mod system;
mod tls;
mod transport;

pub use address::{DockerAddress, TlsFiles};
pub use api::{DockerApi, EngineLogin, PushLayerState, PushOutcome, PushProgress};
pub use archive::{ArchiveEntry, ArchiveStream, ImageArchive};
pub use archive_contents::{ArchiveContents, blob_digest};
pub use engine::DockerEngine;
pub use engine_image::{EngineImage, EnginePart, EnginePlatform, PartKind};
pub use engine_info::{ApiVersion, EngineInfo, ImageStore};
pub use environment::DockerEnvironment;
pub use error::{DockerError, PushFailure};
pub use find::{Attempt, AttemptResult, Candidate, FindOutcome, FoundEngine, Origin, candidates};
pub use system::System;
pub use tls::{TlsError, TlsProblem};
