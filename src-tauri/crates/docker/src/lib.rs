//! The Docker Engine (or Podman) on this computer: finding it, listing and inspecting images,
//! tagging and pushing them, and exporting them as archives. Also the registry logins of the
//! `docker` and Podman commands.
//!
//! - `environment`, `system`, `address`, `context`, `find`: the environment and the address of an
//!   engine.
//! - `transport`, `tls`, `tls_files`: connections to it.
//! - `response`, `error`, `tls_problem`: failures.
//! - `api`, `engine`, `engine_info`, `engine_image`: the calls, and their responses as values.
//! - `archive`, `archive_contents`: the archive of an image, as an engine exports it.
//! - `push`, `push_stream`, `push_failure`: the progress and the errors of a push.
//! - `client_login`: the registry logins of the `docker` and Podman commands.
//!
//! No other crate uses `bollard`.

// In tests, a failed unwrap is a test failure.
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
mod response;
#[cfg(test)]
mod scripted_tests;
mod system;
#[cfg(test)]
mod test_servers;
mod tls;
mod tls_files;
mod tls_problem;
mod transport;

pub use address::DockerAddress;
pub use api::{DockerApi, EngineLogin, PushLayerState, PushOutcome, PushProgress};
pub use archive::{ArchiveEntry, ArchiveStream, ImageArchive};
pub use archive_contents::{ArchiveContents, blob_digest};
pub use engine::DockerEngine;
pub use engine_image::{EngineImage, EngineManifest, EngineManifestKind, EnginePlatform};
pub use engine_info::{ApiVersion, EngineInfo, ImageStore};
pub use environment::DockerEnvironment;
pub use error::{DockerError, PushFailure};
pub use find::{
    Attempt, AttemptResult, Candidate, EngineOrigin, FindOutcome, FoundEngine, candidates,
};
pub use system::System;
pub use tls_files::TlsFiles;
pub use tls_problem::{TlsError, TlsProblem};
