//! Tests of reading manifests: media types, sizes, digests, and documents that are rejected.

use crate::manifest::*;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn image(extra: &str) -> Bytes {
    Bytes::from(format!(
        r#"{{"schemaVersion":2,{extra}"config":{{"mediaType":"c","digest":"{DIGEST}","size":7}},"layers":[]}}"#
    ))
}

#[test]
fn the_received_bytes_are_unchanged() {
    let bytes = image("\"mediaType\": \"application/vnd.oci.image.manifest.v1+json\" ,\n");
    let raw = RawManifest::new(bytes.clone(), None).unwrap();
    assert_eq!(raw.bytes(), &bytes);
    assert_eq!(raw.digest(), &Digest::of(&bytes));
    assert!(matches!(raw.parse().unwrap(), Manifest::Image(image) if image.config.size_bytes == 7));
}

#[test]
fn without_a_media_type_the_header_or_the_members_decide() {
    let header = Some("application/vnd.docker.distribution.manifest.v2+json; charset=utf-8");
    assert_eq!(
        RawManifest::new(image(""), header).unwrap().media_type(),
        media_type::DOCKER_MANIFEST
    );
    assert_eq!(RawManifest::new(image(""), None).unwrap().media_type(), media_type::OCI_MANIFEST);
    let index = Bytes::from_static(br#"{"schemaVersion":2,"manifests":[]}"#);
    assert_eq!(
        RawManifest::new(index, Some("application/json")).unwrap().media_type(),
        media_type::OCI_INDEX
    );
}

#[test]
fn the_media_type_of_the_document_wins_over_the_header() {
    let oci = "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",";
    for content_type in [
        Some(media_type::DOCKER_INDEX),
        Some(media_type::DOCKER_MANIFEST),
        Some(media_type::DOCKER_SCHEMA1_SIGNED),
        Some("text/html"),
        Some("application/octet-stream"),
        Some(""),
        None,
    ] {
        let raw = RawManifest::new(image(oci), content_type).unwrap();
        assert_eq!(raw.media_type(), media_type::OCI_MANIFEST, "{content_type:?}");
        let shape = RawManifest::new(image(""), content_type);
        if content_type == Some(media_type::DOCKER_SCHEMA1_SIGNED) {
            assert!(matches!(shape, Err(ManifestError::Schema1)));
        } else {
            assert!(!is_index(shape.unwrap().media_type()), "{content_type:?}");
        }
    }
}

#[test]
fn a_document_with_members_of_two_types_is_rejected() {
    for inside in ["application/vnd.oci.image.manifest.v1+json", media_type::OCI_INDEX] {
        let both = image(&format!("\"mediaType\":\"{inside}\",\"manifests\":[],"));
        let error = RawManifest::new(both, Some(inside)).unwrap_err();
        assert!(matches!(error, ManifestError::MediaTypeMismatch { .. }), "{inside}");
    }
    let both = image("\"manifests\":[],");
    assert!(RawManifest::new(both, Some(media_type::OCI_INDEX)).is_err());
}

#[test]
fn whole_floats_and_nulls_are_accepted() {
    let bytes = Bytes::from(format!(
        r#"{{"schemaVersion":2.0,"config":{{"digest":"{DIGEST}","size":7.0,"annotations":null,"urls":null,"platform":null}},"layers":null,"subject":null,"annotations":{{"a":1}}}}"#
    ));
    let Manifest::Image(image) = RawManifest::new(bytes, None).unwrap().parse().unwrap() else {
        panic!("expected an image");
    };
    assert_eq!((image.config.size_bytes, image.layers.len()), (7, 0));
    for size in ["-1", "7.5", "\"7\"", "null", "1e300"] {
        let bytes = Bytes::from(format!(
            r#"{{"schemaVersion":2,"config":{{"digest":"{DIGEST}","size":{size}}}}}"#
        ));
        assert!(matches!(RawManifest::new(bytes, None), Err(ManifestError::Json(_))), "{size}");
    }
}

#[test]
fn schema_1_html_and_oversized_documents_are_rejected() {
    let schema1 = Bytes::from_static(br#"{"schemaVersion":1,"fsLayers":[]}"#);
    assert!(matches!(RawManifest::new(schema1, None), Err(ManifestError::Schema1)));
    let html = Bytes::from_static(b"<html>Sign in</html>");
    assert!(matches!(RawManifest::new(html, Some("text/html")), Err(ManifestError::Json(_))));
    let giant = Bytes::from(vec![b' '; MANIFEST_LIMIT_BYTES + 1]);
    assert!(matches!(RawManifest::new(giant, None), Err(ManifestError::TooLarge { .. })));
}

#[test]
fn a_digest_mismatch_names_both_digests() {
    let raw = RawManifest::new(image(""), None).unwrap();
    let error = raw.verify_digest(&Digest::parse(DIGEST).unwrap()).unwrap_err();
    assert!(
        error.to_string().contains(DIGEST) && error.to_string().contains(raw.digest().as_str())
    );
}
