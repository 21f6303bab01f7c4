//! The token service (`/token`) and the tokens of the API.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::basic_auth::basic_credentials;
use crate::clock::rfc3339;
use crate::context::ServerContext;
use crate::reply;
use crate::tokens::Verdict;

/// Registry tokens of Docker Hub are valid for five minutes.
const REGISTRY_LIFETIME: Duration = Duration::from_secs(300);
/// API tokens are valid for ten minutes.
const API_LIFETIME: Duration = Duration::from_secs(600);
pub(super) const SERVICE: &str = "registry.docker.io";

/// Handles `GET /token`: anonymous for public repositories, Basic authentication for all.
pub(super) fn registry_token(context: &ServerContext, request: &Request) -> Response {
    let identities = context.hub.identities();
    let subject = match basic_credentials(request.headers()) {
        None => String::new(),
        Some((user, secret)) if identities.find(&user, &secret).is_some() => user,
        Some(_) => {
            let body = json!({ "details": "incorrect username or password" });
            return reply::json(StatusCode::UNAUTHORIZED, &body);
        }
    };
    let query = request.uri().query().unwrap_or_default();
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let scopes: Vec<String> =
        pairs.filter(|(name, _)| name == "scope").map(|(_, value)| value.into_owned()).collect();
    let wanted = scopes.iter().flat_map(|scopes| scopes.split(' '));
    let granted = wanted.filter_map(|scope| {
        let path = scope.strip_prefix("repository:")?.rsplit_once(':')?.0;
        let repository = context.hub.repository(path)?;
        let namespace = path.split('/').next().unwrap_or_default();
        let has_access = !repository.is_private() || identities.can_access(&subject, namespace);
        has_access.then(|| path.to_owned())
    });
    let granted = granted.collect();
    let key = context.token_key();
    let (token, claims) =
        context.tokens.issue(&key, "hub-registry", &subject, granted, REGISTRY_LIFETIME);
    let body = json!({
        "token": token,
        "access_token": token,
        "expires_in": REGISTRY_LIFETIME.as_secs(),
        "issued_at": rfc3339(claims.issued / 1000),
    });
    reply::json(StatusCode::OK, &body)
}

/// Handles `POST /v2/auth/token` and the older `POST /v2/users/login`.
pub(super) fn api_token(
    context: &ServerContext,
    body: &[u8],
    names: (&str, &str, &str),
) -> Response {
    let (user_name, secret_name, answer_name) = names;
    let given: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| given[name].as_str().unwrap_or_default();
    if context.hub.identities().find(text(user_name), text(secret_name)).is_none() {
        let body = json!({ "detail": "Incorrect authentication credentials" });
        return reply::json(StatusCode::UNAUTHORIZED, &body);
    }
    let key = context.token_key();
    let (token, _) = context.tokens.issue(&key, "hub", text(user_name), Vec::new(), API_LIFETIME);
    reply::json(StatusCode::OK, &json!({ answer_name: token }))
}

/// Checks the Bearer header for `audience`. Returns `None` without one.
pub(super) fn bearer(
    context: &ServerContext,
    audience: &str,
    headers: &HeaderMap,
) -> Option<Verdict> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Some(Verdict::Unknown);
    }
    Some(context.tokens.check(&context.token_key(), audience, token.trim()))
}
