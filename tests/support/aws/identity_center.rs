//! A scripted IAM Identity Center: SSO OIDC, the portal, and the sign-in page.

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

use crate::aws::scripted::{Answer, Call, Exchange, ScriptedAws};

/// What the person at the page of IAM Identity Center does when it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// Signs in and allows access.
    Allows,
    /// Denies access.
    Denies,
    /// Does nothing yet.
    Waits,
}

/// IAM Identity Center: SSO OIDC, the portal's calls, and the page that a person signs in on, on one
/// port of the loopback.
pub struct IdentityCenter {
    server: ScriptedAws,
    state: Arc<Mutex<State>>,
}

struct State {
    person: Person,
    count: u32,
    device_lasts: Duration,
    token_lasts: Duration,
    role_lasts: Duration,
    /// How many more roles are given before every session ends; nothing for no end.
    roles_left: Option<u32>,
    slow_downs: u32,
    failing_redirect: Option<(String, String)>,
    clients: HashMap<String, Value>,
    codes: HashMap<String, Grant>,
    devices: HashMap<String, (String, Person)>,
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
    /// An instance whose person allows access, and whose roles all have this access key.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn start(key: (&str, &str)) -> Result<Self> {
        let state = Arc::new(Mutex::new(State {
            person: Person::Allows,
            count: 0,
            device_lasts: Duration::from_secs(600),
            token_lasts: Duration::from_secs(8 * 3600),
            role_lasts: Duration::from_secs(3600),
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
        let server = ScriptedAws::start(move |call| locked(&shared).answer(call)).await?;
        Ok(Self { server, state })
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The address of the access portal, as a configuration names it.
    pub fn start_url(&self) -> String {
        format!("{}/start", self.server.url())
    }

    /// The variables that lead a program here.
    pub fn environment(&self) -> Vec<(String, String)> {
        ["AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"]
            .map(|name| (name.to_owned(), self.server.url()))
            .to_vec()
    }

    /// What the person does from now on; who has a page open already does it at once.
    pub fn person(&self, person: Person) {
        let mut state = locked(&self.state);
        state.person = person;
        for (_, answered) in state.devices.values_mut() {
            if *answered == Person::Waits {
                *answered = person;
            }
        }
    }

    /// How long a device authorization is good from now on, in whole seconds.
    pub fn device_lasts(&self, lasts: Duration) {
        locked(&self.state).device_lasts = lasts;
    }

    /// How long a token is good from now on, in whole seconds.
    pub fn token_lasts(&self, lasts: Duration) {
        locked(&self.state).token_lasts = lasts;
    }

    /// How long the credentials of a role are good from now on.
    pub fn role_lasts(&self, lasts: Duration) {
        locked(&self.state).role_lasts = lasts;
    }

    /// So many of the next questions for a token come too early.
    pub fn slow_down(&self, times: u32) {
        locked(&self.state).slow_downs = times;
    }

    /// The page sends the browser back with an error of OAuth.
    pub fn fail_redirect(&self, error: &str, description: &str) {
        locked(&self.state).failing_redirect = Some((error.to_owned(), description.to_owned()));
    }

    /// Ends every session, as an administrator may.
    pub fn end_sessions(&self) {
        locked(&self.state).end_sessions();
    }

    /// Ends every session after it has given credentials of a role so many more times.
    pub fn end_sessions_after_roles(&self, times: u32) {
        locked(&self.state).roles_left = Some(times);
    }

    /// How many access tokens are good now.
    pub fn sessions(&self) -> usize {
        locked(&self.state).access_tokens.len()
    }

    /// Every token, code and client secret that was given out.
    pub fn secrets(&self) -> Vec<String> {
        locked(&self.state).secrets.clone()
    }

    /// The calls of SSO OIDC so far, with their answers.
    pub fn oidc_exchanges(&self) -> Vec<Exchange> {
        self.exchanges(&["/client/register", "/device_authorization", "/token"])
    }

    /// The calls of the portal so far, with their answers.
    pub fn portal_exchanges(&self) -> Vec<Exchange> {
        self.exchanges(&["/assignment/accounts", "/assignment/roles", "/federation/credentials"])
    }

    fn exchanges(&self, paths: &[&str]) -> Vec<Exchange> {
        let all = self.server.exchanges().into_iter();
        all.filter(|exchange| paths.contains(&exchange.call.path.as_str())).collect()
    }

    /// Opens a page as a browser does, and follows where it is sent; answers what is shown last.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn open_page(url: &str) -> Result<String> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(client.get(url).send().await.context("the page did not open")?.text().await?)
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An error of SSO OIDC. Source: the shapes of its service model.
fn oidc_error(code: &str, error: &str) -> Answer {
    let body = json!({"error": error, "error_description": format!("the story says {error}")});
    let status = if code == "InvalidClientException" { 401 } else { 400 };
    let mut answer = Answer::new(status, "application/json", body.to_string());
    answer.headers.push(("x-amzn-errortype", code.to_owned()));
    answer
}

fn page(text: &str) -> Answer {
    Answer::new(200, "text/html", format!("<!doctype html><title>page</title><h1>{text}</h1>"))
}

impl State {
    fn secret(&mut self, what: &str) -> String {
        self.count += 1;
        let secret = format!("{what}-secret-of-the-story-{}", self.count);
        self.secrets.push(secret.clone());
        secret
    }

    fn answer(&mut self, call: &Call) -> Answer {
        match (call.method.as_str(), call.path.as_str()) {
            ("POST", "/client/register") => self.register(&call.json),
            ("POST", "/device_authorization") => self.device_authorization(call),
            ("POST", "/token") => self.token(&call.json),
            ("GET", "/authorize") => self.authorize(call),
            ("GET", "/device") => self.device_page(call),
            _ => self.portal_page(call),
        }
    }

    fn register(&mut self, asked: &Value) -> Answer {
        self.count += 1;
        let id = format!("client-{}", self.count);
        self.clients.insert(id.clone(), asked.clone());
        let issued = OffsetDateTime::now_utc().unix_timestamp();
        Answer::json(&json!({
            "clientId": id, "clientSecret": self.secret("client"), "clientIdIssuedAt": issued,
            "clientSecretExpiresAt": issued + 90 * 86_400,
        }))
    }

    fn device_authorization(&mut self, call: &Call) -> Answer {
        if !self.clients.contains_key(call.json["clientId"].as_str().unwrap_or_default()) {
            return oidc_error("InvalidClientException", "invalid_client");
        }
        let device_code = self.secret("device");
        let user_code = format!("STRY-{:04}", self.count);
        self.devices.insert(device_code.clone(), (user_code.clone(), Person::Waits));
        let host = call.header("host").unwrap_or_default();
        Answer::json(&json!({
            "deviceCode": device_code, "userCode": user_code,
            "verificationUri": format!("http://{host}/device"),
            "verificationUriComplete": format!("http://{host}/device?user_code={user_code}"),
            "expiresIn": self.device_lasts.as_secs(), "interval": 1,
        }))
    }

    /// The page where a code is typed; with the code in the address the person answers at once.
    fn device_page(&mut self, call: &Call) -> Answer {
        let code = call.query.iter().find(|(name, _)| name == "user_code").map(|(_, code)| code);
        let person = self.person;
        let device = self.devices.values_mut().find(|(known, _)| Some(known) == code);
        match device {
            Some((_, answered)) => {
                *answered = person;
                page("Thank you")
            }
            None => page("Which code?"),
        }
    }

    /// The page of the authorization code. Its parameters are those that the AWS CLI sends.
    fn authorize(&mut self, call: &Call) -> Answer {
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
            return Answer::new(400, "text/plain", "the page was asked wrongly");
        }
        let state = part("state");
        let back = |pairs: &[(&str, &str)]| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .append_pair("state", &state)
                .finish();
            let mut answer = Answer::new(302, "text/plain", "");
            answer.headers.push(("location", format!("{redirect}?{query}")));
            answer
        };
        if let Some((error, description)) = &self.failing_redirect {
            return back(&[("error", error.as_str()), ("error_description", description.as_str())]);
        }
        match self.person {
            Person::Waits => page("Allow access?"),
            Person::Denies => back(&[("error", "access_denied")]),
            Person::Allows => {
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

    fn token(&mut self, asked: &Value) -> Answer {
        let part = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
        let Some(client) = self.clients.get(&part("clientId")).cloned() else {
            return oidc_error("InvalidClientException", "invalid_client");
        };
        match part("grantType").as_str() {
            "authorization_code" => {
                let verified = URL_SAFE_NO_PAD.encode(Sha256::digest(part("codeVerifier")));
                // A code is good once.
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
                    Some((_, Person::Waits)) => {
                        oidc_error("AuthorizationPendingException", "authorization_pending")
                    }
                    Some((_, Person::Denies)) => {
                        oidc_error("AccessDeniedException", "access_denied")
                    }
                    Some((_, Person::Allows)) => {
                        self.devices.remove(&part("deviceCode"));
                        self.new_token(!client["scopes"].is_null())
                    }
                    None => oidc_error("ExpiredTokenException", "expired_token"),
                }
            }
            _ => oidc_error("InvalidGrantException", "invalid_grant"),
        }
    }

    fn new_token(&mut self, renewable: bool) -> Answer {
        let token = self.secret("access");
        self.access_tokens.insert(token.clone());
        let mut answer = json!({
            "accessToken": token, "tokenType": "Bearer", "expiresIn": self.token_lasts.as_secs(),
        });
        if renewable {
            let refresh = self.secret("refresh");
            self.refresh_tokens.insert(refresh.clone());
            answer["refreshToken"] = refresh.into();
        }
        Answer::json(&answer)
    }
}
