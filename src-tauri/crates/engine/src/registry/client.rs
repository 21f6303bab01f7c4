use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, LOCATION,
};
use reqwest::{Method, Response, StatusCode};
use url::Url;

use super::answer::{Refusal, is_html};
use super::http::{self, Body, Connections};
use super::pace::{Pace, Way};
use super::quotas::{Action, Quotas};
use super::referrers::ReferrersApi;
use super::token::{Access, Pass, Scope};
use super::{
    BlobStream, LoginSource, ManifestHead, Mount, PullQuota, Referrer, RegistryApi,
    RegistryEndpoint, RegistryError, Stored, UploadSession, UploadStart, addresses, challenge,
    retry,
};
use crate::model::{Descriptor, Digest, RawManifest, RegistryHost, Tag};
use crate::network::Network;

/// How often a registry may send us on before it is called a loop.
const REDIRECT_LIMIT: usize = 5;

/// Speaks the OCI distribution protocol with one registry. Clones share logins and connections.
#[derive(Clone)]
pub struct RegistryClient {
    pub(super) endpoint: Arc<RegistryEndpoint>,
    pub(super) connections: Connections,
    pub(super) access: Arc<Access>,
    pub(super) pace: Arc<Pace>,
    pub(super) quotas: Arc<Quotas>,
    pub(super) referrers_api: Arc<ReferrersApi>,
    /// The pull quota as it was told last.
    pub(super) told_quota: Arc<Mutex<Option<PullQuota>>>,
}

/// One request that may be sent several times.
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) scope: Scope,
    /// What it is about, for errors.
    pub(super) subject: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
}

impl Ask {
    pub(super) fn new(method: Method, url: Url, scope: Scope, subject: impl Into<String>) -> Self {
        let headers = HeaderMap::new();
        Self { method, url, scope, subject: subject.into(), headers, body: None }
    }

    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// An answer that was read into memory.
pub(super) struct Document {
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
        let (endpoint, told_quota) = (Arc::new(endpoint), Arc::default());
        Self { endpoint, connections, access, pace, quotas, referrers_api, told_quota }
    }

    /// Where its requests go.
    pub fn endpoint(&self) -> &RegistryEndpoint {
        &self.endpoint
    }

    /// Sends a request until it succeeds, and gives its answer with the body unread.
    pub(super) async fn send(&self, ask: &Ask) -> Result<Response, RegistryError> {
        let action = Action::of(&ask.method);
        let send = || self.paced(action, Way::Short, self.admitted(ask));
        retry::until_done(&ask.method, send).await
    }

    /// Sends a request until its whole answer is there.
    pub(super) async fn fetch(&self, ask: &Ask, limit: usize) -> Result<Document, RegistryError> {
        let send = || self.paced(None, Way::Short, self.document(ask, limit));
        retry::until_done(&ask.method, send).await
    }

    /// Does a request when its turn has come.
    pub(super) async fn paced<T>(
        &self,
        action: Option<Action>,
        way: Way,
        request: impl Future<Output = Result<T, RegistryError>>,
    ) -> Result<T, RegistryError> {
        self.quotas.wait(action).await;
        let _turn = self.pace.turn(way).await;
        let outcome = request.await;
        self.pace.learn(&outcome);
        outcome
    }

    /// Refuses to go on with a web page, which a proxy or a wrong address gives.
    pub(super) fn expect_no_page(&self, headers: &HeaderMap) -> Result<(), RegistryError> {
        if is_html(headers) {
            return Err(self.not_a_registry("it answers with a web page"));
        }
        Ok(())
    }

    pub(super) fn not_a_registry(&self, detail: impl Into<String>) -> RegistryError {
        RegistryError::NotARegistry { registry: self.endpoint.host.clone(), detail: detail.into() }
    }

    async fn document(&self, ask: &Ask, limit: usize) -> Result<Document, RegistryError> {
        let response = self.admitted(ask).await?;
        let headers = response.headers().clone();
        let url = response.url().clone();
        let body = http::read_body(response, limit, &self.endpoint.host, &ask.subject).await?;
        Ok(Document { headers, url, body })
    }

    /// Sends a request, with a login where the registry wants one: first what is at hand, then what
    /// its challenge asks for, then once a renewed login.
    async fn admitted(&self, ask: &Ask) -> Result<Response, RegistryError> {
        let mut pass = self.access.pass(&ask.scope).await?;
        let (mut asked, mut renewed) = (false, false);
        loop {
            let response = self.follow(ask, pass.as_ref()).await?;
            if response.status().is_success() {
                return Ok(response);
            }
            let is_own = addresses::is_own(&self.endpoint, response.url());
            let offered = challenge::offered(response.headers());
            let refusal = Refusal::read(response, &self.endpoint.host).await;
            if is_own && refusal.is_about_login() {
                if !asked {
                    asked = true;
                    let new = self.access.admit(&ask.scope, offered.clone(), pass.as_ref()).await?;
                    if new.is_some() && new != pass {
                        pass = new;
                        continue;
                    }
                }
                let has_login = pass.as_ref().is_some_and(|pass| pass.has_login);
                if has_login && !renewed && self.access.login.renew().await? {
                    renewed = true;
                    pass = self.access.admit(&ask.scope, offered, pass.as_ref()).await?;
                    continue;
                }
            }
            let has_login = pass.is_some_and(|pass| pass.has_login);
            return Err(refusal.into_error(&self.endpoint.host, &ask.subject, has_login));
        }
    }

    /// Sends a request and follows redirects of reads. Once a redirect has left the registry's
    /// origin the login is gone for good, wherever the next one leads.
    pub(super) async fn follow(
        &self,
        ask: &Ask,
        pass: Option<&Pass>,
    ) -> Result<Response, RegistryError> {
        let mut url = ask.url.clone();
        let mut pass = pass.filter(|_| addresses::is_own(&self.endpoint, &url));
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
            let response =
                self.connections.answer_to(request, &self.endpoint.host, &ask.subject).await?;
            let is_read = matches!(ask.method, Method::GET | Method::HEAD);
            let Some(target) = redirect(&response).filter(|_| is_read) else {
                return Ok(response);
            };
            url = addresses::follow(&self.endpoint, response.url(), &target)?;
            pass = pass.filter(|_| addresses::is_own(&self.endpoint, &url));
        }
        Err(self.not_a_registry(format!("it redirects more than {REDIRECT_LIMIT} times")))
    }
}

/// Where an answer sends us on to.
fn redirect(response: &Response) -> Option<String> {
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
        let ask = Ask::new(Method::GET, url, Scope::Login, "its front door");
        match self.send(&ask).await {
            Ok(response) => self.expect_no_page(response.headers()),
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

    async fn referrers(&self, path: &str, digest: &Digest) -> Result<Vec<Referrer>, RegistryError> {
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
