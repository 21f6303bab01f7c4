//! The image inspector: what an image contains, read from its manifest, its configuration and small blobs, and
//! the differences between two images. Nothing is downloaded as a whole, unpacked or executed. Called by `api`,
//! for the image pages and for `transload-cli inspect`, `layers` and `diff`.
//!
//! Everything that is read here was written by strangers. All text is capped and shows control characters
//! ([`transload_model::visible`]), and values that look like secrets can be hidden ([`ImageInspection::hide_secrets`]).
//!
//! - `content`: the interface that reads manifests and blobs, implemented for a registry
//! - `read_image`: from a reference to an [`ImageInspection`]: index, platform, manifest, configuration
//! - `inspection`: the values of the result
//! - `config`, `history`, `layers`: parses the configuration, its history and the layers of a manifest
//! - `secret_values`: which values look like secrets, by `secret_names`, by `token_forms`, in files by `file_secrets`,
//!   `xml_secrets` and `named_values`, and in commands by `command_secrets` with `secret_options`; `hide`: hides them
//! - `supply_chain`: lists attestations, SBOMs and signatures, each of an `attachment_kind`; `attestation` reads one, with `sbom_reader`,
//!   `provenance` and `signer_certificate`; `large_document`, `envelope_payload`,
//!   `piece_reader`, `json_stream`: documents that aren't held in memory
//! - `document_limits`: the largest documents that are read
//! - `compare`, `packages`: the differences between two images
//! - `error`: why an image can't be inspected

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod attachment_kind;
mod attestation;
mod command_secrets;
mod command_words;
mod compare;
mod config;
mod content;
mod document_limits;
mod envelope_payload;
mod error;
mod file_secrets;
mod hide;
mod history;
mod inspection;
mod json_stream;
mod large_document;
mod layers;
mod named_values;
mod packages;
mod piece_reader;
mod provenance;
mod read_image;
mod sbom;
mod sbom_reader;
mod script_secrets;
mod secret_names;
mod secret_options;
mod secret_values;
mod signer_certificate;
mod supply_chain;
mod token_forms;
mod value_ends;
mod xml_secrets;

pub use attachment_kind::AttachmentKind;
pub use attestation::{AttestationDocument, SignatureFacts, open_document, read_attestation};
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
pub use packages::{PackageChange, PackageComparison, compare_packages, find_sbom};
pub use piece_reader::PieceReader;
pub use provenance::{Material, Provenance};
pub use read_image::{inspect, selected_layers};
pub use sbom::{Sbom, SbomPackage};
pub use supply_chain::{Attachment, AttachmentLink, SupplyChain, image_digests, supply_chain};
