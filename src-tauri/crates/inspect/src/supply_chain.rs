//! Lists what is attached to an image: attestations in its index, referrers, and cosign's tags. Reads only manifests;
//! the documents are read when the user opens one. Called by `api`.
//!
//! Sources: BuildKit's attestation storage; OCI distribution specification, "Listing Referrers"; cosign's tags
//! `sha256-HEX.sig`, `.att` and `.sbom`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use transload_model::{Digest, Manifest, RawManifest};
use transload_registry::RegistryError;
use ts_rs::TS;

use crate::attachment_kind::{AttachmentKind, kind_of_document, predicate_type};
use crate::config::text;
use crate::content::ImageContent;
use crate::error::InspectError;
use transload_model::visible;

/// How many manifests of attachments are read.
const MANIFESTS_LIMIT: usize = 100;
/// The suffixes of cosign's tags.
const COSIGN_SUFFIXES: [&str; 3] = ["sig", "att", "sbom"];
/// BuildKit's annotation with the platform that an attestation is about.
const ATTESTED_DIGEST: &str = "vnd.docker.reference.digest";

/// What is attached to an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct SupplyChain {
    pub attachments: Vec<Attachment>,
    /// What couldn't be read, in sentences. Without any, the list is complete.
    pub problems: Vec<String>,
}

/// A document that is attached to an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "images.ts")]
pub struct Attachment {
    pub kind: AttachmentKind,
    /// How it is attached.
    pub link: AttachmentLink,
    pub manifest: Digest,
    /// The digest of the document.
    pub blob: Digest,
    pub size_bytes: u64,
    pub media_type: String,
    pub predicate_type: Option<String>,
    /// The index or platform that it is attached to.
    pub subject: Digest,
    /// The platform of the subject. `null` for the index.
    pub platform: Option<String>,
}

/// How a document is attached to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "images.ts")]
pub enum AttachmentLink {
    /// The index lists it.
    Index,
    /// It names the image as its subject.
    Referrer,
    /// Its tag contains the digest of the image.
    Tag,
}

/// Lists what is attached to an image and its platforms.
///
/// # Errors
/// If the image itself can't be read. What can't be read of its attachments is a part of the result.
pub async fn supply_chain(
    content: &dyn ImageContent,
    reference: &str,
) -> Result<SupplyChain, InspectError> {
    let raw = content.manifest(reference).await?;
    let parsed = raw.parse().map_err(|source| content.unreadable(reference, source))?;
    let mut subjects = vec![(raw.digest().clone(), None)];
    let mut attested = Vec::new();
    if let Manifest::Index(index) = parsed {
        for entry in index.manifests {
            if entry.is_attestation() {
                attested.push(entry);
            } else if !entry.is_blob_in_index() {
                let platform = entry.platform.map(|platform| visible(&platform.to_string()));
                subjects.push((entry.digest, platform));
            }
        }
    }
    let mut list = List { content, chain: SupplyChain::default(), read: 0 };
    for entry in &attested {
        let named = entry.annotations.get(ATTESTED_DIGEST);
        let subject =
            subjects.iter().find(|(digest, _)| named.is_some_and(|one| one == digest.as_str()));
        let subject = subject.unwrap_or(&subjects[0]);
        list.add(&entry.digest, subject, AttachmentLink::Index).await;
    }
    for subject in &subjects {
        list.add_referrers(subject).await;
        list.add_cosign_tags(subject).await;
    }
    Ok(list.chain)
}

/// Returns the digests of an image: of what the reference names, and of the platforms of an index.
pub async fn image_digests(
    content: &dyn ImageContent,
    reference: &str,
) -> Result<Vec<Digest>, InspectError> {
    let raw = content.manifest(reference).await?;
    let parsed = raw.parse().map_err(|source| content.unreadable(reference, source))?;
    let children = match parsed {
        Manifest::Index(index) => index.manifests,
        Manifest::Image(_) => Vec::new(),
    };
    let mut digests = vec![raw.digest().clone()];
    digests.extend(children.into_iter().map(|child| child.digest));
    Ok(digests)
}

/// The digest and platform of an image that something is attached to.
type Subject = (Digest, Option<String>);

struct List<'a> {
    content: &'a dyn ImageContent,
    chain: SupplyChain,
    read: usize,
}

impl List<'_> {
    async fn add(&mut self, digest: &Digest, subject: &Subject, link: AttachmentLink) {
        // An attestation of the index is also a referrer of its platform since BuildKit 0.32.
        if self.chain.attachments.iter().any(|known| known.manifest == *digest) {
            return;
        }
        if self.read == MANIFESTS_LIMIT {
            self.problem(format!("Only the first {MANIFESTS_LIMIT} attachments are shown."));
            return;
        }
        self.read += 1;
        match self.content.manifest(digest.as_str()).await {
            Ok(raw) => self.add_manifest(&raw, subject, link),
            Err(error) => self.problem(format!("Couldn't read {digest}: {error}.")),
        }
    }

    fn add_manifest(&mut self, raw: &RawManifest, subject: &Subject, link: AttachmentLink) {
        let layers = match raw.parse() {
            Ok(Manifest::Image(image)) => image.layers,
            Ok(Manifest::Index(_)) => Vec::new(),
            Err(error) => {
                self.problem(format!("Couldn't read {}: {error}.", raw.digest()));
                return;
            }
        };
        let json: Value = serde_json::from_slice(raw.bytes()).unwrap_or_default();
        let artifact_type = text(json.get("artifactType"))
            .or_else(|| text(json.pointer("/config/mediaType")))
            .unwrap_or_default();
        for layer in &layers {
            let predicate_type = predicate_type(layer, &json);
            self.chain.attachments.push(Attachment {
                kind: kind_of_document(layer, predicate_type.as_deref(), &artifact_type),
                link,
                manifest: raw.digest().clone(),
                blob: layer.digest.clone(),
                size_bytes: layer.size_bytes,
                media_type: visible(&layer.media_type),
                predicate_type,
                subject: subject.0.clone(),
                platform: subject.1.clone(),
            });
        }
    }

    async fn add_referrers(&mut self, subject: &Subject) {
        match self.content.referrers(&subject.0).await {
            Ok(found) => {
                for digest in found {
                    self.add(&digest, subject, AttachmentLink::Referrer).await;
                }
            }
            Err(error) => {
                self.problem(format!("Couldn't list the referrers of {}: {error}.", subject.0));
            }
        }
    }

    async fn add_cosign_tags(&mut self, subject: &Subject) {
        for suffix in COSIGN_SUFFIXES {
            let tag = format!("sha256-{}.{suffix}", subject.0.hex());
            match self.content.digest(&tag).await {
                Ok(Some(digest)) => self.add(&digest, subject, AttachmentLink::Tag).await,
                Ok(None) | Err(RegistryError::Missing { .. }) => {}
                Err(error) => self.problem(format!("Couldn't read the tag {tag}: {error}.")),
            }
        }
    }

    fn problem(&mut self, sentence: String) {
        if !self.chain.problems.contains(&sentence) {
            self.chain.problems.push(sentence);
        }
    }
}

#[cfg(test)]
mod tests;
