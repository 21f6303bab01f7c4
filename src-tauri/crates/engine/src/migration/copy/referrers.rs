//! What belongs to an image without being named by it: OCI 1.1 referrers, and cosign's tags.
//!
//! Nothing of it is invented: what a registry lists counts as a referrer only if its own manifest names
//! the subject, and a list of referrers is written only for such.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::time::timeout;

use super::TagsThere;
use super::image::{Copier, Job};
use crate::migration::MigrationError;
use crate::migration::manifest_cache::ManifestSource;
use crate::migration::tree::{ImageTree, Node, read_tree};
use crate::model::{Digest, Manifest, ManifestError, RawManifest, media_type};
use crate::registry::{
    Referrer, RegistryApi, RegistryError, Remedy, fallback_tag, listed_in, may_be_referrer,
};

/// Referrers of referrers, such as the signature of an attestation. More is an attack or a mistake.
const DEPTH_LIMIT: usize = 3;
/// What cosign appends to the tag that it makes of a digest. Source: sigstore/cosign,
/// "Signature Specification" and its counterparts for attestations and bills of materials.
const COSIGN_SUFFIXES: [&str; 3] = [".sig", ".att", ".sbom"];

/// How long it may take to find out whether a tag with a signature exists. The image does not wait
/// longer for it, whatever the source asks for.
const LOOK_LIMIT: Duration = Duration::from_secs(5);

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
            match self.copy_referrers_of(&subject, job, tags, &mut left).await {
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

    /// Gives the digests of the referrers that were copied.
    async fn copy_referrers_of(
        &self,
        subject: &Digest,
        job: &Job<'_>,
        tags: &TagsThere,
        left: &mut Vec<LeftBehind>,
    ) -> Result<Vec<Digest>, MigrationError> {
        let mut came = Vec::new();
        for referrer in self.referrers_at_source(subject, job, tags).await? {
            let name = referrer.digest.as_str();
            match self.copy_if_referrer(subject, name, job).await {
                Ok(true) => came.push(referrer),
                Ok(false) => tracing::debug!(%subject, name, "what is listed is no referrer"),
                Err(error) => left.push(behind(name.to_owned(), error)),
            }
        }
        // A registry that takes note of subjects by itself says so; any other wants a list.
        if !came.is_empty() && !self.held.lists_referrers() {
            self.list_at_destination(subject, &came, job).await?;
        }
        Ok(came.into_iter().map(|referrer| referrer.digest).collect())
    }

    /// What the source lists: by its referrers API, or else by the tag that stands in for it. The tag is
    /// looked for among the tags that were read anyway.
    async fn referrers_at_source(
        &self,
        subject: &Digest,
        job: &Job<'_>,
        tags: &TagsThere,
    ) -> Result<Vec<Referrer>, MigrationError> {
        let (source, path) = (self.ends.source.as_ref(), job.source.path());
        let by_api = source.referrers(path, subject).await;
        if let Ok(Some(listed)) = by_api {
            return Ok(listed);
        }
        let by_tag = self.listed_by_tag(subject, path, tags).await?;
        match (by_tag, by_api) {
            (Some(listed), _) => Ok(listed),
            (None, Ok(_)) => Ok(Vec::new()),
            // Neither of them tells, so nobody knows whether there is a signature.
            (None, Err(error)) => Err(error.into()),
        }
    }

    async fn listed_by_tag(
        &self,
        subject: &Digest,
        path: &str,
        tags: &TagsThere,
    ) -> Result<Option<Vec<Referrer>>, MigrationError> {
        let source = self.ends.source.as_ref();
        let tag = fallback_tag(subject);
        let looked = timeout(LOOK_LIMIT, tags.digest(source, path, &tag)).await;
        let Ok(found) = looked else { return Err(too_slow(source, path)) };
        // GitLab answers the tag with the manifest of that digest.
        if found?.is_none_or(|found| found == *subject) {
            return Ok(None);
        }
        let list = match source.manifest(path, &tag).await {
            Ok(list) => list,
            Err(error) if error.remedy() == Remedy::Absent => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let listed = listed_in(&list, subject).map_err(|source_error| RegistryError::Manifest {
            registry: source.host().clone(),
            subject: format!("{path}:{tag}"),
            source: source_error,
        })?;
        Ok(listed.map(|listed| listed.into_iter().filter(may_be_referrer).collect()))
    }

    /// Copies a manifest that a list names, if it refers to the subject itself.
    async fn copy_if_referrer(
        &self,
        subject: &Digest,
        name: &str,
        job: &Job<'_>,
    ) -> Result<bool, MigrationError> {
        let source = ManifestSource::of(self.ends.source.as_ref());
        let tree = &read_tree(source, job.source, name).await?;
        let named = tree.root.raw.read().ok().and_then(|manifest| match manifest {
            Manifest::Image(image) => image.subject,
            Manifest::Index(index) => index.subject,
        });
        if named.is_none_or(|named| named.digest != *subject) {
            return Ok(false);
        }
        self.copy_tree(tree, name, job).await.map(|()| true)
    }

    async fn copy_tag(
        &self,
        tag: &str,
        job: &Job<'_>,
        tags: &TagsThere,
    ) -> Result<(), MigrationError> {
        let path = job.source.path();
        let source = self.ends.source.as_ref();
        let looked = timeout(LOOK_LIMIT, tags.digest(source, path, tag)).await;
        let Ok(found) = looked else { return Err(too_slow(source, path)) };
        let Some(at_source) = found? else { return Ok(()) };
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
        self.copy_tree(tree, reference, job).await
    }

    async fn copy_tree(
        &self,
        tree: &ImageTree,
        reference: &str,
        job: &Job<'_>,
    ) -> Result<(), MigrationError> {
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
            // The subject itself is what some registries answer this tag with; it is no tag then.
            Ok(index) if index.expect_digest(subject).is_ok() => Vec::new(),
            Ok(index) => match listed_in(&index, subject).map_err(unusable)? {
                Some(listed) => listed,
                None => return Err(unusable(ManifestError::NotReferrers).into()),
            },
            Err(error) if error.remedy() == Remedy::Absent => Vec::new(),
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

fn too_slow(source: &dyn RegistryApi, path: &str) -> MigrationError {
    RegistryError::ConnectionLost {
        registry: source.host().clone(),
        subject: format!("the signatures of {path}"),
        received_bytes: 0,
        source: Some(format!("no answer within {} seconds", LOOK_LIMIT.as_secs()).into()),
    }
    .into()
}

/// The image and its children, as far as people sign them.
fn signable(node: &Node, into: &mut Vec<Digest>) {
    into.push(node.name.clone());
    for child in node.children.iter().filter(|child| !child.attestation) {
        signable(child, into);
    }
}
