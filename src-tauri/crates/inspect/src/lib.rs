//! The image inspector: what an image contains, read from its manifest, its configuration and small blobs, and
//! the differences between two images. Nothing is downloaded as a whole, unpacked or executed. Called by `api`,
//! for the image pages and for `transload-cli inspect`, `layers` and `diff`.
//!
//! Everything that is read here was written by strangers. All text is capped and shows control characters
//! ([`visible`]), and values that look like secrets can be hidden ([`ImageInspection::hide_secrets`]).
//!
//! - `content`: the interface that reads manifests and blobs, implemented for a registry
//! - `read_image`: from a reference to an [`ImageInspection`]: index, platform, manifest, configuration
//! - `inspection`: the values of the result
//! - `config`, `history`, `layers`: parses the configuration, its history and the layers of a manifest
//! - `secret_values`: which values look like secrets; `hide`: hides them
//! - `compare`: the differences between two images
//! - `visible`: text from strangers, capped and with visible control characters
//! - `error`: why an image can't be inspected

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod compare;
mod config;
mod content;
mod error;
mod hide;
mod history;
mod inspection;
mod layers;
mod read_image;
mod secret_values;
mod visible;

pub use compare::{
    ComparedImage, ConfigDifference, ConfigSection, ImageComparison, LayerComparison,
    PlatformDifference, compare,
};
pub use content::{ImageContent, RegistryContent};
pub use error::InspectError;
pub use inspection::{
    ConfigValue, HistoryLine, ImageConfig, ImageInspection, ImageLayer, InspectedImage,
    ManifestKind, PlatformManifest,
};
pub use read_image::inspect;
pub use visible::visible;
