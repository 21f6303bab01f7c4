//! What the journal holds, as values.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::destination_identity::DestinationIdentity;
use crate::error::MigrationError;
use crate::journal::intent::Intent;
use crate::outcome::{Outcome, Standing};
use crate::plan::{Action, LifecycleForecast, Plan, PlannedImage, PlannedRepository};
use crate::proof::{PlatformProof, Proof};
use crate::recorded_error::RecordedError;
use crate::request::MigrationRequest;
use crate::undo::totals::UndoTotals;
use transload_model::{Digest, RegistryHost, RepositoryName};

/// A migration that is about to begin.
pub struct NewMigration {
    /// Its name; nobody else has it.
    pub id: String,
    /// When it begins, in milliseconds since 1970.
    pub started_at_ms: u64,
    /// What will be done.
    pub plan: Arc<Plan>,
    /// What was asked for, in the words of whoever asked, so that it can be asked again. No secrets.
    pub request: String,
    /// What else whoever asked wants to know of it later. No secrets.
    pub about: String,
}

/// How far an image has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Its turn has not come.
    Waiting,
    /// Its content is, or was, on the way.
    Begun,
    /// Its content is there, not proved yet.
    Pushed,
    /// It was moved, and is proved.
    Moved,
    /// It was there, or stays as it is by choice.
    Unchanged,
    /// It failed.
    Failed,
    /// It was not finished when a person stopped the migration.
    Cancelled,
}

impl Stage {
    /// Whether nothing is left to do about the image.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Moved | Self::Unchanged)
    }
}

/// Whether a migration is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalState {
    /// Some process runs it now.
    Running,
    /// It was not brought to its end, and nobody runs it.
    Interrupted,
    /// A person stopped it.
    Cancelled,
    /// It came to its end.
    Ended,
}

/// How many images of a migration are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JournalCounts {
    /// All.
    pub images: u32,
    /// Moved and proved.
    pub moved: u32,
    /// There before, or left as they are by choice.
    pub unchanged: u32,
    /// Failed.
    pub failed: u32,
    /// Bytes that were sent. `None` if some were not counted.
    pub sent_bytes: Option<u64>,
    /// Bytes that the destination had.
    pub skipped_bytes: u64,
    /// Referrers that were not copied.
    pub left_behind: u32,
    /// Temporary tags that are still in the Docker Engine.
    pub temporary_tags_left: u32,
}

impl JournalCounts {
    /// Images that are neither settled nor failed.
    pub fn open(&self) -> u32 {
        self.images.saturating_sub(self.moved + self.unchanged + self.failed)
    }
}

/// One migration, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalSummary {
    /// Its name.
    pub id: String,
    /// When it began, in milliseconds since 1970.
    pub started_at_ms: u64,
    /// How long it took, all its tries together.
    pub elapsed_ms: u64,
    /// Whether it is over.
    pub state: JournalState,
    /// Where its images went.
    pub registry: RegistryHost,
    /// The whole destination. `None` if an earlier version wrote the entry and did not record it.
    pub destination: Option<DestinationIdentity>,
    /// What whoever asked for it wanted to know again.
    pub about: String,
    /// Repositories that it created.
    pub repositories_created: u32,
    /// Lifecycle policies of these that were not set at its end.
    pub policies_not_set: u32,
    /// How far it came.
    pub counts: JournalCounts,
    /// What is proven about its images, and the headline.
    pub outcome: Outcome,
    /// That it was undone.
    pub undone: Option<Undone>,
}

/// That a migration was undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "undo.ts")]
pub struct Undone {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// How much was deleted and restored.
    pub totals: UndoTotals,
    /// Whether a person stopped it.
    pub cancelled: bool,
}

/// One migration with everything.
#[derive(Clone, Debug)]
pub struct JournalRecord {
    /// What a list shows of it.
    pub summary: JournalSummary,
    /// What was asked for, as it was given.
    pub request: String,
    /// Its repositories, by name.
    pub repositories: Vec<JournalRepository>,
    /// Its images, in the order of the plan.
    pub images: Vec<JournalImage>,
    /// Names that were made in the Docker Engine on the way and are still there.
    pub temporary_tags_left: Vec<String>,
    /// Lifecycle policies of new repositories that were not set, with the reason. No reason means that
    /// the migration was cancelled before.
    pub policies_not_set: Vec<(String, Option<RecordedError>)>,
    /// What was written at the destination, or was about to be, in order.
    pub intents: Vec<Intent>,
}

/// A repository of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRepository {
    /// Its name.
    pub name: RepositoryName,
    /// Whether it was there when the plan was made.
    pub existed: bool,
    /// When this migration created it, in milliseconds since 1970.
    pub created_at_ms: Option<u64>,
}

/// An image of a migration.
#[derive(Clone, Debug)]
pub struct JournalImage {
    /// The image as planned.
    pub planned: PlannedImage,
    /// How far it has come.
    pub stage: Stage,
    /// How often it was begun.
    pub attempts: u32,
    /// When this changed last, in milliseconds since 1970.
    pub changed_at_ms: u64,
    /// Why it failed.
    pub error: Option<RecordedError>,
    /// The digest that the push reported.
    pub pushed_digest: Option<Digest>,
    /// The digest that the registry gave for the tag.
    pub registry_digest: Option<Digest>,
    /// The digest that ECR's DescribeImages gave for the tag.
    pub ecr_digest: Option<Digest>,
    /// What could be said of the digests.
    pub proof: Proof,
    /// The platforms of an index that was copied.
    pub platforms: Vec<PlatformProof>,
    /// Bytes that were sent for it. `None` if some were not counted.
    pub sent_bytes: Option<u64>,
    /// Bytes that the destination had.
    pub skipped_bytes: u64,
    /// How long its content took, in milliseconds.
    pub elapsed_ms: u64,
    /// The digest that the source's tag had after the push, where it is not the one that was planned.
    pub source_moved_to: Option<Digest>,
    /// What refers to it and stayed behind, with why.
    pub left_behind: Vec<(String, RecordedError)>,
}

impl JournalImage {
    /// What is known about it.
    pub fn standing(&self) -> Standing {
        let is_kept = self.planned.action.keeps();
        Standing::of_stage(self.stage, self.proof, is_kept, self.pushed_digest.is_some())
    }

    /// Whether the image was pushed, or was in ECR before.
    pub fn is_in_ecr(&self) -> bool {
        self.pushed_digest.is_some() || self.stage.is_settled()
    }
}

impl JournalRecord {
    /// The destination that the migration was planned for.
    ///
    /// # Errors
    /// [`MigrationError::DestinationNotRecorded`] if an earlier version did not record it.
    pub fn destination(&self) -> Result<&DestinationIdentity, MigrationError> {
        self.summary.destination.as_ref().ok_or_else(|| MigrationError::DestinationNotRecorded {
            registry: self.summary.registry.clone(),
        })
    }

    /// A plan that only proves, with the platforms of each of its images: what arrived is there with
    /// the digest of then. What did not arrive is left out.
    ///
    /// # Errors
    /// As [`JournalRecord::destination`].
    pub fn proof_plan(
        &self,
        request: &MigrationRequest,
    ) -> Result<(Plan, Vec<Vec<PlatformProof>>), MigrationError> {
        let mut plan = self.plan(request)?;
        let arrived = || self.images.iter().filter(|image| image.stage.is_settled());
        let images = arrived().map(|image| {
            let digest = image.ecr_digest.clone().or_else(|| image.pushed_digest.clone());
            let destination_digest = digest.or_else(|| image.planned.destination_digest.clone());
            let keeps = matches!(image.planned.action, Action::KeepExisting);
            let action = if keeps { Action::KeepExisting } else { Action::AlreadyThere };
            PlannedImage { destination_digest, action, ..image.planned.clone() }
        });
        plan.images = images.collect();
        Ok((plan, arrived().map(|image| image.platforms.clone()).collect()))
    }

    /// The plan as it was made, to go on with. What the request says of the repositories' settings
    /// holds for those that have to be created.
    ///
    /// # Errors
    /// As [`JournalRecord::destination`].
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
                // It was confirmed before the migration started.
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
