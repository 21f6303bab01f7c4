//! Classifies images by what DescribeImages says about them, and by their manifest if it was read.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::manifest_facts::ManifestFacts;
use transload_aws::EcrImage;
use transload_model::{Digest, media_type};

/// The kind of an image in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ImageKind {
    /// A single image.
    Image,
    Index,
    Signature,
    /// A list of packages.
    Sbom,
    /// How an image was built.
    Provenance,
    /// Any other attestation, or several in one.
    Attestation,
    HelmChart,
    /// A WebAssembly module.
    Wasm,
    /// A cache that BuildKit exported.
    BuildCache,
    /// An index for lazy loading.
    SociIndex,
    /// An AI model.
    Model,
    /// A list of referrers, under a tag, as clients write it where a registry has no referrers API.
    ReferrerList,
    /// Any other artifact.
    Other,
}

/// Kinds by a part of the artifact type or of the media type of the configuration, the first match first. Sources:
/// sigstore's `specs/` for cosign and bundles, the Notary Project's signature specification, BuildKit's attestation
/// storage, the SOCI snapshotter's `docs/`, Helm's and the WASM OCI artifact specifications.
const ARTIFACT_TYPES: [(&str, ImageKind); 17] = [
    ("vnd.docker.attestation.manifest", ImageKind::Attestation),
    ("vnd.dev.sigstore.bundle", ImageKind::Signature),
    ("vnd.dev.cosign.artifact.sig", ImageKind::Signature),
    ("vnd.dev.cosign.artifact.sbom", ImageKind::Sbom),
    ("vnd.dev.cosign", ImageKind::Attestation),
    ("vnd.cncf.notary", ImageKind::Signature),
    ("vnd.in-toto", ImageKind::Attestation),
    ("spdx", ImageKind::Sbom),
    ("cyclonedx", ImageKind::Sbom),
    ("vnd.amazon.soci.index", ImageKind::SociIndex),
    ("vnd.cncf.helm.config", ImageKind::HelmChart),
    ("vnd.wasm.config", ImageKind::Wasm),
    ("application/wasm", ImageKind::Wasm),
    ("vnd.buildkit.cacheconfig", ImageKind::BuildCache),
    ("vnd.docker.ai.model", ImageKind::Model),
    ("vnd.cncf.model", ImageKind::Model),
    ("vnd.cncf.flux.config", ImageKind::Other),
];

/// Returns the kind of an image. `facts` are those of its manifest, if it was read. An attestation that BuildKit before
/// 0.32 wrote can't be distinguished from an image here: only its index marks it.
pub fn kind_of(image: &EcrImage, facts: Option<&ManifestFacts>) -> ImageKind {
    if let Some((_, kind)) = image.tags.iter().find_map(|tag| attached_to(tag.as_str())) {
        return kind;
    }
    if let Some(kind) = facts.and_then(|facts| kind_of_predicates(&facts.predicates)) {
        return kind;
    }
    // Some registries with ECR's API, such as ministack, repeat the manifest's media type, which says nothing.
    let artifact = image.artifact_media_type.as_deref();
    let artifact = artifact.filter(|artifact| image.media_type.as_deref() != Some(*artifact));
    let artifact = artifact.unwrap_or_default();
    if let Some((_, kind)) = ARTIFACT_TYPES.iter().find(|(part, _)| artifact.contains(part)) {
        return *kind;
    }
    match image.media_type.as_deref() {
        Some(media_type::OCI_INDEX | media_type::DOCKER_INDEX) => {
            let is_cache = facts.is_some_and(|facts| facts.is_layer_index);
            if is_cache { ImageKind::BuildCache } else { ImageKind::Index }
        }
        // Other registries with ECR's API don't return the media type.
        None if facts.is_some_and(|facts| !facts.children.is_empty()) => ImageKind::Index,
        Some(media_type::OCI_MANIFEST | media_type::DOCKER_MANIFEST) | None => {
            let config = [media_type::OCI_CONFIG, media_type::DOCKER_CONFIG, ""];
            if config.contains(&artifact) { ImageKind::Image } else { ImageKind::Other }
        }
        Some(_) => ImageKind::Other,
    }
}

/// Returns the kind of in-toto statements of these types, or `None` without any.
pub(crate) fn kind_of_predicates(predicates: &[String]) -> Option<ImageKind> {
    let mut kinds = predicates.iter().map(|predicate| {
        let predicate = predicate.to_ascii_lowercase();
        if predicate.contains("spdx") || predicate.contains("cyclonedx") {
            ImageKind::Sbom
        } else if predicate.contains("slsa.dev/provenance") {
            ImageKind::Provenance
        } else if predicate.contains("cosign/sign") {
            ImageKind::Signature
        } else {
            ImageKind::Attestation
        }
    });
    let first = kinds.next()?;
    Some(if kinds.all(|kind| kind == first) { first } else { ImageKind::Attestation })
}

/// Returns the image that a tag attaches its own image to, by the naming schemes of cosign (`sha256-HEX.sig`, `.att`,
/// `.sbom`) and of the OCI distribution specification (`sha256-HEX`).
pub(crate) fn attached_to(tag: &str) -> Option<(Digest, ImageKind)> {
    let rest = tag.strip_prefix("sha256-")?;
    let (hex, suffix) = rest.split_at_checked(64)?;
    let kind = match suffix {
        "" => ImageKind::ReferrerList,
        ".sig" => ImageKind::Signature,
        ".att" => ImageKind::Attestation,
        ".sbom" => ImageKind::Sbom,
        _ => return None,
    };
    Some((Digest::parse(&format!("sha256:{hex}")).ok()?, kind))
}

#[cfg(test)]
mod tests;
