//! The registry of Docker Hub: read-only, with Bearer authentication and a pull rate limit.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::pull_limits::WINDOW_SECONDS;
use super::repository::ServedRepository;
use super::token::{SERVICE, bearer};
use crate::context::ServerContext;
use crate::layer_downloads::redirect;
use crate::reply::{self, oci_error, query_value};
use crate::resource_path::{Target, parse};
use crate::tokens::{Claims, Verdict};

/// Handles requests to `/v2/…`.
pub(crate) async fn answer(context: &Arc<ServerContext>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut response = route(context, &parts).await;
    reply::put(&mut response, reply::API_VERSION, "registry/2.0");
    response
}

async fn route(context: &ServerContext, request: &Parts) -> Response {
    let Some(target) = parse(request.uri.path()) else {
        return oci_error(StatusCode::NOT_FOUND, "NOT_FOUND", "404 page not found");
    };
    let name = target.repository();
    let claims = match bearer(context, "hub-registry", &request.headers) {
        Some(Verdict::Valid(claims)) => claims,
        _ => return challenge(context, name, false),
    };
    if request.method != Method::GET && request.method != Method::HEAD {
        return challenge(context, name, true);
    }
    let Some(name) = name else {
        return match target {
            Target::Base => reply::json(StatusCode::OK, &json!({})),
            _ => challenge(context, None, true),
        };
    };
    if !claims.repositories.iter().any(|granted| granted == name) {
        return challenge(context, Some(name), true);
    }
    let Some(repository) = context.hub.repository(name) else {
        return oci_error(
            StatusCode::NOT_FOUND,
            "NAME_UNKNOWN",
            "repository name not known to registry",
        );
    };
    match target {
        Target::Manifest { ref reference, .. } => {
            manifest(context, &repository, reference, &claims, request).await
        }
        Target::Blob { ref digest, .. } => match repository.blob(digest) {
            Some(size) => redirect(context, "hub", digest, size, &request.method),
            None => oci_error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "blob unknown to registry"),
        },
        Target::Tags { .. } => tags(name, &repository, request),
        _ => oci_error(StatusCode::NOT_FOUND, "NOT_FOUND", "404 page not found"),
    }
}

/// Returns 401 with the address of the token service.
fn challenge(context: &ServerContext, name: Option<&str>, is_refused: bool) -> Response {
    let message = if is_refused {
        "requested access to the resource is denied"
    } else {
        "authentication required"
    };
    let code = if is_refused { "DENIED" } else { "UNAUTHORIZED" };
    let mut response = oci_error(StatusCode::UNAUTHORIZED, code, message);
    let mut value = format!("Bearer realm=\"{}/token\",service=\"{SERVICE}\"", context.hub_url());
    if let Some(name) = name {
        value.push_str(&format!(",scope=\"repository:{name}:pull\""));
    }
    if is_refused {
        value.push_str(",error=\"insufficient_scope\"");
    }
    reply::put(&mut response, header::WWW_AUTHENTICATE, value);
    response
}

async fn manifest(
    context: &ServerContext,
    repository: &ServedRepository<'_>,
    reference: &str,
    claims: &Claims,
    request: &Parts,
) -> Response {
    let tagged = repository.tag(reference).map(|tag| tag.digest);
    let digest = tagged.as_deref().unwrap_or(reference);
    let Some(found) = repository.manifest(digest) else {
        return oci_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", "manifest unknown");
    };
    let is_get = request.method == Method::GET;
    let limit = match claims.subject.as_str() {
        "" => context.options.hub_pull_limit,
        _ => context.options.hub_pull_limit.saturating_mul(2),
    };
    let counts = is_get && !repository.is_unlimited();
    let left = context.hub.pull_limits.count(&claims.subject, limit, counts);
    let mut response = if left.is_none() {
        oci_error(
            StatusCode::TOO_MANY_REQUESTS,
            "TOOMANYREQUESTS",
            "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
        )
    } else {
        let body = match repository.manifest_bytes(digest).await {
            Ok(bytes) if is_get => Body::from(bytes),
            Ok(_) => Body::empty(),
            Err(error) => {
                tracing::error!(%error, digest, "couldn't read a practice manifest");
                return oci_error(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", "unknown error");
            }
        };
        reply::manifest_headers(Response::new(body), &found.media_type, found.size, Some(digest))
    };
    if repository.is_unlimited() {
        // Docker Hub sends no rate limit headers without a limit.
        return response;
    }
    let window = format!("w={WINDOW_SECONDS}");
    for (name, value) in [
        ("ratelimit-limit", format!("{limit};{window}")),
        ("ratelimit-remaining", format!("{};{window}", left.unwrap_or(0))),
        (
            "docker-ratelimit-source",
            if claims.subject.is_empty() { "127.0.0.1".to_owned() } else { claims.subject.clone() },
        ),
    ] {
        reply::put(&mut response, HeaderName::from_static(name), value);
    }
    response
}

/// Handles `GET /v2/<name>/tags/list` with `n` and a plain `last`, as specified. `Link` is relative.
fn tags(name: &str, repository: &ServedRepository<'_>, request: &Parts) -> Response {
    let query = request.uri.query().unwrap_or_default();
    let size = query_value(query, "n").and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
    let after = query_value(query, "last").unwrap_or_default();
    let (tags, more) = repository.names_after(&after, size);
    let body = json!({ "name": name, "tags": tags });
    let mut response = reply::json(StatusCode::OK, &body);
    if let Some(last) = tags.last().filter(|_| more) {
        let link = format!("</v2/{name}/tags/list?last={last}&n={size}>; rel=\"next\"");
        reply::put(&mut response, header::LINK, link);
    }
    response
}
