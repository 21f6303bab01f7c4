//! Undo: takes away what one migration brought, and nothing else.
//!
//! [`undo_facts`] asks ECR what is there now, [`undo_plan`] says what would be taken away and what is
//! left and why, without asking or changing anything, and [`undo`] does it and tells what it did.
//!
//! A tag is taken away only while it points to what the migration pushed; one that the migration moved
//! is put back where that image is still there. An image goes with its last tag, with what belongs to
//! it alone: the manifests of an index, signatures. A repository goes only where the migration created
//! it and nothing is in it any more.

pub(crate) mod carry_out;
pub(crate) mod facts;
pub(crate) mod plan;
#[cfg(test)]
mod tests;
pub(crate) mod totals;
mod written;
