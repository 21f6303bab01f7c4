//! Commands for the files in the layers of an image.

use transload_contract::{ImageLocation, InspectOptions, LayerListing, ListProgress, StackChanges};
use transload_errors::ApiError;
use transload_model::Digest;

use crate::api::Api;
use crate::layer_lists::{LayerChoice, WantedLayer};

/// The most entries that one answer has. Distributions have some 10,000 files in a layer.
const MAX_SHOWN_ENTRIES: usize = 50_000;

impl Api {
    /// Lists the files of a layer, unless it has to be downloaded and is larger than `max_download_bytes`. Can be cancelled: `attempt` is a name that the caller makes up. Returns `None` if it
    /// was cancelled.
    pub async fn image_layer_files(
        &self,
        image: ImageLocation,
        layer: String,
        max_download_bytes: Option<u64>,
        attempt: String,
        report: impl Fn(ListProgress) + Send + Sync,
    ) -> Result<Option<LayerListing>, ApiError> {
        let layer = Digest::parse(&layer).map_err(|error| ApiError::invalid_input(&error))?;
        let work = async {
            let content = self.open_location(&image).await?;
            let wanted = WantedLayer {
                choice: LayerChoice::Digest(layer),
                options: &InspectOptions::default(),
                max_download_bytes,
            };
            let mut listing = self.layer_of(&content, &image.reference, wanted, &report).await?;
            if let LayerListing::Listed(listed) = &mut listing {
                listed.files.entries.truncate(MAX_SHOWN_ENTRIES);
            }
            Ok(listing)
        };
        self.inner.cancellable_calls.run(attempt, Box::pin(work)).await.transpose()
    }

    /// Returns what each layer of an image adds, changes and deletes. Can be cancelled.
    pub async fn image_layer_changes(
        &self,
        image: ImageLocation,
        attempt: String,
        report: impl Fn(ListProgress) + Send + Sync,
    ) -> Result<Option<StackChanges>, ApiError> {
        let work = async {
            let content = self.open_location(&image).await?;
            self.changes_of(&content, &image.reference, &report).await
        };
        self.inner.cancellable_calls.run(attempt, Box::pin(work)).await.transpose()
    }

    /// Cancels a list of files. Does nothing if it already finished.
    pub async fn image_layer_files_cancel(&self, attempt: String) -> Result<(), ApiError> {
        self.inner.cancellable_calls.stop(&attempt);
        Ok(())
    }
}
