use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;

use crate::error::MigrationError;
use crate::sign_in::Reopen;
use crate::testing::crash::{CrashPoint, When};
use crate::testing::registry::FakeRegistry;
use transload_aws::{
    AwsError, CacheRule, CreationTemplate, DeleteFailure, EcrApi, EcrImage, EcrImageId, EcrLayers,
    EcrRegistrySettings, EcrRepository, KnownCacheRule, KnownTemplate, LayerUpload, RegistryToken,
    TaggedImage,
};
use transload_model::{
    Digest, Manifest, RawManifest, RepositoryName, RepositoryPolicy, RepositorySettings, Tag,
    now_ms,
};

/// An ECR in memory, whose images are those of its registry.
pub struct FakeEcr {
    registry: Arc<FakeRegistry>,
    repositories: Mutex<HashMap<RepositoryName, EcrRepository>>,
    /// Lifecycle policies that were put.
    pub policies: Mutex<Vec<String>>,
    /// Repository policies that were set, or are there.
    pub repository_policies: Mutex<HashMap<RepositoryName, String>>,
    /// Images that DescribeImages does not know, whatever the registry holds.
    pub lost: Mutex<HashSet<Digest>>,
    /// Each lifecycle policy that was put: the repository, and how many manifests it held then.
    pub put_after: Mutex<Vec<(String, usize)>>,
    /// Whether lifecycle policies may not be set.
    pub lifecycle_denied: Mutex<bool>,
    /// Whether repository policies may not be set.
    pub policies_denied: Mutex<bool>,
    /// Repositories that may not be created.
    pub denied: Mutex<HashSet<String>>,
    /// What DescribeImages says, whatever the registry holds.
    pub says: Mutex<Option<Digest>>,
    /// Whether tokens are refused.
    pub tokens_denied: Mutex<bool>,
    /// Calls that the session lasts for; nothing where it lasts.
    pub calls_left: Mutex<Option<u32>>,
    /// When images were pushed, where a test says so.
    pub pushed_at: Mutex<HashMap<Digest, u64>>,
    /// Images that were there before any migration.
    pub older: Mutex<HashSet<Digest>>,
    /// Where the process ends, in a call to ECR.
    pub crash: CrashPoint,
    /// Whether the answer to the next creation is lost, so that the SDK repeats the call.
    pub loses_answer: Mutex<bool>,
    /// Names of repositories as their creation was asked for, in order.
    pub asked_for: Mutex<Vec<String>>,
    /// What happens right before the next images are deleted.
    pub before_deleting: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

/// Looks in vain so often whether a person signed in, and then finds that.
pub struct SignsIn {
    pub ecr: Arc<FakeEcr>,
    pub in_vain: Mutex<u32>,
}

#[async_trait]
impl Reopen for SignsIn {
    async fn reopen(&self) -> Result<Arc<dyn EcrApi>, MigrationError> {
        let mut left = self.in_vain.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            return Err(FakeEcr::ended().into());
        }
        *self.ecr.calls_left.lock().unwrap() = None;
        Ok(Arc::clone(&self.ecr) as _)
    }
}

impl FakeEcr {
    pub fn new(registry: Arc<FakeRegistry>) -> Self {
        Self {
            registry,
            repositories: Mutex::default(),
            policies: Mutex::default(),
            repository_policies: Mutex::default(),
            policies_denied: Mutex::default(),
            put_after: Mutex::default(),
            lifecycle_denied: Mutex::default(),
            lost: Mutex::default(),
            denied: Mutex::default(),
            says: Mutex::default(),
            tokens_denied: Mutex::default(),
            calls_left: Mutex::default(),
            asked_for: Mutex::default(),
            crash: CrashPoint::default(),
            loses_answer: Mutex::default(),
            older: Mutex::default(),
            before_deleting: Mutex::default(),
            pushed_at: Mutex::default(),
        }
    }

    pub fn names(&self) -> Vec<String> {
        let held = self.repositories.lock().unwrap();
        let mut names: Vec<_> = held.keys().map(ToString::to_string).collect();
        names.sort();
        names
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

    /// As [`FakeEcr::add`], created at a time.
    pub fn add_created(&self, name: &str, settings: RepositorySettings, created_at_ms: u64) {
        self.add(name, settings);
        let mut repositories = self.repositories.lock().unwrap();
        let name = RepositoryName::parse(name).unwrap();
        repositories.get_mut(&name).unwrap().created_at_ms = Some(created_at_ms);
    }

    fn ended() -> AwsError {
        AwsError::SignInNeeded {
            profile: "work".to_owned(),
            kind: transload_aws::ProfileKind::Sso,
            source: None,
        }
    }

    /// Takes a call as long as the session lasts.
    fn signed(&self) -> Result<(), AwsError> {
        match self.calls_left.lock().unwrap().as_mut() {
            Some(0) => Err(Self::ended()),
            Some(calls) => {
                *calls -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn denied(action: &str) -> AwsError {
        let (action, message) = (action.to_owned(), "not allowed".to_owned());
        AwsError::AccessDenied { action, message }
    }
}

/// Its layers go through its registry.
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
        let held = layers.iter().filter(|layer| self.registry.holds(repository.as_str(), layer));
        Ok(held.cloned().collect())
    }

    async fn complete_layer_upload(&self, _: &LayerUpload, _: &Digest) -> Result<(), AwsError> {
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
        self.signed()?;
        self.asked_for.lock().unwrap().push(name.to_string());
        if self.denied.lock().unwrap().contains(name.as_str()) {
            return Err(Self::denied("ecr:CreateRepository"));
        }
        self.crash.pass("create", When::Before).await;
        if self.repositories.lock().unwrap().contains_key(name) {
            return Err(AwsError::RepositoryExists { name: name.clone() });
        }
        self.add_created(name.as_str(), settings.clone(), now_ms());
        let created = self.repositories.lock().unwrap()[name].clone();
        self.crash.pass("create", When::After).await;
        if std::mem::take(&mut *self.loses_answer.lock().unwrap()) {
            return Err(AwsError::RepositoryExists { name: name.clone() });
        }
        Ok(created)
    }

    async fn put_lifecycle_policy(
        &self,
        name: &RepositoryName,
        text: &str,
    ) -> Result<(), AwsError> {
        self.signed()?;
        if *self.lifecycle_denied.lock().unwrap() {
            return Err(Self::denied("ecr:PutLifecyclePolicy"));
        }
        let held = self.registry.images(name.as_str()).len();
        self.put_after.lock().unwrap().push((name.to_string(), held));
        self.crash.pass("lifecycle", When::Before).await;
        self.policies.lock().unwrap().push(text.to_owned());
        self.crash.pass("lifecycle", When::After).await;
        Ok(())
    }

    async fn lifecycle_policy(&self, _: &RepositoryName) -> Result<Option<String>, AwsError> {
        if *self.lifecycle_denied.lock().unwrap() {
            return Err(Self::denied("ecr:GetLifecyclePolicy"));
        }
        Ok(self.policies.lock().unwrap().last().cloned())
    }

    async fn set_repository_policy(
        &self,
        name: &RepositoryName,
        policy: &RepositoryPolicy,
    ) -> Result<(), AwsError> {
        if *self.policies_denied.lock().unwrap() {
            return Err(Self::denied("ecr:SetRepositoryPolicy"));
        }
        self.crash.pass("policy", When::Before).await;
        self.repository_policies.lock().unwrap().insert(name.clone(), policy.to_string());
        self.crash.pass("policy", When::After).await;
        Ok(())
    }

    async fn repository_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError> {
        Ok(self.repository_policies.lock().unwrap().get(name).cloned())
    }

    async fn registry_token(&self) -> Result<RegistryToken, AwsError> {
        self.signed()?;
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

    async fn images(&self, name: &RepositoryName) -> Result<Vec<EcrImage>, AwsError> {
        if !self.repositories.lock().unwrap().contains_key(name) {
            return Err(AwsError::RepositoryMissing { name: name.clone() });
        }
        let older = self.older.lock().unwrap();
        let pushed_at = self.pushed_at.lock().unwrap();
        let image = |(raw, tags): (RawManifest, Vec<Tag>)| {
            let is_older = older.contains(raw.digest());
            EcrImage {
                digest: raw.digest().clone(),
                tags,
                unreadable_tags: 0,
                subject: match raw.read().unwrap() {
                    Manifest::Image(image) => image.subject.map(|subject| subject.digest),
                    Manifest::Index(index) => index.subject.map(|subject| subject.digest),
                },
                size_bytes: None,
                pushed_at_ms: Some(match pushed_at.get(raw.digest()) {
                    Some(pushed_at_ms) => *pushed_at_ms,
                    None if is_older => 1,
                    None => 9_000_000_000_000,
                }),
                pulled_at_ms: None,
                restored_at_ms: None,
                media_type: Some(raw.media_type().to_owned()),
                artifact_media_type: None,
            }
        };
        Ok(self.registry.images(name.as_str()).into_iter().map(image).collect())
    }

    async fn delete_images(
        &self,
        name: &RepositoryName,
        images: &[EcrImageId],
    ) -> Result<Vec<DeleteFailure>, AwsError> {
        if self.denied.lock().unwrap().contains(name.as_str()) {
            return Err(Self::denied("ecr:BatchDeleteImage"));
        }
        if let Some(meanwhile) = self.before_deleting.lock().unwrap().take() {
            meanwhile();
        }
        let failed = |image: &EcrImageId| {
            let code = match image {
                EcrImageId::Tagged { tag, digest } => {
                    let held = self.registry.held(name.as_str(), tag.as_str());
                    let other = held.is_some_and(|held| held != *digest);
                    match other && self.registry.held(name.as_str(), digest.as_str()).is_some() {
                        true => Some("ImageTagDoesNotMatchDigest"),
                        false if other => Some("ImageNotFound"),
                        false => self.registry.delete(name.as_str(), tag.as_str()),
                    }
                }
                _ => self.registry.delete(name.as_str(), &image.to_string()),
            };
            let code = code?;
            let (image, code, reason) = (image.clone(), code.to_owned(), String::new());
            Some(DeleteFailure { image, code, reason })
        };
        Ok(images.iter().filter_map(failed).collect())
    }

    async fn delete_repository(&self, name: &RepositoryName) -> Result<(), AwsError> {
        if !self.registry.images(name.as_str()).is_empty() {
            return Err(AwsError::RepositoryNotEmpty { name: name.clone() });
        }
        self.repositories.lock().unwrap().remove(name);
        Ok(())
    }

    async fn image(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        parts: &[Digest],
    ) -> Result<Option<TaggedImage>, AwsError> {
        self.signed()?;
        let said = self.says.lock().unwrap().clone();
        let digest = said.or_else(|| self.registry.held(name.as_str(), tag.as_str()));
        let lost = self.lost.lock().unwrap();
        let is_held = |part: &&Digest| {
            !lost.contains(*part) && self.registry.held(name.as_str(), part.as_str()).is_some()
        };
        let parts = parts.iter().filter(is_held).cloned().collect();
        let image = |digest| EcrImage {
            digest,
            tags: vec![tag.clone()],
            unreadable_tags: 0,
            subject: None,
            size_bytes: None,
            pushed_at_ms: None,
            pulled_at_ms: None,
            restored_at_ms: None,
            media_type: None,
            artifact_media_type: None,
        };
        Ok(digest.map(|digest| TaggedImage { image: image(digest), parts }))
    }
}
