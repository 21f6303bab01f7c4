//! Images with attestations, referrers and cosign's tags, in memory.

use serde_json::json;
use transload_model::media_type;

use super::*;
use crate::attestation::read_attestation;
use crate::read_image::tests::Memory;

const SPDX: &str = "https://spdx.dev/Document";
const SLSA: &str = "https://slsa.dev/provenance/v0.2";

/// Stores a manifest with one document.
fn attached(
    memory: &mut Memory,
    media_type: &str,
    annotation: Option<(&str, &str)>,
    document: &Value,
) -> Value {
    let mut layer = memory.put_bytes(media_type, document.to_string().into_bytes());
    if let Some((name, value)) = annotation {
        layer["annotations"] = json!({name: value});
    }
    let config = memory.put_bytes(media_type::OCI_CONFIG, b"{}".to_vec());
    memory.put(&json!({"schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST, "config": config, "layers": [layer]}))
}

fn statement(predicate_type: &str, subject: &Value, predicate: &Value) -> Value {
    let digest = subject["digest"].as_str().unwrap().trim_start_matches("sha256:");
    json!({"predicateType": predicate_type, "subject": [{"digest": {"sha256": digest}}], "predicate": predicate})
}

#[tokio::test]
async fn attestations_referrers_and_tags_are_listed_with_their_kind() {
    let mut memory = Memory::default();
    let image = memory.image(&json!({"os": "linux", "architecture": "amd64"}), &[("base", 30)]);
    let spdx =
        json!({"spdxVersion": "SPDX-2.3", "packages": [{"name": "zlib", "versionInfo": "1.3"}]});
    let sbom = statement(SPDX, &image, &spdx);
    let sbom = attached(
        &mut memory,
        "application/vnd.in-toto+json",
        Some(("in-toto.io/predicate-type", SPDX)),
        &sbom,
    );
    let mut index_entry = sbom.clone();
    index_entry["annotations"] = json!({
        "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image["digest"],
    });
    let index = memory.put(&json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX,
        "manifests": [{"mediaType": image["mediaType"], "digest": image["digest"], "size": image["size"],
                       "platform": {"os": "linux", "architecture": "amd64"}}, index_entry],
    }));
    memory.tag("v1", &index);
    let simple = json!({"critical": {"image": {"docker-manifest-digest": "sha256:other"}}});
    let signature =
        attached(&mut memory, "application/vnd.dev.cosign.simplesigning.v1+json", None, &simple);
    let hex = index["digest"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
    memory.tag(&format!("sha256-{hex}.sig"), &signature);
    let provenance = attached(
        &mut memory,
        "application/vnd.dev.sigstore.bundle.v0.3+json",
        Some(("dev.sigstore.bundle.predicateType", SLSA)),
        &json!({}),
    );
    let jws = attached(&mut memory, "application/jose+json", None, &json!({}));
    memory.refer(&index, &[&provenance, &jws, &sbom]);

    let chain = supply_chain(&memory, "v1").await.unwrap();
    assert_eq!(chain.problems, Vec::<String>::new());
    let kinds: Vec<_> = chain.attachments.iter().map(|one| (one.kind, one.link)).collect();
    assert_eq!(
        kinds,
        [
            (AttachmentKind::Sbom, AttachmentLink::Index),
            (AttachmentKind::Provenance, AttachmentLink::Referrer),
            (AttachmentKind::Signature, AttachmentLink::Referrer),
            (AttachmentKind::Signature, AttachmentLink::Tag),
        ]
    );
    assert_eq!(chain.attachments[0].platform.as_deref(), Some("linux/amd64"));
    assert_eq!(chain.attachments[3].platform, None);

    let images = [Digest::parse(image["digest"].as_str().unwrap()).unwrap()];
    let about = |position: usize| {
        let attachment = chain.attachments[position].clone();
        let (memory, images) = (&memory, &images);
        async move {
            read_attestation(memory, &attachment.manifest, &attachment.blob, images).await.unwrap()
        }
    };
    let sbom = about(0).await;
    assert_eq!((sbom.about_image, sbom.sbom.unwrap().packages.len()), (Some(true), 1));
    assert_eq!(about(3).await.about_image, Some(false), "the signature is of another image");
}

#[tokio::test]
async fn what_cannot_be_read_is_said_and_the_rest_is_shown() {
    let mut memory = Memory::default();
    let image = memory.image(&json!({"os": "linux", "architecture": "amd64"}), &[("base", 30)]);
    memory.tag("v1", &image);
    let missing = json!({"digest": Digest::of(b"gone").to_string()});
    let jws = attached(&mut memory, "application/jose+json", None, &json!({}));
    memory.refer(&image, &[&missing, &jws]);
    let chain = supply_chain(&memory, "v1").await.unwrap();
    assert_eq!(chain.attachments.len(), 1);
    assert_eq!(chain.problems.len(), 1, "{:?}", chain.problems);
    let large = memory.large_document("application/vnd.in-toto+json", None, 300_000_000);
    let other = Digest::of(b"none");
    let error = read_attestation(&memory, &large.0, &other, &[]).await.unwrap_err();
    assert!(matches!(error, InspectError::DocumentMissing { .. }));
}

#[tokio::test]
async fn an_attestation_of_an_unknown_image_is_one_of_the_index_and_long_lists_are_cut() {
    let mut memory = Memory::default();
    let image = memory.image(&json!({"os": "linux", "architecture": "amd64"}), &[("base", 30)]);
    let lost = attached(&mut memory, "application/vnd.in-toto+json", None, &json!({"lost": 1}));
    let index = memory.index(&[(image, "linux/amd64"), (lost, "attestation")]);
    memory.tag("v1", &index);
    let referrers: Vec<Value> = (0..MANIFESTS_LIMIT)
        .map(|number| attached(&mut memory, "application/jose+json", None, &json!({"n": number})))
        .collect();
    memory.refer(&index, &referrers.iter().collect::<Vec<_>>());
    let chain = supply_chain(&memory, "v1").await.unwrap();
    let first = &chain.attachments[0];
    assert_eq!(first.subject.to_string(), index["digest"].as_str().unwrap());
    assert_eq!((first.link, first.platform.as_deref()), (AttachmentLink::Index, None));
    assert_eq!(chain.attachments.len(), MANIFESTS_LIMIT);
    assert_eq!(chain.problems, ["Only the first 100 attachments are shown."]);
}

#[tokio::test]
async fn the_sbom_of_an_index_is_one_of_its_platforms_and_names_one_of_the_images() {
    let mut memory = Memory::default();
    let image = memory.image(&json!({"os": "linux", "architecture": "amd64"}), &[("base", 30)]);
    let index = memory.index(&[(image, "linux/amd64")]);
    memory.tag("v1", &index);
    let spdx = json!({"spdxVersion": "SPDX-2.3", "packages": [{"name": "zlib"}]});
    let sbom = attached(
        &mut memory,
        "application/vnd.in-toto+json",
        Some(("in-toto.io/predicate-type", SPDX)),
        &statement(SPDX, &index, &spdx),
    );
    memory.refer(&index, &[&sbom]);
    let inspection = crate::read_image::inspect(&memory, "v1", None).await.unwrap();
    let found = crate::packages::find_sbom(&memory, &inspection).await.unwrap();
    assert_eq!(found.unwrap().packages[0].name, "zlib");
    let chain = supply_chain(&memory, "v1").await.unwrap();
    let (one, images) = (&chain.attachments[0], image_digests(&memory, "v1").await.unwrap());
    assert_eq!(images.len(), 2);
    let document = read_attestation(&memory, &one.manifest, &one.blob, &images).await.unwrap();
    assert_eq!(document.about_image, Some(true), "it names the index, not the platform");
}
