//! Access to the registry with a token of GetAuthorizationToken.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use crate::basic_auth::basic_credentials;
use crate::context::ServerContext;
use crate::reply::{self, oci_error};
use crate::tokens::Verdict;

/// Returns the refusal of ECR, or `None` if the request is authenticated.
pub(super) fn refusal(context: &ServerContext, headers: &HeaderMap) -> Option<Response> {
    let Some((user, token)) = basic_credentials(headers) else { return Some(challenge(context)) };
    if user != "AWS" {
        return Some(challenge(context));
    }
    match context.tokens.check(&context.token_key(), "ecr", &token) {
        Verdict::Valid(_) => None,
        Verdict::Expired => Some(oci_error(
            StatusCode::FORBIDDEN,
            "DENIED",
            "Your authorization token has expired. Reauthenticate and try again.",
        )),
        Verdict::Unknown => Some(challenge(context)),
    }
}

fn challenge(context: &ServerContext) -> Response {
    let mut response = reply::bytes(StatusCode::UNAUTHORIZED, "text/plain", "Not Authorized\n");
    let realm = format!(
        "Basic realm=\"https://{}/\",service=\"ecr.amazonaws.com\"",
        context.registry_host()
    );
    reply::put(&mut response, header::WWW_AUTHENTICATE, realm);
    response
}
