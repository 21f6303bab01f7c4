//! The images of a repository that run. Each reading is kept on disk with its time, for clean-ups and for times without
//! a connection to Amazon Inspector.

use std::collections::{BTreeMap, HashMap};

use transload_contract::{AwsConnection, ListedUse, RepositoryUse};
use transload_errors::ApiError;
use transload_manifest_cache::{ImageUse, KnownUse};
use transload_model::{Digest, now_ms};

use super::explorer::{Explored, blocking};
use super::registry_contents::scope_of;
use crate::api::Api;

/// How long a reading is the answer without another one: one hour. Amazon Inspector itself is some hours behind.
const KEPT_MS: u64 = 60 * 60 * 1000;

impl Api {
    /// Returns which images of a repository run, as it was read in the last hour and since the last change of the registry's
    /// configuration, or reads it. `refresh` always reads. A
    /// refusal is part of the answer, because nothing else of the page depends on it.
    pub async fn repository_use(
        &self,
        connection: AwsConnection,
        name: String,
        refresh: bool,
    ) -> Result<RepositoryUse, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        if !refresh {
            let known = self.known_use(&explored).await?;
            let registry = scope_of(explored.connected());
            let read_at_ms = known.read_at_ms;
            let current = read_at_ms.filter(|at| !self.inner.in_use.is_outdated(&registry, *at));
            let age = current.and_then(|read_at_ms| now_ms().checked_sub(read_at_ms));
            if age.is_some_and(|age| age < KEPT_MS) {
                return Ok(shown_use(known, None));
            }
        }
        let read = Box::pin(explored.inspector().images_in_use(&explored.name)).await;
        let (lists, registry) = (self.image_lists(), scope_of(explored.connected()));
        let (read, error) = match read {
            Ok(images) => (Some(images), None),
            Err(error) => (None, Some(error.into())),
        };
        let known = blocking(move || {
            if let Some(images) = read {
                let images = images.into_iter().map(|image| {
                    let last_in_use_at_ms = image.last_in_use_at_ms;
                    (image.digest, ImageUse { count: image.count, last_in_use_at_ms })
                });
                let images: BTreeMap<Digest, ImageUse> = images.collect();
                lists.put_use(&registry, &name, &images, now_ms());
            }
            lists.use_of(&registry, &name)
        });
        Ok(shown_use(known.await?, error))
    }

    async fn known_use(&self, explored: &Explored) -> Result<KnownUse, ApiError> {
        let (lists, registry) = (self.image_lists(), scope_of(explored.connected()));
        let name = explored.name.to_string();
        blocking(move || lists.use_of(&registry, &name)).await
    }

    /// Returns the images of a repository that run, each with the number of places: as findings reported since the program
    /// started, and as it was last read for the whole repository.
    pub(crate) async fn images_in_use(
        &self,
        explored: &Explored,
    ) -> Result<HashMap<Digest, u64>, ApiError> {
        let mut images = self.inner.in_use.of(&explored.scope);
        let known = self.known_use(explored).await?;
        images.extend(known.images.into_iter().map(|(digest, image)| (digest, image.count)));
        Ok(images)
    }
}

fn shown_use(known: KnownUse, error: Option<ApiError>) -> RepositoryUse {
    let images = known.images.into_iter().map(|(digest, image)| ListedUse {
        digest: digest.to_string(),
        count: image.count,
        last_in_use_at_ms: image.last_in_use_at_ms,
    });
    RepositoryUse { read_at_ms: known.read_at_ms, images: images.collect(), error }
}
