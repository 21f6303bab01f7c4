//! Undo: deletes what one migration created at the destination, and nothing else.
//!
//! [`undo_facts`](facts::undo_facts) reads the current state of ECR. [`undo_plan`](make_plan::undo_plan) decides what an undo would delete, what
//! it would leave, and why. It makes no requests. [`undo`](carry_out::undo()) carries out the plan and reports the result.
//!
//! A tag is deleted only if it still points to the pushed image. A tag that the migration moved is
//! restored if its previous image still exists. An image is deleted with its last tag, together with the
//! manifests of its index and its signatures, unless they belong to another image too. A repository is
//! deleted only if the migration created it and no image remains in it.

pub(crate) mod carry_out;
pub(crate) mod facts;
pub(crate) mod make_plan;
pub(crate) mod plan;
pub(crate) mod report;
#[cfg(test)]
mod tests;
pub(crate) mod totals;
mod written;
