//! Layers and registry settings of the in-memory ECR. Tests don't change them.

use std::collections::HashSet;

use async_trait::async_trait;
use bytes::Bytes;

use crate::testing::ecr::FakeEcr;
use transload_aws::{
    AwsError, CacheRule, CreationTemplate, EcrLayers, EcrRegistrySettings, KnownCacheRule,
    KnownTemplate, LayerUpload,
};
use transload_model::{Digest, RepositoryName};

/// Layers are uploaded through the registry.
#[async_trait]
impl EcrLayers for FakeEcr {
    async fn begin_layer_upload(&self, _: &RepositoryName) -> Result<LayerUpload, AwsError> {
        Err(Self::denied("ecr:InitiateLayerUpload"))
    }

    async fn upload_layer_part(&self, _: &LayerUpload, _: u64, _: Bytes) -> Result<(), AwsError> {
        Err(Self::denied("ecr:UploadLayerPart"))
    }

    async fn existing_layers(
        &self,
        repository: &RepositoryName,
        layers: &[Digest],
    ) -> Result<HashSet<Digest>, AwsError> {
        let path = repository.as_str();
        let existing = layers.iter().filter(|layer| self.registry.contains_blob(path, layer));
        Ok(existing.cloned().collect())
    }

    async fn complete_layer_upload(&self, _: &LayerUpload, _: &Digest) -> Result<(), AwsError> {
        Err(Self::denied("ecr:CompleteLayerUpload"))
    }
}

/// Only blob mounting matters to a migration.
#[async_trait]
impl EcrRegistrySettings for FakeEcr {
    async fn blob_mounting(&self) -> Result<bool, AwsError> {
        Ok(self.registry.mounts)
    }

    async fn set_blob_mounting(&self, _: bool) -> Result<(), AwsError> {
        Err(Self::denied("ecr:PutAccountSetting"))
    }

    async fn creation_templates(&self) -> Result<Vec<KnownTemplate>, AwsError> {
        Ok(Vec::new())
    }

    async fn create_creation_template(&self, _: &CreationTemplate) -> Result<(), AwsError> {
        Err(Self::denied("ecr:CreateRepositoryCreationTemplate"))
    }

    async fn cache_rules(&self) -> Result<Vec<KnownCacheRule>, AwsError> {
        Ok(Vec::new())
    }

    async fn create_cache_rule(&self, _: &CacheRule) -> Result<(), AwsError> {
        Err(Self::denied("ecr:CreatePullThroughCacheRule"))
    }
}
