//! The registry of the practice ECR: the OCI distribution protocol with the deviations of ECR. `server`
//! calls [`answer`] for `/v2/…`.

mod auth;
mod blobs;
mod lists;
mod manifests;
mod refusals;
mod uploads;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use crate::context::ServerContext;
use crate::ecr::creation_templates::create_on_push;
use crate::registry::refusals::{no_repository, unsupported};
use crate::reply::{self, oci_error};
use crate::resource_path::{Target, parse};

/// Answers a request to `/v2/…` of the practice ECR.
pub(crate) async fn answer(context: &Arc<ServerContext>, request: Request) -> Response {
    let mut response = match auth::refusal(context, request.headers()) {
        None => route(context, request).await,
        Some(refusal) => refusal,
    };
    reply::put(&mut response, reply::API_VERSION, "registry/2.0");
    response
}

async fn route(context: &Arc<ServerContext>, request: Request) -> Response {
    let method = request.method().clone();
    let Some(target) = parse(request.uri().path()) else {
        return oci_error(StatusCode::NOT_FOUND, "NOT_FOUND", "404 page not found");
    };
    if let Some(name) = target.repository()
        && !context.store.read(|state| state.repositories.contains_key(name))
    {
        let pushes = match &target {
            Target::Uploads { .. } => method == Method::POST,
            Target::Manifest { .. } => method == Method::PUT,
            _ => false,
        };
        if !pushes || !create_on_push(context, name).await {
            return no_repository(context, name);
        }
    }
    let is_read = method == Method::GET || method == Method::HEAD;
    match target {
        Target::Base if is_read => reply::json(StatusCode::OK, &serde_json::json!({})),
        Target::Tags { name } if is_read => lists::tags(context, &name, &request),
        Target::Referrers { name, digest } if is_read => {
            lists::referrers(context, &name, &digest, &request)
        }
        Target::Manifest { name, reference } => match method {
            Method::GET | Method::HEAD => {
                manifests::read(context, &name, &reference, &method).await
            }
            Method::PUT => manifests::write(context, &name, &reference, request).await,
            Method::DELETE => manifests::delete(context, &name, &reference).await,
            _ => unsupported(),
        },
        Target::Blob { name, digest } if is_read => blobs::read(context, &name, &digest, &method),
        Target::Uploads { name } if method == Method::POST => {
            uploads::begin(context, &name, request).await
        }
        Target::Upload { name, id } => match method {
            Method::PATCH => uploads::append(context, &name, &id, request).await,
            Method::PUT => uploads::finish(context, &name, &id, request).await,
            Method::GET => uploads::status(context, &name, &id).await,
            Method::DELETE => uploads::cancel(context, &name, &id).await,
            _ => unsupported(),
        },
        _ => unsupported(),
    }
}
