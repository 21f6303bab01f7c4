//! The history of changes of tags and of the storage of images. `tags` and `archive` record them.

use transload_contract::{ImageChange, ImageChangeKind};
use transload_errors::ApiError;
use transload_model::now_ms;
use transload_plan_file::shown_destination;

use crate::api::Api;
use crate::handlers::explorer::{Explored, blocking};
use crate::image_changes::ImageChanges;

impl Api {
    /// Returns the changes of tags and of the storage of images that this computer made, newest first.
    pub async fn image_changes(&self) -> Result<Vec<ImageChange>, ApiError> {
        let changes = ImageChanges::new(&self.inner.options.data_folder);
        blocking(move || changes.list()).await?
    }

    /// Records a change that was made. A failure only takes it from the history.
    pub(super) fn record_change(&self, explored: &Explored, change: ImageChangeKind) {
        let change = ImageChange {
            changed_at_ms: now_ms(),
            destination: shown_destination(&explored.connected().destination.identity),
            repository: explored.name.to_string(),
            change,
        };
        if let Err(error) = ImageChanges::new(&self.inner.options.data_folder).add(&change) {
            tracing::warn!(error = %error.message, "a change wasn't recorded");
        }
    }
}
