//! What the repository pages read: a repository's images told apart by what they are, and what an
//! index holds.

mod index;
mod kind;

pub use index::{IndexEntry, index_entries};
pub use kind::{ImageKind, kind_of};
