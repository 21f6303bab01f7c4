//! Checks 4 to 6: what the name answers without a login, how it authenticates, and whether it passes the token on.

use std::sync::Arc;

use url::Url;

use crate::checks::connection::ConnectedServer;
use crate::diagnosis::{CheckId, NameDiagnosisRequest};
use crate::examination::{DiagnosisEnvironment, ExaminationOutcome, Findings};
use crate::finding::{Finding, SkipReason};
use crate::probe::{Probe, RegistryBehind, RegistryCredentials, RequestContent};

/// The service in the login challenge of ECR.
const ECR_SERVICE: &str = "ecr.amazonaws.com";

/// What the name answers to `GET /v2/` without a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RegistryKind {
    RequiresLogin,
    Open,
    Redirects,
}

/// How the content of the name is read.
pub(crate) struct Access {
    pub credentials: Option<RegistryCredentials>,
    pub registry: Option<Arc<dyn RegistryBehind>>,
}

/// Check 4. Returns `None` if the name is not a registry.
pub(crate) fn registry(
    connected: &ConnectedServer,
    findings: &mut Findings<'_>,
) -> Option<RegistryKind> {
    let first = &connected.first;
    let has_version = first.header("docker-distribution-api-version").is_some();
    let (finding, kind) = match first.status {
        401 if has_version => (Finding::LoginRequired, Some(RegistryKind::RequiresLogin)),
        401 => (Finding::VersionHeaderMissing, Some(RegistryKind::RequiresLogin)),
        // A page of a web server is no registry.
        200 if !is_page(first) => (Finding::AnswersWithoutLogin, Some(RegistryKind::Open)),
        status if first.is_redirect() => {
            let host = first.location(&connected.base).map(|url| authority(&url));
            let host = host.unwrap_or_else(|| "another address".to_owned());
            (Finding::RedirectsEverything { host, status }, Some(RegistryKind::Redirects))
        }
        status => (Finding::NotARegistry { status }, None),
    };
    findings.add(CheckId::Registry, finding);
    kind
}

fn is_page(answer: &crate::probe::ProbeResponse) -> bool {
    answer.header("content-type").is_some_and(|kind| kind.contains("html"))
}

/// Returns host and port of a URL, as in a registry name.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Checks 5 and 6. Returns how to read the content, or why it can't be read.
pub(crate) async fn authenticate(
    connected: &ConnectedServer,
    kind: RegistryKind,
    request: &NameDiagnosisRequest,
    environment: &DiagnosisEnvironment,
    findings: &mut Findings<'_>,
    outcome: &mut ExaminationOutcome,
) -> Result<Access, SkipReason> {
    if kind == RegistryKind::Open {
        findings.skip(&[CheckId::Authentication, CheckId::Login], SkipReason::LoginNotRequired);
        return Ok(Access { credentials: None, registry: None });
    }
    let challenge = challenge(connected, environment, outcome).await;
    let is_right = matches!(challenge, Finding::EcrBehind { .. });
    findings.add(CheckId::Authentication, challenge);
    let why = match (&environment.registry, is_right && connected.is_trusted, request.with_login) {
        (_, false, _) => Some(SkipReason::TokenWithheld),
        (None, ..) => Some(SkipReason::NoRegistry),
        (_, _, false) => Some(SkipReason::TokenNotAllowed),
        _ => None,
    };
    let registry = match (why, &environment.registry) {
        (None, Some(registry)) => Arc::clone(registry),
        (why, _) => {
            let why = why.unwrap_or(SkipReason::NoRegistry);
            findings.skip(&[CheckId::Login], why);
            return Err(why);
        }
    };
    let credentials = match registry.credentials().await {
        Ok(credentials) => credentials,
        Err(detail) => {
            findings.add(CheckId::Login, Finding::TokenUnavailable { detail });
            return Err(SkipReason::NotLoggedIn);
        }
    };
    outcome.token_sent = true;
    let finding = log_in(connected, &registry, &credentials, environment).await;
    let works = matches!(finding, Finding::LoginWorks);
    findings.add(CheckId::Login, finding);
    if !works {
        return Err(SkipReason::NotLoggedIn);
    }
    Ok(Access { credentials: Some(credentials), registry: Some(registry) })
}

/// Check 5: reads the `WWW-Authenticate` header.
async fn challenge(
    connected: &ConnectedServer,
    environment: &DiagnosisEnvironment,
    outcome: &mut ExaminationOutcome,
) -> Finding {
    let mut challenges = connected.first.headers("www-authenticate");
    let Some(challenge) = challenges.next() else { return Finding::NoChallenge };
    let (scheme, parameters) = challenge.trim().split_once(' ').unwrap_or((challenge, ""));
    let realm = parameter(parameters, "realm").unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") {
        let url = Url::parse(&realm).ok();
        let host = url.as_ref().map_or(realm.clone(), authority);
        let is_reachable = match url {
            Some(url) => is_reachable(environment, &url).await.is_ok(),
            None => false,
        };
        return Finding::TokenServer { host, is_reachable };
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Finding::NoChallenge;
    }
    if parameter(parameters, "service").as_deref() != Some(ECR_SERVICE) {
        return Finding::BasicOfUnknownRegistry { realm };
    }
    let behind = Url::parse(&realm).map_or(realm, |url| authority(&url));
    outcome.behind = Some(behind.clone());
    match &environment.registry {
        Some(registry) if registry.host().as_str() != behind => {
            Finding::OtherRegistryBehind { registry: behind, expected: registry.host().to_string() }
        }
        _ => Finding::EcrBehind { registry: behind },
    }
}

/// Returns the value of a parameter of a challenge, with or without quotes.
fn parameter(parameters: &str, name: &str) -> Option<String> {
    let find = |part: &str| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    };
    parameters.split(',').find_map(find)
}

/// Returns whether any response comes from the host of a URL. Sends no login and no query.
pub(crate) async fn is_reachable(
    environment: &DiagnosisEnvironment,
    url: &Url,
) -> Result<(), String> {
    let mut url = url.clone();
    url.set_query(None);
    let probe = Probe::for_url(&environment.network, &environment.resolver, &url).await;
    let probe = probe.map_err(|error| error.to_string())?;
    let answer = probe.send("HEAD", &url, RequestContent::default()).await;
    answer.map(drop).map_err(|error| error.to_string())
}

/// Check 6: sends the token to the name, and to ECR if the name rejects it.
async fn log_in(
    connected: &ConnectedServer,
    registry: &Arc<dyn RegistryBehind>,
    credentials: &RegistryCredentials,
    environment: &DiagnosisEnvironment,
) -> Finding {
    let with_login =
        || RequestContent { credentials: Some(credentials), ..RequestContent::default() };
    let here = match connected.probe.send("GET", &connected.url("/v2/"), with_login()).await {
        Ok(answer) if answer.status == 200 => return Finding::LoginWorks,
        Ok(answer) => answer.status,
        Err(error) => return Finding::Unreachable { detail: error.to_string() },
    };
    let Ok(url) = registry.url().join("/v2/") else { return Finding::LoginFailed { status: here } };
    let there = match Probe::for_url(&environment.network, &environment.resolver, &url).await {
        Ok(probe) => probe.send("GET", &url, with_login()).await.map(|answer| answer.status),
        Err(error) => Err(error),
    };
    match there {
        Ok(200) if matches!(here, 400 | 401 | 403) => {
            Finding::AuthorizationDropped { status: here }
        }
        Ok(status) if status == here => Finding::TokenRejectedEverywhere { status },
        _ => Finding::LoginFailed { status: here },
    }
}
