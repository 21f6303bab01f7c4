//! Handles an AWS session that expires during a migration. Credentials that can be renewed without
//! a user, such as those of an EC2 instance, are renewed silently. If only a user can renew the
//! session, one task checks whether the user signed in, all others wait, and then each call is
//! retried. `ends::Destination::waiting_at` places the gate before the ECR API.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::Mutex;

use crate::control::Control;
use crate::error::MigrationError;
use crate::events::{EventSink, MigrationEvent};
use transload_aws::{
    AwsError, CacheRule, CreationTemplate, DeleteFailure, EcrApi, EcrImage, EcrImageId, EcrLayers,
    EcrRegistrySettings, EcrRepository, KnownCacheRule, KnownTemplate, LayerUpload, RegistryToken,
    TaggedImage,
};
use transload_model::{Digest, RepositoryName, RepositoryPolicy, RepositorySettings, Tag};

/// Opens the connection to ECR again, with the current credentials.
#[async_trait]
pub trait Reopen: Send + Sync {
    /// Opens ECR of the same account and region with a new session.
    ///
    /// # Errors
    /// Returns an error if the user hasn't signed in yet, or signed in to another account.
    async fn reopen(&self) -> Result<Arc<dyn EcrApi>, MigrationError>;
}

/// Makes the calls of a running migration wait when a user has to sign in.
pub struct SignInGate {
    current: RwLock<Arc<dyn EcrApi>>,
    reopener: Arc<dyn Reopen>,
    control: Control,
    events: Arc<dyn EventSink>,
    /// Locked by the task that checks whether the user signed in.
    checking: Mutex<()>,
    /// Number of renewals of the session.
    renewals: AtomicU64,
}

impl SignInGate {
    /// Creates a gate for an open connection. It checks for a new session when `control` is woken,
    /// and at intervals, because the user may sign in with another program.
    pub fn new(
        ecr: Arc<dyn EcrApi>,
        reopener: Arc<dyn Reopen>,
        control: Control,
        events: Arc<dyn EventSink>,
    ) -> Arc<Self> {
        let (current, checking, renewals) = (RwLock::new(ecr), Mutex::default(), AtomicU64::new(0));
        Arc::new(Self { current, reopener, control, events, checking, renewals })
    }

    /// Makes a call. If it needs new credentials, waits for the user to sign in if necessary and
    /// retries it. Returns the error if the migration is cancelled meanwhile.
    pub(super) async fn pass<T, F>(
        &self,
        call: impl Fn(Arc<dyn EcrApi>) -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let mut renewed_silently = false;
        loop {
            let renewals = self.renewals.load(Ordering::Acquire);
            let ecr = Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner));
            let error = match call(ecr).await {
                Err(error) if error.requires_user() && !self.control.is_cancelled() => error,
                outcome => return outcome,
            };
            let _checking = self.checking.lock().await;
            // If another task renewed the session meanwhile, retry immediately.
            if self.renewals.load(Ordering::Acquire) != renewals {
                continue;
            }
            // Once for each call: if AWS rejects the new credentials too, a user has to act.
            if !std::mem::replace(&mut renewed_silently, true) && self.renew_silently().await {
                continue;
            }
            if self.control.is_cancelled() {
                return Err(error);
            }
            self.wait(error).await?;
        }
    }

    /// Renews the credentials if that needs no user. Returns whether it did.
    async fn renew_silently(&self) -> bool {
        match self.control.until_cancelled(self.reopener.reopen()).await {
            Some(Ok(ecr)) => {
                tracing::info!("renewed expired credentials");
                self.replace_connection(ecr);
                true
            }
            _ => false,
        }
    }

    fn replace_connection(&self, ecr: Arc<dyn EcrApi>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = ecr;
        self.renewals.fetch_add(1, Ordering::Release);
    }

    /// Waits until the session is renewed or the migration is cancelled.
    async fn wait(&self, expired: AwsError) -> Result<(), AwsError> {
        let mut error = Arc::new(MigrationError::from(expired));
        loop {
            let seen = self.control.wake_count();
            self.events.emit(MigrationEvent::SignInNeeded { error: Arc::clone(&error) });
            let sleep = self.control.sleep_until_woken(seen, self.control.check_interval());
            let checking = async {
                sleep.await;
                self.reopener.reopen().await
            };
            match self.control.until_cancelled(checking).await {
                Some(Ok(ecr)) => {
                    self.replace_connection(ecr);
                    break;
                }
                Some(Err(current)) => error = Arc::new(current),
                None => {
                    let message = "the migration was canceled while it waited for a sign-in";
                    return Err(AwsError::CredentialsExpired { message: message.to_owned() });
                }
            }
        }
        self.events.emit(MigrationEvent::SignedIn);
        Ok(())
    }
}

/// An ECR API whose calls wait at a gate when a user has to sign in.
pub(super) struct WaitingEcr(pub(super) Arc<SignInGate>);

/// Makes the call `$call` with the gate's current ECR API, which is bound to `$ecr`.
macro_rules! wait_for {
    ($this:ident, $ecr:ident => $call:expr) => {
        $this.0.pass(|$ecr| async move { $call.await }).await
    };
}

#[async_trait]
impl EcrLayers for WaitingEcr {
    async fn begin_layer_upload(
        &self,
        repository: &RepositoryName,
    ) -> Result<LayerUpload, AwsError> {
        wait_for!(self, ecr => ecr.begin_layer_upload(repository))
    }

    async fn upload_layer_part(
        &self,
        upload: &LayerUpload,
        first_byte: u64,
        part: Bytes,
    ) -> Result<(), AwsError> {
        let part = &part;
        wait_for!(self, ecr => ecr.upload_layer_part(upload, first_byte, part.clone()))
    }

    async fn existing_layers(
        &self,
        repository: &RepositoryName,
        layers: &[Digest],
    ) -> Result<HashSet<Digest>, AwsError> {
        wait_for!(self, ecr => ecr.existing_layers(repository, layers))
    }

    async fn complete_layer_upload(
        &self,
        upload: &LayerUpload,
        digest: &Digest,
    ) -> Result<(), AwsError> {
        wait_for!(self, ecr => ecr.complete_layer_upload(upload, digest))
    }
}

#[async_trait]
impl EcrRegistrySettings for WaitingEcr {
    async fn blob_mounting(&self) -> Result<bool, AwsError> {
        wait_for!(self, ecr => ecr.blob_mounting())
    }

    async fn set_blob_mounting(&self, on: bool) -> Result<(), AwsError> {
        wait_for!(self, ecr => ecr.set_blob_mounting(on))
    }

    async fn creation_templates(&self) -> Result<Vec<KnownTemplate>, AwsError> {
        wait_for!(self, ecr => ecr.creation_templates())
    }

    async fn create_creation_template(&self, template: &CreationTemplate) -> Result<(), AwsError> {
        wait_for!(self, ecr => ecr.create_creation_template(template))
    }

    async fn cache_rules(&self) -> Result<Vec<KnownCacheRule>, AwsError> {
        wait_for!(self, ecr => ecr.cache_rules())
    }

    async fn create_cache_rule(&self, rule: &CacheRule) -> Result<(), AwsError> {
        wait_for!(self, ecr => ecr.create_cache_rule(rule))
    }
}

#[async_trait]
impl EcrApi for WaitingEcr {
    async fn repositories(&self) -> Result<Vec<EcrRepository>, AwsError> {
        wait_for!(self, ecr => ecr.repositories())
    }

    async fn repository(&self, name: &RepositoryName) -> Result<Option<EcrRepository>, AwsError> {
        wait_for!(self, ecr => ecr.repository(name))
    }

    async fn create_repository(
        &self,
        name: &RepositoryName,
        settings: &RepositorySettings,
    ) -> Result<EcrRepository, AwsError> {
        wait_for!(self, ecr => ecr.create_repository(name, settings))
    }

    async fn put_lifecycle_policy(
        &self,
        name: &RepositoryName,
        text: &str,
    ) -> Result<(), AwsError> {
        wait_for!(self, ecr => ecr.put_lifecycle_policy(name, text))
    }

    async fn lifecycle_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError> {
        wait_for!(self, ecr => ecr.lifecycle_policy(name))
    }

    async fn set_repository_policy(
        &self,
        name: &RepositoryName,
        policy: &RepositoryPolicy,
    ) -> Result<(), AwsError> {
        wait_for!(self, ecr => ecr.set_repository_policy(name, policy))
    }

    async fn repository_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError> {
        wait_for!(self, ecr => ecr.repository_policy(name))
    }

    async fn registry_token(&self) -> Result<RegistryToken, AwsError> {
        wait_for!(self, ecr => ecr.registry_token())
    }

    async fn images(&self, name: &RepositoryName) -> Result<Vec<EcrImage>, AwsError> {
        wait_for!(self, ecr => ecr.images(name))
    }

    async fn images_with(
        &self,
        name: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<EcrImage>, AwsError> {
        wait_for!(self, ecr => ecr.images_with(name, digests))
    }

    async fn image(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        parts: &[Digest],
    ) -> Result<Option<TaggedImage>, AwsError> {
        wait_for!(self, ecr => ecr.image(name, tag, parts))
    }

    async fn delete_images(
        &self,
        name: &RepositoryName,
        images: &[EcrImageId],
    ) -> Result<Vec<DeleteFailure>, AwsError> {
        wait_for!(self, ecr => ecr.delete_images(name, images))
    }

    async fn delete_repository(&self, name: &RepositoryName) -> Result<(), AwsError> {
        wait_for!(self, ecr => ecr.delete_repository(name))
    }
}
