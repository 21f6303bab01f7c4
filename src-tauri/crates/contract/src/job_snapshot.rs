//! The fold of a job's events into its snapshot: what the api keeps of a job, and what a reader that
//! follows it knows. The window has the same one (`ui/src/ipc/jobSnapshot.ts`); the file
//! `jobFold.json`, which a test writes beside the generated types, holds both to each other.

use std::sync::Arc;

use crate::jobs::{
    ImageProgress, ImageState, JobEvent, JobEventKind, JobSnapshot, JobStatus, LayerProgress,
    LayerState,
};
use crate::plan::PlannedImage;

/// A job of more images forgets the layers of finished ones: nobody reads a hundred thousand of them.
const MAX_IMAGES_WITH_LAYERS: usize = 500;

impl JobSnapshot {
    /// Takes the event that follows the snapshot: `event.seq` is `next_seq`.
    pub fn apply(&mut self, event: &JobEvent) {
        self.next_seq = event.seq + 1;
        self.elapsed_ms = self.elapsed_ms.max(event.elapsed_ms);
        match &event.kind {
            JobEventKind::Started { images, total_bytes } => {
                let waiting = |planned: &PlannedImage| ImageProgress {
                    planned: Arc::new(planned.clone()),
                    state: ImageState::Waiting,
                    layers: Vec::new(),
                };
                self.images = images.iter().map(waiting).collect();
                self.progress.images_total = u32::try_from(images.len()).unwrap_or(u32::MAX);
                self.progress.total_bytes = *total_bytes;
            }
            JobEventKind::StepStarted { step } => self.steps_under_way.push(*step),
            JobEventKind::StepFinished { step, .. } => {
                self.steps_under_way.retain(|under_way| under_way != step);
                if !self.steps_finished.contains(step) {
                    self.steps_finished.push(*step);
                }
            }
            JobEventKind::RepositoryReady { .. }
            | JobEventKind::RepositoryFailed { .. }
            | JobEventKind::LoggedIn { .. }
            | JobEventKind::JournalState { .. }
            | JobEventKind::Warning { .. } => {}
            JobEventKind::ImageState { image, state } => {
                let forgets = self.images.len() > MAX_IMAGES_WITH_LAYERS && state.is_final();
                if let Some(image) = self.image_mut(*image) {
                    image.state = state.clone();
                    if forgets {
                        image.layers = Vec::new();
                    }
                }
            }
            JobEventKind::LayerState { image, layer, state } => {
                self.set_layer(*image, layer, state);
            }
            JobEventKind::Progress { progress } => self.progress = progress.clone(),
            JobEventKind::Paused => self.status = JobStatus::Paused,
            JobEventKind::Resumed => self.status = JobStatus::Running,
            JobEventKind::QuotaUsedUp { check_at_ms } => {
                self.quota_check_at_ms = Some(*check_at_ms);
            }
            JobEventKind::QuotaRenewed => self.quota_check_at_ms = None,
            JobEventKind::SignInNeeded { error } => self.sign_in_error = Some(error.clone()),
            JobEventKind::SignedIn => self.sign_in_error = None,
            JobEventKind::PullsLeft { pulls } => self.pulls_left = Some(*pulls),
            JobEventKind::Finished { report } => {
                self.status = JobStatus::Finished;
                self.steps_under_way.clear();
                self.elapsed_ms = report.elapsed_ms;
                self.report = Some(Arc::clone(report));
            }
        }
    }

    /// Sets where a layer is, also between two events about it: those are throttled.
    pub fn set_layer(&mut self, image: u32, layer: &str, state: &LayerState) {
        let Some(image) = self.image_mut(image) else { return };
        match image.layers.iter_mut().find(|known| known.layer == layer) {
            Some(known) => known.state = *state,
            None => {
                let (layer, state) = (layer.to_owned(), *state);
                image.layers.push(LayerProgress { layer, state });
            }
        }
    }

    /// The image of a number. Images usually stand at their number; those of a part of a plan do not.
    fn image_mut(&mut self, number: u32) -> Option<&mut ImageProgress> {
        let is_it = |image: &ImageProgress| image.planned.image == number;
        let at = usize::try_from(number).ok()?;
        let at = match self.images.get(at) {
            Some(image) if is_it(image) => at,
            _ => self.images.iter().position(is_it)?,
        };
        self.images.get_mut(at)
    }
}

impl ImageState {
    /// Whether nothing more happens to the image.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Done | Self::Unchanged | Self::Failed { .. } | Self::Cancelled)
    }
}

#[cfg(test)]
pub(super) mod tests;
