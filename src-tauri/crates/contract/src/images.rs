//! Inspecting and comparing images.

use serde::{Deserialize, Serialize};
pub use transload_explorer::{BaseGuess, LayerSharing, SharedLayer};
pub use transload_inspect::{
    Attachment, AttachmentKind, AttachmentLink, AttestationDocument, Material, PackageChange,
    PackageComparison, Provenance, Sbom, SbomPackage, SignatureFacts, SupplyChain,
};
pub use transload_inspect::{
    ComparedImage, ConfigDifference, ConfigSection, ConfigValue, HistoryLine, ImageComparison,
    ImageConfig, ImageInspection, ImageLayer, InspectedImage, LayerComparison, ManifestKind,
    PlatformDifference, PlatformManifest,
};
pub use transload_layer_files::{
    FileChange, FileEntry, FileKind, HiddenFile, LayerChanges, LayerFiles, ListProgress,
    ListSource, ListStop, StackChanges,
};
use ts_rs::TS;

use crate::sources::ImageSource;

/// An image in a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct ImageLocation {
    /// The registry. The Docker Engine is not one.
    pub source: ImageSource,
    pub repository: String,
    /// A tag or a digest.
    pub reference: String,
}

/// How an image is inspected or two are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct InspectOptions {
    /// The platform to read in detail, such as `linux/arm64`. `null` for `linux/amd64`, or the first one.
    pub platform: Option<String>,
    /// Whether values that look like secrets are returned.
    pub reveal: bool,
}

/// The answer to a list of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "layerFiles.ts")]
pub enum LayerListing {
    Listed(ListedLayer),
    /// The layer has to be downloaded, and is larger than the caller allowed.
    NeedsDownload {
        download_bytes: u64,
    },
}

/// The files of a layer, for a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "layerFiles.ts")]
pub struct ListedLayer {
    /// The list. It may have fewer entries than the layer, see `entry_count`.
    pub files: LayerFiles,
    /// The number of entries of the layer.
    pub entry_count: u64,
    /// Whether the list is of an earlier call, so that nothing was downloaded.
    pub from_cache: bool,
}
