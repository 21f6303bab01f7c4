//! Reads an attestation or a signature: unwraps its envelope, and parses what it says. It verifies no signature.
//! Called by `api` when the user opens one.
//!
//! Sources: in-toto Statement v0.1 and v1; DSSE 1.0; Sigstore bundle v0.3; cosign, "Signature Specification" (simple
//! signing); Notary Project, "Signature Envelope JWS".

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use transload_model::{Descriptor, Digest, Manifest};
use transload_registry::BlobStream;
use ts_rs::TS;

use crate::attachment_kind::{is_sbom_type, predicate_type};
use crate::config::{date, text};
use crate::content::{ImageContent, read_blob};
use crate::document_limits::{WHOLE_LIMIT_BYTES, limit_bytes};
use crate::error::InspectError;
use crate::hide::hide_document;
use crate::large_document::{LargeDocument, read_large_document};
use crate::provenance::{Provenance, read_provenance};
use crate::sbom::Sbom;
use crate::sbom_reader::read_sbom;
use crate::signer_certificate::{SignerCertificate, read_certificate};
use transload_model::visible;

/// How many characters of a document that has no view of its own are shown.
const TEXT_LIMIT: usize = 200_000;
/// The end of the year 9999. No calendar shows later times.
const LATEST_SECONDS: u64 = 253_402_300_799;
/// How many subjects are kept. A statement usually has one for each tag.
const SUBJECTS_LIMIT: usize = 1_000;

/// Annotations of cosign with the certificate and the entry of the transparency log.
const COSIGN_CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const COSIGN_BUNDLE: &str = "dev.sigstore.cosign/bundle";

/// What an attestation or a signature says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct AttestationDocument {
    pub predicate_type: Option<String>,
    /// Digests that it is about.
    pub subjects: Vec<String>,
    /// Whether it is about this image. `null` if it doesn't say.
    pub about_image: Option<bool>,
    /// Who signed it, if it is signed. The signature is not verified.
    pub signature: Option<SignatureFacts>,
    pub sbom: Option<Sbom>,
    pub provenance: Option<Provenance>,
    /// The beginning of the document, if it is neither an SBOM nor provenance.
    pub text: Option<String>,
}

/// A signature as it describes itself. It is not verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct SignatureFacts {
    /// The format, such as `cosign`, `Sigstore bundle` or `Notation`.
    pub format: String,
    /// The identity in the certificate.
    pub signer: Option<String>,
    /// Who vouches for the identity.
    pub issuer: Option<String>,
    pub signed_at_ms: Option<u64>,
}

/// Reads one blob of an attestation's manifest. `images` are the digests of the image: its index and its platforms.
///
/// # Errors
/// If the blob can't be read, is too large, or isn't a document of a known form.
pub async fn read_attestation(
    content: &dyn ImageContent,
    manifest: &Digest,
    blob: &Digest,
    images: &[Digest],
) -> Result<AttestationDocument, InspectError> {
    let subject = || content.subject(manifest.as_str());
    let (layer, json) = find_document(content, manifest, blob).await?;
    let size_bytes = layer.size_bytes;
    let too_large = |limit_bytes| InspectError::DocumentTooLarge {
        subject: subject(),
        size_bytes,
        limit_bytes,
    };
    let unreadable = |reason| InspectError::DocumentUnreadable { subject: subject(), reason };
    let limit_bytes = limit_bytes(&layer, predicate_type(&layer, &json).as_deref());
    if size_bytes > limit_bytes {
        return Err(too_large(limit_bytes));
    }
    let mut document = match read_blob(content, &layer, WHOLE_LIMIT_BYTES).await? {
        Some(bytes) => parse(&bytes, &layer).map_err(unreadable)?,
        None => {
            let large = read_large_document(content, &layer).await?.map_err(unreadable)?;
            let document = of_large(large, &layer).map_err(unreadable)?;
            document.ok_or_else(|| too_large(WHOLE_LIMIT_BYTES))?
        }
    };
    if !document.subjects.is_empty() {
        let is_about = |image: &Digest| document.subjects.iter().any(|one| one == image.as_str());
        document.about_image = Some(images.iter().any(is_about));
    }
    Ok(document)
}

/// Downloads one blob of an attestation's manifest, whatever its size. The stream verifies its size and digest.
///
/// # Errors
/// If the manifest can't be read or doesn't have the blob, or if the download can't begin.
pub async fn open_document(
    content: &dyn ImageContent,
    manifest: &Digest,
    blob: &Digest,
) -> Result<BlobStream, InspectError> {
    let (layer, _) = find_document(content, manifest, blob).await?;
    // As a layer, of which nothing is cached.
    Ok(content.layer(&layer).await?)
}

/// Returns a blob as the manifest describes it, and the manifest.
async fn find_document(
    content: &dyn ImageContent,
    manifest: &Digest,
    blob: &Digest,
) -> Result<(Descriptor, Value), InspectError> {
    let raw = content.manifest(manifest.as_str()).await?;
    let parsed = raw.parse().map_err(|source| content.unreadable(manifest.as_str(), source))?;
    let layer = match parsed {
        Manifest::Image(image) => image.layers.into_iter().find(|layer| layer.digest == *blob),
        Manifest::Index(_) => None,
    };
    let subject = || content.subject(manifest.as_str());
    let layer = layer.ok_or_else(|| InspectError::DocumentMissing { subject: subject() })?;
    Ok((layer, serde_json::from_slice(raw.bytes()).unwrap_or_default()))
}

/// The members that tell the forms apart.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outer<'a> {
    #[serde(borrow, default)]
    payload: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    payload_type: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    dsse_envelope: Option<&'a RawValue>,
    #[serde(borrow, default)]
    verification_material: Option<&'a RawValue>,
    #[serde(borrow, default)]
    predicate_type: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    predicate: Option<&'a RawValue>,
    #[serde(borrow, default)]
    subject: Option<&'a RawValue>,
    #[serde(borrow, default)]
    critical: Option<&'a RawValue>,
    /// The header of a JWS.
    #[serde(borrow, default)]
    header: Option<&'a RawValue>,
    #[serde(borrow, default)]
    protected: Option<Cow<'a, str>>,
}

fn parse(bytes: &[u8], layer: &Descriptor) -> Result<AttestationDocument, String> {
    if layer.media_type == "application/cose" {
        let signature =
            SignatureFacts { format: "Notation (COSE)".to_owned(), ..SignatureFacts::default() };
        return Ok(AttestationDocument {
            signature: Some(signature),
            ..AttestationDocument::default()
        });
    }
    let document = std::str::from_utf8(bytes).map_err(|_| "it isn't text".to_owned())?;
    let outer: Outer = serde_json::from_str(document).map_err(|error| error.to_string())?;
    if let Some(envelope) = outer.dsse_envelope {
        let mut found = of_envelope(envelope.get())?;
        found.signature = Some(bundle_signature(outer.verification_material));
        return Ok(found);
    }
    if outer.verification_material.is_some() {
        let signature = Some(bundle_signature(outer.verification_material));
        return Ok(AttestationDocument { signature, ..AttestationDocument::default() });
    }
    if outer.payload.is_some() && outer.payload_type.is_some() {
        let mut found = of_envelope(document)?;
        found.signature = Some(cosign_signature(layer, "cosign"));
        return Ok(found);
    }
    if let (Some(payload), Some(header)) = (&outer.payload, outer.header) {
        return Ok(of_notation(payload, header, outer.protected.as_deref()));
    }
    if let Some(critical) = outer.critical {
        return Ok(of_simple_signing(critical, layer));
    }
    of_statement(document, &outer)
}

/// Returns what was kept of a large document, or `None` if it is no SBOM.
fn of_large(
    large: LargeDocument,
    layer: &Descriptor,
) -> Result<Option<AttestationDocument>, String> {
    let LargeDocument { statement, envelope } = large;
    let Some(sbom) = statement.sbom? else { return Ok(None) };
    let signature = envelope.map(|envelope| {
        let outer = std::str::from_utf8(&envelope).ok().map(serde_json::from_str::<Outer>);
        match outer {
            Some(Ok(Outer { dsse_envelope: Some(_), verification_material, .. })) => {
                bundle_signature(verification_material)
            }
            _ => cosign_signature(layer, "cosign"),
        }
    });
    Ok(Some(AttestationDocument {
        predicate_type: statement.predicate_type.as_deref().map(visible),
        subjects: statement.subjects,
        signature,
        sbom: Some(sbom),
        ..AttestationDocument::default()
    }))
}

/// Unwraps a DSSE envelope, whose payload is a statement in Base64.
fn of_envelope(envelope: &str) -> Result<AttestationDocument, String> {
    let outer: Outer = serde_json::from_str(envelope).map_err(|error| error.to_string())?;
    let payload = outer.payload.as_deref().unwrap_or_default();
    let bytes = STANDARD
        .decode(payload)
        .or_else(|_| URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')))
        .map_err(|_| "its payload isn't Base64".to_owned())?;
    let statement = String::from_utf8(bytes).map_err(|_| "its payload isn't text".to_owned())?;
    let inner: Outer = serde_json::from_str(&statement).map_err(|error| error.to_string())?;
    of_statement(&statement, &inner)
}

/// Parses an in-toto statement, or an SBOM without one.
fn of_statement(document: &str, outer: &Outer) -> Result<AttestationDocument, String> {
    let predicate_type = outer.predicate_type.as_deref();
    let mut found = AttestationDocument {
        predicate_type: predicate_type.map(visible),
        subjects: outer.subject.map(|subject| subjects(subject.get())).unwrap_or_default(),
        ..AttestationDocument::default()
    };
    let content = match (predicate_type, outer.predicate) {
        (Some(_), Some(predicate)) => predicate.get(),
        _ => document,
    };
    if predicate_type.is_some_and(|kind| kind.contains("slsa.dev/provenance")) {
        let predicate: Value = serde_json::from_str(content).map_err(|error| error.to_string())?;
        found.provenance = Some(read_provenance(&predicate));
        return Ok(found);
    }
    found.sbom = read_sbom(content.as_bytes()).or_else(|error| match predicate_type {
        // Another predicate may have a member with the name of an SBOM's.
        Some(kind) if !is_sbom_type(kind) => Ok(None),
        _ => Err(error),
    })?;
    if found.sbom.is_none() {
        let mut shown = content.to_owned();
        hide_document(&mut shown, &[]);
        found.text = Some(beginning(&shown));
    }
    Ok(found)
}

fn beginning(document: &str) -> String {
    document.chars().take(TEXT_LIMIT).collect()
}

#[derive(Deserialize)]
struct Subject {
    #[serde(default)]
    digest: serde_json::Map<String, Value>,
}

fn subjects(json: &str) -> Vec<String> {
    let subjects: Vec<Subject> = serde_json::from_str(json).unwrap_or_default();
    let digests = subjects.iter().flat_map(|subject| &subject.digest);
    let mut found: Vec<String> = digests
        .filter_map(|(algorithm, hex)| Some(visible(&format!("{algorithm}:{}", hex.as_str()?))))
        .collect();
    found.sort();
    found.dedup();
    found.truncate(SUBJECTS_LIMIT);
    found
}

/// The signature of a Sigstore bundle.
fn bundle_signature(material: Option<&RawValue>) -> SignatureFacts {
    let json: Value =
        material.and_then(|json| serde_json::from_str(json.get()).ok()).unwrap_or_default();
    let certificate = ["/certificate/rawBytes", "/x509CertificateChain/certificates/0/rawBytes"]
        .iter()
        .find_map(|path| json.pointer(path)?.as_str())
        .and_then(|text| STANDARD.decode(text).ok())
        .map(|der| read_certificate(&der))
        .unwrap_or_default();
    facts("Sigstore bundle", certificate, seconds(json.pointer("/tlogEntries/0/integratedTime")))
}

/// A signature whose certificate is in the annotations of its layer.
fn cosign_signature(layer: &Descriptor, format: &str) -> SignatureFacts {
    let certificate = layer.annotations.get(COSIGN_CERTIFICATE).and_then(|pem| der_of_pem(pem));
    let certificate = certificate.map(|der| read_certificate(&der)).unwrap_or_default();
    let bundle: Value = layer
        .annotations
        .get(COSIGN_BUNDLE)
        .and_then(|bundle| serde_json::from_str(bundle).ok())
        .unwrap_or_default();
    facts(format, certificate, seconds(bundle.pointer("/Payload/integratedTime")))
}

fn facts(
    format: &str,
    certificate: SignerCertificate,
    signed_at_ms: Option<u64>,
) -> SignatureFacts {
    let SignerCertificate { signer, issuer } = certificate;
    SignatureFacts { format: format.to_owned(), signer, issuer, signed_at_ms }
}

/// Returns a time in seconds, which is a number or a text, in milliseconds. `None` for times that can't be shown.
fn seconds(json: Option<&Value>) -> Option<u64> {
    let json = json?;
    let seconds: u64 = json.as_u64().or_else(|| json.as_str()?.parse().ok())?;
    (seconds <= LATEST_SECONDS).then(|| seconds * 1000)
}

fn der_of_pem(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    let body: String = body.chars().filter(|character| !character.is_whitespace()).collect();
    STANDARD.decode(body).ok()
}

fn of_simple_signing(critical: &RawValue, layer: &Descriptor) -> AttestationDocument {
    let critical: Value = serde_json::from_str(critical.get()).unwrap_or_default();
    AttestationDocument {
        subjects: text(critical.pointer("/image/docker-manifest-digest")).into_iter().collect(),
        signature: Some(cosign_signature(layer, "cosign")),
        ..AttestationDocument::default()
    }
}

fn of_notation(payload: &str, header: &RawValue, protected: Option<&str>) -> AttestationDocument {
    let decoded = |text: &str| -> Value {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    };
    let header: Value = serde_json::from_str(header.get()).unwrap_or_default();
    let certificate = header
        .pointer("/x5c/0")
        .and_then(Value::as_str)
        .and_then(|text| STANDARD.decode(text).ok())
        .map(|der| read_certificate(&der))
        .unwrap_or_default();
    let protected = decoded(protected.unwrap_or_default());
    let signed_at = date(protected.get("io.cncf.notary.signingTime")).0;
    AttestationDocument {
        subjects: text(decoded(payload).pointer("/targetArtifact/digest")).into_iter().collect(),
        signature: Some(facts("Notation (JWS)", certificate, signed_at)),
        ..AttestationDocument::default()
    }
}

#[cfg(test)]
mod tests;
