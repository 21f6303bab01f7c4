//! Requests to the API of Docker Hub: login, retries, redirects and response bodies.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::DATE;
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use url::Url;

use crate::error::HubError;
use crate::rate_limit::{HubRateLimit, retry_at};
use crate::response::{
    HubRepository, HubTag, ListResponse, OrganizationResponse, Page, RepositoryResponse,
    TagResponse,
};
use transload_model::Secret;
use transload_network::{Encoding, Network, decode_body};

/// Address of Docker Hub's API.
const DOCKER_HUB: &str = "https://hub.docker.com";
/// Maximum number of entries on a page. Source: Docker Hub API reference.
const PAGE_SIZE: &str = "100";
/// Maximum size of a response body. A page of 100 tags with all platforms has about 500 kB.
const BODY_LIMIT_BYTES: usize = 8 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum pause while a response is read.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
const MAX_REDIRECTS: usize = 5;
/// How often a throttled request is sent.
const MAX_ATTEMPTS: usize = 3;

/// A login for Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubLogin {
    /// A user name, or the name of an organization that has an access token.
    pub identifier: String,
    /// A password or access token.
    pub secret: Secret<String>,
}

/// A client of Docker Hub's API. Clones share connections, the session and the rate limit.
#[derive(Clone, Debug)]
pub struct HubClient {
    http: reqwest::Client,
    network: Network,
    base: Url,
    login: Option<HubLogin>,
    /// The token of the login, once requested. The lock is held during the request, so concurrent
    /// calls log in only once.
    session: Arc<Mutex<Option<Secret<String>>>>,
    rate_limit: Arc<HubRateLimit>,
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
}

/// The body of an error response. The message is in one of these members.
#[derive(Default, Deserialize)]
struct HubErrorBody {
    message: Option<String>,
    detail: Option<String>,
}

impl HubClient {
    /// Creates a client of the API at `base` with the network settings of this process. Without a
    /// login, it is anonymous.
    ///
    /// # Errors
    /// [`HubError::Unreachable`] if the HTTP client can't be set up.
    pub fn new(base: Url, login: Option<HubLogin>) -> Result<Self, HubError> {
        Self::with_network(&Network::process_default(), base, login)
    }

    /// Creates a client of the API at `base`. Without a login, it is anonymous.
    ///
    /// # Errors
    /// [`HubError::Unreachable`] if the HTTP client can't be set up.
    pub fn with_network(
        network: &Network,
        base: Url,
        login: Option<HubLogin>,
    ) -> Result<Self, HubError> {
        let http = network
            .http2_client()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .redirect(same_origin())
            .build()
            .map_err(|source| HubError::Unreachable { host: host(&base), source: source.into() })?;
        let (network, session, rate_limit) = (network.clone(), Arc::default(), Arc::default());
        Ok(Self { http, network, base, login, session, rate_limit })
    }

    /// Returns the address of Docker Hub's API.
    pub fn docker_hub() -> Result<Url, url::ParseError> {
        Url::parse(DOCKER_HUB)
    }

    /// Checks the login. Does nothing without one.
    ///
    /// # Errors
    /// [`HubError::Unauthorized`] if Docker Hub rejects it.
    pub async fn log_in(&self) -> Result<(), HubError> {
        self.session(None).await.map(drop)
    }

    pub fn login(&self) -> Option<&HubLogin> {
        self.login.as_ref()
    }

    /// Returns a page, counted from 1, of the organizations of the signed-in user. Docker's own
    /// tools use this request; the API reference does not document it.
    ///
    /// # Errors
    /// [`HubError::Unauthorized`] without a login, and with the access token of an organization.
    pub async fn organizations(&self, page: u32) -> Result<Page<String>, HubError> {
        // The trailing slash avoids a redirect.
        let url = self.page_url(&["v2", "user", "orgs", ""], page);
        let list: Option<ListResponse<OrganizationResponse>> =
            self.get(url, "your organizations").await?;
        Ok(list.map_or_else(empty_page, |list| list.page(page, |answer| Some(answer.orgname))))
    }

    /// Returns a page, counted from 1, of the repositories of a user or organization.
    ///
    /// # Errors
    /// [`HubError::NamespaceMissing`], or a failed request.
    pub async fn repositories(
        &self,
        namespace: &str,
        page: u32,
    ) -> Result<Page<HubRepository>, HubError> {
        let url = self.page_url(&["v2", "namespaces", namespace, "repositories"], page);
        let list: Option<ListResponse<RepositoryResponse>> = self.get(url, namespace).await?;
        match list {
            Some(list) => Ok(list.page(page, |answer| Some(answer.into()))),
            None if page > 1 => Ok(empty_page()),
            None => Err(HubError::NamespaceMissing { namespace: namespace.to_owned() }),
        }
    }

    /// Returns a page, counted from 1, of the tags of a repository.
    ///
    /// # Errors
    /// [`HubError::RepositoryMissing`], or a failed request.
    pub async fn tags(
        &self,
        namespace: &str,
        repository: &str,
        page: u32,
    ) -> Result<Page<HubTag>, HubError> {
        let path = ["v2", "namespaces", namespace, "repositories", repository, "tags"];
        let url = self.page_url(&path, page);
        let list: Option<ListResponse<TagResponse>> =
            self.get(url, &format!("{namespace}/{repository}")).await?;
        match list {
            Some(list) => Ok(list.page(page, TagResponse::into_tag)),
            None if page > 1 => Ok(empty_page()),
            None => Err(HubError::RepositoryMissing {
                namespace: namespace.to_owned(),
                repository: repository.to_owned(),
            }),
        }
    }

    /// Returns a tag of a repository, or `None` if the tag does not exist or is not visible to this
    /// login. The request does not count as a pull.
    pub async fn tag(
        &self,
        namespace: &str,
        repository: &str,
        tag: &str,
    ) -> Result<Option<HubTag>, HubError> {
        let path = ["v2", "namespaces", namespace, "repositories", repository, "tags", tag];
        let url = self.url(&path);
        let answer: Option<TagResponse> =
            self.get(url, &format!("{namespace}/{repository}:{tag}")).await?;
        Ok(answer.and_then(TagResponse::into_tag))
    }

    fn page_url(&self, path: &[&str], page: u32) -> Url {
        let mut url = self.url(path);
        url.query_pairs_mut()
            .append_pair("page", &page.to_string())
            .append_pair("page_size", PAGE_SIZE);
        url
    }

    /// Returns the URL of a path. Each segment is escaped, so a name can't change the path.
    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Fails only for URLs such as `mailto:`. Their request fails too.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// Sends a request. If the session is rejected, logs in again and retries once. Returns `None`
    /// for 404.
    async fn get<T: DeserializeOwned>(
        &self,
        url: Url,
        subject: &str,
    ) -> Result<Option<T>, HubError> {
        let mut session = self.session(None).await?;
        let mut response = self.send_throttled(&url, session.as_ref()).await?;
        if response.status() == StatusCode::UNAUTHORIZED && session.is_some() {
            session = self.session(session.as_ref()).await?;
            response = self.send_throttled(&url, session.as_ref()).await?;
        }
        if response.status() == StatusCode::NOT_FOUND {
            // A 404 without JSON comes from a proxy and doesn't mean that the subject is missing.
            let _: serde_json::Value = self.json(response).await?;
            return Ok(None);
        }
        self.parse_success(response, subject).await.map(Some)
    }

    /// Sends a request when the rate limit allows it, and retries it if Docker Hub throttles it for
    /// a short time.
    async fn send_throttled(
        &self,
        url: &Url,
        session: Option<&Secret<String>>,
    ) -> Result<Response, HubError> {
        let mut attempts = 1;
        loop {
            self.rate_limit.wait().await;
            let response = self.send(self.request(url, session)).await?;
            self.rate_limit.update(response.headers());
            let retry_at = retry_at(response.headers())
                .filter(|_| response.status() == StatusCode::TOO_MANY_REQUESTS);
            match retry_at {
                Some(time) if attempts < MAX_ATTEMPTS && self.rate_limit.pause_until(time) => {
                    attempts += 1
                }
                _ => return Ok(response),
            }
        }
    }

    fn request(&self, url: &Url, session: Option<&Secret<String>>) -> RequestBuilder {
        let request = self.http.request(Method::GET, url.clone());
        match session {
            Some(session) => request.bearer_auth(session.expose()),
            None => request,
        }
    }

    /// Returns the token of the session, or `None` without a login. Requests a new one if the
    /// current token is `rejected`.
    async fn session(
        &self,
        rejected: Option<&Secret<String>>,
    ) -> Result<Option<Secret<String>>, HubError> {
        let Some(login) = &self.login else { return Ok(None) };
        let mut current = self.session.lock().await;
        if let Some(session) = current.as_ref()
            && Some(session) != rejected
        {
            return Ok(Some(session.clone()));
        }
        let body = serde_json::json!({
            "identifier": login.identifier,
            "secret": login.secret.expose(),
        });
        let request = self
            .http
            .request(Method::POST, self.url(&["v2", "auth", "token"]))
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
        let response = self.send(request).await?;
        let answer: TokenResponse = self.parse_success(response, &login.identifier).await?;
        let session = Secret::new(answer.access_token);
        *current = Some(session.clone());
        Ok(Some(session))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, HubError> {
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
            && let Some(failure) = self.network.proxy_login_failure(response.url())
        {
            return Err(HubError::Network { host: host(&self.base), failure });
        }
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        self.network.observe_date(response.url(), date);
        Ok(response)
    }

    /// Parses the body of a successful response, and converts any other response to an error.
    async fn parse_success<T: DeserializeOwned>(
        &self,
        response: Response,
        subject: &str,
    ) -> Result<T, HubError> {
        let status = response.status();
        if status.is_success() {
            return self.json(response).await;
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Err(HubError::Throttled { retry_at_ms: retry_at(response.headers()) });
        }
        if status.is_redirection() {
            return Err(self.not_hub(format!("a redirect with status {}", status.as_u16())));
        }
        let subject = subject.to_owned();
        let body = self.body(response).await?;
        let error: HubErrorBody = serde_json::from_slice(&body).unwrap_or_default();
        let message = error.message.or(error.detail);
        Err(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                HubError::Unauthorized { subject, had_login: self.login.is_some(), message }
            }
            _ => HubError::Failed { status: status.as_u16(), subject, message },
        })
    }

    async fn json<T: DeserializeOwned>(&self, response: Response) -> Result<T, HubError> {
        let body = self.body(response).await?;
        serde_json::from_slice(&body).map_err(|error| {
            // Only the position: the text could contain the token.
            let (line, column) = (error.line(), error.column());
            self.not_hub(format!("not the expected JSON at line {line}, column {column}"))
        })
    }

    /// Reads a whole body, and decompresses it if necessary.
    async fn body(&self, mut response: Response) -> Result<Bytes, HubError> {
        let too_large = || self.not_hub(format!("more than {BODY_LIMIT_BYTES} bytes"));
        let encoding = Encoding::from_headers(response.headers());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            if body.len() + chunk.len() > BODY_LIMIT_BYTES {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        decode_body(body.freeze(), &encoding, BODY_LIMIT_BYTES).map_err(|_| too_large())
    }

    fn unreachable(&self, error: reqwest::Error) -> HubError {
        let host = host(&self.base);
        match self.network.explain(&error) {
            Some(failure) => HubError::Network { host, failure },
            None => HubError::Unreachable { host, source: error.without_url().into() },
        }
    }

    fn not_hub(&self, detail: String) -> HubError {
        HubError::NotHub { host: host(&self.base), detail }
    }
}

/// Follows redirects only within one origin, because a redirected request repeats the login.
fn same_origin() -> Policy {
    Policy::custom(|attempt| {
        let first = attempt.previous().first().map(Url::origin);
        if first == Some(attempt.url().origin()) && attempt.previous().len() <= MAX_REDIRECTS {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

/// Returns the page for a list that became shorter while its pages were read.
fn empty_page<T>() -> Page<T> {
    Page { items: Vec::new(), next: None, total: None }
}

fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

#[cfg(test)]
mod tests;
