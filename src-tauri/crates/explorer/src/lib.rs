//! What a repository contains, for the repository pages and the command line: one row for one thing that was pushed,
//! its true size, and what deleting it would free. Called by the `api` crate.
//!
//! Reading a manifest can count as a pull, so everything is derived from DescribeImages if possible, and otherwise from
//! manifests that are read once and then cached.
//!
//! - `manifest_facts`: the parts of a manifest that the other modules need
//! - `kind`: kinds of images; `held_kinds`: those that a repository holds
//! - `image_rows`: the rows of a repository; `rows`: groups images with their platforms, attestations, signatures and other referrers
//! - `sizes`: sizes with shared layers counted once, and the bytes that a deletion frees
//! - `storage`: what a repository stores, and its use by month
//! - `cleanup`: what can be deleted, by class
//! - `deletion_plan`: the dry run of a deletion; `deletion_order`: the order that ECR requires
//! - `undo_losses`: which images of a deletion can't be pushed again
//! - `deletion_run`: carries out the plan of a repository
//! - `restore`: puts back what a deletion deleted
//! - `shared_layers`: which other images have the layers of an image
//! - `tag_change`: adds a tag to an image, and removes it again
//! - `tag_mutability`: which pushes another tag mutability would refuse
//! - `vulnerabilities`: what scans found, by package
//! - `reading`: reads manifests in batches, and remembers the pull times of before

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cleanup;
mod deletion_order;
mod deletion_plan;
mod deletion_run;
mod held_kinds;
mod image_rows;
mod kind;
mod manifest_facts;
mod reading;
mod restore;
mod rows;
mod shared_layers;
mod sizes;
mod storage;
mod tag_change;
mod tag_mutability;
#[cfg(test)]
mod testing;
mod undo_losses;
mod vulnerabilities;

pub use cleanup::exclusions::{ExclusionReason, Exclusions, KeptFromCleanup};
pub use cleanup::rules::CleanupRules;
pub use cleanup::{CleanupClass, CleanupImage, CleanupProposal, cleanup};
pub use deletion_plan::{
    DeletionChoice, ImageToDelete, KeptImage, KeptReason, RepositoryDeletionPlan, TagToDelete,
    deletion_plan,
};
pub use deletion_run::{DeletionOutcome, LeftImage, LeftReason, delete_planned};
pub use held_kinds::{HeldKinds, held_kinds};
pub use image_rows::{ImageCount, ImagePart, ImageRow, RepositoryRows, with_parts};
pub use kind::{ImageKind, kind_of};
pub use manifest_facts::{IndexChild, ManifestFacts};
pub use reading::{
    UnreadManifest, UnreadReason, cached_facts, cached_manifest, check_manifest_permission,
    pull_time, read_manifests,
};
pub use restore::{
    DeletedImage, ImageToRestore, NotRestorable, NotRestorableReason, RepositoryRestorePlan,
    RestoreFailure, RestoreOutcome, needed_layers, restore_plan, restore_planned, to_read,
};
pub use rows::rows;
pub use shared_layers::{
    BaseGuess, LayerSharing, OtherRepositoryManifest, SharedLayer, layer_sharing,
};
pub use sizes::{FreedBytes, ImageSize, Sizes};
pub use storage::{MonthlyUse, RepositoryStorage, shared_with_others_bytes, storage};
pub use tag_change::{
    TagEffect, TagFailure, TagReversal, add_tag, remove_tag, tag_effect, tag_reversal,
};
pub use tag_mutability::{MutabilityEffect, mutability_effect};
pub use undo_losses::UndoLoss;
pub use vulnerabilities::{
    FindingCounts, FixAvailable, ImageVulnerabilities, ScanState, Severity, SeverityCount,
    Vulnerability, VulnerablePackage, finding_counts, vulnerabilities,
};
