//! What belongs to an image without being named by it: OCI 1.1 referrers, and cosign's tags.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use super::TagsThere;
use super::image::{Copier, Job};
use crate::migration::MigrationError;
use crate::migration::manifest_cache::ManifestSource;
use crate::migration::tree::{Node, read_tree};
use crate::model::{Digest, RawManifest, media_type};
use crate::registry::{Referrer, RegistryError, fallback_tag, listed_in};

/// Referrers of referrers, such as the signature of an attestation. More is an attack or a mistake.
const DEPTH_LIMIT: usize = 3;
/// What cosign appends to the tag that it makes of a digest. Source: sigstore/cosign,
/// "Signature Specification" and its counterparts for attestations and bills of materials.
const COSIGN_SUFFIXES: [&str; 3] = [".sig", ".att", ".sbom"];

/// Something that belongs to an image and did not come along.
#[derive(Clone, Debug)]
pub struct LeftBehind {
    /// Its digest or tag at the source; where they could not even be listed, the image's digest.
    pub name: String,
    /// Why.
    pub error: Arc<MigrationError>,
}

impl Copier {
    /// Copies what refers to an image that is at the destination. The image counts whatever becomes
    /// of that; what stayed behind is told.
    pub async fn copy_referrers(&self, job: &Job<'_>, tags: &TagsThere) -> Vec<LeftBehind> {
        let mut left = Vec::new();
        let mut seen = HashSet::new();
        let mut subjects = Vec::new();
        signable(&job.tree.root, &mut subjects);
        let mut open: Vec<(Digest, usize)> =
            subjects.iter().map(|digest| (digest.clone(), 0)).collect();
        while let Some((subject, depth)) = open.pop() {
            if !seen.insert(subject.clone()) || depth >= DEPTH_LIMIT {
                continue;
            }
            match self.copy_referrers_of(&subject, job, &mut left).await {
                Ok(found) => open.extend(found.into_iter().map(|digest| (digest, depth + 1))),
                Err(error) => left.push(behind(subject.to_string(), error)),
            }
        }
        for subject in &subjects {
            for suffix in COSIGN_SUFFIXES {
                let tag = format!("{}{suffix}", fallback_tag(subject));
                if let Err(error) = self.copy_tag(&tag, job, tags).await {
                    left.push(behind(tag, error));
                }
            }
        }
        left
    }

    /// Gives the digests of the referrers that came along.
    async fn copy_referrers_of(
        &self,
        subject: &Digest,
        job: &Job<'_>,
        left: &mut Vec<LeftBehind>,
    ) -> Result<Vec<Digest>, MigrationError> {
        let listed = self.ends.source.referrers(job.source.path(), subject).await?;
        let mut came = Vec::new();
        for referrer in listed {
            let name = referrer.digest.as_str();
            match self.copy_as(name, name, job).await {
                Ok(()) => came.push(referrer),
                Err(error) => left.push(behind(name.to_owned(), error)),
            }
        }
        // A registry that takes note of subjects by itself says so; any other wants a list.
        if !came.is_empty() && !self.held.lists_referrers() {
            self.list_at_destination(subject, &came, job).await?;
        }
        Ok(came.into_iter().map(|referrer| referrer.digest).collect())
    }

    async fn copy_tag(
        &self,
        tag: &str,
        job: &Job<'_>,
        tags: &TagsThere,
    ) -> Result<(), MigrationError> {
        let path = job.source.path();
        let Some(at_source) = tags.digest(self.ends.source.as_ref(), path, tag).await? else {
            return Ok(());
        };
        let there = self.ends.destination.manifest_head(job.repository, tag).await?;
        if there.is_some_and(|there| there.digest == at_source) {
            return Ok(());
        }
        self.copy_as(at_source.as_str(), tag, job).await
    }

    async fn copy_as(
        &self,
        source_reference: &str,
        reference: &str,
        job: &Job<'_>,
    ) -> Result<(), MigrationError> {
        let source = ManifestSource::of(self.ends.source.as_ref());
        let tree = &read_tree(source, job.source, source_reference).await?;
        let part = Job {
            index: job.index,
            source: job.source,
            tree,
            repository: job.repository,
            reference,
        };
        self.copy(&part).await.map(|_| ())
    }

    /// Adds referrers to the list that stands in for the API, and keeps what others put there.
    async fn list_at_destination(
        &self,
        subject: &Digest,
        came: &[Referrer],
        job: &Job<'_>,
    ) -> Result<(), MigrationError> {
        let tag = fallback_tag(subject);
        let _only_writer = self.held.lock_content(subject).await;
        let unusable = |source| RegistryError::Manifest {
            registry: self.ends.destination.host().clone(),
            subject: format!("{}:{tag}", job.repository),
            source,
        };
        let mut all = match self.ends.destination.manifest(job.repository, &tag).await {
            Ok(index) => listed_in(&index).map_err(unusable)?,
            Err(RegistryError::Missing { .. }) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let known: HashSet<Digest> = all.iter().map(|referrer| referrer.digest.clone()).collect();
        let new = came.iter().filter(|referrer| !known.contains(&referrer.digest));
        all.extend(new.cloned());
        if all.len() == known.len() {
            return Ok(());
        }
        let manifests: Vec<_> = all.into_iter().map(|referrer| referrer.json).collect();
        let index = json!({
            "schemaVersion": 2,
            "mediaType": media_type::OCI_INDEX,
            "manifests": manifests,
        });
        let bytes = Bytes::from(index.to_string());
        let index = RawManifest::new(bytes, Some(media_type::OCI_INDEX)).map_err(unusable)?;
        self.ends.destination.put_manifest(job.repository, &tag, &index).await?;
        Ok(())
    }
}

fn behind(name: String, error: MigrationError) -> LeftBehind {
    LeftBehind { name, error: Arc::new(error) }
}

/// The image and its children, as far as people sign them.
fn signable(node: &Node, into: &mut Vec<Digest>) {
    into.push(node.raw.digest().clone());
    for child in node.children.iter().filter(|child| !child.attestation) {
        signable(child, into);
    }
}
