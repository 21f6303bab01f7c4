//! Files that a user drops on the window.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::migration::MigrationRequest;
use crate::selection::SelectedImage;
use crate::sources::ImageSource;

/// What a dropped file has for the wizard. Nothing is started or read from a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "migration.ts")]
pub enum DroppedFile {
    /// A plan. Review makes it again.
    Plan {
        request: Box<MigrationRequest>,
        /// The account that the plan was made for.
        account_id: String,
    },
    Images {
        /// The source of most of the images.
        source: ImageSource,
        /// Its images, each once, in the order of the file.
        images: Vec<SelectedImage>,
        /// Number of images of other sources, which a migration can't have as well.
        others: u32,
    },
}
