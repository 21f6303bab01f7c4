//! The work of Transload: planning, moving and proving container images.
//!
//! The engine knows no window and holds no text for a screen. Its rooms:
//!
//! - [`model`]: values, parsed once at the edge.
//! - [`aws`]: profiles on this computer, sessions, identity, ECR.
//! - [`network`]: proxies, certificate authorities, clocks.
//! - [`docker`]: the Docker Engine.
//! - [`hub`]: Docker Hub's own API.
//! - [`registry`]: the OCI distribution protocol.
//! - [`lifecycle`]: what a lifecycle policy does with the images of a repository.
//! - [`migration`]: request, plan, run, events, report.
//! - [`repositories`]: what the repository pages read.
//! - [`stored_logins`]: what `docker login` and `podman login` stored, for the registry client.
//!
//! `network` and `lifecycle` use `model`; `aws`, `docker`, `hub` and `registry` use both and never each other; `migration` and
//! `repositories` use all of them, and `stored_logins` uses `docker` and `registry`.

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod aws;
pub mod docker;
pub mod hub;
pub mod lifecycle;
pub mod migration;
pub mod model;
pub mod network;
pub mod registry;
pub mod repositories;
pub mod stored_logins;
