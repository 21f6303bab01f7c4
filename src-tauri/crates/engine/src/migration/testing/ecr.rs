use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;

use super::FakeRegistry;
use crate::aws::{
    AwsError, CacheRule, CreationTemplate, EcrApi, EcrImage, EcrLayers, EcrRegistrySettings,
    EcrRepository, KnownCacheRule, KnownTemplate, LayerUpload, RegistryToken,
};
use crate::model::{Digest, RepositoryName, RepositoryPolicy, RepositorySettings, Tag};

/// An ECR in memory, whose images are those of its registry.
pub struct FakeEcr {
    registry: Arc<FakeRegistry>,
    repositories: Mutex<HashMap<RepositoryName, EcrRepository>>,
    /// Lifecycle policies that were put.
    pub policies: Mutex<Vec<String>>,
    /// Repository policies that were set, or are there.
    pub repository_policies: Mutex<HashMap<RepositoryName, String>>,
    /// Repositories that may not be created.
    pub denied: Mutex<HashSet<String>>,
    /// What DescribeImages says, whatever the registry holds.
    pub says: Mutex<Option<Digest>>,
    /// Whether tokens are refused.
    pub tokens_denied: Mutex<bool>,
}

impl FakeEcr {
    pub fn new(registry: Arc<FakeRegistry>) -> Self {
        Self {
            registry,
            repositories: Mutex::default(),
            policies: Mutex::default(),
            repository_policies: Mutex::default(),
            denied: Mutex::default(),
            says: Mutex::default(),
            tokens_denied: Mutex::default(),
        }
    }

    pub fn add(&self, name: &str, settings: RepositorySettings) {
        let name = RepositoryName::parse(name).unwrap();
        let repository = EcrRepository {
            name: name.clone(),
            arn: format!("arn:{name}"),
            uri: format!("registry.example/{name}"),
            registry_id: None,
            created_at_ms: None,
            settings,
        };
        self.repositories.lock().unwrap().insert(name, repository);
    }

    fn denied(action: &str) -> AwsError {
        let (action, message) = (action.to_owned(), "not allowed".to_owned());
        AwsError::AccessDenied { action, message }
    }
}

/// Its layers go through its registry.
#[async_trait]
impl EcrLayers for FakeEcr {
    async fn begin_layer(&self, _: &RepositoryName) -> Result<LayerUpload, AwsError> {
        Err(Self::denied("ecr:InitiateLayerUpload"))
    }

    async fn send_layer_part(&self, _: &LayerUpload, _: u64, _: Bytes) -> Result<(), AwsError> {
        Err(Self::denied("ecr:UploadLayerPart"))
    }

    async fn layers_held(
        &self,
        repository: &RepositoryName,
        layers: &[Digest],
    ) -> Result<HashSet<Digest>, AwsError> {
        let held = layers.iter().filter(|layer| self.registry.holds(repository.as_str(), layer));
        Ok(held.cloned().collect())
    }

    async fn complete_layer(&self, _: &LayerUpload, _: &Digest) -> Result<(), AwsError> {
        Err(Self::denied("ecr:CompleteLayerUpload"))
    }
}

/// What is set for its whole registry is of no matter to a migration.
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

#[async_trait]
impl EcrApi for FakeEcr {
    async fn repositories(&self) -> Result<Vec<EcrRepository>, AwsError> {
        Ok(self.repositories.lock().unwrap().values().cloned().collect())
    }

    async fn repository(&self, name: &RepositoryName) -> Result<Option<EcrRepository>, AwsError> {
        Ok(self.repositories.lock().unwrap().get(name).cloned())
    }

    async fn create_repository(
        &self,
        name: &RepositoryName,
        settings: &RepositorySettings,
    ) -> Result<EcrRepository, AwsError> {
        if self.denied.lock().unwrap().contains(name.as_str()) {
            return Err(Self::denied("ecr:CreateRepository"));
        }
        self.add(name.as_str(), settings.clone());
        Ok(self.repositories.lock().unwrap()[name].clone())
    }

    async fn put_lifecycle_policy(&self, _: &RepositoryName, text: &str) -> Result<(), AwsError> {
        self.policies.lock().unwrap().push(text.to_owned());
        Ok(())
    }

    async fn lifecycle_policy(&self, _: &RepositoryName) -> Result<Option<String>, AwsError> {
        Ok(None)
    }

    async fn set_repository_policy(
        &self,
        name: &RepositoryName,
        policy: &RepositoryPolicy,
    ) -> Result<(), AwsError> {
        self.repository_policies.lock().unwrap().insert(name.clone(), policy.to_string());
        Ok(())
    }

    async fn repository_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError> {
        Ok(self.repository_policies.lock().unwrap().get(name).cloned())
    }

    async fn registry_token(&self) -> Result<RegistryToken, AwsError> {
        if *self.tokens_denied.lock().unwrap() {
            return Err(Self::denied("ecr:GetAuthorizationToken"));
        }
        Ok(RegistryToken {
            user: "AWS".to_owned(),
            password: "token".to_owned().into(),
            expires_at_ms: 9_000_000_000_000,
            proxy_endpoint: "https://registry.example".parse().unwrap(),
        })
    }

    async fn images(&self, _: &RepositoryName) -> Result<Vec<EcrImage>, AwsError> {
        Ok(Vec::new())
    }

    async fn image(&self, name: &RepositoryName, tag: &Tag) -> Result<Option<EcrImage>, AwsError> {
        let said = self.says.lock().unwrap().clone();
        let digest = said.or_else(|| self.registry.held(name.as_str(), tag.as_str()));
        Ok(digest.map(|digest| EcrImage {
            digest,
            tags: vec![tag.clone()],
            size_bytes: None,
            pushed_at_ms: None,
            pulled_at_ms: None,
            media_type: None,
            artifact_media_type: None,
        }))
    }
}
