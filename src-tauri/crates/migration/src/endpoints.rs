//! The two endpoints of a migration: the source of its images and the destination ECR, with the
//! registry login that is renewed while a migration runs. The api builds them from its connections;
//! every step uses them.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::destination_identity::DestinationIdentity;
use crate::sign_in::{SignInGate, WaitingEcr};
use transload_aws::{AwsError, EcrApi, EcrLayers, RegistryToken};
use transload_docker::{DockerApi, EngineLogin};
use transload_model::{RegistryHost, now_ms};
use transload_registry::{LoginSource, RegistryApi, RegistryError, RegistryLogin};

/// A token with less time left is renewed before use, so that it doesn't expire during a layer
/// upload that takes minutes.
const MIN_REMAINING_MS: u64 = 10 * 60 * 1000;

/// The source of images.
#[derive(Clone)]
pub enum Source {
    /// The Docker Engine, which pushes its own images.
    Engine(Arc<dyn DockerApi>),
    /// A registry that images are copied from.
    Registry(Arc<dyn RegistryApi>),
}

/// The destination ECR.
#[derive(Clone)]
pub struct Destination {
    pub identity: DestinationIdentity,
    pub ecr: Arc<dyn EcrApi>,
    /// The registry protocol of the same ECR.
    pub registry: Arc<dyn RegistryApi>,
    /// The authorization token for the registry.
    pub login: Arc<EcrLogin>,
}

impl Destination {
    /// Returns the registry's host in image references.
    pub fn host(&self) -> &RegistryHost {
        self.registry.host()
    }

    /// Returns the same destination with calls that wait at `gate` when a user has to sign in.
    pub async fn waiting_at(&self, gate: Arc<SignInGate>) -> Self {
        let ecr: Arc<dyn EcrApi> = Arc::new(WaitingEcr(gate));
        let login = Arc::new(EcrLogin {
            ecr: Arc::clone(&ecr),
            registry: self.login.registry.clone(),
            token: Mutex::new(self.login.token.lock().await.clone()),
        });
        let registry = Arc::clone(&self.registry).with_login(Arc::clone(&login) as _);
        Self { identity: self.identity.clone(), ecr, registry, login }
    }
}

/// The login of an ECR registry. Requests a token from ECR, caches it in memory and renews it.
pub struct EcrLogin {
    ecr: Arc<dyn EcrApi>,
    registry: RegistryHost,
    token: Mutex<Option<RegistryToken>>,
}

impl EcrLogin {
    /// Creates a login without a token.
    pub fn new(ecr: Arc<dyn EcrApi>, registry: RegistryHost) -> Self {
        Self { ecr, registry, token: Mutex::new(None) }
    }

    /// Creates a login with a token that was already requested.
    pub fn with_token(ecr: Arc<dyn EcrApi>, registry: RegistryHost, token: RegistryToken) -> Self {
        Self { ecr, registry, token: Mutex::new(Some(token)) }
    }

    /// Returns a token that stays valid long enough for the upload of a large layer.
    pub async fn token(&self) -> Result<RegistryToken, AwsError> {
        let mut cached = self.token.lock().await;
        match cached.as_ref() {
            Some(token) if token.expires_at_ms > now_ms() + MIN_REMAINING_MS => Ok(token.clone()),
            _ => Ok(cached.insert(self.ecr.registry_token().await?).clone()),
        }
    }

    /// Returns the token in the form that the Docker Engine expects.
    pub(super) async fn engine_login(&self) -> Result<EngineLogin, AwsError> {
        let token = self.token().await?;
        Ok(EngineLogin { user: token.user, password: token.password })
    }
}

#[async_trait]
impl LoginSource for EcrLogin {
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError> {
        let token = self.token().await.map_err(|error| self.not_renewed(error))?;
        Ok(Some(RegistryLogin { user: token.user, password: token.password }))
    }

    async fn renew(&self) -> Result<bool, RegistryError> {
        let token = self.ecr.registry_token().await.map_err(|error| self.not_renewed(error))?;
        *self.token.lock().await = Some(token);
        Ok(true)
    }

    /// AWS issued the token for this host. ECR itself challenges with Basic authentication.
    fn stays_with_registry(&self) -> bool {
        true
    }
}

impl EcrLogin {
    fn not_renewed(&self, error: AwsError) -> RegistryError {
        RegistryError::LoginNotRenewed { registry: self.registry.clone(), source: Box::new(error) }
    }
}

/// The registry clients of a pair. Pairs with the same registry share one client.
#[derive(Clone)]
pub struct CopyEndpoints {
    pub source: Arc<dyn RegistryApi>,
    pub destination: Arc<dyn RegistryApi>,
    /// ECR's API for layer uploads in parts, if the destination is ECR.
    pub layers: Option<Arc<dyn EcrLayers>>,
}
