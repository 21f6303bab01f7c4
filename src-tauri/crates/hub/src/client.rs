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
use crate::rate_limit::{RateLimit, retry_at};
use crate::response::{
    HubRepository, HubTag, List, OrganizationAnswer, Page, RepositoryAnswer, TagAnswer,
};
use transload_model::Secret;
use transload_network::{Encoding, Network, decode_body};

/// Where Docker Hub's API is.
const DOCKER_HUB: &str = "https://hub.docker.com";
/// The largest page that Docker Hub gives. Source: its API reference.
const PAGE_SIZE: &str = "100";
/// How much of an answer is read, in bytes: a page of 100 tags with all platforms has some 500 KiB.
const BODY_LIMIT_BYTES: usize = 8 << 20;
/// How long a connection may take to come up.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long an answer may pause.
const READ_LIMIT: Duration = Duration::from_secs(60);
/// How many redirects are followed.
const REDIRECT_LIMIT: usize = 5;
/// How often a request is sent that Docker Hub asks to send later.
const TRIES: usize = 3;

/// A login on Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubLogin {
    /// A user name, or an organisation with its own access token.
    pub identifier: String,
    /// A password or access token.
    pub secret: Secret<String>,
}

/// Docker Hub's own API. Clones share connections, the session and the pace.
#[derive(Clone, Debug)]
pub struct HubClient {
    http: reqwest::Client,
    network: Network,
    base: Url,
    login: Option<HubLogin>,
    /// The session that the login gave. The lock is held while it is asked for, so that calls that
    /// run at the same time log in once.
    session: Arc<Mutex<Option<Secret<String>>>>,
    pace: Arc<RateLimit>,
}

#[derive(Deserialize)]
struct Session {
    access_token: String,
}

/// What Docker Hub says of an error, under one of these names.
#[derive(Default, Deserialize)]
struct Refusal {
    message: Option<String>,
    detail: Option<String>,
}

impl HubClient {
    /// A client of the API at `base` on the network of this process, anonymous without a login.
    ///
    /// # Errors
    /// [`HubError::Unreachable`] when no connections can be made at all.
    pub fn new(base: Url, login: Option<HubLogin>) -> Result<Self, HubError> {
        Self::through(&Network::process_default(), base, login)
    }

    /// A client of the API at `base`, anonymous without a login.
    ///
    /// # Errors
    /// [`HubError::Unreachable`] when no connections can be made at all.
    pub fn through(
        network: &Network,
        base: Url,
        login: Option<HubLogin>,
    ) -> Result<Self, HubError> {
        let http = network
            .http2_client()
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(READ_LIMIT)
            .redirect(same_origin())
            .build()
            .map_err(|source| HubError::Unreachable { host: host(&base), source: source.into() })?;
        let (network, session, pace) = (network.clone(), Arc::default(), Arc::default());
        Ok(Self { http, network, base, login, session, pace })
    }

    /// The address of Docker Hub.
    pub fn docker_hub() -> Result<Url, url::ParseError> {
        Url::parse(DOCKER_HUB)
    }

    /// Tries the login now; nothing without one.
    ///
    /// # Errors
    /// [`HubError::Unauthorized`] when it is refused.
    pub async fn log_in(&self) -> Result<(), HubError> {
        self.session(None).await.map(drop)
    }

    /// The login that it was made with.
    pub fn login(&self) -> Option<&HubLogin> {
        self.login.as_ref()
    }

    /// A page, counted from 1, of the organisations of the person who is signed in. Docker's own
    /// tools ask for it; its API reference does not have it.
    ///
    /// # Errors
    /// [`HubError::Unauthorized`] without a login, and to an organisation's own token.
    pub async fn organizations(&self, page: u32) -> Result<Page<String>, HubError> {
        // With the slash at the end: Docker Hub sends on to it otherwise.
        let url = self.address(&["v2", "user", "orgs", ""], page);
        let list: Option<List<OrganizationAnswer>> = self.get(url, "your organisations").await?;
        Ok(list.map_or_else(empty, |list| list.page(page, |answer| Some(answer.orgname))))
    }

    /// A page, counted from 1, of the repositories of a user or organisation.
    ///
    /// # Errors
    /// [`HubError::NamespaceMissing`], and what a request can meet.
    pub async fn repositories(
        &self,
        namespace: &str,
        page: u32,
    ) -> Result<Page<HubRepository>, HubError> {
        let url = self.address(&["v2", "namespaces", namespace, "repositories"], page);
        let list: Option<List<RepositoryAnswer>> = self.get(url, namespace).await?;
        match list {
            Some(list) => Ok(list.page(page, |answer| Some(answer.into()))),
            None if page > 1 => Ok(empty()),
            None => Err(HubError::NamespaceMissing { namespace: namespace.to_owned() }),
        }
    }

    /// A page, counted from 1, of the tags of a repository.
    ///
    /// # Errors
    /// [`HubError::RepositoryMissing`], and what a request can meet.
    pub async fn tags(
        &self,
        namespace: &str,
        repository: &str,
        page: u32,
    ) -> Result<Page<HubTag>, HubError> {
        let path = ["v2", "namespaces", namespace, "repositories", repository, "tags"];
        let url = self.address(&path, page);
        let list: Option<List<TagAnswer>> =
            self.get(url, &format!("{namespace}/{repository}")).await?;
        match list {
            Some(list) => Ok(list.page(page, TagAnswer::read)),
            None if page > 1 => Ok(empty()),
            None => Err(HubError::RepositoryMissing {
                namespace: namespace.to_owned(),
                repository: repository.to_owned(),
            }),
        }
    }

    /// One tag of a repository; nothing where there is no such tag, or it is hidden from this login.
    /// It counts as no pull.
    ///
    /// # Errors
    /// What a request can meet.
    pub async fn tag(
        &self,
        namespace: &str,
        repository: &str,
        tag: &str,
    ) -> Result<Option<HubTag>, HubError> {
        let path = ["v2", "namespaces", namespace, "repositories", repository, "tags", tag];
        let url = self.joined(&path);
        let answer: Option<TagAnswer> =
            self.get(url, &format!("{namespace}/{repository}:{tag}")).await?;
        Ok(answer.and_then(TagAnswer::read))
    }

    fn address(&self, path: &[&str], page: u32) -> Url {
        let mut url = self.joined(path);
        url.query_pairs_mut()
            .append_pair("page", &page.to_string())
            .append_pair("page_size", PAGE_SIZE);
        url
    }

    /// The address of a path; each part is escaped, so that no name leads elsewhere.
    fn joined(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Fails only for addresses such as `mailto:`, where the request then fails.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// Asks once, and once more with a new session where the old one is refused. `None` is 404.
    async fn get<T: DeserializeOwned>(
        &self,
        url: Url,
        subject: &str,
    ) -> Result<Option<T>, HubError> {
        let mut session = self.session(None).await?;
        let mut response = self.asked(&url, session.as_ref()).await?;
        if response.status() == StatusCode::UNAUTHORIZED && session.is_some() {
            session = self.session(session.as_ref()).await?;
            response = self.asked(&url, session.as_ref()).await?;
        }
        if response.status() == StatusCode::NOT_FOUND {
            // Only Docker Hub's own 404 says that something is missing; a proxy's says nothing.
            let _: serde_json::Value = self.json(response).await?;
            return Ok(None);
        }
        self.accepted(response, subject).await.map(Some)
    }

    /// Asks when requests are welcome, and again where Docker Hub asks to wait for a moment.
    async fn asked(
        &self,
        url: &Url,
        session: Option<&Secret<String>>,
    ) -> Result<Response, HubError> {
        let mut tries = 1;
        loop {
            self.pace.wait().await;
            let response = self.send(self.request(url, session)).await?;
            self.pace.learn(response.headers());
            let retry_at = retry_at(response.headers())
                .filter(|_| response.status() == StatusCode::TOO_MANY_REQUESTS);
            match retry_at {
                Some(time) if tries < TRIES && self.pace.hold_until(time) => tries += 1,
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

    /// The session of the login, `None` without a login. `refused` is one that is of no use.
    async fn session(
        &self,
        refused: Option<&Secret<String>>,
    ) -> Result<Option<Secret<String>>, HubError> {
        let Some(login) = &self.login else { return Ok(None) };
        let mut kept = self.session.lock().await;
        if let Some(session) = kept.as_ref()
            && Some(session) != refused
        {
            return Ok(Some(session.clone()));
        }
        let body = serde_json::json!({
            "identifier": login.identifier,
            "secret": login.secret.expose(),
        });
        let request = self
            .http
            .request(Method::POST, self.joined(&["v2", "auth", "token"]))
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
        let response = self.send(request).await?;
        let answer: Session = self.accepted(response, &login.identifier).await?;
        let session = Secret::new(answer.access_token);
        *kept = Some(session.clone());
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

    async fn accepted<T: DeserializeOwned>(
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
        let refusal: Refusal = serde_json::from_slice(&body).unwrap_or_default();
        let message = refusal.message.or(refusal.detail);
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
            // The place alone: the text around it could hold the session.
            let (line, column) = (error.line(), error.column());
            self.not_hub(format!("no JSON as expected at line {line}, column {column}"))
        })
    }

    /// Reads a body to its end, and decodes it where it comes compressed.
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

/// Follows redirects on the same server only: a login must not reach another one, and its body
/// would be sent again.
fn same_origin() -> Policy {
    Policy::custom(|attempt| {
        let first = attempt.previous().first().map(Url::origin);
        if first == Some(attempt.url().origin()) && attempt.previous().len() <= REDIRECT_LIMIT {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

/// The list became shorter while its pages were read.
fn empty<T>() -> Page<T> {
    Page { items: Vec::new(), next: None, total: None }
}

fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

#[cfg(test)]
mod tests;
