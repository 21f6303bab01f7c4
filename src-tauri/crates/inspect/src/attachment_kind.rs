//! The kind of a document that is attached to an image, by what its manifest says. `supply_chain` lists it, and it decides
//! how large a document `attestation` reads.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use transload_model::{Descriptor, visible};
use ts_rs::TS;

use crate::config::text;

/// The annotations that name the predicate of a layer. Sources: BuildKit; cosign; Sigstore bundles.
const PREDICATE_TYPES: [&str; 3] =
    ["in-toto.io/predicate-type", "predicateType", "dev.sigstore.bundle.predicateType"];

/// The kind of an attached document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "images.ts")]
pub enum AttachmentKind {
    Sbom,
    Provenance,
    Signature,
    /// An attestation with another predicate.
    Attestation,
    Other,
}

/// Returns the type of the statement in a layer, by its annotations or those of its manifest.
pub(crate) fn predicate_type(layer: &Descriptor, manifest: &Value) -> Option<String> {
    PREDICATE_TYPES.iter().find_map(|name| {
        let of_manifest = || text(manifest.get("annotations").and_then(|all| all.get(*name)));
        layer.annotations.get(*name).map(|kind| visible(kind)).or_else(of_manifest)
    })
}

/// Tells the kind of a document by its predicate, its media type and the type of its manifest.
pub(crate) fn kind_of_document(
    layer: &Descriptor,
    predicate_type: Option<&str>,
    artifact_type: &str,
) -> AttachmentKind {
    let media_type = layer.media_type.as_str();
    if let Some(predicate) = predicate_type {
        return match predicate {
            _ if is_sbom_type(predicate) => AttachmentKind::Sbom,
            _ if predicate.contains("slsa.dev/provenance") => AttachmentKind::Provenance,
            // A bundle with this predicate signs the image.
            _ if predicate.contains("sigstore.dev/cosign/sign") => AttachmentKind::Signature,
            _ => AttachmentKind::Attestation,
        };
    }
    let is_signature = media_type.contains("cosign.simplesigning")
        || artifact_type.contains("cncf.notary")
        || ["application/jose+json", "application/cose"].contains(&media_type)
        || media_type.contains("sigstore.bundle");
    if is_signature {
        AttachmentKind::Signature
    } else if is_sbom_type(media_type) || is_sbom_type(artifact_type) {
        AttachmentKind::Sbom
    } else if media_type.contains("in-toto") || media_type.contains("dsse") {
        AttachmentKind::Attestation
    } else {
        AttachmentKind::Other
    }
}

pub(crate) fn is_sbom_type(predicate_type: &str) -> bool {
    let lower = predicate_type.to_ascii_lowercase();
    lower.contains("spdx") || lower.contains("cyclonedx")
}
