//! Inspecting and comparing images.

use serde::{Deserialize, Serialize};
pub use transload_inspect::{
    Attachment, AttachmentKind, AttachmentLink, AttestationDocument, Material, PackageChange,
    PackageComparison, Provenance, Sbom, SbomPackage, SignatureFacts, SupplyChain,
};
pub use transload_inspect::{
    ComparedImage, ConfigDifference, ConfigSection, ConfigValue, HistoryLine, ImageComparison,
    ImageConfig, ImageInspection, ImageLayer, InspectedImage, LayerComparison, ManifestKind,
    PlatformDifference, PlatformManifest,
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
