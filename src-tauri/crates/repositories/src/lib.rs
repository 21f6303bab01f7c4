//! What the repository pages read: a repository's images told apart by what they are, what an index
//! holds, and where else a repository may be.

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod index;
mod kind;
mod other_regions;

pub use index::{IndexEntry, index_entries};
pub use kind::{ImageKind, kind_of};
pub use other_regions::regions_with;
