//! Commands of the image pages.

use transload_contract::{ImageComparison, ImageInspection, ImageLocation, InspectOptions};
use transload_errors::ApiError;
use transload_inspect::compare;

use crate::api::Api;

impl Api {
    /// Reads an image: its manifest, one platform, its configuration. Downloads no layer.
    pub async fn image_inspect(
        &self,
        image: ImageLocation,
        options: InspectOptions,
    ) -> Result<ImageInspection, ApiError> {
        let mut found = self.inspect_location(&image, &options).await?;
        if !options.reveal {
            found.hide_secrets();
        }
        Ok(found)
    }

    /// Returns the differences between two images, which may be in different registries.
    pub async fn image_compare(
        &self,
        left: ImageLocation,
        right: ImageLocation,
        options: InspectOptions,
    ) -> Result<ImageComparison, ApiError> {
        let one = Box::pin(self.inspect_location(&left, &options)).await?;
        let other = Box::pin(self.inspect_location(&right, &options)).await?;
        Ok(compare(&one, &other, options.reveal))
    }
}
