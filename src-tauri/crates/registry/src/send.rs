//! Sends one request with authorization and follows redirects. `client` adds retries and the rate limit.

use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH};
use reqwest::{Method, Response, StatusCode};
use url::Url;

use crate::challenge::Challenge;
use crate::client::RegistryClient;
use crate::error::RegistryError;
use crate::request::RegistryRequest;
use crate::response::ErrorResponse;
use crate::token::{Authorization, Scope};
use crate::{addresses, challenge, http};

/// The number of redirects after which a request fails.
const REDIRECT_LIMIT: usize = 10;

impl RegistryClient {
    /// Sends a request, with authorization if the registry requires it: first the authorization for the
    /// last challenge, then the one for the challenge of the response, then once with a renewed login.
    /// Registries may hide private repositories from anonymous clients without a challenge, so "not found"
    /// is final only after the login was sent, if there is one.
    pub(super) async fn send_authorized(
        &self,
        request: &RegistryRequest,
    ) -> Result<Response, RegistryError> {
        let mut authorization = self.authenticator.preemptive_authorization(&request.scope).await?;
        let (mut authenticated, mut renewed, mut sent_unsolicited) = (false, false, false);
        // The response before the login was sent without a challenge.
        let mut anonymous_error: Option<ErrorResponse> = None;
        let host = &self.endpoint.host;
        loop {
            let response = self.send_following_redirects(request, authorization.as_ref()).await?;
            self.observe_headers(response.headers());
            if response.status().is_success() {
                if anonymous_error.is_some() {
                    // The registry accepts the login without ever sending a challenge.
                    self.authenticator.record_challenge(vec![Challenge::Basic]);
                }
                return Ok(response);
            }
            let is_registry_origin = addresses::is_registry_origin(&self.endpoint, response.url());
            let headers = response.headers().clone();
            let offered = challenge::offered(&headers);
            let mut error_response = ErrorResponse::read(response, host, self.is_registry()).await;
            if request.method == Method::HEAD {
                error_response = error_response.for_head(&headers);
            }
            if let Some(anonymous_error) = anonymous_error {
                return Err(anonymous_error.into_error(host, &request.subject, false));
            }
            if is_registry_origin && error_response.is_about_login() {
                if !authenticated {
                    authenticated = true;
                    let new = self
                        .authenticator
                        .authenticate(&request.scope, offered.clone(), authorization.as_ref())
                        .await?;
                    if new.is_some() && new != authorization {
                        authorization = new;
                        continue;
                    }
                }
                let has_login =
                    authorization.as_ref().is_some_and(|authorization| authorization.has_login);
                if has_login && !renewed && self.authenticator.login.renew().await? {
                    renewed = true;
                    authorization = self
                        .authenticator
                        .authenticate(&request.scope, offered, authorization.as_ref())
                        .await?;
                    continue;
                }
            }
            if is_registry_origin
                && authorization.is_none()
                && !sent_unsolicited
                && error_response.may_hide_from_anonymous()
            {
                sent_unsolicited = true;
                authorization = self.unsolicited_authorization(&request.scope).await?;
                if authorization.is_some() {
                    anonymous_error =
                        Some(error_response).filter(|_| !self.authenticator.has_challenge());
                    continue;
                }
            }
            let has_login = authorization.is_some_and(|authorization| authorization.has_login);
            return Err(error_response.into_error(host, &request.subject, has_login));
        }
    }

    /// Returns the authorization for a registry that rejects anonymous requests without a challenge: by the
    /// challenge of the base endpoint, or Basic. Returns `None` without a login.
    async fn unsolicited_authorization(
        &self,
        scope: &Scope,
    ) -> Result<Option<Authorization>, RegistryError> {
        if !matches!(self.authenticator.login_for(scope).await, Ok(Some(_))) {
            return Ok(None);
        }
        if self.authenticator.should_probe_base_endpoint() {
            let url = self.endpoint.v2_url([""]);
            let request = RegistryRequest::new(Method::GET, url, Scope::Login, "its base endpoint");
            if let Ok(response) = self.send_following_redirects(&request, None).await
                && addresses::is_registry_origin(&self.endpoint, response.url())
            {
                self.authenticator.record_challenge(challenge::offered(response.headers()));
            }
        }
        match self.authenticator.preemptive_authorization(scope).await? {
            Some(authorization) => Ok(Some(authorization)),
            None => self.authenticator.basic_authorization(scope).await,
        }
    }

    /// Sends a request and follows redirects. A write keeps its method and body, as 307 and 308 require; 301
    /// and 302 are used by servers that moved to another address. After a redirect to another origin, the
    /// login is no longer sent, even if a later redirect returns to the registry.
    pub(super) async fn send_following_redirects(
        &self,
        request: &RegistryRequest,
        authorization: Option<&Authorization>,
    ) -> Result<Response, RegistryError> {
        let host = &self.endpoint.host;
        let mut url = request.url.clone();
        let mut authorization =
            authorization.filter(|_| addresses::is_registry_origin(&self.endpoint, &url));
        let mut visited = vec![url.clone()];
        for _ in 0..=REDIRECT_LIMIT {
            let client = self.connections.client_for(&self.endpoint, &url)?;
            let mut http_request = client
                .request(request.method.clone(), url.clone())
                .headers(request.headers.clone());
            if let Some(authorization) = authorization {
                http_request = http_request.header(AUTHORIZATION, authorization.header.clone());
            }
            http_request = match &request.body {
                Some(body) => http_request.body(body.clone()),
                None if request.method == Method::POST => http_request.header(CONTENT_LENGTH, 0),
                None => http_request,
            };
            let response = self.connections.send(http_request, host, &request.subject).await;
            let response =
                response.map_err(|error| http::with_target(error, &self.endpoint, &url))?;
            let Some(target) = http::redirect_location(&response) else { return Ok(response) };
            let is_read = matches!(request.method, Method::GET | Method::HEAD);
            url = addresses::redirect_target(&self.endpoint, response.url(), &target)?;
            if !is_read && response.status() == StatusCode::SEE_OTHER {
                return Err(RegistryError::Refused {
                    registry: host.clone(),
                    subject: request.subject.clone(),
                    status: StatusCode::SEE_OTHER.as_u16(),
                    code: String::new(),
                    message: format!(
                        "it redirects a write to {} with 303, which is for reading",
                        addresses::origin_text(&url)
                    ),
                });
            }
            if request.is_optional && !contains_digest_of(&request.url, &url) {
                // GHCR redirects the referrers API to a page of GitHub that doesn't contain the digest and
                // often responds with 429, which says nothing about the digest.
                return Err(RegistryError::Refused {
                    registry: host.clone(),
                    subject: request.subject.clone(),
                    status: response.status().as_u16(),
                    code: String::new(),
                    message: format!("it redirects to {}", addresses::origin_text(&url)),
                });
            }
            if visited.contains(&url) {
                return Err(self.not_a_registry("it redirects in a loop"));
            }
            visited.push(url.clone());
            authorization =
                authorization.filter(|_| addresses::is_registry_origin(&self.endpoint, &url));
        }
        Err(self.not_a_registry(format!("it redirects more than {REDIRECT_LIMIT} times")))
    }
}

/// Returns whether a redirect still contains the last path segment of the request, such as a digest.
fn contains_digest_of(requested: &Url, redirected: &Url) -> bool {
    let last = requested.path().rsplit('/').next().unwrap_or_default();
    let hex = last.rsplit(':').next().unwrap_or_default();
    redirected.as_str().contains(hex)
}
