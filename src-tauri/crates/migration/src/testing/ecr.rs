//! An in-memory ECR.

mod layers_and_settings;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::error::MigrationError;
use crate::sign_in::Reopen;
use crate::testing::crash::{CrashPoint, CrashTiming};
use crate::testing::registry::FakeRegistry;
use transload_aws::{
    AwsError, DeleteFailure, EcrApi, EcrImage, EcrImageId, EcrImageStatus, EcrRepository,
    RegistryToken, TaggedImage,
};
use transload_model::{
    Digest, Manifest, RawManifest, RepositoryName, RepositoryPolicy, RepositorySettings, Tag,
    now_ms,
};

/// An in-memory ECR. Its images are those of its registry.
pub struct FakeEcr {
    registry: Arc<FakeRegistry>,
    repositories: Mutex<HashMap<RepositoryName, EcrRepository>>,
    /// The lifecycle policies that were set.
    pub policies: Mutex<Vec<String>>,
    /// The repository policies that were set or already existed.
    pub repository_policies: Mutex<HashMap<RepositoryName, String>>,
    /// Images that DescribeImages does not return although the registry has them.
    pub missing_images: Mutex<HashSet<Digest>>,
    /// Each lifecycle policy that was set: the repository and its number of manifests at that time.
    pub policy_puts: Mutex<Vec<(String, usize)>>,
    /// Whether setting lifecycle policies is denied.
    pub lifecycle_denied: Mutex<bool>,
    /// Whether setting repository policies is denied.
    pub policies_denied: Mutex<bool>,
    /// Repositories that may not be created or changed.
    pub denied: Mutex<HashSet<String>>,
    /// The digest that DescribeImages returns instead of the registry's.
    pub reported_digest: Mutex<Option<Digest>>,
    /// Whether authorization tokens are denied.
    pub tokens_denied: Mutex<bool>,
    /// Number of calls until the session expires. `None` for a session that never expires.
    pub calls_left: Mutex<Option<u32>>,
    /// Push times of images that differ from the default.
    pub pushed_at: Mutex<HashMap<Digest, u64>>,
    /// Images that were pushed before any migration.
    pub older: Mutex<HashSet<Digest>>,
    /// The call to ECR at which the process crashes.
    pub crash: CrashPoint,
    /// Whether the response to the next creation is lost, so that the SDK repeats the call.
    pub loses_response: Mutex<bool>,
    /// Names of the repositories whose creation was requested, in order.
    pub creation_requests: Mutex<Vec<String>>,
    /// Runs right before the next images are deleted.
    pub before_deleting: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

/// Finds a new sign-in after a number of failed checks.
pub struct ReopenAfterSignIn {
    pub ecr: Arc<FakeEcr>,
    pub failed_checks: Mutex<u32>,
}

#[async_trait]
impl Reopen for ReopenAfterSignIn {
    async fn reopen(&self) -> Result<Arc<dyn EcrApi>, MigrationError> {
        let mut left = self.failed_checks.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            return Err(FakeEcr::session_expired().into());
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
            policy_puts: Mutex::default(),
            lifecycle_denied: Mutex::default(),
            missing_images: Mutex::default(),
            denied: Mutex::default(),
            reported_digest: Mutex::default(),
            tokens_denied: Mutex::default(),
            calls_left: Mutex::default(),
            creation_requests: Mutex::default(),
            crash: CrashPoint::default(),
            loses_response: Mutex::default(),
            older: Mutex::default(),
            before_deleting: Mutex::default(),
            pushed_at: Mutex::default(),
        }
    }

    pub fn names(&self) -> Vec<String> {
        let repositories = self.repositories.lock().unwrap();
        let mut names: Vec<_> = repositories.keys().map(ToString::to_string).collect();
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

    /// Adds a repository with a creation time.
    pub fn add_created(&self, name: &str, settings: RepositorySettings, created_at_ms: u64) {
        self.add(name, settings);
        let mut repositories = self.repositories.lock().unwrap();
        let name = RepositoryName::parse(name).unwrap();
        repositories.get_mut(&name).unwrap().created_at_ms = Some(created_at_ms);
    }

    fn session_expired() -> AwsError {
        AwsError::SignInNeeded {
            profile: "work".to_owned(),
            kind: transload_aws::ProfileKind::Sso,
            source: None,
        }
    }

    /// Counts a call. Fails if the session has expired.
    fn check_session(&self) -> Result<(), AwsError> {
        match self.calls_left.lock().unwrap().as_mut() {
            Some(0) => Err(Self::session_expired()),
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
        self.check_session()?;
        self.creation_requests.lock().unwrap().push(name.to_string());
        if self.denied.lock().unwrap().contains(name.as_str()) {
            return Err(Self::denied("ecr:CreateRepository"));
        }
        self.crash.pass("create", CrashTiming::Before).await;
        if self.repositories.lock().unwrap().contains_key(name) {
            return Err(AwsError::RepositoryExists { name: name.clone() });
        }
        self.add_created(name.as_str(), settings.clone(), now_ms());
        let created = self.repositories.lock().unwrap()[name].clone();
        self.crash.pass("create", CrashTiming::After).await;
        if std::mem::take(&mut *self.loses_response.lock().unwrap()) {
            return Err(AwsError::RepositoryExists { name: name.clone() });
        }
        Ok(created)
    }

    async fn put_lifecycle_policy(
        &self,
        name: &RepositoryName,
        text: &str,
    ) -> Result<(), AwsError> {
        self.check_session()?;
        if *self.lifecycle_denied.lock().unwrap() {
            return Err(Self::denied("ecr:PutLifecyclePolicy"));
        }
        let manifests = self.registry.images(name.as_str()).len();
        self.policy_puts.lock().unwrap().push((name.to_string(), manifests));
        self.crash.pass("lifecycle", CrashTiming::Before).await;
        self.policies.lock().unwrap().push(text.to_owned());
        self.crash.pass("lifecycle", CrashTiming::After).await;
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
        self.crash.pass("policy", CrashTiming::Before).await;
        self.repository_policies.lock().unwrap().insert(name.clone(), policy.to_string());
        self.crash.pass("policy", CrashTiming::After).await;
        Ok(())
    }

    async fn repository_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError> {
        Ok(self.repository_policies.lock().unwrap().get(name).cloned())
    }

    async fn registry_token(&self) -> Result<RegistryToken, AwsError> {
        self.check_session()?;
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
                subject: match raw.parse().unwrap() {
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
                status: EcrImageStatus::Active.into(),
                archived_at_ms: None,
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
        if let Some(change) = self.before_deleting.lock().unwrap().take() {
            change();
        }
        let failed = |image: &EcrImageId| {
            let code = match image {
                EcrImageId::Tagged { tag, digest } => {
                    let found = self.registry.digest(name.as_str(), tag.as_str());
                    let is_moved = found.is_some_and(|found| found != *digest);
                    let image_exists =
                        self.registry.digest(name.as_str(), digest.as_str()).is_some();
                    match is_moved && image_exists {
                        true => Some("ImageTagDoesNotMatchDigest"),
                        false if is_moved => Some("ImageNotFound"),
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

    async fn images_with(
        &self,
        name: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<EcrImage>, AwsError> {
        let mut images = self.images(name).await?;
        images.retain(|image| digests.contains(&image.digest));
        Ok(images)
    }

    async fn image(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        parts: &[Digest],
    ) -> Result<Option<TaggedImage>, AwsError> {
        self.check_session()?;
        let reported = self.reported_digest.lock().unwrap().clone();
        let digest = reported.or_else(|| self.registry.digest(name.as_str(), tag.as_str()));
        let missing = self.missing_images.lock().unwrap();
        let exists = |part: &&Digest| {
            !missing.contains(*part) && self.registry.digest(name.as_str(), part.as_str()).is_some()
        };
        let parts = parts.iter().filter(exists).cloned().collect();
        let image = |digest| EcrImage {
            digest,
            tags: vec![tag.clone()],
            unreadable_tags: 0,
            subject: None,
            size_bytes: None,
            pushed_at_ms: None,
            pulled_at_ms: None,
            restored_at_ms: None,
            status: EcrImageStatus::Active.into(),
            archived_at_ms: None,
            media_type: None,
            artifact_media_type: None,
        };
        Ok(digest.map(|digest| TaggedImage { image: image(digest), parts }))
    }
}
