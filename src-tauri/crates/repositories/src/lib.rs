//! Repositories apart from migrations: the kinds of their images, the entries of an index, other regions that have
//! a repository of the same name, and creating a repository. Called by the `api` crate and by list copies.

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod create;
mod index;
mod kind;
mod other_regions;

pub use create::{create_repository, ensure_repository};
pub use index::{IndexEntry, index_entries};
pub use kind::{ImageKind, kind_of};
pub use other_regions::regions_with_repository;
