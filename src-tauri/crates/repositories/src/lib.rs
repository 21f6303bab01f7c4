//! Repositories apart from migrations: creating a repository, and other regions that have a repository of the same
//! name. Called by the `api` crate and by list copies. What a repository contains is in `explorer`.

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod create;
mod other_regions;

pub use create::{create_repository, ensure_repository};
pub use other_regions::regions_with_repository;
