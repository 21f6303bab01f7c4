//! What images are shipped with: attestations of both versions of BuildKit, SBOMs, provenance, and signatures of cosign,
//! Sigstore and the Notary Project. The content is made up, and no signature is valid.
//!
//! Sources: BuildKit, `docs/attestations/attestation-storage.md`; cosign, "Signature Specification"; Sigstore bundle
//! v0.3; Notary Project, "Signature Specification".

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::builder::{Builder, Built, EMPTY_CONFIG};
use crate::image_builder::{BUILT, BUILT_SECONDS, OCI_MANIFEST};

const SPDX: &str = "https://spdx.dev/Document";
const CYCLONE_DX: &str = "https://cyclonedx.org/bom";
const PROVENANCE: &str = "https://slsa.dev/provenance/v1";
const IN_TOTO: &str = "application/vnd.in-toto+json";

/// Who signs in the shop.
const SIGNER: &str =
    "https://github.com/practice/shop/.github/workflows/release.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// Whether an attestation has the form that BuildKit writes since version 0.32.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    Old,
    New,
}

/// Builds the attestation manifest of a platform: an SBOM of 50 packages, and provenance.
pub(super) fn attestation(
    builder: &Builder<'_>,
    of: &Built,
    generation: Generation,
) -> std::io::Result<Built> {
    let layers = [
        (SPDX, statement(of, SPDX, spdx())),
        (PROVENANCE, statement(of, PROVENANCE, provenance())),
    ];
    let mut described = Vec::new();
    for (predicate, content) in layers {
        let mut layer = builder.blob(IN_TOTO, content.to_string().as_bytes())?;
        layer["annotations"] = json!({ "in-toto.io/predicate-type": predicate });
        described.push(layer);
    }
    match generation {
        // An image with an unknown platform. Only its index says that it is an attestation.
        Generation::Old => {
            let diff_ids: Vec<&Value> = described.iter().map(|layer| &layer["digest"]).collect();
            let config = json!({
                "architecture": "unknown", "os": "unknown", "config": {},
                "rootfs": { "type": "layers", "diff_ids": diff_ids },
            });
            let config = builder
                .blob("application/vnd.oci.image.config.v1+json", config.to_string().as_bytes())?;
            builder.manifest(json!({ "config": config, "layers": described }))
        }
        Generation::New => {
            let config = builder.blob(EMPTY_CONFIG, b"{}")?;
            builder.manifest(json!({
                "artifactType": "application/vnd.docker.attestation.manifest.v1+json",
                "config": config,
                "layers": described,
                "subject": of.descriptor(),
            }))
        }
    }
}

/// Builds a list of packages as a referrer of its own, as `oras attach` does.
pub(super) fn sbom(builder: &Builder<'_>, of: &Built) -> std::io::Result<Built> {
    let bom = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": { "timestamp": BUILT },
        "components": packages().map(|(name, version)| json!({
            "type": "library", "name": name, "version": version,
            "purl": format!("pkg:apk/alpine/{name}@{version}"),
            "licenses": [{ "license": { "id": "MIT" } }],
        })).collect::<Vec<_>>(),
    });
    let kind = "application/vnd.cyclonedx+json";
    let layer = builder.blob(kind, bom.to_string().as_bytes())?;
    let config = builder.blob(EMPTY_CONFIG, b"{}")?;
    builder.manifest(json!({
        "artifactType": kind, "config": config, "layers": [layer], "subject": of.descriptor(),
        "annotations": { "in-toto.io/predicate-type": CYCLONE_DX },
    }))
}

/// Builds a signature of cosign, which is attached by its tag. `digest` is the signed image.
pub(super) fn cosign_signature(builder: &Builder<'_>, digest: &str) -> std::io::Result<Built> {
    let payload = json!({
        "critical": {
            "identity": { "docker-reference": "practice/shop/signed" },
            "image": { "docker-manifest-digest": digest },
            "type": "cosign container image signature",
        },
        "optional": null,
    });
    let kind = "application/vnd.dev.cosign.simplesigning.v1+json";
    let mut layer = builder.blob(kind, payload.to_string().as_bytes())?;
    let pem = STANDARD.encode(certificate());
    layer["annotations"] = json!({
        "dev.cosignproject.cosign/signature": STANDARD.encode("no signature"),
        "dev.sigstore.cosign/certificate":
            format!("-----BEGIN CERTIFICATE-----\n{pem}\n-----END CERTIFICATE-----\n"),
        "dev.sigstore.cosign/bundle":
            json!({ "Payload": { "integratedTime": BUILT_SECONDS } }).to_string(),
    });
    let config = json!({ "architecture": "", "os": "", "config": {}, "rootfs": { "type": "layers", "diff_ids": [layer["digest"]] } });
    let config =
        builder.blob("application/vnd.oci.image.config.v1+json", config.to_string().as_bytes())?;
    builder.manifest(json!({ "config": config, "layers": [layer] }))
}

/// Builds a Sigstore bundle: a signature, or signed provenance.
pub(super) fn bundle(
    builder: &Builder<'_>,
    of: &Built,
    is_provenance: bool,
) -> std::io::Result<Built> {
    let (predicate, content) = match is_provenance {
        true => (PROVENANCE, provenance()),
        false => ("https://sigstore.dev/cosign/sign/v1", json!({})),
    };
    let statement = statement(of, predicate, content).to_string();
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": { "rawBytes": STANDARD.encode(certificate()) },
            "tlogEntries": [{ "integratedTime": BUILT_SECONDS.to_string() }],
        },
        "dsseEnvelope": {
            "payloadType": IN_TOTO,
            "payload": STANDARD.encode(statement),
            "signatures": [{ "sig": STANDARD.encode("no signature") }],
        },
    });
    let kind = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let layer = builder.blob(kind, bundle.to_string().as_bytes())?;
    let config = builder.blob(EMPTY_CONFIG, b"{}")?;
    builder.manifest(json!({
        "artifactType": kind, "config": config, "layers": [layer], "subject": of.descriptor(),
        "annotations": {
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": predicate,
        },
    }))
}

/// Builds a signature of the Notary Project.
pub(super) fn notation(builder: &Builder<'_>, of: &Built) -> std::io::Result<Built> {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let jws = json!({
        "payload": part(json!({ "targetArtifact": of.descriptor() })),
        "protected": part(json!({ "alg": "PS256", "io.cncf.notary.signingTime": BUILT })),
        "header": { "x5c": [STANDARD.encode(certificate())] },
        "signature": URL_SAFE_NO_PAD.encode("no signature"),
    });
    let layer = builder.blob("application/jose+json", jws.to_string().as_bytes())?;
    let config = builder.blob("application/vnd.cncf.notary.signature", b"{}")?;
    builder.manifest(json!({
        "mediaType": OCI_MANIFEST, "config": config, "layers": [layer], "subject": of.descriptor(),
        "annotations": { "io.cncf.notary.x509chain.thumbprint#S256": "[\"0000\"]" },
    }))
}

fn statement(of: &Built, predicate_type: &str, predicate: Value) -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": predicate_type,
        "subject": [{ "name": "shop", "digest": { "sha256": of.digest.trim_start_matches("sha256:") } }],
        "predicate": predicate,
    })
}

fn packages() -> impl Iterator<Item = (String, String)> {
    let known = ["openssl", "zlib", "busybox", "curl", "tzdata"];
    let named = known.into_iter().map(str::to_owned);
    named
        .chain((6..=50).map(|number| format!("lib{number:02}")))
        .enumerate()
        .map(|(place, name)| (name, format!("{}.{}.0-r{}", place % 7, place % 11, place % 3)))
}

fn spdx() -> Value {
    let packages = packages().map(|(name, version)| {
        json!({
            "SPDXID": format!("SPDXRef-{name}"), "name": name, "versionInfo": version,
            "licenseDeclared": "Apache-2.0",
            "externalRefs": [{
                "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                "referenceLocator": format!("pkg:apk/alpine/{name}@{version}"),
            }],
        })
    });
    json!({
        "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "shop",
        "creationInfo": { "created": BUILT, "creators": ["Tool: practice"] },
        "packages": packages.collect::<Vec<_>>(),
        "files": [{ "fileName": "/app/server" }],
    })
}

fn provenance() -> Value {
    json!({
        "buildDefinition": {
            "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
            "externalParameters": {
                "configSource": {
                    "uri": "https://github.com/practice/shop.git#refs/heads/main",
                    "digest": { "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904" },
                    "path": "Dockerfile",
                },
                "request": { "frontend": "dockerfile.v0", "args": { "build-arg:VERSION": "2.1", "build-arg:NPM_TOKEN": "practice-secret" } },
            },
            "resolvedDependencies": [{
                "uri": "pkg:docker/alpine@3.22?platform=linux%2Famd64",
                "digest": { "sha256": "0".repeat(64) },
            }],
        },
        "runDetails": {
            "builder": { "id": "https://github.com/practice/shop/actions/runs/1" },
            "metadata": { "startedOn": BUILT, "finishedOn": BUILT },
        },
    })
}

/// A certificate with the signer and the issuer of the identity, and nothing else that a certificate must have.
fn certificate() -> Vec<u8> {
    const SEQUENCE: u8 = 0x30;
    const OBJECT: u8 = 0x06;
    const OCTETS: u8 = 0x04;
    let alternative_name = part(SEQUENCE, &[part(0x86, &[SIGNER.as_bytes().to_vec()])]);
    let issuer = part(0x0c, &[ISSUER.as_bytes().to_vec()]);
    let extension = |object: &[u8], value: Vec<u8>| {
        part(SEQUENCE, &[part(OBJECT, &[object.to_vec()]), part(OCTETS, &[value])])
    };
    let extensions = [
        extension(&[0x55, 0x1d, 0x11], alternative_name),
        extension(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x08], issuer),
    ];
    let extensions = part(0xa3, &[part(SEQUENCE, &extensions)]);
    part(SEQUENCE, &[part(SEQUENCE, &[extensions])])
}

/// A part of a certificate in DER.
fn part(tag: u8, content: &[Vec<u8>]) -> Vec<u8> {
    let content = content.concat();
    let mut bytes = vec![tag];
    match u8::try_from(content.len()) {
        Ok(length) if length < 0x80 => bytes.push(length),
        _ => {
            bytes.push(0x82);
            bytes.extend(u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    bytes.extend(content);
    bytes
}
