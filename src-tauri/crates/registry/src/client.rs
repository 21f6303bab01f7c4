use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, LOCATION,
};
use reqwest::{Method, Response, StatusCode};
use tokio::time::timeout;
use url::Url;

use crate::api::{
    BlobStream, LoginSource, ManifestHead, Mount, PullQuota, Referrer, RegistryApi, Stored,
    UploadSession, UploadStart,
};
use crate::challenge::Challenge;
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::http::{Body, Connections, Silence};
use crate::lists::PageSize;
use crate::manifests::{DOCKER_CONTENT_DIGEST, HeadsByGet};
use crate::quotas::{Action, Quotas};
use crate::rate_limit::{RateLimit, RequestPriority};
use crate::referrers::ReferrersApi;
use crate::remedy::Remedy;
use crate::response::{Refusal, is_web_page};
use crate::token::{Access, Authorization, Scope};
use crate::{addresses, challenge, http, retry};
use transload_model::{Descriptor, Digest, RawManifest, RegistryHost, Tag};
use transload_network::Network;

/// How often a registry may send us on before it is called a loop.
const REDIRECT_LIMIT: usize = 10;
/// How long a request may take whose answer is not needed, whatever the registry asks for.
const LOOK_LIMIT: Duration = Duration::from_secs(4);
/// The pause before such a request is sent a second and last time.
const LOOK_PAUSE: Duration = Duration::from_millis(200);
/// How much of the answer of a write and of the base endpoint is read.
const SHORT_ANSWER_LIMIT: usize = 64 * 1024;
/// The header that registries sign their answers with. Source: distribution, "API Version Check".
const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

/// Speaks the OCI distribution protocol with one registry. Clones share logins and connections.
#[derive(Clone)]
pub struct RegistryClient {
    pub(super) endpoint: Arc<RegistryEndpoint>,
    pub(super) connections: Connections,
    pub(super) access: Arc<Access>,
    pub(super) pace: Arc<RateLimit>,
    pub(super) quotas: Arc<Quotas>,
    pub(super) referrers_api: Arc<ReferrersApi>,
    pub(super) page_size: Arc<PageSize>,
    pub(super) heads_by_get: Arc<HeadsByGet>,
    /// Whether an answer has shown that a registry is at this address.
    is_registry: Arc<AtomicBool>,
    /// The pull quota as it was told last.
    pub(super) told_quota: Arc<Mutex<Option<PullQuota>>>,
}

/// One request that may be sent several times.
pub(super) struct RegistryRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) scope: Scope,
    /// What it is about, for errors.
    pub(super) subject: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    /// Whether the caller does well without the answer: it is waited for only shortly.
    pub(super) is_optional: bool,
}

impl RegistryRequest {
    pub(super) fn new(method: Method, url: Url, scope: Scope, subject: impl Into<String>) -> Self {
        let headers = HeaderMap::new();
        let subject = subject.into();
        Self { method, url, scope, subject, headers, body: None, is_optional: false }
    }

    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// An answer that was read into memory.
pub(super) struct Document {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) url: Url,
    pub(super) body: Body,
}

impl RegistryClient {
    /// A client for one registry on the network of this process; nothing is sent yet.
    pub fn new(endpoint: RegistryEndpoint, login: Arc<dyn LoginSource>) -> Self {
        Self::through(&Network::of_process(), endpoint, login)
    }

    /// A client for one registry; nothing is sent yet.
    pub fn through(
        network: &Network,
        endpoint: RegistryEndpoint,
        login: Arc<dyn LoginSource>,
    ) -> Self {
        let connections = Connections::new(network);
        let access = Arc::new(Access::new(endpoint.clone(), connections.clone(), login));
        let (pace, referrers_api) = (Arc::default(), Arc::default());
        let quotas = Arc::new(Quotas::of(&endpoint.host));
        Self {
            endpoint: Arc::new(endpoint),
            connections,
            access,
            pace,
            quotas,
            referrers_api,
            page_size: Arc::default(),
            heads_by_get: Arc::default(),
            is_registry: Arc::default(),
            told_quota: Arc::default(),
        }
    }

    /// Where its requests go.
    pub fn endpoint(&self) -> &RegistryEndpoint {
        &self.endpoint
    }

    /// Sends a request until it succeeds, and gives its answer with the body unread.
    pub(super) async fn send(&self, ask: &RegistryRequest) -> Result<Response, RegistryError> {
        let action = Action::of(&ask.method);
        let is_head = ask.method == Method::HEAD;
        let send =
            || self.paced(action, RequestPriority::Short, is_head, self.send_authorized(ask));
        retry::until_done(&ask.method, &self.pace, send)
            .await
            .map_err(|error| self.explained(error))
    }

    /// Sends a request until its whole answer is there.
    pub(super) async fn fetch(
        &self,
        ask: &RegistryRequest,
        limit: usize,
    ) -> Result<Document, RegistryError> {
        if ask.is_optional {
            return self.look(ask, limit).await;
        }
        let action = Action::of(&ask.method);
        let send = || self.paced(action, RequestPriority::Short, false, self.document(ask, limit));
        retry::until_done(&ask.method, &self.pace, send)
            .await
            .map_err(|error| self.explained(error))
    }

    /// A request without a login was refused, and a stored login could not be read: that is the
    /// cause to name.
    fn explained(&self, error: RegistryError) -> RegistryError {
        match (error, self.access.login.problem()) {
            (RegistryError::Unauthorized { registry, had_login: false, .. }, Some(detail)) => {
                RegistryError::LoginUnreadable { registry, detail }
            }
            (error, _) => error,
        }
    }

    /// Sends a request that is never waited for long. What the registry says of waiting concerns this
    /// request alone and holds no other back.
    async fn look(&self, ask: &RegistryRequest, limit: usize) -> Result<Document, RegistryError> {
        let _turn = self.pace.turn(RequestPriority::Short).await;
        let looked = timeout(LOOK_LIMIT, async {
            match self.document(ask, limit).await {
                Err(error) if error.remedy() == Remedy::Retry => {
                    retry::rest(LOOK_PAUSE).await;
                    self.document(ask, limit).await
                }
                other => other,
            }
        });
        looked.await.unwrap_or_else(|_| {
            Err(RegistryError::ConnectionLost {
                registry: self.endpoint.host.clone(),
                subject: ask.subject.clone(),
                received_bytes: 0,
                source: Some(Box::new(Silence(LOOK_LIMIT))),
            })
        })
    }

    /// Does a request when its turn has come.
    pub(super) async fn paced<T>(
        &self,
        action: Option<Action>,
        way: RequestPriority,
        is_head: bool,
        request: impl Future<Output = Result<T, RegistryError>>,
    ) -> Result<T, RegistryError> {
        self.quotas.wait(action).await;
        let _turn = self.pace.turn(way).await;
        let outcome = request.await;
        self.pace.learn(&outcome, is_head);
        outcome
    }

    /// Takes note that a registry answers here.
    pub(super) fn note_registry(&self) {
        self.is_registry.store(true, Ordering::Relaxed);
    }

    fn note_answer(&self, headers: &HeaderMap) {
        if headers.contains_key(API_VERSION) || headers.contains_key(DOCKER_CONTENT_DIGEST) {
            self.note_registry();
        }
    }

    pub(super) fn is_registry(&self) -> bool {
        self.is_registry.load(Ordering::Relaxed)
    }

    /// Sends a write until it succeeds. A web page with a success, which a sign-in page of a network
    /// gives to every request, is no success; one with a registry's own headers is.
    pub(super) async fn write(&self, ask: &RegistryRequest) -> Result<Document, RegistryError> {
        let document = self.fetch(ask, SHORT_ANSWER_LIMIT).await?;
        self.expect_registry(&document)?;
        Ok(document)
    }

    /// Refuses a web page that answers in the place of a registry.
    pub(super) fn expect_registry(&self, document: &Document) -> Result<(), RegistryError> {
        let headers = &document.headers;
        let is_signed = [LOCATION, DOCKER_CONTENT_DIGEST, API_VERSION]
            .iter()
            .any(|name| headers.contains_key(name));
        let is_page = match &document.body {
            Body::Whole(body) => is_web_page(body),
            Body::TooLarge { .. } => true,
        };
        if is_page && !is_signed {
            return Err(self.not_a_registry("it answers with a web page"));
        }
        Ok(())
    }

    pub(super) fn not_a_registry(&self, detail: impl Into<String>) -> RegistryError {
        RegistryError::NotARegistry { registry: self.endpoint.host.clone(), detail: detail.into() }
    }

    async fn document(
        &self,
        ask: &RegistryRequest,
        limit: usize,
    ) -> Result<Document, RegistryError> {
        let response = self.send_authorized(ask).await?;
        let status = response.status();
        let headers = response.headers().clone();
        let url = response.url().clone();
        let body = http::read_body(response, limit, &self.endpoint.host, &ask.subject).await?;
        Ok(Document { status, headers, url, body })
    }

    /// Sends a request, with a login where the registry wants one: first what is at hand, then what
    /// its challenge asks for, then once a renewed login. A registry may hide what is private from
    /// the anonymous without a challenge, so "not found" counts only with the login, if there is one.
    async fn send_authorized(&self, ask: &RegistryRequest) -> Result<Response, RegistryError> {
        let mut pass = self.access.pass(&ask.scope).await?;
        let (mut asked, mut renewed, mut offered_login) = (false, false, false);
        // The refusal before a login was sent that nobody asked for.
        let mut before: Option<Refusal> = None;
        let host = &self.endpoint.host;
        loop {
            let response = self.follow(ask, pass.as_ref()).await?;
            self.note_answer(response.headers());
            if response.status().is_success() {
                if before.is_some() {
                    // It takes the login and never says so.
                    self.access.note_challenge(vec![Challenge::Basic]);
                }
                return Ok(response);
            }
            let is_own = addresses::is_own(&self.endpoint, response.url());
            let headers = response.headers().clone();
            let offered = challenge::offered(&headers);
            let mut refusal = Refusal::read(response, host, self.is_registry()).await;
            if ask.method == Method::HEAD {
                refusal = refusal.of_head(&headers);
            }
            if let Some(before) = before {
                return Err(before.into_error(host, &ask.subject, false));
            }
            if is_own && refusal.is_about_login() {
                if !asked {
                    asked = true;
                    let new = self
                        .access
                        .authenticate(&ask.scope, offered.clone(), pass.as_ref())
                        .await?;
                    if new.is_some() && new != pass {
                        pass = new;
                        continue;
                    }
                }
                let has_login = pass.as_ref().is_some_and(|pass| pass.has_login);
                if has_login && !renewed && self.access.login.renew().await? {
                    renewed = true;
                    pass = self.access.authenticate(&ask.scope, offered, pass.as_ref()).await?;
                    continue;
                }
            }
            if is_own && pass.is_none() && !offered_login && refusal.may_hide_from_anonymous() {
                offered_login = true;
                pass = self.unsolicited_authorization(&ask.scope).await?;
                if pass.is_some() {
                    before = Some(refusal).filter(|_| !self.access.has_asked());
                    continue;
                }
            }
            let has_login = pass.is_some_and(|pass| pass.has_login);
            return Err(refusal.into_error(host, &ask.subject, has_login));
        }
    }

    /// What to send to a registry that refuses the anonymous without a challenge: what its base endpoint
    /// asks for, or the login itself. Nothing where there is no login.
    async fn unsolicited_authorization(
        &self,
        scope: &Scope,
    ) -> Result<Option<Authorization>, RegistryError> {
        if !matches!(self.access.login_for(scope).await, Ok(Some(_))) {
            return Ok(None);
        }
        if self.access.first_look_at_door() {
            let url = self.endpoint.below_v2([""]);
            let ask = RegistryRequest::new(Method::GET, url, Scope::Login, "its base endpoint");
            if let Ok(response) = self.follow(&ask, None).await
                && addresses::is_own(&self.endpoint, response.url())
            {
                self.access.note_challenge(challenge::offered(response.headers()));
            }
        }
        match self.access.pass(scope).await? {
            Some(pass) => Ok(Some(pass)),
            None => self.access.basic(scope).await,
        }
    }

    /// Sends a request and follows redirects, a write with its method and body: what 307 and 308 say,
    /// and what the redirect of a whole server to its other address means with 301 and 302. Once a
    /// redirect has left the registry's origin the login is gone for good, wherever the next one
    /// leads.
    pub(super) async fn follow(
        &self,
        ask: &RegistryRequest,
        pass: Option<&Authorization>,
    ) -> Result<Response, RegistryError> {
        let host = &self.endpoint.host;
        let mut url = ask.url.clone();
        let mut pass = pass.filter(|_| addresses::is_own(&self.endpoint, &url));
        let mut visited = vec![url.clone()];
        for _ in 0..=REDIRECT_LIMIT {
            let client = self.connections.client_for(&self.endpoint, &url)?;
            let mut request =
                client.request(ask.method.clone(), url.clone()).headers(ask.headers.clone());
            if let Some(pass) = pass {
                request = request.header(AUTHORIZATION, pass.header.clone());
            }
            request = match &ask.body {
                Some(body) => request.body(body.clone()),
                None if ask.method == Method::POST => request.header(CONTENT_LENGTH, 0),
                None => request,
            };
            let response = self.connections.answer_to(request, host, &ask.subject).await;
            let response =
                response.map_err(|error| http::blame_target(error, &self.endpoint, &url))?;
            let Some(target) = redirect(&response) else { return Ok(response) };
            let is_read = matches!(ask.method, Method::GET | Method::HEAD);
            url = addresses::follow(&self.endpoint, response.url(), &target)?;
            if !is_read && response.status() == StatusCode::SEE_OTHER {
                return Err(RegistryError::Refused {
                    registry: host.clone(),
                    subject: ask.subject.clone(),
                    status: StatusCode::SEE_OTHER.as_u16(),
                    code: String::new(),
                    message: format!(
                        "it sends a write to {} for reading only",
                        addresses::shown(&url)
                    ),
                });
            }
            if ask.is_optional && !names_the_same(&ask.url, &url) {
                // GHCR sends the referrers API to a page of GitHub that does not name the digest and
                // often answers 429: that says nothing about the digest.
                return Err(RegistryError::Refused {
                    registry: host.clone(),
                    subject: ask.subject.clone(),
                    status: response.status().as_u16(),
                    code: String::new(),
                    message: format!("it redirects to {}", addresses::shown(&url)),
                });
            }
            if visited.contains(&url) {
                return Err(self.not_a_registry("it redirects in a circle"));
            }
            visited.push(url.clone());
            pass = pass.filter(|_| addresses::is_own(&self.endpoint, &url));
        }
        Err(self.not_a_registry(format!("it redirects more than {REDIRECT_LIMIT} times")))
    }
}

/// Whether an address still names what another one ends with, such as a digest.
fn names_the_same(asked: &Url, redirected: &Url) -> bool {
    let last = asked.path().rsplit('/').next().unwrap_or_default();
    let hex = last.rsplit(':').next().unwrap_or_default();
    redirected.as_str().contains(hex)
}

/// Where an answer sends us on to.
pub(super) fn redirect(response: &Response) -> Option<String> {
    let is_redirect = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let target = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    target.to_str().ok().map(str::to_owned)
}

#[async_trait]
impl RegistryApi for RegistryClient {
    fn host(&self) -> &RegistryHost {
        &self.endpoint.host
    }

    fn pull_quota(&self) -> Option<PullQuota> {
        *self.told_quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_tokens(&self) {
        self.access.forget_tokens();
    }

    fn with_login(self: Arc<Self>, login: Arc<dyn LoginSource>) -> Arc<dyn RegistryApi> {
        let access =
            Arc::new(Access::new(self.endpoint.as_ref().clone(), self.connections.clone(), login));
        Arc::new(Self { access, ..self.as_ref().clone() })
    }

    async fn check_login(&self) -> Result<(), RegistryError> {
        let url = self.endpoint.below_v2([""]);
        let ask = RegistryRequest::new(Method::GET, url, Scope::Login, "its base endpoint");
        match self.fetch(&ask, SHORT_ANSWER_LIMIT).await {
            Ok(document) => {
                self.expect_registry(&document)?;
                self.note_registry();
                Ok(())
            }
            Err(RegistryError::Missing { .. }) => {
                Err(self.not_a_registry("it does not know the address /v2/"))
            }
            Err(error) => Err(error),
        }
    }

    async fn manifest_head(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError> {
        self.head_manifest(path, reference).await
    }

    async fn manifest(&self, path: &str, reference: &str) -> Result<RawManifest, RegistryError> {
        self.get_manifest(path, reference).await.map(|(manifest, _)| manifest)
    }

    async fn put_manifest(
        &self,
        path: &str,
        reference: &str,
        manifest: &RawManifest,
    ) -> Result<Stored, RegistryError> {
        self.store_manifest(path, reference, manifest).await
    }

    async fn referrers(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Option<Vec<Referrer>>, RegistryError> {
        self.list_referrers(path, digest).await
    }

    async fn has_blob(&self, path: &str, digest: &Digest) -> Result<bool, RegistryError> {
        self.head_blob(path, digest).await
    }

    async fn blob(&self, path: &str, blob: &Descriptor) -> Result<BlobStream, RegistryError> {
        self.get_blob(path, blob).await
    }

    async fn begin_upload(
        &self,
        path: &str,
        mount: Option<Mount<'_>>,
    ) -> Result<UploadStart, RegistryError> {
        self.open_upload(path, mount).await
    }

    async fn send_blob(
        &self,
        path: &str,
        blob: &Descriptor,
        session: UploadSession,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        self.put_in_session(path, blob, session, content).await
    }

    async fn abandon_upload(&self, path: &str, session: UploadSession) {
        self.cancel_upload(path, session).await;
    }

    async fn tags(&self, path: &str) -> Result<Vec<Tag>, RegistryError> {
        self.list_tags(path).await
    }

    async fn catalogue(&self) -> Result<Vec<String>, RegistryError> {
        self.list_repositories().await
    }
}
