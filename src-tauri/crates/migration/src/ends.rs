//! The two ends of a migration: where images come from, and the ECR they go to.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::DestinationIdentity;
use super::sign_in::{SignInGate, WaitingEcr};
use transload_aws::{AwsError, EcrApi, RegistryToken};
use transload_docker::{DockerApi, EngineLogin};
use transload_model::{RegistryHost, now_ms};
use transload_registry::{LoginSource, RegistryApi, RegistryError, RegistryLogin};

/// A token that has less than this left is replaced before it is used, so that none runs out in
/// the middle of a layer that takes minutes to send.
const RENEW_BEFORE_END_MS: u64 = 10 * 60 * 1000;

/// Where images come from.
#[derive(Clone)]
pub enum Source {
    /// The Docker Engine pushes its own images.
    Engine(Arc<dyn DockerApi>),
    /// Images are copied from a registry.
    Registry(Arc<dyn RegistryApi>),
}

/// The ECR that images go to.
#[derive(Clone)]
pub struct Destination {
    /// Which account, region and registry this is.
    pub identity: DestinationIdentity,
    /// ECR's own API.
    pub ecr: Arc<dyn EcrApi>,
    /// Its registry.
    pub registry: Arc<dyn RegistryApi>,
    /// The token that opens the registry.
    pub login: Arc<EcrLogin>,
}

impl Destination {
    /// The registry's name in references.
    pub fn host(&self) -> &RegistryHost {
        self.registry.host()
    }

    /// The same destination, whose calls wait at a gate where a person has to sign in.
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

/// The login for an ECR registry: asks ECR for a token, keeps it in memory, and renews it.
pub struct EcrLogin {
    ecr: Arc<dyn EcrApi>,
    registry: RegistryHost,
    token: Mutex<Option<RegistryToken>>,
}

impl EcrLogin {
    /// A login that has asked for nothing yet.
    pub fn new(ecr: Arc<dyn EcrApi>, registry: RegistryHost) -> Self {
        Self { ecr, registry, token: Mutex::new(None) }
    }

    /// A token that was asked for already, to begin with.
    pub fn with_token(ecr: Arc<dyn EcrApi>, registry: RegistryHost, token: RegistryToken) -> Self {
        Self { ecr, registry, token: Mutex::new(Some(token)) }
    }

    /// A token with time left.
    pub async fn token(&self) -> Result<RegistryToken, AwsError> {
        let mut held = self.token.lock().await;
        match held.as_ref() {
            Some(token) if token.expires_at_ms > now_ms() + RENEW_BEFORE_END_MS => {
                Ok(token.clone())
            }
            _ => Ok(held.insert(self.ecr.registry_token().await?).clone()),
        }
    }

    /// The token as the Docker Engine takes it.
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

    /// AWS issued the token for this host. ECR itself asks for it with Basic authentication.
    fn stays_with_registry(&self) -> bool {
        true
    }
}

impl EcrLogin {
    fn not_renewed(&self, error: AwsError) -> RegistryError {
        RegistryError::LoginNotRenewed { registry: self.registry.clone(), source: Box::new(error) }
    }
}
