//! Copies the referrers of an image, which its manifest doesn't name: OCI 1.1 referrers, and tags
//! of cosign. Called after the image is at the destination.
//!
//! Lists are not trusted: a listed manifest counts as a referrer only if it names the subject
//! itself, and only such manifests are added to a list of referrers.

use std::collections::HashSet;
use std::future::ready;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::copy::image::{Copier, ImageCopy};
use crate::copy::referrer_tags::{find_digest, referrer_tags};
use crate::copy::registry_tags::RegistryTags;
use crate::error::MigrationError;
use crate::image_tree::ImageTree;
use crate::image_tree::read::read_tree;
use crate::journal::log::JournalLog;
use crate::manifest_cache::ManifestSource;
use crate::plan::PlannedReferrerTag;
use crate::report::LeftBehind;
use crate::run::tag_guard::{Expected, TagDecision, TagGuard};
use transload_model::{Digest, Manifest, ManifestError, RawManifest, Tag, media_type};
use transload_registry::{
    Referrer, RegistryError, Remedy, fallback_tag, may_be_referrer, referrers_in_list,
};

/// Maximum depth of referrers of referrers, such as the signature of an attestation. Deeper nesting
/// is an attack or a mistake.
const MAX_DEPTH: usize = 3;
/// Maximum number of attempts to extend a list of referrers that another client changes at the same
/// time.
const MAX_LIST_ATTEMPTS: u32 = 4;
/// The known tags of an image's signatures, attestations and SBOMs.
#[derive(Clone, Copy)]
pub(crate) struct ReferrerTags<'a> {
    /// The tags in the plan: only these are copied. `None` if planning couldn't list them; then
    /// they are looked up when the image is copied.
    pub planned: Option<&'a [PlannedReferrerTag]>,
    pub at_source: &'a RegistryTags,
}

/// State shared by the copies of an image's referrers.
struct Referrers<'a> {
    copier: &'a Copier,
    job: &'a ImageCopy<'a>,
    tags: ReferrerTags<'a>,
    journal: Option<&'a JournalLog>,
    left: Vec<LeftBehind>,
}

impl Copier {
    /// Copies the referrers of an image that is at the destination. Failures don't affect the
    /// result of the image; referrers that couldn't be copied are returned.
    pub async fn copy_referrers(
        &self,
        job: &ImageCopy<'_>,
        tags: ReferrerTags<'_>,
        journal: Option<&JournalLog>,
    ) -> Vec<LeftBehind> {
        let mut referrers = Referrers { copier: self, job, tags, journal, left: Vec::new() };
        let subjects = job.tree.signable();
        referrers.copy_by_subject(&subjects).await;
        referrers.copy_by_tag(&subjects).await;
        referrers.left
    }
}

impl Referrers<'_> {
    /// Copies the manifests that have these as their subject, and recursively their own referrers.
    async fn copy_by_subject(&mut self, subjects: &[Digest]) {
        let mut seen = HashSet::new();
        let mut pending: Vec<(Digest, usize)> =
            subjects.iter().map(|digest| (digest.clone(), 0)).collect();
        while let Some((subject, depth)) = pending.pop() {
            if !seen.insert(subject.clone()) || depth >= MAX_DEPTH {
                continue;
            }
            match self.copy_referrers_of(&subject).await {
                Ok(found) => pending.extend(found.into_iter().map(|digest| (digest, depth + 1))),
                Err(error) => self.left.push(left_behind(subject.to_string(), error)),
            }
        }
    }

    /// Copies the referrers of one subject. Returns the digests of those that were copied.
    async fn copy_referrers_of(&mut self, subject: &Digest) -> Result<Vec<Digest>, MigrationError> {
        let mut copied = Vec::new();
        for referrer in self.referrers_at_source(subject).await? {
            let name = referrer.digest.as_str();
            match self.copy_if_referrer(subject, name).await {
                Ok(true) => copied.push(referrer),
                Ok(false) => {
                    tracing::debug!(
                        %subject, name,
                        "ignoring a listed manifest that is not a referrer"
                    )
                }
                Err(error) => self.left.push(left_behind(name.to_owned(), error)),
            }
        }
        if !copied.is_empty() && !self.is_listed_by_destination(subject).await {
            self.list_at_destination(subject, &copied).await?;
        }
        Ok(copied.into_iter().map(|referrer| referrer.digest).collect())
    }

    /// Returns whether the destination lists the referrers of a subject by itself. A registry that
    /// does answers with `OCI-Subject` when it stores one, but ECR did so before it had the API
    /// (sigstore-js#1183), so the API is queried to confirm the header. If the API can't be
    /// queried, the header counts.
    async fn is_listed_by_destination(&self, subject: &Digest) -> bool {
        let (destination, repository) =
            (self.copier.endpoints.destination.as_ref(), self.job.repository);
        self.copier.state.lists_referrers()
            && !matches!(destination.referrers(repository, subject).await, Ok(None))
    }

    /// Returns the referrers that the source lists, by its referrers API or by the fallback tag.
    /// The fallback tag is looked up among the tags that are read anyway.
    async fn referrers_at_source(&self, subject: &Digest) -> Result<Vec<Referrer>, MigrationError> {
        let by_api = self.copier.endpoints.source.referrers(self.job.source.path(), subject).await;
        if let Ok(Some(listed)) = by_api {
            return Ok(listed);
        }
        let by_tag = self.listed_by_tag(subject).await?;
        match (by_tag, by_api) {
            (Some(listed), _) => Ok(listed),
            (None, Ok(_)) => Ok(Vec::new()),
            // Neither is available, so it is unknown whether there is a signature.
            (None, Err(error)) => Err(error.into()),
        }
    }

    async fn listed_by_tag(
        &self,
        subject: &Digest,
    ) -> Result<Option<Vec<Referrer>>, MigrationError> {
        let (source, path) = (self.copier.endpoints.source.as_ref(), self.job.source.path());
        let tag = fallback_tag(subject);
        // GitLab answers a request for the tag with the manifest of that digest.
        let found = find_digest(source, path, &tag, self.tags.at_source).await?;
        if found.is_none_or(|found| found == *subject) {
            return Ok(None);
        }
        let list = match source.manifest(path, &tag).await {
            Ok(list) => list,
            Err(error) if error.remedy() == Remedy::Absent => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let listed =
            referrers_in_list(&list, subject).map_err(|source_error| RegistryError::Manifest {
                registry: source.host().clone(),
                subject: format!("{path}:{tag}"),
                source: source_error,
            })?;
        Ok(listed.map(|listed| listed.into_iter().filter(may_be_referrer).collect()))
    }

    /// Copies a listed manifest if it refers to the subject itself. Returns whether it does.
    async fn copy_if_referrer(&self, subject: &Digest, name: &str) -> Result<bool, MigrationError> {
        let source = ManifestSource::of(self.copier.endpoints.source.as_ref());
        let tree = &read_tree(source, self.job.source, name).await?;
        let named = tree.root.raw.parse().ok().and_then(|manifest| match manifest {
            Manifest::Image(image) => image.subject,
            Manifest::Index(index) => index.subject,
        });
        if named.is_none_or(|named| named.digest != *subject) {
            return Ok(false);
        }
        self.copy_tree(tree, name, None).await.map(|()| true)
    }

    async fn copy_by_tag(&mut self, subjects: &[Digest]) {
        if let Some(planned) = self.tags.planned {
            for planned in planned {
                let found = Some(planned.destination_digest.as_ref());
                let outcome = self.copy_tag(&planned.tag, &planned.source_digest, found).await;
                self.note(planned.tag.as_str(), outcome);
            }
            return;
        }
        let source = self.copier.endpoints.source.as_ref();
        for subject in subjects {
            let (one, path) = (std::slice::from_ref(subject), self.job.source.path());
            match referrer_tags(source, path, one, self.tags.at_source).await {
                Ok(found) => {
                    for found in found {
                        let outcome = self.copy_tag(&found.tag, &found.digest, None).await;
                        self.note(found.tag.as_str(), outcome);
                    }
                }
                Err(error) => self.left.push(left_behind(subject.to_string(), error)),
            }
        }
    }

    fn note(&mut self, name: &str, outcome: Result<(), MigrationError>) {
        if let Err(error) = outcome {
            self.left.push(left_behind(name.to_owned(), error));
        }
    }

    /// Copies a tag unless a different one exists at the destination, which is kept because this
    /// migration didn't write it. `planned` is the digest in the plan, if planning looked it up.
    async fn copy_tag(
        &self,
        tag: &Tag,
        at_source: &Digest,
        planned: Option<Option<&Digest>>,
    ) -> Result<(), MigrationError> {
        let destination = self.copier.endpoints.destination.as_ref();
        let guard = self.guard(tag.as_str(), Expected::Nothing);
        let found = match planned {
            // An earlier run may have written it since.
            Some(planned) if !guard.has_history() => planned.cloned(),
            _ => guard.found(destination).await?,
        };
        // Content that won't be needed is not copied. The check that decides follows afterwards.
        if guard.check(destination, found.as_ref(), Some(at_source))?.is_some() {
            return Ok(());
        }
        self.copy_as(at_source.as_str(), tag.as_str(), Some(&guard)).await
    }

    fn guard<'b>(&'b self, tag: &'b str, expected: Expected<'b>) -> TagGuard<'b> {
        let (image, repository, journal) = (self.job.index, self.job.repository, self.journal);
        TagGuard { image, repository, tag, expected, journal, write_begun: None }
    }

    async fn copy_as(
        &self,
        source_reference: &str,
        reference: &str,
        guard: Option<&TagGuard<'_>>,
    ) -> Result<(), MigrationError> {
        let source = ManifestSource::of(self.copier.endpoints.source.as_ref());
        let tree = &read_tree(source, self.job.source, source_reference).await?;
        self.copy_tree(tree, reference, guard).await
    }

    async fn copy_tree(
        &self,
        tree: &ImageTree,
        reference: &str,
        guard: Option<&TagGuard<'_>>,
    ) -> Result<(), MigrationError> {
        let ImageCopy { index, source, repository, .. } = *self.job;
        let part = ImageCopy { index, source, tree, repository, reference, guard };
        self.copier.copy(&part, |_| ready(())).await.map(|_| ())
    }

    /// Adds referrers to the list under the fallback tag, and keeps the entries of others. If the
    /// list changes between the read and the write, it is read again.
    async fn list_at_destination(
        &self,
        subject: &Digest,
        copied: &[Referrer],
    ) -> Result<(), MigrationError> {
        let tag = fallback_tag(subject);
        let _only_writer = self.copier.state.lock_content(subject).await;
        let mut attempt = 1;
        loop {
            match self.extend_list(subject, &tag, copied).await {
                Err(
                    MigrationError::ReferrerKept { .. }
                    | MigrationError::Registry(RegistryError::Missing { .. }),
                ) if attempt < MAX_LIST_ATTEMPTS => attempt += 1,
                other => return other,
            }
        }
    }

    async fn extend_list(
        &self,
        subject: &Digest,
        tag: &str,
        copied: &[Referrer],
    ) -> Result<(), MigrationError> {
        let (destination, repository) = (&self.copier.endpoints.destination, self.job.repository);
        let unusable = |source| RegistryError::Manifest {
            registry: destination.host().clone(),
            subject: format!("{repository}:{tag}"),
            source,
        };
        let list = match destination.manifest(repository, tag).await {
            Ok(list) => Some(list),
            Err(error) if error.remedy() == Remedy::Absent => None,
            Err(error) => return Err(error.into()),
        };
        let Some(extended) = extended_list(list.as_ref(), subject, copied).map_err(unusable)?
        else {
            return Ok(());
        };
        let read = list.map(|list| list.digest().clone());
        let guard = self.guard(tag, Expected::Read(read));
        let digest = extended.digest();
        if let TagDecision::Write(pending) =
            guard.before_write(destination.as_ref(), Some(digest)).await?
        {
            let written = destination.put_manifest(repository, tag, &extended).await;
            let written = written.map(|_| ()).map_err(MigrationError::from);
            guard.after_write(pending, Some(digest), written.as_ref().err());
            written?;
        }
        Ok(())
    }
}

/// Returns a list of referrers extended by these, with everything else unchanged. Returns `None` if
/// it has all of them already.
fn extended_list(
    list: Option<&RawManifest>,
    subject: &Digest,
    copied: &[Referrer],
) -> Result<Option<RawManifest>, ManifestError> {
    // Some registries answer a request for the tag with the subject itself; then there is no such
    // tag.
    let list = list.filter(|list| list.verify_digest(subject).is_err());
    let known: HashSet<Digest> = match list {
        Some(list) => {
            let listed = referrers_in_list(list, subject)?.ok_or(ManifestError::NotReferrers)?;
            listed.into_iter().map(|referrer| referrer.digest).collect()
        }
        None => HashSet::new(),
    };
    let new = copied.iter().filter(|referrer| !known.contains(&referrer.digest));
    let new: Vec<_> = new.map(|referrer| referrer.json.clone()).collect();
    if new.is_empty() {
        return Ok(None);
    }
    let mut index = match list {
        Some(list) => serde_json::from_slice(list.bytes()).map_err(ManifestError::Json)?,
        None => json!({ "schemaVersion": 2, "mediaType": media_type::OCI_INDEX }),
    };
    match index.get_mut("manifests").and_then(Value::as_array_mut) {
        Some(manifests) => manifests.extend(new),
        None => index["manifests"] = Value::Array(new),
    }
    let bytes = Bytes::from(index.to_string());
    RawManifest::new(bytes, Some(media_type::OCI_INDEX)).map(Some)
}

fn left_behind(name: String, error: MigrationError) -> LeftBehind {
    LeftBehind { name, error: Arc::new(error) }
}
