//! Basic authentication with a token of GetAuthorizationToken.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::reply::{self, oci_error};
use crate::tokens::Verdict;
use crate::world::World;

/// ECR's refusal, or `None` when the request may pass.
pub(super) fn refusal(world: &World, headers: &HeaderMap) -> Option<Response> {
    let Some((user, token)) = basic(headers) else { return Some(challenge(world)) };
    if user != "AWS" {
        return Some(challenge(world));
    }
    match world.tokens.check(&world.token_key(), "ecr", &token) {
        Verdict::Valid(_) => None,
        Verdict::Expired => Some(oci_error(
            StatusCode::FORBIDDEN,
            "DENIED",
            "Your authorization token has expired. Reauthenticate and try again.",
        )),
        Verdict::Unknown => Some(challenge(world)),
    }
}

/// User and password of a Basic header.
pub(crate) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn challenge(world: &World) -> Response {
    let mut response = reply::bytes(StatusCode::UNAUTHORIZED, "text/plain", "Not Authorized\n");
    let realm =
        format!("Basic realm=\"https://{}/\",service=\"ecr.amazonaws.com\"", world.registry_host());
    reply::put(&mut response, header::WWW_AUTHENTICATE, realm);
    response
}
