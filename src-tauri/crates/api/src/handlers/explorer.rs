//! What repositories contain: their images in rows, and manifests that are read once.

use std::collections::HashMap;
use std::sync::Arc;

use transload_aws::{
    AwsError, EcrExplorer, EcrImage, EcrImageStatus, KnownLifecyclePolicy, MANIFEST_BATCH_SIZE,
};
use transload_contract::{
    AwsConnection, RepositoryLifecycle, RepositoryRows, RepositorySummary, UnreadManifest,
};
use transload_errors::ApiError;
use transload_explorer::{cached_facts, held_kinds, pull_time, read_manifests, rows};
use transload_lifecycle::{CountCondition, LifecyclePolicy};
use transload_manifest_cache::PullScope;
use transload_model::RepositoryName;

use crate::api::Api;
use crate::connected::Connected;

/// A repository of an open connection, as the explorer sees it.
pub(crate) struct Explored {
    connected: Arc<Connected>,
    pub name: RepositoryName,
    pub scope: PullScope,
    pub ecr: transload_aws::Ecr,
}

impl Explored {
    pub fn connected(&self) -> &Connected {
        &self.connected
    }

    /// Returns the client of Amazon Inspector in the same account and region.
    pub fn inspector(&self) -> transload_aws::Inspector {
        self.connected.session.inspector()
    }
}

impl Api {
    /// Connects to the registry of a repository.
    pub(crate) async fn explore(
        &self,
        connection: &AwsConnection,
        name: &str,
    ) -> Result<Explored, ApiError> {
        let connected = self.connect(connection).await?;
        let name = RepositoryName::parse(name)?;
        let identity = &connected.destination.identity;
        let scope = PullScope::new(&identity.account, &identity.region, &name);
        let ecr = connected.session.ecr();
        Ok(Explored { connected, name, scope, ecr })
    }

    /// Lists the images of a repository and keeps the list.
    pub(crate) async fn list_images(
        &self,
        explored: &Explored,
    ) -> Result<Arc<Vec<EcrImage>>, ApiError> {
        let mut images = explored.ecr.all_images(&explored.name).await?;
        images.sort_by_key(|image| std::cmp::Reverse(image.pushed_at_ms));
        let images = Arc::new(images);
        self.inner.listings.put(explored.scope.clone(), Arc::clone(&images));
        self.inner.cache_prefixes.forget(&explored.scope);
        self.keep_list(explored, &images).await?;
        Ok(images)
    }

    /// Returns the last list of a repository, or lists its images.
    pub(crate) async fn listed_images(
        &self,
        explored: &Explored,
    ) -> Result<Arc<Vec<EcrImage>>, ApiError> {
        match self.inner.listings.get(&explored.scope) {
            Some(images) => Ok(images),
            None => self.list_images(explored).await,
        }
    }

    /// Groups images into rows with the manifests that were read already.
    pub(crate) async fn grouped(
        &self,
        images: &Arc<Vec<EcrImage>>,
    ) -> Result<RepositoryRows, ApiError> {
        let (documents, images) = (self.documents(), Arc::clone(images));
        blocking(move || rows(&images, &cached_facts(&documents, &images))).await
    }

    /// Returns the counts of a repository, or `None` if it doesn't exist.
    pub(crate) async fn summary_of(
        &self,
        connection: &AwsConnection,
        name: String,
    ) -> Result<Option<RepositorySummary>, ApiError> {
        let explored = self.explore(connection, &name).await?;
        let images = match explored.ecr.all_images(&explored.name).await {
            Ok(images) => Arc::new(images),
            Err(AwsError::RepositoryMissing { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        self.keep_list(&explored, &images).await?;
        let (documents, listed) = (self.documents(), Arc::clone(&images));
        let (grouped, kinds) = blocking(move || {
            let facts = cached_facts(&documents, &listed);
            let grouped = rows(&listed, &facts);
            let kinds = held_kinds(&grouped, &facts);
            (grouped, kinds)
        })
        .await?;
        let reads = self.documents().own_reads(&explored.scope);
        let by_digest: HashMap<_, _> = images.iter().map(|image| (&image.digest, image)).collect();
        let is_untagged = |row: &&transload_contract::ImageRow| {
            by_digest.get(&row.digest).is_some_and(|image| image.tags.is_empty())
        };
        Ok(Some(RepositorySummary {
            name,
            images: grouped.images,
            parts: grouped.parts,
            untagged: grouped.rows.iter().filter(is_untagged).count() as u64,
            archived: images.iter().filter(|image| image.status == EcrImageStatus::Archived).count()
                as u64,
            size: grouped.size,
            kinds,
            pushed_at_ms: images.iter().filter_map(|image| image.pushed_at_ms).max(),
            pulled_at_ms: images
                .iter()
                .filter_map(|image| pull_time(image, &reads).pulled_at_ms)
                .max(),
        }))
    }

    /// Reads manifests that weren't read before, in one call.
    pub async fn repository_manifests_read(
        &self,
        connection: AwsConnection,
        name: String,
        digests: Vec<String>,
    ) -> Result<Vec<UnreadManifest>, ApiError> {
        if digests.len() > MANIFEST_BATCH_SIZE {
            let message = format!("At most {MANIFEST_BATCH_SIZE} manifests are read in one call.");
            return Err(ApiError::internal(message));
        }
        let explored = self.explore(&connection, &name).await?;
        let images = self.listed_images(&explored).await?;
        let by_digest: HashMap<_, _> =
            images.iter().map(|image| (image.digest.as_str(), image)).collect();
        let wanted: Vec<&EcrImage> =
            digests.iter().filter_map(|digest| by_digest.get(digest.as_str()).copied()).collect();
        let documents = self.documents();
        let Explored { name, scope, ecr, .. } = &explored;
        Ok(read_manifests(ecr, &documents, scope, name, &wanted).await?)
    }

    /// Returns the rows of a repository as it was last listed, with the manifests that were read since.
    pub async fn repository_rows(
        &self,
        connection: AwsConnection,
        name: String,
    ) -> Result<RepositoryRows, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let images = self.listed_images(&explored).await?;
        self.keep_storage(&explored, &images).await?;
        self.grouped(&images).await
    }

    /// Returns the lifecycle policy of a repository. A refusal is part of the answer, because the rest of the page
    /// doesn't depend on it.
    pub(crate) async fn lifecycle_of(&self, explored: &Explored) -> RepositoryLifecycle {
        lifecycle(explored.ecr.known_lifecycle_policy(&explored.name).await)
    }
}

/// A policy that can't be read, for example without `ecr:GetLifecyclePolicy`, may use pull times.
fn lifecycle(read: Result<Option<KnownLifecyclePolicy>, AwsError>) -> RepositoryLifecycle {
    let (known, error) = match read {
        Ok(known) => (known, None),
        Err(error) => (None, Some(error.into())),
    };
    RepositoryLifecycle {
        uses_pull_times: known.as_ref().map_or(error.is_some(), |one| uses_pull_times(&one.text)),
        last_evaluated_at_ms: known.as_ref().and_then(|one| one.last_evaluated_at_ms),
        policy: known.map(|one| one.text),
        error,
    }
}

/// Whether a policy has a rule by pull time, or may have one.
fn uses_pull_times(text: &str) -> bool {
    let by_pull = |count: CountCondition| matches!(count, CountCondition::SinceImagePulled(_));
    LifecyclePolicy::parse(text)
        .map_or(true, |policy| policy.rules.iter().any(|rule| by_pull(rule.count)))
}

/// Runs work that reads the cache or computes for long, on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ApiError::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reading manifests without being asked would spoil the pull times that a rule uses.
    #[test]
    fn a_policy_uses_pull_times_unless_it_is_known_that_it_does_not() {
        let rule = |condition: &str, action: &str| {
            let selection = format!(r#"{{"tagStatus":"any",{condition}}}"#);
            Some(format!(
                r#"{{"rules":[{{"rulePriority":1,"selection":{selection},"action":{action}}}]}}"#
            ))
        };
        let expire = r#"{"type":"expire"}"#;
        let archive = r#"{"type":"transition","targetStorageClass":"archive"}"#;
        let pushed = r#""countType":"sinceImagePushed","countUnit":"days","countNumber":30"#;
        let pulled = r#""countType":"sinceImagePulled","countUnit":"days","countNumber":30"#;
        let denied = || AwsError::AccessDenied {
            action: "ecr:GetLifecyclePolicy".to_owned(),
            message: "no".to_owned(),
        };
        for (case, text, error, expected) in [
            ("no policy", None, None, false),
            ("by push", rule(pushed, expire), None, false),
            ("by pull", rule(pulled, archive), None, true),
            ("not understood", Some("{".to_owned()), None, true),
            ("not allowed", None, Some(denied()), true),
        ] {
            let has_error = error.is_some();
            let known = text
                .clone()
                .map(|text| KnownLifecyclePolicy { text, last_evaluated_at_ms: Some(7) });
            let found = lifecycle(error.map_or(Ok(known), Err));
            assert_eq!(found.uses_pull_times, expected, "{case}");
            assert_eq!(found.error.is_some(), has_error, "{case}");
            assert_eq!(found.last_evaluated_at_ms, text.as_ref().map(|_| 7), "{case}");
            assert_eq!(found.policy, text, "{case}");
        }
    }
}
