//! What is known of each image while a migration runs. Steps work on several images at once, so each
//! record guards itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{ImageReport, ImageResult, LeftBehind, MigrationError, Plan, PlannedImage, Proof};
use crate::model::Digest;

/// The records of all images of a plan, in its order.
pub(super) struct Records<'a>(Vec<Record<'a>>);

/// One image on its way.
pub(super) struct Record<'a> {
    pub planned: &'a PlannedImage,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    result: Option<ImageResult>,
    pushed_digest: Option<Digest>,
    registry_digest: Option<Digest>,
    ecr_digest: Option<Digest>,
    proof: Option<Proof>,
    sent_bytes: u64,
    skipped_bytes: u64,
    elapsed_ms: u64,
    left_behind: Vec<LeftBehind>,
}

impl<'a> Records<'a> {
    pub fn of(plan: &'a Plan) -> Self {
        let record = |planned| Record { planned, state: Mutex::default() };
        Self(plan.images.iter().map(record).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Record<'a>> {
        self.0.iter()
    }

    /// Images that have no result yet.
    pub fn open(&self) -> impl Iterator<Item = &Record<'a>> {
        self.iter().filter(|record| record.state().result.is_none())
    }

    /// Images whose content is to be moved and that have no result yet.
    pub fn moving(&self) -> impl Iterator<Item = &Record<'a>> {
        self.open().filter(|record| record.planned.action.moves())
    }

    pub fn into_reports(self) -> Vec<ImageReport> {
        self.0.into_iter().map(Record::into_report).collect()
    }
}

impl Record<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is plain data; a panic elsewhere leaves it as good as it was.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn fail(&self, error: Arc<MigrationError>) {
        self.state().result = Some(ImageResult::Failed { error });
    }

    pub fn keep(&self) {
        let mut state = self.state();
        state.result = Some(ImageResult::Unchanged);
        state.ecr_digest = self.planned.destination_digest.clone();
    }

    pub fn cancel(&self) {
        self.state().result = Some(ImageResult::Cancelled);
    }

    pub fn pushed(&self, digest: Digest) {
        self.state().pushed_digest = Some(digest);
    }

    pub fn moved_bytes(&self, sent_bytes: u64, skipped_bytes: u64, elapsed_ms: u64) {
        let mut state = self.state();
        state.sent_bytes += sent_bytes;
        state.skipped_bytes += skipped_bytes;
        state.elapsed_ms += elapsed_ms;
    }

    pub fn left_behind(&self, left: Vec<LeftBehind>) {
        self.state().left_behind = left;
    }

    pub fn pushed_digest(&self) -> Option<Digest> {
        self.state().pushed_digest.clone()
    }

    pub fn found(&self, registry: Option<Digest>, ecr: Option<Digest>, proof: Proof) {
        let mut state = self.state();
        state.registry_digest = registry;
        state.ecr_digest = ecr;
        state.proof = Some(proof);
    }

    pub fn prove(&self) {
        let moved = self.planned.action.moves();
        self.state().result = Some(if moved { ImageResult::Moved } else { ImageResult::Unchanged });
    }

    fn into_report(self) -> ImageReport {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        ImageReport {
            planned: self.planned.clone(),
            // Every image is settled when a run ends; an open one was never reached.
            result: state.result.unwrap_or(ImageResult::Cancelled),
            pushed_digest: state.pushed_digest,
            registry_digest: state.registry_digest,
            ecr_digest: state.ecr_digest,
            proof: state.proof.unwrap_or(Proof::NotProved),
            sent_bytes: state.sent_bytes,
            skipped_bytes: state.skipped_bytes,
            elapsed_ms: state.elapsed_ms,
            left_behind: state.left_behind,
        }
    }
}
