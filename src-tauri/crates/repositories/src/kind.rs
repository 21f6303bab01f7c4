//! Classifies the images of a repository by their media types and tags.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use transload_aws::EcrImage;
use transload_model::media_type;

/// The kind of an image in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ImageKind {
    /// A single image.
    Image,
    /// An index of images.
    Index,
    /// An attestation, such as an SBOM or provenance.
    Attestation,
    /// A signature.
    Signature,
    /// Any other artifact.
    Other,
}

/// Returns the kind of an image, based on its media types and tags.
///
/// Sources: cosign stores signatures and attestations under the tags `sha256-….sig` and
/// `sha256-….att`, with media types `application/vnd.dev.cosign…`. Notation uses
/// `application/vnd.cncf.notary…`. In-toto statements have `application/vnd.in-toto…`.
pub fn kind_of(image: &EcrImage) -> ImageKind {
    let artifact = image.artifact_media_type.as_deref().unwrap_or_default();
    let has_tag_suffix = |suffix: &str| {
        image
            .tags
            .iter()
            .any(|tag| tag.as_str().starts_with("sha256-") && tag.as_str().ends_with(suffix))
    };
    if has_tag_suffix(".sig")
        || artifact.contains("cosign.artifact.sig")
        || artifact.contains("cncf.notary")
    {
        return ImageKind::Signature;
    }
    if has_tag_suffix(".att")
        || has_tag_suffix(".sbom")
        || artifact.contains("in-toto")
        || artifact.contains("spdx")
    {
        return ImageKind::Attestation;
    }
    match image.media_type.as_deref() {
        Some(media_type::OCI_INDEX | media_type::DOCKER_INDEX) => ImageKind::Index,
        Some(media_type::OCI_MANIFEST | media_type::DOCKER_MANIFEST) | None => {
            let config = [media_type::OCI_CONFIG, media_type::DOCKER_CONFIG, ""];
            if config.contains(&artifact) { ImageKind::Image } else { ImageKind::Other }
        }
        Some(_) => ImageKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use transload_model::{Digest, Tag};

    fn image(tag: &str, media_type: &str, artifact: &str) -> EcrImage {
        EcrImage {
            digest: Digest::of(b""),
            tags: vec![Tag::parse(tag).unwrap()],
            unreadable_tags: 0,
            subject: None,
            size_bytes: None,
            pushed_at_ms: None,
            pulled_at_ms: None,
            restored_at_ms: None,
            media_type: Some(media_type.to_owned()),
            artifact_media_type: (!artifact.is_empty()).then(|| artifact.to_owned()),
        }
    }

    #[test]
    fn images_are_classified_by_media_type_and_tag() {
        let cases = [
            ("1", media_type::OCI_MANIFEST, media_type::OCI_CONFIG, ImageKind::Image),
            ("1", media_type::DOCKER_MANIFEST, "", ImageKind::Image),
            ("1", media_type::OCI_INDEX, "", ImageKind::Index),
            (
                "sha256-ab.sig",
                media_type::OCI_MANIFEST,
                media_type::OCI_CONFIG,
                ImageKind::Signature,
            ),
            (
                "1",
                media_type::OCI_MANIFEST,
                "application/vnd.cncf.notary.signature",
                ImageKind::Signature,
            ),
            ("1", media_type::OCI_MANIFEST, "application/vnd.in-toto+json", ImageKind::Attestation),
            (
                "1",
                media_type::OCI_MANIFEST,
                "application/vnd.cncf.helm.config.v1+json",
                ImageKind::Other,
            ),
        ];
        for (tag, media_type, artifact, kind) in cases {
            assert_eq!(
                kind_of(&image(tag, media_type, artifact)),
                kind,
                "{tag} {media_type} {artifact}"
            );
        }
    }
}
