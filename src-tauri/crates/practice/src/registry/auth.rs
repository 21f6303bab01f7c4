//! Basic authentication with a token of GetAuthorizationToken.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::reply::{self, oci_error};
use crate::tokens::Verdict;
use crate::world::World;

/// Lets the request pass, or is ECR's refusal.
pub(super) fn check(world: &World, headers: &HeaderMap) -> Result<(), Response> {
    let Some((user, token)) = basic(headers) else { return Err(challenge(world)) };
    if user != "AWS" {
        return Err(challenge(world));
    }
    match world.tokens.check(&world.token_key(), "ecr", &token) {
        Verdict::Valid(_) => Ok(()),
        Verdict::Expired => Err(oci_error(
            StatusCode::FORBIDDEN,
            "DENIED",
            "Your authorization token has expired. Reauthenticate and try again.",
        )),
        Verdict::Unknown => Err(challenge(world)),
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
