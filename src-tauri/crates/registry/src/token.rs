//! [`Authenticator`]: the `Authorization` header for requests to one registry: Basic, or a bearer token that it
//! caches by scope. `client`, `send` and `uploads` use it; `token_server` requests the tokens.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::header::HeaderValue;
use tokio::time::Instant;

use crate::api::{LoginSource, REGISTRY_TOKEN_USER, RegistryLogin};
use crate::challenge::Challenge;
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::http::Connections;
use crate::rate_limit::RateLimit;
use crate::retry;

/// The lifetime of a stored bearer token, whose expiration is unknown. It is used until the registry rejects it.
const REGISTRY_TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The permissions that a request requires. Source: distribution token scope specification.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// The base endpoint.
    Login,
    /// Reading a repository.
    Pull(String),
    /// Reading and writing a repository.
    Push(String),
    /// Writing a repository with blobs mounted from another one.
    Mount { path: String, from: String },
    /// Listing repositories.
    Catalog,
}

impl Scope {
    /// Returns the scope parameters of a token request. There may be several.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::Login => Vec::new(),
            Self::Pull(path) => vec![format!("repository:{path}:pull")],
            Self::Push(path) => vec![format!("repository:{path}:pull,push")],
            Self::Mount { path, from } => {
                vec![format!("repository:{path}:pull,push"), format!("repository:{from}:pull")]
            }
            Self::Catalog => vec!["registry:catalog:*".to_owned()],
        }
    }
}

/// The value of an `Authorization` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Authorization {
    /// Marked as sensitive.
    pub(super) header: HeaderValue,
    /// Whether it is based on a login instead of anonymous access.
    pub(super) has_login: bool,
}

/// A cached bearer token.
pub(super) struct Token {
    pub(super) authorization: Authorization,
    pub(super) usable_until: Instant,
}

type TokenSlot = Arc<tokio::sync::Mutex<Option<Token>>>;

/// Provides the authorization for requests to one registry.
pub(super) struct Authenticator {
    pub(super) endpoint: RegistryEndpoint,
    pub(super) connections: Connections,
    pub(super) login: Arc<dyn LoginSource>,
    /// The challenge that the registry sent last.
    challenge: Mutex<Option<Challenge>>,
    /// Whether the base endpoint was requested to get a challenge.
    is_probed: AtomicBool,
    /// One slot for each scope. The task that locks it requests the token; others wait for the result.
    tokens: Mutex<HashMap<Scope, TokenSlot>>,
}

impl Authenticator {
    pub(super) fn new(
        endpoint: RegistryEndpoint,
        connections: Connections,
        login: Arc<dyn LoginSource>,
    ) -> Self {
        let (challenge, tokens) = (Mutex::default(), Mutex::default());
        let is_probed = AtomicBool::new(false);
        Self { endpoint, connections, login, challenge, is_probed, tokens }
    }

    pub(super) fn forget_tokens(&self) {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns whether the registry has sent a challenge.
    pub(super) fn has_challenge(&self) -> bool {
        self.challenge.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Returns whether to request the base endpoint to get a challenge. Returns `true` at most once, and
    /// only if the registry hasn't sent a challenge.
    pub(super) fn should_probe_base_endpoint(&self) -> bool {
        !self.has_challenge() && !self.is_probed.swap(true, Ordering::Relaxed)
    }

    /// Records the challenges of a response.
    pub(super) fn record_challenge(&self, offered: Vec<Challenge>) {
        let best = preferred_challenge(&offered);
        if best.is_some() {
            *self.challenge.lock().unwrap_or_else(PoisonError::into_inner) = best;
        }
    }

    /// Returns the authorization for the last challenge, or `None` if the registry never sent one.
    pub(super) async fn preemptive_authorization(
        &self,
        scope: &Scope,
    ) -> Result<Option<Authorization>, RegistryError> {
        let challenge = self.challenge.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match challenge {
            Some(Challenge::Basic) => self.basic_authorization(scope).await,
            Some(Challenge::Bearer { realm, service, .. }) => {
                let bearer = Challenge::Bearer { realm, service, scope: None };
                self.token(scope, &bearer, None).await.map(Some)
            }
            None => Ok(None),
        }
    }

    /// Returns the authorization for a challenge, after the registry rejected `rejected`. Returns `None` if
    /// no challenge is supported, or if Basic is required and there is no login.
    pub(super) async fn authenticate(
        &self,
        scope: &Scope,
        offered: Vec<Challenge>,
        rejected: Option<&Authorization>,
    ) -> Result<Option<Authorization>, RegistryError> {
        let best = preferred_challenge(&offered);
        let challenge = {
            let mut challenge = self.challenge.lock().unwrap_or_else(PoisonError::into_inner);
            if best.is_some() {
                challenge.clone_from(&best);
            }
            best.or_else(|| challenge.clone())
        };
        match challenge {
            Some(Challenge::Basic) => self.basic_authorization(scope).await,
            Some(bearer) => self.token(scope, &bearer, rejected).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns Basic authorization, or `None` without a user name and password.
    pub(super) async fn basic_authorization(
        &self,
        scope: &Scope,
    ) -> Result<Option<Authorization>, RegistryError> {
        let login = self.login_for(scope).await?;
        // An identity token is only for a token server, and a bearer token only for a registry that
        // requests one. Source: distribution, `basicHandler`.
        let login = login.filter(RegistryLogin::is_password);
        Ok(login.map(|login| Authorization { header: basic_header(&login), has_login: true }))
    }

    /// Returns the login for the repository of a scope.
    pub(super) async fn login_for(
        &self,
        scope: &Scope,
    ) -> Result<Option<RegistryLogin>, RegistryError> {
        match scope {
            Scope::Login | Scope::Catalog => self.login.login().await,
            Scope::Pull(path) | Scope::Push(path) | Scope::Mount { path, .. } => {
                self.login.login_for(path).await
            }
        }
    }

    async fn token(
        &self,
        scope: &Scope,
        challenge: &Challenge,
        rejected: Option<&Authorization>,
    ) -> Result<Authorization, RegistryError> {
        let slot = {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tokens.entry(scope.clone()).or_default())
        };
        let mut cached = slot.lock().await;
        if let Some(token) = cached.as_ref()
            && token.usable_until > Instant::now()
            && rejected.is_none_or(|rejected| *rejected != token.authorization)
        {
            return Ok(token.authorization.clone());
        }
        *cached = None;
        let token = self.new_token(scope, challenge).await?;
        Ok(cached.insert(token).authorization.clone())
    }

    /// Requests a token, and retries once with a renewed login if the token server rejects the login.
    async fn new_token(
        &self,
        scope: &Scope,
        challenge: &Challenge,
    ) -> Result<Token, RegistryError> {
        let mut renewed = false;
        loop {
            let login = self.login_for(scope).await?;
            if let Some(token) = login.as_ref().filter(|login| login.user == REGISTRY_TOKEN_USER) {
                return self.registry_token(token);
            }
            let rate_limit = RateLimit::default();
            let result = retry::with_retries(&Method::GET, &rate_limit, || {
                self.request_token(scope, challenge, login.as_ref())
            });
            match result.await {
                Err(RegistryError::Unauthorized { .. } | RegistryError::TokenExpired { .. })
                    if login.is_some() && !renewed && self.login.renew().await? =>
                {
                    renewed = true;
                }
                other => return other,
            }
        }
    }

    fn registry_token(&self, login: &RegistryLogin) -> Result<Token, RegistryError> {
        let header = self.bearer_header(login.password.expose())?;
        let usable_until = Instant::now() + REGISTRY_TOKEN_LIFETIME;
        Ok(Token { authorization: Authorization { header, has_login: true }, usable_until })
    }

    pub(super) fn bearer_header(&self, token: &str) -> Result<HeaderValue, RegistryError> {
        let mut header = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| {
            self.token_error("its token contains characters that are not allowed in a header")
        })?;
        header.set_sensitive(true);
        Ok(header)
    }

    pub(super) fn token_error(&self, detail: &str) -> RegistryError {
        RegistryError::NotARegistry {
            registry: self.endpoint.host.clone(),
            detail: detail.to_owned(),
        }
    }
}

/// Selects a challenge. Bearer is preferred, because it sends the password only to the token server.
fn preferred_challenge(offered: &[Challenge]) -> Option<Challenge> {
    let is_bearer = |challenge: &&Challenge| matches!(challenge, Challenge::Bearer { .. });
    offered.iter().find(is_bearer).or(offered.first()).cloned()
}

/// Returns a Basic authorization header. Source: RFC 7617. Docker and ECR use UTF-8.
pub(super) fn basic_header(login: &RegistryLogin) -> HeaderValue {
    let text =
        format!("Basic {}", STANDARD.encode(format!("{}:{}", login.user, login.password.expose())));
    // Base64 is always valid in a header.
    let mut header =
        HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("Basic"));
    header.set_sensitive(true);
    header
}
