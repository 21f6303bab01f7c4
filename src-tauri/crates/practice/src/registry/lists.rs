//! Lists of tags and referrers.

use axum::extract::Request;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::context::ServerContext;
use crate::reply::{self, oci_error, query_value};

/// Default and maximum of `n`.
const DEFAULT_PAGE: usize = 100;
const MAX_PAGE: usize = 1000;

/// `GET /v2/<name>/tags/list`, with an opaque `last` in an absolute `Link`.
pub(super) fn tags(context: &ServerContext, name: &str, request: &Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let page = match query_value(query, "n").map(|text| text.parse::<usize>()) {
        None => DEFAULT_PAGE,
        Some(Ok(count @ 1..=MAX_PAGE)) => count,
        Some(Ok(count)) if count > MAX_PAGE => {
            return unsupported("maxResults", "Member must have value less than or equal to 1000");
        }
        Some(_) => {
            return unsupported("maxResults", "Member must have value greater than or equal to 1");
        }
    };
    let after = match query_value(query, "last") {
        None => None,
        Some(token) => match URL_SAFE_NO_PAD.decode(&token).map(String::from_utf8) {
            Ok(Ok(tag)) if tag.starts_with("tag:") => Some(tag["tag:".len()..].to_owned()),
            _ => return unsupported("nextToken", "must be a valid token"),
        },
    };
    let (tags, is_more) = context.store.read(|state| {
        let Some(repository) = state.repositories.get(name) else { return (Vec::new(), false) };
        let mut tags: Vec<String> = repository
            .tags
            .keys()
            .filter(|tag| after.as_ref().is_none_or(|after| *tag > after))
            .take(page + 1)
            .cloned()
            .collect();
        let is_more = tags.len() > page;
        tags.truncate(page);
        (tags, is_more)
    });
    let mut response = reply::json(StatusCode::OK, &json!({ "name": name, "tags": tags }));
    if let Some(last) = tags.last().filter(|_| is_more) {
        let token = URL_SAFE_NO_PAD.encode(format!("tag:{last}"));
        let host = context.registry_host();
        let link =
            format!("<http://{host}/v2/{name}/tags/list?last={token}&n={page}>; rel=\"next\"");
        reply::put(&mut response, header::LINK, link);
    }
    response
}

fn unsupported(parameter: &str, constraint: &str) -> Response {
    let message =
        format!("Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'");
    oci_error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message)
}

/// `GET /v2/<name>/referrers/<digest>`.
pub(super) fn referrers(
    context: &ServerContext,
    name: &str,
    digest: &str,
    request: &Request,
) -> Response {
    let wanted = query_value(request.uri().query().unwrap_or_default(), "artifactType");
    let manifests = context.store.read(|state| {
        let repository = state.repositories.get(name);
        let images = repository.into_iter().flat_map(|repository| &repository.images);
        images
            .filter(|(_, image)| image.subject.as_deref() == Some(digest))
            .filter(|(_, image)| wanted.is_none() || image.artifact_type == wanted)
            .map(|(digest, image)| {
                json!({
                    "mediaType": image.media_type,
                    "digest": digest,
                    "size": image.manifest_size,
                    "artifactType": image.artifact_type,
                    "annotations": image.annotations,
                })
            })
            .collect::<Vec<_>>()
    });
    let media_type = "application/vnd.oci.image.index.v1+json";
    let body = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": manifests });
    let mut response = reply::bytes(StatusCode::OK, media_type, body.to_string());
    if wanted.is_some() {
        let name = HeaderName::from_static("oci-filters-applied");
        reply::put(&mut response, name, "artifactType");
    }
    response
}
