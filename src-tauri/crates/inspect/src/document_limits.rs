//! The largest documents that the inspector reads. One whose descriptor states more is refused before any of it is
//! downloaded, and a download ends with an error after the stated bytes.
//!
//! | document | limit | beyond it |
//! | --- | --- | --- |
//! | manifest | `MANIFEST_LIMIT_BYTES` of `model` | an error of the registry client |
//! | configuration | [`CONFIG_LIMIT_BYTES`] | the page says so, and shows what the manifest says |
//! | SBOM, or a statement of unknown type | [`SBOM_LIMIT_BYTES`] | `InspectError::DocumentTooLarge` |
//! | signature, provenance | [`WHOLE_LIMIT_BYTES`] | `InspectError::DocumentTooLarge` |

use transload_model::Descriptor;

use crate::attachment_kind::{AttachmentKind, kind_of_document};

/// The largest configuration. The largest real ones have some 100 kB.
pub(crate) const CONFIG_LIMIT_BYTES: u64 = 8_000_000;

/// The largest document that is read as a whole. Of a larger one, only the packages of an SBOM are kept.
pub(crate) const WHOLE_LIMIT_BYTES: u64 = 4_000_000;

/// The largest SBOM that is shown. BuildKit refuses more than 41,943,040 bytes (moby/buildkit#7044). 80 MB were seen: a
/// larger one can be saved to a file.
pub(crate) const SBOM_LIMIT_BYTES: u64 = 50_000_000;

/// Returns the largest document that is read of this kind.
pub(crate) fn limit_bytes(layer: &Descriptor, predicate_type: Option<&str>) -> u64 {
    match kind_of_document(layer, predicate_type, "") {
        AttachmentKind::Provenance => WHOLE_LIMIT_BYTES,
        // A bundle that doesn't say what it signs may sign an SBOM.
        AttachmentKind::Signature
            if predicate_type.is_some() || !layer.media_type.contains("sigstore.bundle") =>
        {
            WHOLE_LIMIT_BYTES
        }
        _ => SBOM_LIMIT_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use transload_model::{Digest, media_type};
    use transload_registry::RegistryError;

    use super::*;
    use crate::attestation::{open_document, read_attestation};
    use crate::error::InspectError;
    use crate::read_image::inspect;
    use crate::read_image::tests::Memory;

    const IN_TOTO: &str = "application/vnd.in-toto+json";
    const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

    #[tokio::test]
    async fn a_document_above_its_limit_is_refused_before_it_is_downloaded() {
        for (media_type, predicate, limit) in [
            (IN_TOTO, None, SBOM_LIMIT_BYTES),
            (IN_TOTO, Some("https://spdx.dev/Document"), SBOM_LIMIT_BYTES),
            (IN_TOTO, Some("https://cyclonedx.org/bom"), SBOM_LIMIT_BYTES),
            (IN_TOTO, Some("https://example.com/own"), SBOM_LIMIT_BYTES),
            (IN_TOTO, Some("https://slsa.dev/provenance/v1"), WHOLE_LIMIT_BYTES),
            ("text/spdx+json", None, SBOM_LIMIT_BYTES),
            (BUNDLE, None, SBOM_LIMIT_BYTES),
            (BUNDLE, Some("https://slsa.dev/provenance/v1"), WHOLE_LIMIT_BYTES),
            (BUNDLE, Some("https://sigstore.dev/cosign/sign/v1"), WHOLE_LIMIT_BYTES),
            ("application/vnd.dev.cosign.simplesigning.v1+json", None, WHOLE_LIMIT_BYTES),
            ("application/jose+json", None, WHOLE_LIMIT_BYTES),
            ("application/cose", None, WHOLE_LIMIT_BYTES),
        ] {
            for (size, is_read) in [(limit, true), (limit + 1, false)] {
                let mut memory = Memory::default();
                // Its content doesn't exist, so that an attempt to read it is another error.
                let (manifest, blob) = memory.large_document(media_type, predicate, size);
                let error = read_attestation(&memory, &manifest, &blob, &[]).await.unwrap_err();
                let about = format!("{media_type} {predicate:?} {size}: {error}");
                match error {
                    InspectError::Registry(RegistryError::Missing { .. }) => {
                        assert!(is_read, "{about}");
                    }
                    InspectError::DocumentTooLarge { size_bytes, limit_bytes, .. } => {
                        assert_eq!(
                            (size_bytes, limit_bytes, is_read),
                            (size, limit, false),
                            "{about}"
                        );
                    }
                    _ => panic!("{about}"),
                }
            }
        }
    }

    /// Case 34 of the explorer: an SBOM that nobody builds by accident, and one of the largest that were seen.
    #[tokio::test]
    async fn an_sbom_of_60_mb_is_too_large_and_one_of_40_mb_is_read() {
        for (size, expected) in [
            (40_000_000, "r.example has no "),
            (60_000_000, "has 60 MB; at most 50 MB are shown"),
            (80_000_000, "has 80 MB; at most 50 MB are shown"),
        ] {
            let mut memory = Memory::default();
            let spdx = Some("https://spdx.dev/Document");
            let (manifest, blob) = memory.large_document(IN_TOTO, spdx, size);
            let error = read_attestation(&memory, &manifest, &blob, &[]).await.unwrap_err();
            assert!(error.to_string().contains(expected), "{size}: {error}");
            // It can be saved: what is missing here is its content.
            let download = open_document(&memory, &manifest, &blob).await.err().unwrap();
            assert!(matches!(download, InspectError::Registry(_)), "{size}: {download}");
        }
    }

    #[tokio::test]
    async fn the_page_of_an_image_says_that_its_configuration_is_too_large() {
        for (size, expected) in [
            (CONFIG_LIMIT_BYTES, "has no "),
            (CONFIG_LIMIT_BYTES + 1, "The configuration has 9 MB; at most 8 MB are read."),
        ] {
            let mut memory = Memory::default();
            let config = Digest::of(b"large");
            let config = json!({"mediaType": media_type::OCI_CONFIG, "digest": config.to_string(), "size": size});
            let image = memory.put(&json!({
                "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST, "config": config, "layers": [],
            }));
            memory.tag("v1", &image);
            let found = inspect(&memory, "v1", None).await.unwrap();
            let problem = found.image.unwrap().config_problem.unwrap();
            assert!(problem.contains(expected), "{size}: {problem}");
        }
    }
}
