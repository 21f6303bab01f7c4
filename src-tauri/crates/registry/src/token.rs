//! What a registry lets us in with: user and password, or tokens from the address that it names.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::api::{LoginSource, RegistryLogin};
use crate::challenge::Challenge;
use crate::client::redirect;
use crate::endpoint::RegistryEndpoint;
use crate::error::RegistryError;
use crate::http::{Body, Connections};
use crate::rate_limit::RateLimit;
use crate::response::{Refusal, is_web_page};
use crate::{addresses, http, retry};

/// How long a token lives where its server does not say. Source: the distribution token
/// specification, `expires_in`.
const TOKEN_LIFE: Duration = Duration::from_secs(60);
/// A token is no longer used this long before its end, or in the last quarter of a short life.
const TOKEN_MARGIN: Duration = Duration::from_secs(30);
/// A longer answer is no token.
const TOKEN_ANSWER_LIMIT: usize = 256 * 1024;
/// How often a token server may send us on.
const REDIRECT_LIMIT: usize = 5;
/// The user name with which `docker login` marks an OAuth refresh token.
pub(super) const IDENTITY_TOKEN_USER: &str = "<token>";
/// The user name that marks a stored bearer token (`registrytoken`). It is sent to the registry as it
/// is and to no token server.
pub(super) const REGISTRY_TOKEN_USER: &str = "<registrytoken>";
/// A stored bearer token does not say when it expires: it is used until the registry refuses it.
const REGISTRY_TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a request is allowed to do, as the distribution token specification writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// The base endpoint only.
    Login,
    /// Reading a repository.
    Pull(String),
    /// Reading and writing a repository.
    Push(String),
    /// Writing a repository with blobs taken from another one.
    Mount { path: String, from: String },
    /// Listing repositories.
    Catalogue,
}

impl Scope {
    /// The scopes to ask for; a token server takes several.
    fn texts(&self) -> Vec<String> {
        match self {
            Self::Login => Vec::new(),
            Self::Pull(path) => vec![format!("repository:{path}:pull")],
            Self::Push(path) => vec![format!("repository:{path}:pull,push")],
            Self::Mount { path, from } => {
                vec![format!("repository:{path}:pull,push"), format!("repository:{from}:pull")]
            }
            Self::Catalogue => vec!["registry:catalog:*".to_owned()],
        }
    }
}

/// What goes into `Authorization`, and whether a login stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Authorization {
    /// The header's value, marked as sensitive.
    pub(super) header: HeaderValue,
    /// Whether it comes from a login, not from anonymous access.
    pub(super) has_login: bool,
}

struct Token {
    pass: Authorization,
    usable_until: Instant,
}

type TokenSlot = Arc<tokio::sync::Mutex<Option<Token>>>;

/// The way into one registry.
pub(super) struct Access {
    endpoint: RegistryEndpoint,
    connections: Connections,
    pub(super) login: Arc<dyn LoginSource>,
    /// How the registry asked last time.
    challenge: Mutex<Option<Challenge>>,
    /// Whether the base endpoint was asked how the registry asks.
    has_looked: AtomicBool,
    /// One slot for each scope; who holds its lock is the one that asks for the token.
    tokens: Mutex<HashMap<Scope, TokenSlot>>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<String>,
    access_token: Option<String>,
    #[serde(default)]
    expires_in: serde_json::Value,
}

impl Access {
    pub(super) fn new(
        endpoint: RegistryEndpoint,
        connections: Connections,
        login: Arc<dyn LoginSource>,
    ) -> Self {
        let (challenge, tokens) = (Mutex::default(), Mutex::default());
        let has_looked = AtomicBool::new(false);
        Self { endpoint, connections, login, challenge, has_looked, tokens }
    }

    /// Forgets every token.
    pub(super) fn forget_tokens(&self) {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether the registry has said which login it wants.
    pub(super) fn has_asked(&self) -> bool {
        self.challenge.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Whether the base endpoint is to be asked which login it wants: once, where nothing else has told.
    pub(super) fn first_look_at_door(&self) -> bool {
        !self.has_asked() && !self.has_looked.swap(true, Ordering::Relaxed)
    }

    /// Takes note of which login the registry wants.
    pub(super) fn note_challenge(&self, offered: Vec<Challenge>) {
        let best = best_of(&offered);
        if best.is_some() {
            *self.challenge.lock().unwrap_or_else(PoisonError::into_inner) = best;
        }
    }

    /// What to send before the registry has asked; nothing where it never asked.
    pub(super) async fn pass(&self, scope: &Scope) -> Result<Option<Authorization>, RegistryError> {
        let challenge = self.challenge.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match challenge {
            Some(Challenge::Basic) => self.basic(scope).await,
            Some(Challenge::Bearer { realm, service, .. }) => {
                let wanted = Challenge::Bearer { realm, service, scope: None };
                self.token(scope, &wanted, None).await.map(Some)
            }
            None => Ok(None),
        }
    }

    /// What to send after the registry refused `refused`; nothing where there is no way in.
    pub(super) async fn authenticate(
        &self,
        scope: &Scope,
        offered: Vec<Challenge>,
        refused: Option<&Authorization>,
    ) -> Result<Option<Authorization>, RegistryError> {
        let best = best_of(&offered);
        let challenge = {
            let mut challenge = self.challenge.lock().unwrap_or_else(PoisonError::into_inner);
            if best.is_some() {
                challenge.clone_from(&best);
            }
            best.or_else(|| challenge.clone())
        };
        match challenge {
            Some(Challenge::Basic) => self.basic(scope).await,
            Some(bearer) => self.token(scope, &bearer, refused).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn basic(
        &self,
        scope: &Scope,
    ) -> Result<Option<Authorization>, RegistryError> {
        let login = self.login_for(scope).await?;
        // An identity token is for a token server, a bearer token for a registry that asks for one.
        // Source: distribution, `basicHandler`.
        let login = login.filter(RegistryLogin::is_password);
        Ok(login.map(|login| Authorization { header: basic_header(&login), has_login: true }))
    }

    /// The login for what a request is about.
    pub(super) async fn login_for(
        &self,
        scope: &Scope,
    ) -> Result<Option<RegistryLogin>, RegistryError> {
        match scope {
            Scope::Login | Scope::Catalogue => self.login.login().await,
            Scope::Pull(path) | Scope::Push(path) | Scope::Mount { path, .. } => {
                self.login.login_for(path).await
            }
        }
    }

    async fn token(
        &self,
        scope: &Scope,
        challenge: &Challenge,
        refused: Option<&Authorization>,
    ) -> Result<Authorization, RegistryError> {
        let slot = {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tokens.entry(scope.clone()).or_default())
        };
        let mut kept = slot.lock().await;
        if let Some(token) = kept.as_ref()
            && token.usable_until > Instant::now()
            && refused.is_none_or(|refused| *refused != token.pass)
        {
            return Ok(token.pass.clone());
        }
        *kept = None;
        let token = self.new_token(scope, challenge).await?;
        Ok(kept.insert(token).pass.clone())
    }

    /// Asks the token server; once more with a new login where it refuses the one there is.
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
            let pace = RateLimit::default();
            let asked = retry::until_done(&Method::GET, &pace, || {
                self.ask_token_server(scope, challenge, login.as_ref())
            });
            match asked.await {
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
        let usable_until = Instant::now() + REGISTRY_TOKEN_LIFE;
        Ok(Token { pass: Authorization { header, has_login: true }, usable_until })
    }

    fn bearer_header(&self, token: &str) -> Result<HeaderValue, RegistryError> {
        let mut header = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| self.no_token("its token cannot be sent"))?;
        header.set_sensitive(true);
        Ok(header)
    }

    async fn ask_token_server(
        &self,
        scope: &Scope,
        challenge: &Challenge,
        login: Option<&RegistryLogin>,
    ) -> Result<Token, RegistryError> {
        let registry = &self.endpoint.host;
        let own = scope.texts();
        let subject = own.first().cloned().unwrap_or_else(|| "its base endpoint".to_owned());
        let Challenge::Bearer { realm, service, scope: asked } = challenge else {
            return Err(self.no_token("it offers no token"));
        };
        let realm = addresses::realm(&self.endpoint, realm)?;
        if self.login.stays_with_registry() {
            addresses::expect_same_host(&self.endpoint, &realm)?;
        }
        let mut query: Vec<(&str, String)> = Vec::new();
        query.extend(service.iter().map(|service| ("service", service.clone())));
        // A challenge may name several scopes in one text.
        let also = asked.clone().filter(|asked| !own.contains(asked) && *asked != own.join(" "));
        query.extend(own.into_iter().chain(also).map(|scope| ("scope", scope)));

        let began = Instant::now();
        let response = self.token_answer(realm, &query, login, &subject).await?;
        if !response.status().is_success() {
            let refusal = Refusal::read(response, registry, false).await;
            return Err(refusal.into_error(registry, &subject, login.is_some()));
        }
        let body = http::read_body(response, TOKEN_ANSWER_LIMIT, registry, &subject).await?;
        let Body::Whole(body) = body else { return Err(self.no_token("its token has no end")) };
        let answer: TokenAnswer =
            serde_json::from_slice(&body).map_err(|_| match is_web_page(&body) {
                true => self.no_token("its token server answers with a web page"),
                false => self.no_token("its token server does not answer with a token"),
            })?;
        let token =
            [answer.token, answer.access_token].into_iter().flatten().find(|t| !t.is_empty());
        let token = token.ok_or_else(|| self.no_token("its token server gives no token"))?;
        let header = self.bearer_header(&token)?;
        let life = seconds(&answer.expires_in).map_or(TOKEN_LIFE, Duration::from_secs);
        let usable_until = began + life.saturating_sub(TOKEN_MARGIN.min(life / 4));
        Ok(Token { pass: Authorization { header, has_login: login.is_some() }, usable_until })
    }

    /// Asks a token server, which may send us on to another address of its own host only: the login
    /// goes along.
    async fn token_answer(
        &self,
        realm: Url,
        query: &[(&str, String)],
        login: Option<&RegistryLogin>,
        subject: &str,
    ) -> Result<reqwest::Response, RegistryError> {
        let registry = &self.endpoint.host;
        let named = realm.clone();
        let mut realm = realm;
        for _ in 0..=REDIRECT_LIMIT {
            let request = self.token_request(realm.clone(), query, login)?;
            let response = self.connections.answer_to(request, registry, subject).await;
            let response =
                response.map_err(|error| http::blame_target(error, &self.endpoint, &realm))?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let Some(target) = redirect(&response) else {
                return Err(self.no_token("its token server redirects without saying where"));
            };
            let to = addresses::follow(&self.endpoint, response.url(), &target)?;
            if to.host() != named.host() {
                return Err(self.no_token(&format!(
                    "its token server {} redirects to {}, another host, where no login is sent",
                    addresses::shown(&named),
                    addresses::shown(&to)
                )));
            }
            realm = addresses::realm(&self.endpoint, to.as_str())?;
            // What was asked is asked again there, and not twice.
            let kept = realm.query_pairs().filter(|(name, _)| {
                !["service", "scope", "account", "client_id"].contains(&name.as_ref())
            });
            let kept: Vec<(String, String)> =
                kept.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            realm.set_query(None);
            if !kept.is_empty() {
                realm.query_pairs_mut().extend_pairs(kept);
            }
        }
        Err(self.no_token("its token server redirects in a circle"))
    }

    /// A GET with service and scope, with the login where there is one; a POST where the login is a
    /// refresh token. Sources: distribution "Token Authentication" and "OAuth2 Token
    /// Authentication".
    fn token_request(
        &self,
        mut realm: Url,
        query: &[(&str, String)],
        login: Option<&RegistryLogin>,
    ) -> Result<reqwest::RequestBuilder, RegistryError> {
        let client = self.connections.client_for(&self.endpoint, &realm)?;
        match login {
            Some(login) if login.user == IDENTITY_TOKEN_USER => {
                let scopes: Vec<&str> = query
                    .iter()
                    .filter(|(name, _)| *name == "scope")
                    .map(|(_, scope)| scope.as_str())
                    .collect();
                let form = Serializer::new(String::new())
                    .extend_pairs(query.iter().filter(|(name, _)| *name != "scope"))
                    .append_pair("scope", &scopes.join(" "))
                    .append_pair("client_id", "transload")
                    .append_pair("grant_type", "refresh_token")
                    .append_pair("refresh_token", login.password.expose())
                    .finish();
                let media_type = "application/x-www-form-urlencoded";
                Ok(client.post(realm).header(CONTENT_TYPE, media_type).body(form))
            }
            _ => {
                realm.query_pairs_mut().extend_pairs(query);
                let request = client.get(realm);
                Ok(match login {
                    Some(login) => request.header(AUTHORIZATION, basic_header(login)),
                    None => request,
                })
            }
        }
    }

    fn no_token(&self, detail: &str) -> RegistryError {
        RegistryError::NotARegistry {
            registry: self.endpoint.host.clone(),
            detail: detail.to_owned(),
        }
    }
}

/// The challenge to answer: a token shows the password to the token server alone.
fn best_of(offered: &[Challenge]) -> Option<Challenge> {
    let is_bearer = |challenge: &&Challenge| matches!(challenge, Challenge::Bearer { .. });
    offered.iter().find(is_bearer).or(offered.first()).cloned()
}

/// A number of seconds as token servers write it: `300`, `300.0`, `"300"`. What cannot be read is as
/// if it were not there, and less than nothing is nothing.
fn seconds(value: &serde_json::Value) -> Option<u64> {
    let number = match value {
        serde_json::Value::Number(number) => number.as_f64()?,
        serde_json::Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    // A year is as good as for ever.
    number.is_finite().then(|| number.clamp(0.0, 31_536_000.0) as u64)
}

/// `Basic` and the login in base64. Source: RFC 7617; Docker and ECR use UTF-8.
pub(super) fn basic_header(login: &RegistryLogin) -> HeaderValue {
    let text =
        format!("Basic {}", STANDARD.encode(format!("{}:{}", login.user, login.password.expose())));
    // Base64 fits into a header.
    let mut header =
        HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("Basic"));
    header.set_sensitive(true);
    header
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn seconds_are_read_as_token_servers_write_them() {
        for (value, read) in [
            (json!(300), Some(300)),
            (json!(300.0), Some(300)),
            (json!(300.5), Some(300)),
            (json!("300"), Some(300)),
            (json!(" 300.5 "), Some(300)),
            (json!(0), Some(0)),
            (json!(-1), Some(0)),
            (json!(1e40), Some(31_536_000)),
            (json!("soon"), None),
            (json!([]), None),
            (json!(null), None),
        ] {
            assert_eq!(seconds(&value), read, "{value}");
        }
    }
}
