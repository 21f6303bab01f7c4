//! Passes a request to the server that it is for.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;

use crate::context::ServerContext;
use crate::hub::{api, registry as hub_registry};
use crate::plane::Plane;
use crate::{ecr, layer_downloads, registry};

pub(crate) async fn dispatch(
    context: &Arc<ServerContext>,
    plane: Plane,
    request: Request,
) -> Response {
    match plane {
        Plane::Ecr => ecr::answer(context, request).await,
        Plane::Registry => registry::answer(context, request).await,
        Plane::Layers => layer_downloads::answer(context, request).await,
        Plane::Hub => api::answer(context, request).await,
        Plane::HubRegistry => hub_registry::answer(context, request).await,
    }
}
