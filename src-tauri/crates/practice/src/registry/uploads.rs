//! Blob uploads with the deviations of ECR: an absolute `Location`, no `Docker-Upload-UUID`, and 201
//! where the specification requires 202.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tokio::sync::OwnedMutexGuard;

use crate::context::ServerContext;
use crate::hash::is_digest;
use crate::registry::refusals::{internal, no_repository};
use crate::reply::{self, oci_error, query_value};
use crate::store::error::StoreError;
use crate::store::image_changes::{adopt_upload, mountable};
use crate::store::uploads::{Upload, UploadError};

/// POST: starts an upload, mounts a blob of another repository, or stores a whole blob.
pub(super) async fn begin(context: &Arc<ServerContext>, name: &str, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    if let (Some(digest), Some(from)) = (query_value(&query, "mount"), query_value(&query, "from"))
        && is_digest(&digest)
    {
        let mounted = context.store.change(|state| {
            let size = mountable(state, &from, name, &digest);
            if let (Some(size), Some(repository)) = (size, state.repositories.get_mut(name)) {
                repository.blobs.insert(digest.clone(), size);
            }
            Ok::<_, StoreError>(size.is_some())
        });
        match mounted.await {
            Ok(true) => return created(context, name, &digest),
            // The blob can't be mounted, so an upload starts, as the specification requires.
            Ok(false) => {}
            Err(error) => return internal(&error),
        }
    }
    let id = match context.store.uploads.begin(name) {
        Ok(id) => id,
        Err(error) => return internal(&error),
    };
    if query_value(&query, "digest").is_some() {
        return finish(context, name, &id, request).await;
    }
    let mut response = reply::empty(StatusCode::ACCEPTED);
    put_location(context, &mut response, name, &id);
    reply::put(&mut response, header::RANGE, "0-0");
    response
}

fn put_location(context: &ServerContext, response: &mut Response, name: &str, id: &str) {
    let host = context.registry_host();
    reply::put(response, header::LOCATION, format!("http://{host}/v2/{name}/blobs/uploads/{id}"));
    reply::put(response, header::CONTENT_LENGTH, 0);
}

fn created(context: &ServerContext, name: &str, digest: &str) -> Response {
    let mut response = reply::empty(StatusCode::CREATED);
    let location = format!("http://{}/v2/{name}/blobs/{digest}", context.registry_host());
    reply::put(&mut response, header::LOCATION, location);
    reply::put(&mut response, header::CONTENT_LENGTH, 0);
    reply::put(&mut response, reply::CONTENT_DIGEST, digest);
    response
}

async fn lock_upload(
    context: &ServerContext,
    name: &str,
    id: &str,
) -> Result<OwnedMutexGuard<Upload>, Response> {
    let unknown = || {
        let account = &context.options.account_id;
        let message = format!(
            "The upload with id '{id}' in the repository with name '{name}' in the registry with id '{account}' could not be found."
        );
        oci_error(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", message)
    };
    let upload = context.store.uploads.find(id).ok_or_else(unknown)?;
    let upload = upload.lock_owned().await;
    if upload.repository == name { Ok(upload) } else { Err(unknown()) }
}

/// PATCH: answers 201, with a `Range` that stays at the end of the first chunk.
pub(super) async fn append(
    context: &Arc<ServerContext>,
    name: &str,
    id: &str,
    request: Request,
) -> Response {
    let mut upload = match lock_upload(context, name, id).await {
        Ok(upload) => upload,
        Err(refusal) => return refusal,
    };
    if chunk_start(request.headers()).is_some_and(|start| start != upload.size) {
        let mut response = reply::empty(StatusCode::RANGE_NOT_SATISFIABLE);
        put_location(context, &mut response, name, id);
        let end = upload.size.saturating_sub(1);
        reply::put(&mut response, header::RANGE, format!("0-{end}"));
        return response;
    }
    let body = request.into_body().into_data_stream();
    let is_discarded = context.options.quirks.discards_later_chunks && !upload.chunks.is_empty();
    let taken = if is_discarded { Upload::discard(body).await } else { upload.append(body).await };
    if let Err(error) = taken {
        return append_error(&error);
    }
    let mut response = reply::empty(StatusCode::CREATED);
    put_location(context, &mut response, name, id);
    let first = upload.chunks.first().copied().unwrap_or(0);
    let end = if context.options.quirks.stale_range { first } else { upload.size };
    reply::put(&mut response, header::RANGE, format!("0-{}", end.saturating_sub(1)));
    response
}

/// Returns the first byte of a `Content-Range` of the form `a-b` or `bytes a-b/c`.
fn chunk_start(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    value.trim_start_matches("bytes").trim().split('-').next()?.trim().parse().ok()
}

fn append_error(error: &UploadError) -> Response {
    match error {
        UploadError::Body(_) => oci_error(
            StatusCode::BAD_REQUEST,
            "BLOB_UPLOAD_INVALID",
            "The body of the request is incomplete.",
        ),
        UploadError::File(error) => internal(error),
        UploadError::TooLarge { .. } => {
            oci_error(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", error.to_string())
        }
    }
}

/// PUT: appends the remaining bytes, checks the digest, and turns the upload into a blob.
pub(super) async fn finish(
    context: &Arc<ServerContext>,
    name: &str,
    id: &str,
    request: Request,
) -> Response {
    let invalid = |code: &str, message: String| oci_error(StatusCode::BAD_REQUEST, code, message);
    let mut upload = match lock_upload(context, name, id).await {
        Ok(upload) => upload,
        Err(refusal) => return refusal,
    };
    let digest = query_value(request.uri().query().unwrap_or_default(), "digest");
    let Some(digest) = digest.filter(|digest| is_digest(digest)) else {
        return invalid("DIGEST_INVALID", "Invalid parameter at 'layerDigests' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+''".to_owned());
    };
    if let Err(error) = upload.append(request.into_body().into_data_stream()).await {
        return append_error(&error);
    }
    let (account, quirks) = (&context.options.account_id, context.options.quirks);
    let refusal = if upload.size == 0 && quirks.refuses_empty_blobs {
        Some(format!(
            "The upload with id '{id}' in the repository with name '{name}' in the registry with id '{account}' cannot be completed because it does not have any parts."
        ))
    } else if quirks.minimum_chunk && upload.has_small_chunk() {
        Some("All layer parts except the last part should be at least 5MB".to_owned())
    } else if upload.digest() != digest {
        Some("None of the provided layer digests match the calculated layer digest".to_owned())
    } else {
        None
    };
    if let Some(message) = refusal {
        drop(upload);
        context.store.uploads.end(id);
        return invalid("BLOB_UPLOAD_INVALID", message);
    }
    let adopted = adopt_upload(&context.store, name, &upload, &digest).await;
    drop(upload);
    context.store.uploads.end(id);
    match adopted {
        Ok(true) => created(context, name, &digest),
        Ok(false) => no_repository(context, name),
        Err(error) => internal(&error),
    }
}

/// GET: returns the progress of an upload.
pub(super) async fn status(context: &ServerContext, name: &str, id: &str) -> Response {
    match lock_upload(context, name, id).await {
        Ok(upload) => {
            let mut response = reply::empty(StatusCode::NO_CONTENT);
            put_location(context, &mut response, name, id);
            let end = upload.size.saturating_sub(1);
            reply::put(&mut response, header::RANGE, format!("0-{end}"));
            response
        }
        Err(refusal) => refusal,
    }
}

/// DELETE: cancels an upload.
pub(super) async fn cancel(context: &ServerContext, name: &str, id: &str) -> Response {
    match lock_upload(context, name, id).await {
        Ok(upload) => {
            drop(upload);
            context.store.uploads.end(id);
            reply::empty(StatusCode::NO_CONTENT)
        }
        Err(refusal) => refusal,
    }
}
