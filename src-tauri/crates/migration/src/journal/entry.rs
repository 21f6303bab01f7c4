//! The values that the journal stores: a migration with its repositories and images.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::destination_identity::DestinationIdentity;
use crate::entered::request::EnteredRequest;
use crate::error::MigrationError;
use crate::journal::about::About;
use crate::journal::error::JournalError;
use crate::journal::intent::Intent;
use crate::journal::stored::Stored;
use crate::outcome::{Outcome, Standing};
use crate::plan::{Action, LifecycleForecast, Plan, PlannedImage, PlannedRepository};
use crate::proof::{PlatformProof, Proof};
use crate::recorded_error::RecordedError;
use crate::request::MigrationRequest;
use crate::undo::totals::UndoTotals;
use transload_model::{Digest, RegistryHost, RepositoryName};

/// A migration that is about to start.
pub struct NewMigration {
    /// Unique ID.
    pub id: String,
    /// Start time in milliseconds since 1970.
    pub started_at_ms: u64,
    pub plan: Arc<Plan>,
    /// The request, so that it can be repeated.
    pub request: Arc<EnteredRequest>,
    pub about: About,
}

/// The progress of one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Not started.
    Waiting,
    /// The transfer of the content has started.
    Begun,
    /// The content is at the destination, and is not verified yet.
    Pushed,
    /// Migrated and verified.
    Moved,
    /// Already at the destination, or kept by choice.
    Unchanged,
    Failed,
    /// Not finished when the user cancelled the migration.
    Cancelled,
}

impl Stage {
    /// Whether a resume has nothing left to do for the image.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Moved | Self::Unchanged)
    }
}

/// The state of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalState {
    /// A process runs the migration.
    Running,
    /// The migration did not finish, and no process runs it.
    Interrupted,
    /// The user cancelled the migration.
    Cancelled,
    /// The migration finished.
    Ended,
}

/// Number of images of a migration by state, and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JournalCounts {
    pub images: u32,
    /// Migrated and verified.
    pub moved: u32,
    /// Already at the destination, or kept by choice.
    pub unchanged: u32,
    pub failed: u32,
    /// Uploaded bytes. `None` if some were not counted.
    pub sent_bytes: Option<u64>,
    /// Bytes that already existed at the destination.
    pub skipped_bytes: u64,
    /// Referrers that were not copied.
    pub left_behind: u32,
    /// Temporary tags that are still in the Docker Engine.
    pub temporary_tags_left: u32,
}

impl JournalCounts {
    /// Number of images that are neither settled nor failed.
    pub fn open(&self) -> u32 {
        self.images.saturating_sub(self.moved + self.unchanged + self.failed)
    }
}

/// One migration in the history list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalSummary {
    pub id: String,
    /// Start time in milliseconds since 1970.
    pub started_at_ms: u64,
    /// Duration of all attempts together.
    pub elapsed_ms: u64,
    pub state: JournalState,
    /// The destination registry.
    pub registry: RegistryHost,
    /// The whole destination. `None` if an earlier version wrote the entry and did not record it.
    pub destination: Option<DestinationIdentity>,
    /// [`NewMigration::about`].
    pub about: Stored<About>,
    /// Number of repositories that the migration created.
    pub repositories_created: u32,
    /// Number of lifecycle policies of created repositories that were not set.
    pub policies_not_set: u32,
    pub counts: JournalCounts,
    /// What the verification proved, and the headline.
    pub outcome: Outcome,
    /// The undo of the migration, if there was one.
    pub undone: Option<Undone>,
}

/// A migration in the history list whose row can't be read.
#[derive(Debug)]
pub struct UnreadableMigration {
    pub id: String,
    /// Start time in milliseconds since 1970. 0 if it can't be read either.
    pub started_at_ms: u64,
    pub error: JournalError,
}

/// A completed or cancelled undo of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct Undone {
    /// Time in milliseconds since 1970.
    pub at_ms: u64,
    /// Number of deleted and restored items.
    pub totals: UndoTotals,
    /// Whether the user cancelled the undo.
    pub cancelled: bool,
}

/// One migration with all that the journal stores of it.
#[derive(Clone, Debug)]
pub struct JournalRecord {
    pub summary: JournalSummary,
    /// [`NewMigration::request`].
    pub request: Stored<EnteredRequest>,
    /// Sorted by name.
    pub repositories: Vec<JournalRepository>,
    /// In the order of the plan.
    pub images: Vec<JournalImage>,
    /// Temporary tags that are still in the Docker Engine.
    pub temporary_tags_left: Vec<String>,
    /// Lifecycle policies of new repositories that were not set, with the reason. `None` as the reason
    /// means that the migration was cancelled before.
    pub policies_not_set: Vec<(String, Option<RecordedError>)>,
    /// Writes at the destination, in order, whether they were carried out or not.
    pub intents: Vec<Intent>,
}

/// A repository of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRepository {
    pub name: RepositoryName,
    /// Whether the repository existed when the plan was made.
    pub existed: bool,
    /// When this migration created the repository, in milliseconds since 1970.
    pub created_at_ms: Option<u64>,
}

/// An image of a migration.
#[derive(Clone, Debug)]
pub struct JournalImage {
    pub planned: PlannedImage,
    pub stage: Stage,
    /// Number of times that the transfer of the content started.
    pub attempts: u32,
    /// Time of the last change in milliseconds since 1970.
    pub changed_at_ms: u64,
    /// Why the image failed.
    pub error: Option<RecordedError>,
    /// The digest that the push reported.
    pub pushed_digest: Option<Digest>,
    /// The digest that the registry returned for the tag.
    pub registry_digest: Option<Digest>,
    /// The digest that ECR's DescribeImages returned for the tag.
    pub ecr_digest: Option<Digest>,
    pub proof: Proof,
    /// The platforms of a copied index.
    pub platforms: Vec<PlatformProof>,
    /// Bytes uploaded for the image. `None` if some were not counted.
    pub sent_bytes: Option<u64>,
    /// Bytes that already existed at the destination.
    pub skipped_bytes: u64,
    /// Duration of the transfer in milliseconds.
    pub elapsed_ms: u64,
    /// The digest of the source's tag after the push, if it is not the planned one.
    pub source_moved_to: Option<Digest>,
    /// Referrers that were not copied, with the reason.
    pub left_behind: Vec<(String, RecordedError)>,
}

impl JournalImage {
    /// Returns what is known about the image at the destination.
    pub fn standing(&self) -> Standing {
        let is_kept = self.planned.action.keeps();
        Standing::of_stage(self.stage, self.proof, is_kept, self.pushed_digest.is_some())
    }

    /// Whether the image was pushed, or was already in ECR.
    pub fn is_in_ecr(&self) -> bool {
        self.pushed_digest.is_some() || self.stage.is_settled()
    }
}

impl JournalRecord {
    /// Returns the destination that the migration was planned for.
    ///
    /// # Errors
    /// [`MigrationError::DestinationNotRecorded`] if an earlier version did not record it.
    pub fn destination(&self) -> Result<&DestinationIdentity, MigrationError> {
        self.summary.destination.as_ref().ok_or_else(|| MigrationError::DestinationNotRecorded {
            registry: self.summary.registry.clone(),
        })
    }

    /// Returns a plan that only verifies, and the platforms of each of its images. The plan expects
    /// each settled image at the destination with the recorded digest, and omits all other images.
    ///
    /// # Errors
    /// See [`JournalRecord::destination`].
    pub fn proof_plan(
        &self,
        request: &MigrationRequest,
    ) -> Result<(Plan, Vec<Vec<PlatformProof>>), MigrationError> {
        let mut plan = self.plan(request)?;
        let settled = || self.images.iter().filter(|image| image.stage.is_settled());
        let images = settled().map(|image| {
            let digest = image.ecr_digest.clone().or_else(|| image.pushed_digest.clone());
            let destination_digest = digest.or_else(|| image.planned.destination_digest.clone());
            let keeps = matches!(image.planned.action, Action::KeepExisting);
            let action = if keeps { Action::KeepExisting } else { Action::AlreadyThere };
            PlannedImage { destination_digest, action, ..image.planned.clone() }
        });
        plan.images = images.collect();
        Ok((plan, settled().map(|image| image.platforms.clone()).collect()))
    }

    /// Returns the recorded plan, for a resume. Repositories that the resume creates get their settings
    /// from `request`.
    ///
    /// # Errors
    /// See [`JournalRecord::destination`].
    pub fn plan(&self, request: &MigrationRequest) -> Result<Plan, MigrationError> {
        let destination = self.destination()?;
        let repositories = self
            .repositories
            .iter()
            .map(|repository| PlannedRepository {
                name: repository.name.clone(),
                uri: destination.repository_uri(&repository.name),
                exists: repository.existed || repository.created_at_ms.is_some(),
                is_own: repository.created_at_ms.is_some(),
                settings: request.repositories.get(&repository.name).cloned().unwrap_or_default(),
                differences: Vec::new(),
                // The user confirmed the forecast before the migration started.
                forecast: LifecycleForecast::default(),
            })
            .collect();
        let images = self.images.iter().map(|image| image.planned.clone()).collect();
        Ok(Plan::of_parts(destination.clone(), repositories, images, request))
    }
}

impl Standing {
    /// Returns the standing of an image in the journal. `is_kept` means that the plan left a
    /// different image in ECR, `is_pushed` that a push reported a digest.
    pub fn of_stage(stage: Stage, proof: Proof, is_kept: bool, is_pushed: bool) -> Self {
        match stage {
            Stage::Unchanged if is_kept => Self::Kept,
            Stage::Moved | Stage::Unchanged => Self::of_proof(proof),
            Stage::Failed => Self::Failed,
            // The process ended while the image was copied; its tag may have been written.
            Stage::Begun | Stage::Pushed => Self::Unknown,
            Stage::Cancelled if is_pushed && proof == Proof::NotProved => Self::Unknown,
            Stage::Waiting | Stage::Cancelled => Self::NotFinished,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_stage_has_no_better_standing_than_its_proof() {
        use Stage::{Begun, Cancelled, Failed, Moved, Pushed, Unchanged, Waiting};
        let of = Standing::of_stage;
        for (stage, proof, is_kept, is_pushed, standing) in [
            (Moved, Proof::Equal, false, true, Standing::Equal),
            (Moved, Proof::EqualToPart, false, true, Standing::Equal),
            (Moved, Proof::SameContent, false, true, Standing::EqualToPushed),
            (Moved, Proof::EqualToPushed, false, true, Standing::EqualToPushed),
            (Moved, Proof::NotProved, false, true, Standing::Unknown),
            (Moved, Proof::Different, false, true, Standing::Failed),
            (Unchanged, Proof::Equal, false, false, Standing::Equal),
            (Unchanged, Proof::NotProved, true, false, Standing::Kept),
            (Unchanged, Proof::NotProved, false, false, Standing::Unknown),
            (Failed, Proof::Equal, false, true, Standing::Failed),
            (Begun, Proof::NotProved, false, false, Standing::Unknown),
            (Pushed, Proof::NotProved, false, true, Standing::Unknown),
            (Cancelled, Proof::NotProved, false, true, Standing::Unknown),
            (Cancelled, Proof::NotProved, false, false, Standing::NotFinished),
            (Waiting, Proof::NotProved, false, false, Standing::NotFinished),
        ] {
            assert_eq!(of(stage, proof, is_kept, is_pushed), standing, "{stage:?} {proof:?}");
        }
    }
}
