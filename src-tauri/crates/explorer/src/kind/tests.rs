//! Kinds by media types, tags and statements.

use super::*;
use crate::testing::described;
use transload_model::Tag;

#[test]
fn images_are_classified_without_their_manifest() {
    let cosign = format!("sha256-{}", "a".repeat(64));
    let (sig, att, sbom) =
        (format!("{cosign}.sig"), format!("{cosign}.att"), format!("{cosign}.sbom"));
    let (oci, docker) = (media_type::OCI_MANIFEST, media_type::DOCKER_MANIFEST);
    let config = media_type::OCI_CONFIG;
    let cases = [
        ("1", oci, config, ImageKind::Image),
        ("1", docker, "", ImageKind::Image),
        ("1", media_type::OCI_INDEX, "", ImageKind::Index),
        ("1", media_type::DOCKER_INDEX, "", ImageKind::Index),
        (&sig, oci, config, ImageKind::Signature),
        (&att, oci, "application/vnd.dev.cosign.artifact.sig.v1+json", ImageKind::Attestation),
        (&sbom, oci, config, ImageKind::Sbom),
        (&cosign, media_type::OCI_INDEX, "", ImageKind::ReferrerList),
        // As ministack describes images.
        ("1", oci, oci, ImageKind::Image),
        ("1", docker, docker, ImageKind::Image),
        ("1", media_type::OCI_INDEX, media_type::OCI_INDEX, ImageKind::Index),
        // Tags of users that look similar.
        ("sha256-ab.sig", oci, config, ImageKind::Image),
        ("sha256-", oci, config, ImageKind::Image),
        ("1", oci, "application/vnd.docker.attestation.manifest.v1+json", ImageKind::Attestation),
        ("1", oci, "application/vnd.dev.sigstore.bundle.v0.3+json", ImageKind::Signature),
        ("1", oci, "application/vnd.cncf.notary.signature", ImageKind::Signature),
        ("1", oci, "application/vnd.in-toto+json", ImageKind::Attestation),
        ("1", oci, "application/spdx+json", ImageKind::Sbom),
        ("1", oci, "application/vnd.cyclonedx+json", ImageKind::Sbom),
        ("1", oci, "application/vnd.amazon.soci.index.v1+json", ImageKind::SociIndex),
        ("1", oci, "application/vnd.amazon.soci.index.v2+json", ImageKind::SociIndex),
        ("1", oci, "application/vnd.cncf.helm.config.v1+json", ImageKind::HelmChart),
        ("1", oci, "application/vnd.wasm.config.v0+json", ImageKind::Wasm),
        ("cache", oci, media_type::BUILDKIT_CACHE_CONFIG, ImageKind::BuildCache),
        ("1", oci, "application/vnd.docker.ai.model.config.v0.1+json", ImageKind::Model),
        ("1", oci, "application/vnd.cncf.model.config.v1+json", ImageKind::Model),
        ("1", oci, "application/vnd.example.config", ImageKind::Other),
        ("1", "application/vnd.example", "", ImageKind::Other),
    ];
    for (tag, media_type, artifact, kind) in cases {
        let mut image = described("x", &[], media_type, 0);
        image.tags = vec![Tag::parse(tag).unwrap()];
        image.artifact_media_type = (!artifact.is_empty()).then(|| artifact.to_owned());
        assert_eq!(kind_of(&image, None), kind, "{tag} {media_type} {artifact}");
    }
}

#[test]
fn the_statements_of_a_manifest_decide() {
    let mut image = described("x", &[], media_type::OCI_MANIFEST, 0);
    image.artifact_media_type = Some("application/vnd.dev.sigstore.bundle.v0.3+json".to_owned());
    let cases: [(&[&str], ImageKind); 6] = [
        (&[], ImageKind::Signature),
        (&["https://sigstore.dev/cosign/sign/v1"], ImageKind::Signature),
        (&["https://slsa.dev/provenance/v1"], ImageKind::Provenance),
        (&["https://spdx.dev/Document"], ImageKind::Sbom),
        (&["https://cyclonedx.org/bom", "https://spdx.dev/Document"], ImageKind::Sbom),
        (
            &["https://slsa.dev/provenance/v0.2", "https://spdx.dev/Document"],
            ImageKind::Attestation,
        ),
    ];
    for (predicates, kind) in cases {
        let facts = ManifestFacts {
            predicates: predicates.iter().map(|one| (*one).to_owned()).collect(),
            ..ManifestFacts::default()
        };
        assert_eq!(kind_of(&image, Some(&facts)), kind, "{predicates:?}");
    }
}
