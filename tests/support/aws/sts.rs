//! A scripted STS: roles, MFA devices, web identities, and identities.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::aws::scripted::{Answer, Call, Exchange, ScriptedAws, escaped};

/// The account of everybody here.
const ACCOUNT: &str = "123456789012";

/// A code that every MFA device shows at first; each code is good once, as with AWS.
pub const MFA_CODE: &str = "493017";

/// A role that can be assumed.
#[derive(Clone, Debug)]
pub struct Role {
    arn: String,
    mfa_serial: Option<String>,
    external_id: Option<String>,
    lasts: Duration,
    longest_seconds: u32,
    gives: Option<(String, String)>,
}

impl Role {
    /// A role of this name that anybody known may assume.
    pub fn named(name: &str) -> Self {
        Self {
            arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            mfa_serial: None,
            external_id: None,
            lasts: Duration::from_secs(3600),
            longest_seconds: 3600,
            gives: None,
        }
    }

    /// Its ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The same, with a code of this device only.
    #[must_use]
    pub fn with_mfa(mut self, serial: &str) -> Self {
        self.mfa_serial = Some(serial.to_owned());
        self
    }

    /// The same, with this external id only.
    #[must_use]
    pub fn with_external_id(mut self, id: &str) -> Self {
        self.external_id = Some(id.to_owned());
        self
    }

    /// The same, with sessions that end after this time, whatever was asked for.
    #[must_use]
    pub fn lasting(mut self, time: Duration) -> Self {
        self.lasts = time;
        self
    }

    /// The same, with sessions of at most so many seconds.
    #[must_use]
    pub fn for_at_most(mut self, seconds: u32) -> Self {
        self.longest_seconds = seconds;
        self
    }

    /// The same, but every session has this access key, such as one that an ECR of a story takes.
    #[must_use]
    pub fn giving(mut self, key: (&str, &str)) -> Self {
        self.gives = Some((key.0.to_owned(), key.1.to_owned()));
        self
    }
}

#[derive(Debug, Default)]
struct State {
    /// Access key id → ARN and when it ends.
    known: HashMap<String, (String, Option<OffsetDateTime>)>,
    roles: Vec<Role>,
    codes: HashSet<String>,
    web_token: Option<String>,
    issued: u32,
}

/// STS. It listens until it is dropped.
pub struct Sts {
    server: ScriptedAws,
    state: Arc<Mutex<State>>,
}

impl Sts {
    /// An STS that knows these users by their access key ids, and these roles.
    ///
    /// # Errors
    /// When the system gives no port.
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
        let server = ScriptedAws::start(move |call| answer(&mut locked(&shared), call)).await?;
        Ok(Self { server, state })
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.server.calls()
    }

    /// Every call to STS so far with its answer.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let all = self.server.exchanges().into_iter();
        // The way to IAM leads here too where a story names no other.
        all.filter(|exchange| exchange.call.service() != Some("iam")).collect()
    }

    /// How often an operation was called so far.
    pub fn times(&self, operation: &str) -> usize {
        self.server.operations().iter().filter(|called| *called == operation).count()
    }

    /// What the MFA devices show from now on.
    pub fn show_code(&self, code: &str) {
        locked(&self.state).codes.insert(code.to_owned());
    }

    /// The token of a web identity that is taken from now on.
    pub fn take_web_token(&self, token: &str) {
        locked(&self.state).web_token = Some(token.to_owned());
    }

    /// Adds an access key that something else than STS gives.
    pub fn know(&self, access_key_id: &str, arn: &str) {
        locked(&self.state).known.insert(access_key_id.to_owned(), (arn.to_owned(), None));
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(state: &mut State, call: &Call) -> Answer {
    if call.operation == "AssumeRoleWithWebIdentity" {
        return with_web_identity(state, call);
    }
    let caller = call.access_key_id().and_then(|id| state.known.get(id)).cloned();
    let Some((caller, ends)) = caller else {
        let message = "The security token included in the request is invalid.";
        return Answer::query_error(403, "InvalidClientTokenId", message);
    };
    if ends.is_some_and(|ends| ends < OffsetDateTime::now_utc()) {
        let message = "The security token included in the request is expired";
        return Answer::query_error(403, "ExpiredToken", message);
    }
    match call.operation.as_str() {
        "GetCallerIdentity" => {
            let result = format!(
                "<Arn>{caller}</Arn><UserId>AIDAEXAMPLE</UserId><Account>{ACCOUNT}</Account>"
            );
            Answer::query("GetCallerIdentity", &result)
        }
        "AssumeRole" => assume(state, call, &caller),
        other => Answer::query_error(400, "InvalidAction", &format!("no operation {other}")),
    }
}

fn assume(state: &mut State, call: &Call, caller: &str) -> Answer {
    let denied = |message: &str| Answer::query_error(403, "AccessDenied", message);
    let asked = call.value("RoleArn").unwrap_or_default();
    let not_allowed =
        format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {asked}");
    let Some(role) = state.roles.iter().find(|role| role.arn == asked).cloned() else {
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
    if seconds.is_some_and(|seconds| seconds > role.longest_seconds) {
        let message =
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        return Answer::query_error(400, "ValidationError", message);
    }
    let session = call.value("RoleSessionName").unwrap_or_default();
    Answer::query("AssumeRole", &issue(state, &role, session))
}

fn with_web_identity(state: &mut State, call: &Call) -> Answer {
    if state.web_token.is_none() || state.web_token.as_deref() != call.value("WebIdentityToken") {
        let message = "Couldn't retrieve verification key from your identity provider";
        return Answer::query_error(400, "InvalidIdentityToken", message);
    }
    let asked = call.value("RoleArn").unwrap_or_default();
    let Some(role) = state.roles.iter().find(|role| role.arn == asked).cloned() else {
        let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
        return Answer::query_error(403, "AccessDenied", message);
    };
    let session = call.value("RoleSessionName").unwrap_or_default();
    Answer::query("AssumeRoleWithWebIdentity", &issue(state, &role, session))
}

/// A new session of a role, as the XML of STS.
fn issue(state: &mut State, role: &Role, session: &str) -> String {
    state.issued += 1;
    let number = state.issued;
    let (id, secret) = role
        .gives
        .clone()
        .unwrap_or_else(|| (format!("ASIA{number:016}"), format!("secret-of-session-{number}")));
    let ends = OffsetDateTime::now_utc() + role.lasts;
    let name = role.arn.rsplit('/').next().unwrap_or_default();
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{}", escaped(session));
    state.known.insert(id.clone(), (arn.clone(), Some(ends)));
    let ends = ends.format(&Rfc3339).unwrap_or_default();
    format!(
        "<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:{0}</AssumedRoleId><Arn>{arn}</Arn>\
         </AssumedRoleUser><Credentials><AccessKeyId>{id}</AccessKeyId>\
         <SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>token-of-session-{number}</SessionToken>\
         <Expiration>{ends}</Expiration></Credentials>",
        escaped(session)
    )
}
