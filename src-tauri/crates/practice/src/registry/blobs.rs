//! Blobs of the practice ECR: the registry redirects downloads to another origin.

use axum::http::{Method, StatusCode};
use axum::response::Response;

use crate::context::ServerContext;
use crate::layer_downloads::redirect;
use crate::reply::oci_error;

/// HEAD and GET.
pub(super) fn read(context: &ServerContext, name: &str, digest: &str, method: &Method) -> Response {
    let size = context.store.read(|state| state.repositories.get(name)?.blobs.get(digest).copied());
    match size {
        Some(size) => redirect(context, "ecr", digest, size, method),
        None => oci_error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "blob unknown to registry"),
    }
}
