//! A scripted STS: roles, MFA devices, web identities, and caller identities.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::aws::scripted::{AwsResponse, Call, Exchange, ScriptedAws, escaped};

/// The account of all identities.
const ACCOUNT: &str = "123456789012";

/// A valid code of every MFA device. Like at AWS, each code can be used only once.
pub const MFA_CODE: &str = "493017";

/// A role that can be assumed.
#[derive(Clone, Debug)]
pub struct Role {
    arn: String,
    mfa_serial: Option<String>,
    external_id: Option<String>,
    lifetime: Duration,
    max_session_seconds: u32,
    access_key: Option<(String, String)>,
}

impl Role {
    /// A role that any known identity can assume.
    pub fn named(name: &str) -> Self {
        Self {
            arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            mfa_serial: None,
            external_id: None,
            lifetime: Duration::from_secs(3600),
            max_session_seconds: 3600,
            access_key: None,
        }
    }

    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Requires a code of this MFA device.
    pub fn with_mfa(mut self, serial: &str) -> Self {
        self.mfa_serial = Some(serial.to_owned());
        self
    }

    /// Requires this external ID.
    pub fn with_external_id(mut self, id: &str) -> Self {
        self.external_id = Some(id.to_owned());
        self
    }

    /// Sets how long sessions are valid, regardless of the requested duration.
    pub fn with_session_lifetime(mut self, time: Duration) -> Self {
        self.lifetime = time;
        self
    }

    /// Sets the maximum session duration.
    pub fn with_max_session_seconds(mut self, seconds: u32) -> Self {
        self.max_session_seconds = seconds;
        self
    }

    /// Gives every session this access key, such as the one that the ECR of a story accepts.
    pub fn with_access_key(mut self, key: (&str, &str)) -> Self {
        self.access_key = Some((key.0.to_owned(), key.1.to_owned()));
        self
    }
}

#[derive(Debug, Default)]
struct State {
    /// Access key ID → ARN and expiry.
    known: HashMap<String, (String, Option<OffsetDateTime>)>,
    roles: Vec<Role>,
    codes: HashSet<String>,
    web_token: Option<String>,
    issued: u32,
}

/// STS. It stops listening when it is dropped.
pub struct Sts {
    server: ScriptedAws,
    state: Arc<Mutex<State>>,
}

impl Sts {
    /// Starts an STS with these users, as pairs of access key ID and name, and these roles.
    pub async fn start(
        users: impl IntoIterator<Item = (&str, &str)>,
        roles: impl IntoIterator<Item = Role>,
    ) -> Result<Self> {
        let known = users.into_iter().map(|(key, name)| {
            (key.to_owned(), (format!("arn:aws:iam::{ACCOUNT}:user/{name}"), None))
        });
        let state = State {
            known: known.collect(),
            roles: roles.into_iter().collect(),
            codes: HashSet::from([MFA_CODE.to_owned()]),
            ..State::default()
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let server = ScriptedAws::start(move |call| response(&mut locked(&shared), call)).await?;
        Ok(Self { server, state })
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn calls(&self) -> Vec<Call> {
        self.server.calls()
    }

    /// All calls to STS so far, with their responses.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let all = self.server.exchanges().into_iter();
        // Calls to IAM arrive here too if a story sets no other IAM endpoint.
        all.filter(|exchange| exchange.call.service() != Some("iam")).collect()
    }

    /// How many times an operation was called.
    pub fn call_count(&self, operation: &str) -> usize {
        self.server.operations().iter().filter(|called| *called == operation).count()
    }

    /// Adds a valid code of the MFA devices.
    pub fn add_mfa_code(&self, code: &str) {
        locked(&self.state).codes.insert(code.to_owned());
    }

    /// Sets the web identity token that is accepted.
    pub fn accept_web_token(&self, token: &str) {
        locked(&self.state).web_token = Some(token.to_owned());
    }

    /// Adds an access key that was not issued by this STS.
    pub fn add_access_key(&self, access_key_id: &str, arn: &str) {
        locked(&self.state).known.insert(access_key_id.to_owned(), (arn.to_owned(), None));
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn response(state: &mut State, call: &Call) -> AwsResponse {
    if call.operation == "AssumeRoleWithWebIdentity" {
        return with_web_identity(state, call);
    }
    let caller = call.access_key_id().and_then(|id| state.known.get(id)).cloned();
    let Some((caller, expires_at)) = caller else {
        let message = "The security token included in the request is invalid.";
        return AwsResponse::query_error(403, "InvalidClientTokenId", message);
    };
    if expires_at.is_some_and(|expires_at| expires_at < OffsetDateTime::now_utc()) {
        let message = "The security token included in the request is expired";
        return AwsResponse::query_error(403, "ExpiredToken", message);
    }
    match call.operation.as_str() {
        "GetCallerIdentity" => {
            let result = format!(
                "<Arn>{caller}</Arn><UserId>AIDAEXAMPLE</UserId><Account>{ACCOUNT}</Account>"
            );
            AwsResponse::query("GetCallerIdentity", &result)
        }
        "AssumeRole" => assume(state, call, &caller),
        other => AwsResponse::query_error(400, "InvalidAction", &format!("no operation {other}")),
    }
}

fn assume(state: &mut State, call: &Call, caller: &str) -> AwsResponse {
    let denied = |message: &str| AwsResponse::query_error(403, "AccessDenied", message);
    let role_arn = call.value("RoleArn").unwrap_or_default();
    let not_allowed = format!(
        "User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    );
    let Some(role) = state.roles.iter().find(|role| role.arn == role_arn).cloned() else {
        return denied(&not_allowed);
    };
    if role.external_id.as_deref() != call.value("ExternalId") {
        return denied(&not_allowed);
    }
    match (&role.mfa_serial, call.value("SerialNumber"), call.value("TokenCode")) {
        (Some(serial), Some(given), Some(code)) if serial == given => {
            if !state.codes.remove(code) {
                return denied(
                    "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
                );
            }
        }
        (Some(_), Some(_), Some(_)) => {
            return denied(
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify \
                 your MFA serial number is valid and associated with this user.",
            );
        }
        (Some(_), _, _) => return denied(&not_allowed),
        (None, _, _) => {}
    }
    let seconds = call.value("DurationSeconds").and_then(|text| text.parse::<u32>().ok());
    if seconds.is_some_and(|seconds| seconds > role.max_session_seconds) {
        let message =
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        return AwsResponse::query_error(400, "ValidationError", message);
    }
    let session = call.value("RoleSessionName").unwrap_or_default();
    AwsResponse::query("AssumeRole", &issue(state, &role, session))
}

fn with_web_identity(state: &mut State, call: &Call) -> AwsResponse {
    if state.web_token.is_none() || state.web_token.as_deref() != call.value("WebIdentityToken") {
        let message = "Couldn't retrieve verification key from your identity provider";
        return AwsResponse::query_error(400, "InvalidIdentityToken", message);
    }
    let role_arn = call.value("RoleArn").unwrap_or_default();
    let Some(role) = state.roles.iter().find(|role| role.arn == role_arn).cloned() else {
        let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
        return AwsResponse::query_error(403, "AccessDenied", message);
    };
    let session = call.value("RoleSessionName").unwrap_or_default();
    AwsResponse::query("AssumeRoleWithWebIdentity", &issue(state, &role, session))
}

/// Creates a session of a role, and returns it as the XML of STS.
fn issue(state: &mut State, role: &Role, session: &str) -> String {
    state.issued += 1;
    let number = state.issued;
    let (id, secret) = role
        .access_key
        .clone()
        .unwrap_or_else(|| (format!("ASIA{number:016}"), format!("secret-of-session-{number}")));
    let expires_at = OffsetDateTime::now_utc() + role.lifetime;
    let name = role.arn.rsplit('/').next().unwrap_or_default();
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{}", escaped(session));
    state.known.insert(id.clone(), (arn.clone(), Some(expires_at)));
    let expires_at = expires_at.format(&Rfc3339).unwrap_or_default();
    format!(
        "<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:{0}</AssumedRoleId><Arn>{arn}</Arn>\
         </AssumedRoleUser><Credentials><AccessKeyId>{id}</AccessKeyId>\
         <SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>token-of-session-{number}</SessionToken>\
         <Expiration>{expires_at}</Expiration></Credentials>",
        escaped(session)
    )
}
