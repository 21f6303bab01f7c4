//! ECR's registry: the OCI distribution protocol with ECR's own ways.

mod auth;
mod layers;
mod manifests;
mod path;
mod tags;
mod uploads;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use crate::ecr::create_on_push;
use crate::reply::{self, oci_error};
use crate::world::World;

pub(crate) use auth::basic as basic_credentials;
pub(crate) use layers::{answer as answer_layers, redirect};
pub(crate) use manifests::{manifest_headers, read_limited};
pub(crate) use path::{Target, parse};

/// Answers a request to `/v2/…` of the practice ECR.
pub(crate) async fn answer(world: &Arc<World>, request: Request) -> Response {
    let mut response = match auth::refusal(world, request.headers()) {
        None => route(world, request).await,
        Some(refusal) => refusal,
    };
    reply::put(&mut response, reply::API_VERSION, "registry/2.0");
    response
}

async fn route(world: &Arc<World>, request: Request) -> Response {
    let method = request.method().clone();
    let Some(target) = parse(request.uri().path()) else {
        return oci_error(StatusCode::NOT_FOUND, "NOT_FOUND", "404 page not found");
    };
    if let Some(name) = target.repository()
        && !world.store.read(|state| state.repositories.contains_key(name))
    {
        let pushes = match &target {
            Target::Uploads { .. } => method == Method::POST,
            Target::Manifest { .. } => method == Method::PUT,
            _ => false,
        };
        if !pushes || !create_on_push(world, name).await {
            return no_repository(world, name);
        }
    }
    let is_read = method == Method::GET || method == Method::HEAD;
    match target {
        Target::Base if is_read => reply::json(StatusCode::OK, &serde_json::json!({})),
        Target::Tags { name } if is_read => tags::list(world, &name, &request),
        Target::Referrers { name, digest } if is_read => {
            tags::referrers(world, &name, &digest, &request)
        }
        Target::Manifest { name, reference } => match method {
            Method::GET | Method::HEAD => manifests::read(world, &name, &reference, &method).await,
            Method::PUT => manifests::write(world, &name, &reference, request).await,
            Method::DELETE => manifests::delete(world, &name, &reference).await,
            _ => unsupported(),
        },
        Target::Blob { name, digest } if is_read => {
            layers::of_repository(world, &name, &digest, &method)
        }
        Target::Uploads { name } if method == Method::POST => {
            uploads::begin(world, &name, request).await
        }
        Target::Upload { name, id } => match method {
            Method::PATCH => uploads::append(world, &name, &id, request).await,
            Method::PUT => uploads::finish(world, &name, &id, request).await,
            Method::GET => uploads::status(world, &name, &id).await,
            Method::DELETE => uploads::cancel(world, &name, &id).await,
            _ => unsupported(),
        },
        _ => unsupported(),
    }
}

/// ECR answers 405 to what it does not offer; `_catalog` is part of that.
fn unsupported() -> Response {
    oci_error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "The operation is unsupported.")
}

fn no_repository(world: &World, name: &str) -> Response {
    oci_error(StatusCode::NOT_FOUND, "NAME_UNKNOWN", world.no_repository(name))
}

fn internal(error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "a practice registry request failed");
    oci_error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "UNKNOWN",
        "The practice registry could not use its folder.",
    )
}
