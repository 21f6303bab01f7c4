//! The history of changes of tags and of the storage of images. `tags` and `archive` record them.

use transload_contract::{ChangeOutcome, ImageChange, ImageChangeKind};
use transload_errors::ApiError;
use transload_files::RunningMark;
use transload_model::now_ms;
use transload_plan_file::shown_destination;

use crate::api::Api;
use crate::handlers::explorer::{Explored, blocking};
use crate::image_changes::ImageChanges;

/// A change whose intent is recorded. Without a call of [`Api::finish_change`], its outcome is unknown as soon as this is
/// dropped.
pub(super) struct RecordedChange {
    id: String,
    change: ImageChange,
    running: Option<RunningMark>,
}

/// What became of a change.
pub(super) enum ChangeResult {
    Made(ImageChangeKind),
    NotMade,
    /// ECR didn't answer, so it may have been made.
    Unknown,
}

impl Api {
    /// Returns the changes of tags and of the storage of images that this computer made, newest first.
    pub async fn image_changes(&self) -> Result<Vec<ImageChange>, ApiError> {
        let changes = ImageChanges::new(&self.inner.options.data_folder);
        blocking(move || changes.list()).await?
    }

    /// Records a change before its call to ECR, so that a crash in between is noticed.
    pub(super) async fn begin_change(
        &self,
        explored: &Explored,
        change: ImageChangeKind,
    ) -> Result<RecordedChange, ApiError> {
        let change = ImageChange {
            changed_at_ms: now_ms(),
            destination: shown_destination(&explored.connected().destination.identity),
            repository: explored.name.to_string(),
            change,
            outcome: ChangeOutcome::Unknown,
        };
        // Another process can have the same number in the same millisecond.
        let id = format!("{}-{}", self.new_id("change"), std::process::id());
        let changes = ImageChanges::new(&self.inner.options.data_folder);
        blocking(move || {
            let running = changes.begin(&id, &change)?;
            Ok(RecordedChange { id, change, running })
        })
        .await?
    }

    /// Records what became of a change. A failure leaves its outcome unknown in the history.
    pub(super) async fn finish_change(&self, recorded: RecordedChange, result: ChangeResult) {
        let RecordedChange { id, mut change, running } = recorded;
        let is_made = match result {
            ChangeResult::Unknown => return,
            ChangeResult::NotMade => false,
            ChangeResult::Made(made) => {
                change.change = made;
                true
            }
        };
        let changes = ImageChanges::new(&self.inner.options.data_folder);
        let finished = blocking(move || changes.finish(&id, &change, is_made)).await;
        if let Err(error) = finished.and_then(|finished| finished) {
            tracing::warn!(error = %error.message, "the outcome of a change wasn't recorded");
        }
        // Without its mark, a change without an outcome is unknown.
        drop(running);
    }
}
