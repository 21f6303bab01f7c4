//! The token service (`/token`) and the API's own tokens.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::clock::rfc3339;
use crate::registry::basic_credentials;
use crate::reply;
use crate::tokens::Verdict;
use crate::world::World;

/// Docker Hub's registry tokens last five minutes.
const REGISTRY_LIFETIME: Duration = Duration::from_secs(300);
/// The API's tokens last ten minutes.
const API_LIFETIME: Duration = Duration::from_secs(600);
pub(super) const SERVICE: &str = "registry.docker.io";

/// `GET /token`: anonymous for public repositories, Basic for all.
pub(super) fn registry_token(world: &World, request: &Request) -> Response {
    let people = world.hub.people();
    let subject = match basic_credentials(request.headers()) {
        None => String::new(),
        Some((user, secret)) if people.find(&user, &secret).is_some() => user,
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
        let repository = world.hub.repository(path)?;
        let namespace = path.split('/').next().unwrap_or_default();
        let opens = !repository.is_private() || people.opens(&subject, namespace);
        opens.then(|| path.to_owned())
    });
    let granted = granted.collect();
    let key = world.token_key();
    let (token, claims) =
        world.tokens.issue(&key, "hub-registry", &subject, granted, REGISTRY_LIFETIME);
    let body = json!({
        "token": token,
        "access_token": token,
        "expires_in": REGISTRY_LIFETIME.as_secs(),
        "issued_at": rfc3339(claims.issued / 1000),
    });
    reply::json(StatusCode::OK, &body)
}

/// `POST /v2/auth/token` and the older `POST /v2/users/login`.
pub(super) fn api_token(world: &World, body: &[u8], names: (&str, &str, &str)) -> Response {
    let (user_name, secret_name, answer_name) = names;
    let given: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| given[name].as_str().unwrap_or_default();
    if world.hub.people().find(text(user_name), text(secret_name)).is_none() {
        let body = json!({ "detail": "Incorrect authentication credentials" });
        return reply::json(StatusCode::UNAUTHORIZED, &body);
    }
    let key = world.token_key();
    let (token, _) = world.tokens.issue(&key, "hub", text(user_name), Vec::new(), API_LIFETIME);
    reply::json(StatusCode::OK, &json!({ answer_name: token }))
}

/// What a Bearer header of `audience` says; `None` without one.
pub(super) fn bearer(world: &World, audience: &str, headers: &HeaderMap) -> Option<Verdict> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Some(Verdict::Unknown);
    }
    Some(world.tokens.check(&world.token_key(), audience, token.trim()))
}
