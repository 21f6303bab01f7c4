//! Attestations and signatures in every form of envelope, and hostile ones.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::read_image::tests::Memory;

fn layer(media_type: &str, annotations: &[(&str, &str)]) -> Descriptor {
    Descriptor {
        media_type: media_type.to_owned(),
        digest: Digest::of(b"x"),
        size_bytes: 1,
        platform: None,
        annotations: annotations
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        urls: Vec::new(),
    }
}

fn statement(predicate_type: &str, predicate: Value) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1", "predicateType": predicate_type,
        "subject": [{"name": "app", "digest": {"sha256": "aa"}}, {"digest": {"sha256": "aa", "bad": 3}}],
        "predicate": predicate,
    })
}

fn read(document: &Value, layer: &Descriptor) -> AttestationDocument {
    parse(document.to_string().as_bytes(), layer).unwrap()
}

fn spdx() -> Value {
    json!({"spdxVersion": "SPDX-2.3", "packages": [{"name": "zlib", "versionInfo": "1.3"}]})
}

#[test]
fn statements_are_read_plain_in_an_envelope_and_in_a_bundle() {
    let plain = statement("https://spdx.dev/Document", spdx());
    let envelope = json!({
        "payloadType": "application/vnd.in-toto+json", "payload": STANDARD.encode(plain.to_string()), "signatures": [],
    });
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": envelope,
        "verificationMaterial": {"certificate": {"rawBytes": "AAAA"}, "tlogEntries": [{"integratedTime": "1767323045"}]},
    });
    let in_toto = layer("application/vnd.in-toto+json", &[]);
    let of_cosign = layer(
        "application/vnd.dsse.envelope.v1+json",
        &[(COSIGN_BUNDLE, r#"{"Payload":{"integratedTime":1767323045}}"#)],
    );
    for (document, layer, format) in [
        (&plain, &in_toto, None),
        (&envelope, &of_cosign, Some("cosign")),
        (&bundle, &in_toto, Some("Sigstore bundle")),
    ] {
        let found = read(document, layer);
        assert_eq!(found.predicate_type.as_deref(), Some("https://spdx.dev/Document"));
        assert_eq!(found.subjects, ["sha256:aa"]);
        assert_eq!(found.sbom.unwrap().packages[0].name, "zlib");
        assert_eq!(found.signature.as_ref().map(|one| one.format.as_str()), format);
        if let Some(signature) = found.signature {
            assert_eq!(signature.signed_at_ms, Some(1_767_323_045_000));
        }
    }
    let provenance = statement(
        "https://slsa.dev/provenance/v1",
        json!({"runDetails": {"builder": {"id": "b"}}}),
    );
    let found = read(&provenance, &in_toto);
    assert_eq!(found.provenance.unwrap().builder.as_deref(), Some("b"));
    let other = statement("https://example.com/x", json!({"spdxVersion": 7}));
    assert_eq!(read(&other, &in_toto).text.as_deref(), Some(r#"{"spdxVersion":7}"#));
    assert!(read(&spdx(), &layer("text/spdx+json", &[])).sbom.is_some());
}

#[test]
fn signatures_of_cosign_and_notation_say_what_they_are_about() {
    let simple = json!({"critical": {"image": {"docker-manifest-digest": "sha256:aa"}, "type": "cosign container image signature"}});
    let found = read(&simple, &layer("application/vnd.dev.cosign.simplesigning.v1+json", &[]));
    assert_eq!((found.subjects.as_slice(), found.text), (&["sha256:aa".to_owned()][..], None));
    assert_eq!(found.signature.unwrap().format, "cosign");
    let payload =
        URL_SAFE_NO_PAD.encode(json!({"targetArtifact": {"digest": "sha256:bb"}}).to_string());
    let protected = URL_SAFE_NO_PAD
        .encode(json!({"io.cncf.notary.signingTime": "2026-01-02T03:04:05Z"}).to_string());
    let jws = json!({"payload": payload, "protected": protected, "header": {"x5c": ["AAAA"]}, "signature": "x"});
    let found = read(&jws, &layer("application/jose+json", &[]));
    assert_eq!(found.subjects, ["sha256:bb"]);
    assert_eq!(found.signature.unwrap().signed_at_ms, Some(1_767_323_045_000));
    let cose = parse(&[0xd2, 0x84], &layer("application/cose", &[])).unwrap();
    assert_eq!(cose.signature.unwrap().format, "Notation (COSE)");
}

#[test]
fn hostile_documents_are_errors_with_a_reason() {
    let in_toto = layer("application/vnd.in-toto+json", &[]);
    for hostile in [
        &b"\xff\xfe"[..],
        b"",
        b"{",
        b"[1]",
        br#"{"payloadType":"x","payload":"%%%"}"#,
        br#"{"payloadType":"x","payload":"AAAA"}"#,
        br#"{"dsseEnvelope":7,"verificationMaterial":{}}"#,
        br#"{"predicateType":"https://spdx.dev/Document","predicate":{"spdxVersion":"SPDX-2.3","packages":3}}"#,
    ] {
        assert!(parse(hostile, &in_toto).is_err(), "{}", String::from_utf8_lossy(hostile));
    }
    let hostile =
        json!({"predicateType": "x\u{1b}[31m", "predicate": {"a": "<img>"}, "subject": 7});
    let found = read(&hostile, &in_toto);
    assert_eq!(found.predicate_type.as_deref(), Some("x\\x1b[31m"));
    assert_eq!((found.subjects.len(), found.text.as_deref()), (0, Some(r#"{"a":"<img>"}"#)));
}

#[tokio::test]
async fn large_documents_are_read_like_small_ones_without_being_held() {
    let names = |number: u32| json!({"name": format!("lib{number}\u{1b}"), "versionInfo": "1.3", "comment": "x".repeat(240)});
    let packages: Vec<Value> = (0..15_000).map(names).collect();
    let sbom = json!({"spdxVersion": "SPDX-2.3", "packages": packages});
    let plain = statement("https://spdx.dev/Document", sbom);
    let envelope = json!({
        "payloadType": "application/vnd.in-toto+json", "payload": STANDARD.encode(plain.to_string()), "signatures": [],
    });
    let bundle = json!({
        "dsseEnvelope": envelope,
        "verificationMaterial": {"tlogEntries": [{"integratedTime": "1767323045"}]},
    });
    let large_provenance =
        statement("https://slsa.dev/provenance/v1", json!({"x": "y".repeat(900_000)}));
    let mut unreadable = plain.to_string();
    unreadable.truncate(unreadable.len() - 2);
    for (document, media_type, is_read) in [
        (plain.to_string(), "application/vnd.in-toto+json", true),
        (envelope.to_string(), "application/vnd.dsse.envelope.v1+json", true),
        (bundle.to_string(), "application/vnd.dev.sigstore.bundle.v0.3+json", true),
        (unreadable, "application/vnd.in-toto+json", false),
        (
            large_provenance.to_string() + &" ".repeat(5_000_000),
            "application/vnd.in-toto+json",
            false,
        ),
    ] {
        let bytes = document.into_bytes();
        assert!(bytes.len() as u64 > WHOLE_LIMIT_BYTES);
        let mut memory = Memory::default();
        let config = memory.put_bytes("application/vnd.oci.empty.v1+json", b"{}".to_vec());
        let blob = memory.put_bytes(media_type, bytes.clone());
        let manifest = memory.put(&json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config, "layers": [blob],
        }));
        let digest = |of: &Value| Digest::parse(of["digest"].as_str().unwrap()).unwrap();
        let image = Digest::of(b"image");
        let images = std::slice::from_ref(&image);
        let found = read_attestation(&memory, &digest(&manifest), &digest(&blob), images).await;
        if is_read {
            let whole = parse(&bytes, &layer(media_type, &[])).unwrap();
            assert_eq!(whole.sbom.as_ref().unwrap().packages.len(), 15_000);
            let about_image = Some(false);
            assert_eq!(
                found.unwrap(),
                AttestationDocument { about_image, ..whole },
                "{media_type}"
            );
        } else {
            let error = found.unwrap_err();
            let is_right = matches!(
                error,
                InspectError::DocumentTooLarge { .. } | InspectError::DocumentUnreadable { .. }
            );
            assert!(is_right, "{error}");
        }
    }
}

#[test]
fn times_that_no_calendar_shows_are_unknown() {
    for (time, expected) in [
        (json!("1767323045"), Some(1_767_323_045_000)),
        (json!(253_402_300_799_u64), Some(253_402_300_799_000)),
        (json!(253_402_300_800_u64), None),
        (json!(u64::MAX), None),
        (json!("18446744073709551615"), None),
        (json!(-1), None),
        (json!(1e300), None),
    ] {
        assert_eq!(seconds(Some(&time)), expected, "{time}");
    }
}

#[test]
fn secrets_of_other_documents_are_hidden() {
    let other =
        statement("https://example.com/x", json!({"env": ["A=1", "API_TOKEN=hunter2hunter2"]}));
    let text = read(&other, &layer("application/vnd.in-toto+json", &[])).text.unwrap();
    assert!(text.contains("A=1") && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_statement_with_very_many_subjects_keeps_some() {
    let subject = |number: usize| json!({"digest": {"sha256": format!("{number:04}")}});
    let all: Vec<Value> = (0..=SUBJECTS_LIMIT).map(subject).collect();
    let mut hostile = statement("https://example.com/x", json!({}));
    hostile["subject"] = json!(all);
    let found = read(&hostile, &layer("application/vnd.in-toto+json", &[]));
    assert_eq!(found.subjects.len(), SUBJECTS_LIMIT);
}
