//! [`RegistryClient`]: the state of a connection to one registry, and sending a request with retries and
//! rate limit. `send` adds the authorization and follows redirects; the operations are in `manifests`,
//! `referrers`, `blobs`, `uploads` and `lists`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, Response};
use tokio::time::timeout;

use crate::api::{LoginSource, PullQuota, RegistryApi};
use crate::capabilities::{HeadFallback, PageSize, ReferrersApiState};
use crate::encoding::Body;
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::headers::{API_VERSION, DOCKER_CONTENT_DIGEST};
use crate::http::{Connections, TransferStalled};
use crate::quotas::{Quotas, ThrottledAction};
use crate::rate_limit::{RateLimit, RequestPriority};
use crate::remedy::Remedy;
use crate::request::{Document, RegistryRequest};
use crate::response::is_web_page;
use crate::token::{Authenticator, Scope};
use crate::{http, retry};
use transload_model::RegistryHost;
use transload_network::Network;

/// The time limit of a request whose response is optional, whatever `Retry-After` says.
const OPTIONAL_REQUEST_TIMEOUT: Duration = Duration::from_secs(4);
/// The pause before the only retry of such a request.
const OPTIONAL_RETRY_PAUSE: Duration = Duration::from_millis(200);
/// The largest response body of a write and of the base endpoint that is read, in bytes.
const SHORT_BODY_LIMIT_BYTES: usize = 64 * 1024;
/// A client of one registry for the OCI distribution protocol. Clones share logins and connections.
#[derive(Clone)]
pub struct RegistryClient {
    pub(super) endpoint: Arc<RegistryEndpoint>,
    pub(super) connections: Connections,
    pub(super) authenticator: Arc<Authenticator>,
    pub(super) rate_limit: Arc<RateLimit>,
    pub(super) quotas: Arc<Quotas>,
    pub(super) referrers_api: Arc<ReferrersApiState>,
    pub(super) page_size: Arc<PageSize>,
    pub(super) head_fallback: Arc<HeadFallback>,
    /// Whether a response has proved that the server is a registry.
    is_registry: Arc<AtomicBool>,
    /// The pull quota of the last response that contained one.
    pub(super) last_pull_quota: Arc<Mutex<Option<PullQuota>>>,
}

impl RegistryClient {
    /// Creates a client with the network settings of the process. Sends no request.
    pub fn new(endpoint: RegistryEndpoint, login: Arc<dyn LoginSource>) -> Self {
        Self::with_network(&Network::process_default(), endpoint, login)
    }

    /// Creates a client with these network settings. Sends no request.
    pub fn with_network(
        network: &Network,
        endpoint: RegistryEndpoint,
        login: Arc<dyn LoginSource>,
    ) -> Self {
        let connections = Connections::new(network);
        let authenticator =
            Arc::new(Authenticator::new(endpoint.clone(), connections.clone(), login));
        let (rate_limit, referrers_api) = (Arc::default(), Arc::default());
        let quotas = Arc::new(Quotas::for_host(&endpoint.host));
        Self {
            endpoint: Arc::new(endpoint),
            connections,
            authenticator,
            rate_limit,
            quotas,
            referrers_api,
            page_size: Arc::default(),
            head_fallback: Arc::default(),
            is_registry: Arc::default(),
            last_pull_quota: Arc::default(),
        }
    }

    /// Returns the address of the registry.
    pub fn endpoint(&self) -> &RegistryEndpoint {
        &self.endpoint
    }

    /// Sends a request with retries and returns the response with an unread body.
    pub(super) async fn send(&self, request: &RegistryRequest) -> Result<Response, RegistryError> {
        let action = ThrottledAction::from_method(&request.method);
        let is_head = request.method == Method::HEAD;
        let send = || {
            self.with_permit(action, RequestPriority::Short, is_head, self.send_authorized(request))
        };
        retry::with_retries(&request.method, &self.rate_limit, send)
            .await
            .map_err(|error| self.with_login_problem(error))
    }

    /// Sends a request with retries and reads the response body into memory, up to `limit` bytes.
    pub(super) async fn fetch(
        &self,
        request: &RegistryRequest,
        limit: usize,
    ) -> Result<Document, RegistryError> {
        if request.is_optional {
            return self.fetch_optional(request, limit).await;
        }
        let action = ThrottledAction::from_method(&request.method);
        let send = || {
            self.with_permit(action, RequestPriority::Short, false, self.document(request, limit))
        };
        retry::with_retries(&request.method, &self.rate_limit, send)
            .await
            .map_err(|error| self.with_login_problem(error))
    }

    /// Replaces "login required" by the reason why a stored login couldn't be read, if there is one.
    fn with_login_problem(&self, error: RegistryError) -> RegistryError {
        match (error, self.authenticator.login.problem()) {
            (RegistryError::Unauthorized { registry, had_login: false, .. }, Some(detail)) => {
                RegistryError::LoginUnreadable { registry, detail }
            }
            (error, _) => error,
        }
    }

    /// Sends an optional request with a short time limit. Throttling of this request doesn't delay others.
    async fn fetch_optional(
        &self,
        request: &RegistryRequest,
        limit: usize,
    ) -> Result<Document, RegistryError> {
        let _permit = self.rate_limit.acquire(RequestPriority::Short).await;
        let result = timeout(OPTIONAL_REQUEST_TIMEOUT, async {
            match self.document(request, limit).await {
                Err(error) if error.remedy() == Remedy::Retry => {
                    retry::sleep(OPTIONAL_RETRY_PAUSE).await;
                    self.document(request, limit).await
                }
                other => other,
            }
        });
        result.await.unwrap_or_else(|_| {
            Err(RegistryError::ConnectionLost {
                registry: self.endpoint.host.clone(),
                subject: request.subject.clone(),
                received_bytes: 0,
                source: Some(Box::new(TransferStalled(OPTIONAL_REQUEST_TIMEOUT))),
            })
        })
    }

    /// Sends a request when quota and rate limit allow it, and records the outcome for the rate limit.
    pub(super) async fn with_permit<T>(
        &self,
        action: Option<ThrottledAction>,
        priority: RequestPriority,
        is_head: bool,
        request: impl Future<Output = Result<T, RegistryError>>,
    ) -> Result<T, RegistryError> {
        self.quotas.wait(action).await;
        let _permit = self.rate_limit.acquire(priority).await;
        let outcome = request.await;
        self.rate_limit.record_outcome(&outcome, is_head);
        outcome
    }

    /// Records that the server is a registry.
    pub(super) fn mark_as_registry(&self) {
        self.is_registry.store(true, Ordering::Relaxed);
    }

    /// Records that the server is a registry if the response has headers of one.
    pub(super) fn observe_headers(&self, headers: &HeaderMap) {
        if headers.contains_key(API_VERSION) || headers.contains_key(DOCKER_CONTENT_DIGEST) {
            self.mark_as_registry();
        }
    }

    pub(super) fn is_registry(&self) -> bool {
        self.is_registry.load(Ordering::Relaxed)
    }

    /// Sends a write with retries. A success with a web page is an error, because the sign-in page of a
    /// network responds to every request so, unless it has headers of a registry.
    pub(super) async fn write(&self, request: &RegistryRequest) -> Result<Document, RegistryError> {
        let document = self.fetch(request, SHORT_BODY_LIMIT_BYTES).await?;
        self.expect_registry(&document)?;
        Ok(document)
    }

    /// Returns an error if the response is a web page and not from a registry.
    pub(super) fn expect_registry(&self, document: &Document) -> Result<(), RegistryError> {
        let headers = &document.headers;
        let has_registry_headers = [LOCATION, DOCKER_CONTENT_DIGEST, API_VERSION]
            .iter()
            .any(|name| headers.contains_key(name));
        let is_page = match &document.body {
            Body::Whole(body) => is_web_page(body),
            Body::TooLarge { .. } => true,
        };
        if is_page && !has_registry_headers {
            return Err(self.not_a_registry("it responds with a web page"));
        }
        Ok(())
    }

    pub(super) fn not_a_registry(&self, detail: impl Into<String>) -> RegistryError {
        RegistryError::NotARegistry { registry: self.endpoint.host.clone(), detail: detail.into() }
    }

    async fn document(
        &self,
        request: &RegistryRequest,
        limit: usize,
    ) -> Result<Document, RegistryError> {
        let response = self.send_authorized(request).await?;
        let status = response.status();
        let headers = response.headers().clone();
        let url = response.url().clone();
        let body = http::read_body(response, limit, &self.endpoint.host, &request.subject).await?;
        Ok(Document { status, headers, url, body })
    }
}

#[async_trait]
impl RegistryApi for RegistryClient {
    fn host(&self) -> &RegistryHost {
        &self.endpoint.host
    }

    fn pull_quota(&self) -> Option<PullQuota> {
        *self.last_pull_quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_tokens(&self) {
        self.authenticator.forget_tokens();
    }

    fn with_login(self: Arc<Self>, login: Arc<dyn LoginSource>) -> Arc<dyn RegistryApi> {
        let authenticator = Arc::new(Authenticator::new(
            self.endpoint.as_ref().clone(),
            self.connections.clone(),
            login,
        ));
        Arc::new(Self { authenticator, ..self.as_ref().clone() })
    }

    async fn check_login(&self) -> Result<(), RegistryError> {
        let url = self.endpoint.v2_url([""]);
        let request = RegistryRequest::new(Method::GET, url, Scope::Login, "its base endpoint");
        match self.fetch(&request, SHORT_BODY_LIMIT_BYTES).await {
            Ok(document) => {
                self.expect_registry(&document)?;
                self.mark_as_registry();
                Ok(())
            }
            Err(RegistryError::Missing { .. }) => {
                Err(self.not_a_registry("the address /v2/ doesn't exist"))
            }
            Err(error) => Err(error),
        }
    }
}
