//! What the repository pages read: a repository's images told apart by what they are, what an index
//! holds, and where else a repository may be.

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod elsewhere;
mod index;
mod kind;

pub use elsewhere::regions_with;
pub use index::{IndexEntry, index_entries};
pub use kind::{ImageKind, kind_of};
