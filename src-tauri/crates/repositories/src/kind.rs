use serde::{Deserialize, Serialize};
use ts_rs::TS;

use transload_aws::EcrImage;
use transload_model::media_type;

/// What an image of a repository is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum ImageKind {
    /// One image.
    Image,
    /// An index of images.
    Index,
    /// An attestation, such as an SBOM or provenance.
    Attestation,
    /// A signature.
    Signature,
    /// Something else.
    Other,
}

/// Tells what an image is, from its media types and tags.
///
/// Sources: cosign keeps signatures and attestations under the tags `sha256-….sig` and
/// `sha256-….att`, and names its layers' and artifacts' types `application/vnd.dev.cosign…`;
/// Notation names its own `application/vnd.cncf.notary…`; in-toto statements are
/// `application/vnd.in-toto…`.
pub fn kind_of(image: &EcrImage) -> ImageKind {
    let artifact = image.artifact_media_type.as_deref().unwrap_or_default();
    let tagged = |end: &str| {
        image
            .tags
            .iter()
            .any(|tag| tag.as_str().starts_with("sha256-") && tag.as_str().ends_with(end))
    };
    if tagged(".sig")
        || artifact.contains("cosign.artifact.sig")
        || artifact.contains("cncf.notary")
    {
        return ImageKind::Signature;
    }
    if tagged(".att")
        || tagged(".sbom")
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
    fn images_are_told_apart() {
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
