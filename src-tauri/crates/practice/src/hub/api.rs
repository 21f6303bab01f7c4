//! The API of Docker Hub: organizations, namespaces, repositories and tags.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::catalog::HubTag;
use super::repository::ServedRepository;
use super::token;
use crate::clock::{now_millis, rfc3339};
use crate::context::ServerContext;
use crate::reply::{self, query_value};
use crate::tokens::Verdict;

/// Handles requests to the API and to the token service.
pub(crate) async fn answer(context: &Arc<ServerContext>, request: Request) -> Response {
    let path = request.uri().path().trim_end_matches('/').to_owned();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let mut response = match (request.method(), parts.as_slice()) {
        (&Method::GET, ["token"]) => return token::registry_token(context, &request),
        (&Method::POST, ["v2", "auth", "token"]) => {
            sign_in(context, request, ("identifier", "secret", "access_token")).await
        }
        (&Method::POST, ["v2", "users", "login"]) => {
            sign_in(context, request, ("username", "password", "token")).await
        }
        (&Method::GET, ["v2", "user", "orgs"]) => organizations(context, &request),
        (&Method::GET, ["v2", "namespaces", namespace, rest @ ..]) => {
            browse(context, &request, namespace, rest)
        }
        (&Method::GET, ["v2", "repositories", namespace, rest @ ..]) => {
            // The previous address of the same lists.
            let mut rest = rest.to_vec();
            rest.insert(0, "repositories");
            browse(context, &request, namespace, &rest)
        }
        _ => not_found(),
    };
    let reset = now_millis() / 1000 + 60;
    for (name, value) in
        [("x-ratelimit-limit", 180), ("x-ratelimit-remaining", 179), ("x-ratelimit-reset", reset)]
    {
        reply::put(&mut response, HeaderName::from_static(name), value);
    }
    response
}

async fn sign_in(context: &ServerContext, request: Request, names: (&str, &str, &str)) -> Response {
    let body = reply::read_limited(request.into_body(), 64 * 1024).await.unwrap_or_default();
    token::api_token(context, &body, names)
}

fn not_found() -> Response {
    reply::json(StatusCode::NOT_FOUND, &json!({ "message": "object not found", "errinfo": {} }))
}

/// Returns the user of the Bearer token, empty without one. An invalid token returns the refusal.
fn subject(context: &ServerContext, request: &Request) -> Result<String, Box<Response>> {
    match token::bearer(context, "hub", request.headers()) {
        None => Ok(String::new()),
        Some(Verdict::Valid(claims)) => Ok(claims.subject),
        Some(_) => {
            let body = json!({ "detail": "Invalid or expired access token" });
            Err(Box::new(reply::json(StatusCode::UNAUTHORIZED, &body)))
        }
    }
}

/// Lists the organizations of the user. Docker does not document this request, but its own tools use it.
fn organizations(context: &ServerContext, request: &Request) -> Response {
    let subject = match subject(context, request) {
        Ok(subject) => subject,
        Err(refusal) => return *refusal,
    };
    let identities = context.hub.identities();
    if subject.is_empty() || identities.is_organization(&subject) {
        let status =
            if subject.is_empty() { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
        return reply::json(status, &json!({ "detail": "access denied", "errinfo": {} }));
    }
    let names = identities.organizations(&subject);
    page(context, request, names.len(), |start, size| {
        let shown =
            |name: &String| json!({ "orgname": name, "full_name": name, "type": "Organization" });
        names.iter().skip(start).take(size).map(shown).collect()
    })
}

fn browse(context: &ServerContext, request: &Request, namespace: &str, rest: &[&str]) -> Response {
    let is_member = match subject(context, request) {
        Ok(subject) => context.hub.identities().can_access(&subject, namespace),
        Err(refusal) => return *refusal,
    };
    if !context.hub.has_namespace(namespace) {
        return not_found();
    }
    let visible = |name: &str| {
        let repository = context.hub.repository(&format!("{namespace}/{name}"));
        repository.filter(|repository| is_member || !repository.is_private())
    };
    match rest {
        ["repositories"] => repositories(context, request, namespace, is_member),
        ["repositories", name] => match visible(name) {
            Some(repository) => {
                reply::json(StatusCode::OK, &repository_json(namespace, name, &repository))
            }
            None => not_found(),
        },
        ["repositories", name, "tags"] => match visible(name) {
            Some(repository) => tags(context, request, &repository),
            None => not_found(),
        },
        ["repositories", name, "tags", tag] => {
            let found = visible(name);
            let found = found.and_then(|repository| Some((repository.tag(tag)?, repository)));
            match found {
                Some((found, repository)) => {
                    reply::json(StatusCode::OK, &tag_json(&repository, tag, &found))
                }
                None => not_found(),
            }
        }
        _ => not_found(),
    }
}

fn repositories(
    context: &ServerContext,
    request: &Request,
    namespace: &str,
    is_member: bool,
) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let name_part = query_value(query, "name").unwrap_or_default();
    let names = context.hub.names(namespace);
    let found = names.iter().filter(|name| name.contains(&name_part));
    let found = found
        .filter_map(|name| Some((name, context.hub.repository(&format!("{namespace}/{name}"))?)));
    let mut found: Vec<(&String, ServedRepository<'_>)> =
        found.filter(|(_, repository)| is_member || !repository.is_private()).collect();
    let ordering = query_value(query, "ordering").unwrap_or_else(|| "-last_updated".to_owned());
    match ordering.trim_start_matches('-') {
        "name" => found.sort_by_key(|(name, _)| *name),
        "last_updated" => found.sort_by_key(|(_, repository)| repository.facts().updated),
        "pull_count" => found.sort_by_key(|(_, repository)| repository.facts().pulls),
        _ => {
            let body = json!({ "message": "invalid ordering", "errinfo": {} });
            return reply::json(StatusCode::BAD_REQUEST, &body);
        }
    }
    if ordering.starts_with('-') {
        found.reverse();
    }
    page(context, request, found.len(), |start, size| {
        let wanted = found.iter().skip(start).take(size);
        wanted.map(|(name, repository)| repository_json(namespace, name, repository)).collect()
    })
}

fn tags(context: &ServerContext, request: &Request, repository: &ServedRepository<'_>) -> Response {
    page(context, request, repository.tag_count(), |start, size| {
        let wanted = repository.newest_first(start, size);
        wanted.iter().map(|(name, tag)| tag_json(repository, name, tag)).collect()
    })
}

/// Returns a page of up to 100 items; 404 after the last page. `items` receives start and count, so that only
/// the items of the page are generated.
fn page(
    context: &ServerContext,
    request: &Request,
    count: usize,
    items: impl Fn(usize, usize) -> Vec<Value>,
) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let number = |name: &str, default: usize| {
        query_value(query, name).map_or(Some(default), |text| text.parse().ok())
    };
    let (Some(at), Some(size)) = (number("page", 1), number("page_size", 10)) else {
        return reply::json(
            StatusCode::BAD_REQUEST,
            &json!({ "message": "invalid page", "errinfo": {} }),
        );
    };
    let (at, size) = (at.max(1), size.clamp(1, 100));
    let start = (at - 1).saturating_mul(size);
    if start >= count && at > 1 {
        return not_found();
    }
    let address = |at: usize| {
        let mut serializer = url::form_urlencoded::Serializer::new(String::new());
        let others = url::form_urlencoded::parse(query.as_bytes());
        serializer.extend_pairs(others.filter(|(name, _)| name != "page" && name != "page_size"));
        serializer.append_pair("page", &at.to_string());
        serializer.append_pair("page_size", &size.to_string());
        format!("{}{}?{}", context.hub_url(), request.uri().path(), serializer.finish())
    };
    let next = (start + size < count).then(|| address(at + 1));
    let previous = (at > 1).then(|| address(at - 1));
    let results = items(start, size);
    let body = json!({ "count": count, "next": next, "previous": previous, "results": results });
    reply::json(StatusCode::OK, &body)
}

fn repository_json(namespace: &str, name: &str, repository: &ServedRepository<'_>) -> Value {
    let facts = repository.facts();
    json!({
        "name": name,
        "namespace": namespace,
        "repository_type": "image",
        "status": 1,
        "status_description": "active",
        "description": facts.description,
        "is_private": facts.is_private,
        "star_count": facts.stars,
        "pull_count": facts.pulls,
        "last_updated": rfc3339(facts.updated),
        "last_modified": rfc3339(facts.updated),
        "date_registered": rfc3339(facts.registered),
        "affiliation": "",
        "media_types": facts.media_types,
        "content_types": ["image"],
        "categories": [],
        "storage_size": facts.size,
    })
}

fn tag_json(repository: &ServedRepository<'_>, name: &str, tag: &HubTag) -> Value {
    let images = tag.images.iter().map(|image| {
        json!({
            "architecture": image.architecture,
            "features": "",
            "variant": null,
            "digest": image.digest,
            "os": image.os,
            "os_features": "",
            "os_version": null,
            "size": image.size,
            "status": "active",
            "last_pulled": rfc3339(tag.updated),
            "last_pushed": rfc3339(tag.updated),
        })
    });
    let media_type = repository.manifest(&tag.digest).map(|manifest| manifest.media_type);
    json!({
        "name": name,
        "full_size": tag.images.first().map_or(0, |image| image.size),
        "last_updated": rfc3339(tag.updated),
        "tag_last_pushed": rfc3339(tag.updated),
        "tag_last_pulled": rfc3339(tag.updated),
        "tag_status": "active",
        "content_type": "image",
        "media_type": media_type,
        "digest": tag.digest,
        "v2": true,
        "images": images.collect::<Vec<_>>(),
    })
}
