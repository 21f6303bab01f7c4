//! A scripted IAM Identity Center: SSO OIDC, the access portal (in `portal`), and the sign-in page.

mod portal;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use crate::aws::scripted::{AwsResponse, Call, Exchange, ScriptedAws};

/// What the user does on the sign-in page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserDecision {
    /// Signs in and allows access.
    Allow,
    Deny,
    /// Leaves the page open.
    Pending,
}

/// IAM Identity Center on one port of the loopback: SSO OIDC, the calls of the portal, and the page that a
/// user signs in on.
pub struct IdentityCenter {
    server: ScriptedAws,
    state: Arc<Mutex<State>>,
}

struct State {
    decision: UserDecision,
    count: u32,
    device_lifetime: Duration,
    token_lifetime: Duration,
    role_lifetime: Duration,
    /// The number of role credentials that are issued before all sessions end. `None` means no limit.
    roles_left: Option<u32>,
    slow_downs: u32,
    failing_redirect: Option<(String, String)>,
    clients: HashMap<String, Value>,
    codes: HashMap<String, Grant>,
    devices: HashMap<String, (String, UserDecision)>,
    access_tokens: HashSet<String>,
    refresh_tokens: HashSet<String>,
    secrets: Vec<String>,
    key: (String, String),
}

struct Grant {
    client: String,
    redirect: String,
    challenge: String,
}

impl IdentityCenter {
    /// Starts an instance whose user allows access, and whose roles all have this access key.
    pub async fn start(key: (&str, &str)) -> Result<Self> {
        let state = Arc::new(Mutex::new(State {
            decision: UserDecision::Allow,
            count: 0,
            device_lifetime: Duration::from_secs(600),
            token_lifetime: Duration::from_secs(8 * 3600),
            role_lifetime: Duration::from_secs(3600),
            roles_left: None,
            slow_downs: 0,
            failing_redirect: None,
            clients: HashMap::new(),
            codes: HashMap::new(),
            devices: HashMap::new(),
            access_tokens: HashSet::new(),
            refresh_tokens: HashSet::new(),
            secrets: Vec::new(),
            key: (key.0.to_owned(), key.1.to_owned()),
        }));
        let shared = Arc::clone(&state);
        let server = ScriptedAws::start(move |call| locked(&shared).response(call)).await?;
        Ok(Self { server, state })
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The URL of the access portal, as in a configuration file.
    pub fn start_url(&self) -> String {
        format!("{}/start", self.server.url())
    }

    /// The environment variables that direct a program to this instance.
    pub fn environment(&self) -> Vec<(String, String)> {
        ["AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"]
            .map(|name| (name.to_owned(), self.server.url()))
            .to_vec()
    }

    /// Sets the decision of the user. Open pages that are still pending get it immediately.
    pub fn set_user_decision(&self, decision: UserDecision) {
        let mut state = locked(&self.state);
        state.decision = decision;
        for (_, answered) in state.devices.values_mut() {
            if *answered == UserDecision::Pending {
                *answered = decision;
            }
        }
    }

    /// Sets the lifetime of new device authorizations, in whole seconds.
    pub fn set_device_lifetime(&self, lifetime: Duration) {
        locked(&self.state).device_lifetime = lifetime;
    }

    /// Sets the lifetime of new tokens, in whole seconds.
    pub fn set_token_lifetime(&self, lifetime: Duration) {
        locked(&self.state).token_lifetime = lifetime;
    }

    /// Sets the lifetime of new role credentials.
    pub fn set_role_lifetime(&self, lifetime: Duration) {
        locked(&self.state).role_lifetime = lifetime;
    }

    /// Answers the next `times` token requests with `slow_down`.
    pub fn slow_down(&self, times: u32) {
        locked(&self.state).slow_downs = times;
    }

    /// Makes the sign-in page redirect with an OAuth error.
    pub fn fail_redirect(&self, error: &str, description: &str) {
        locked(&self.state).failing_redirect = Some((error.to_owned(), description.to_owned()));
    }

    /// Ends all sessions, as an administrator can.
    pub fn end_sessions(&self) {
        locked(&self.state).end_sessions();
    }

    /// Ends all sessions after role credentials were issued `times` more times.
    pub fn end_sessions_after_roles(&self, times: u32) {
        locked(&self.state).roles_left = Some(times);
    }

    /// The number of valid access tokens.
    pub fn session_count(&self) -> usize {
        locked(&self.state).access_tokens.len()
    }

    /// Every token, code and client secret that was issued.
    pub fn secrets(&self) -> Vec<String> {
        locked(&self.state).secrets.clone()
    }

    /// The calls of SSO OIDC so far, with their responses.
    pub fn oidc_exchanges(&self) -> Vec<Exchange> {
        self.exchanges(&["/client/register", "/device_authorization", "/token"])
    }

    /// The calls of the portal so far, with their responses.
    pub fn portal_exchanges(&self) -> Vec<Exchange> {
        self.exchanges(&["/assignment/accounts", "/assignment/roles", "/federation/credentials"])
    }

    fn exchanges(&self, paths: &[&str]) -> Vec<Exchange> {
        let all = self.server.exchanges().into_iter();
        all.filter(|exchange| paths.contains(&exchange.call.path.as_str())).collect()
    }

    /// Opens a page as a browser does, follows its redirects, and returns the text of the last page.
    pub async fn open_page(url: &str) -> Result<String> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(client.get(url).send().await.context("the page did not open")?.text().await?)
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An error of SSO OIDC. Source: the shapes of its service model.
fn oidc_error(code: &str, error: &str) -> AwsResponse {
    let body = json!({"error": error, "error_description": format!("the story says {error}")});
    let status = if code == "InvalidClientException" { 401 } else { 400 };
    let mut response = AwsResponse::new(status, "application/json", body.to_string());
    response.headers.push(("x-amzn-errortype", code.to_owned()));
    response
}

fn page(text: &str) -> AwsResponse {
    AwsResponse::new(200, "text/html", format!("<!doctype html><title>page</title><h1>{text}</h1>"))
}

impl State {
    fn secret(&mut self, what: &str) -> String {
        self.count += 1;
        let secret = format!("{what}-secret-of-the-story-{}", self.count);
        self.secrets.push(secret.clone());
        secret
    }

    fn response(&mut self, call: &Call) -> AwsResponse {
        match (call.method.as_str(), call.path.as_str()) {
            ("POST", "/client/register") => self.register(&call.json),
            ("POST", "/device_authorization") => self.device_authorization(call),
            ("POST", "/token") => self.token(&call.json),
            ("GET", "/authorize") => self.authorize(call),
            ("GET", "/device") => self.device_page(call),
            _ => self.portal_page(call),
        }
    }

    fn register(&mut self, request: &Value) -> AwsResponse {
        self.count += 1;
        let id = format!("client-{}", self.count);
        self.clients.insert(id.clone(), request.clone());
        let issued = OffsetDateTime::now_utc().unix_timestamp();
        AwsResponse::json(&json!({
            "clientId": id, "clientSecret": self.secret("client"), "clientIdIssuedAt": issued,
            "clientSecretExpiresAt": issued + 90 * 86_400,
        }))
    }

    fn device_authorization(&mut self, call: &Call) -> AwsResponse {
        if !self.clients.contains_key(call.json["clientId"].as_str().unwrap_or_default()) {
            return oidc_error("InvalidClientException", "invalid_client");
        }
        let device_code = self.secret("device");
        let user_code = format!("STRY-{:04}", self.count);
        self.devices.insert(device_code.clone(), (user_code.clone(), UserDecision::Pending));
        let host = call.header("host").unwrap_or_default();
        AwsResponse::json(&json!({
            "deviceCode": device_code, "userCode": user_code,
            "verificationUri": format!("http://{host}/device"),
            "verificationUriComplete": format!("http://{host}/device?user_code={user_code}"),
            "expiresIn": self.device_lifetime.as_secs(), "interval": 1,
        }))
    }

    /// The page where the user enters a code. If the URL contains the code, the user decides immediately.
    fn device_page(&mut self, call: &Call) -> AwsResponse {
        let code = call.query.iter().find(|(name, _)| name == "user_code").map(|(_, code)| code);
        let decision = self.decision;
        let device = self.devices.values_mut().find(|(known, _)| Some(known) == code);
        match device {
            Some((_, answered)) => {
                *answered = decision;
                page("Thank you")
            }
            None => page("Which code?"),
        }
    }

    /// The page of the authorization code. Its parameters are those that the AWS CLI sends.
    fn authorize(&mut self, call: &Call) -> AwsResponse {
        let query: HashMap<_, _> = call.query.iter().cloned().collect();
        let part = |name: &str| query.get(name).cloned().unwrap_or_default();
        let client = self.clients.get(&part("client_id"));
        let redirect = part("redirect_uri");
        let without_port = url::Url::parse(&redirect).map(|mut url| {
            let _ = url.set_port(None);
            url.to_string()
        });
        let registered = client.map(|client| client["redirectUris"][0].clone());
        if part("response_type") != "code"
            || part("code_challenge_method") != "S256"
            || part("scopes").is_empty()
            || registered.and_then(|uri| uri.as_str().map(str::to_owned)) != without_port.ok()
        {
            return AwsResponse::new(400, "text/plain", "invalid parameters of the page");
        }
        let state = part("state");
        let back = |pairs: &[(&str, &str)]| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .append_pair("state", &state)
                .finish();
            let mut response = AwsResponse::new(302, "text/plain", "");
            response.headers.push(("location", format!("{redirect}?{query}")));
            response
        };
        if let Some((error, description)) = &self.failing_redirect {
            return back(&[("error", error.as_str()), ("error_description", description.as_str())]);
        }
        match self.decision {
            UserDecision::Pending => page("Allow access?"),
            UserDecision::Deny => back(&[("error", "access_denied")]),
            UserDecision::Allow => {
                let code = self.secret("code");
                let grant = Grant {
                    client: part("client_id"),
                    redirect: redirect.clone(),
                    challenge: part("code_challenge"),
                };
                self.codes.insert(code.clone(), grant);
                back(&[("code", code.as_str())])
            }
        }
    }

    fn token(&mut self, request: &Value) -> AwsResponse {
        let part = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
        let Some(client) = self.clients.get(&part("clientId")).cloned() else {
            return oidc_error("InvalidClientException", "invalid_client");
        };
        match part("grantType").as_str() {
            "authorization_code" => {
                let verified = URL_SAFE_NO_PAD.encode(Sha256::digest(part("codeVerifier")));
                // A code can be used only once.
                match self.codes.remove(&part("code")) {
                    Some(grant)
                        if grant.client == part("clientId")
                            && grant.redirect == part("redirectUri")
                            && grant.challenge == verified =>
                    {
                        self.new_token(true)
                    }
                    _ => oidc_error("InvalidGrantException", "invalid_grant"),
                }
            }
            "refresh_token" if self.refresh_tokens.contains(&part("refreshToken")) => {
                self.new_token(true)
            }
            "urn:ietf:params:oauth:grant-type:device_code" => {
                if self.slow_downs > 0 {
                    self.slow_downs -= 1;
                    return oidc_error("SlowDownException", "slow_down");
                }
                match self.devices.get(&part("deviceCode")) {
                    Some((_, UserDecision::Pending)) => {
                        oidc_error("AuthorizationPendingException", "authorization_pending")
                    }
                    Some((_, UserDecision::Deny)) => {
                        oidc_error("AccessDeniedException", "access_denied")
                    }
                    Some((_, UserDecision::Allow)) => {
                        self.devices.remove(&part("deviceCode"));
                        self.new_token(!client["scopes"].is_null())
                    }
                    None => oidc_error("ExpiredTokenException", "expired_token"),
                }
            }
            _ => oidc_error("InvalidGrantException", "invalid_grant"),
        }
    }

    fn new_token(&mut self, renewable: bool) -> AwsResponse {
        let token = self.secret("access");
        self.access_tokens.insert(token.clone());
        let mut response = json!({
            "accessToken": token, "tokenType": "Bearer", "expiresIn": self.token_lifetime.as_secs(),
        });
        if renewable {
            let refresh = self.secret("refresh");
            self.refresh_tokens.insert(refresh.clone());
            response["refreshToken"] = refresh.into();
        }
        AwsResponse::json(&response)
    }
}
