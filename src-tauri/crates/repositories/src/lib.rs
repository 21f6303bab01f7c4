//! Repositories apart from migrations: what their images are, what an index contains, which other regions have
//! a repository, and creating one.

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod create;
mod index;
mod kind;
mod other_regions;

pub use create::{create_repository, ensure_repository};
pub use index::{IndexEntry, index_entries};
pub use kind::{ImageKind, kind_of};
pub use other_regions::regions_with;
