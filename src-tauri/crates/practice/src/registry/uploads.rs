//! Uploading blobs, with ECR's ways: an absolute `Location`, no
//! `Docker-Upload-UUID`, and 201 where the specification has 202.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tokio::sync::OwnedMutexGuard;

use crate::hmac::is_digest;
use crate::reply::{self, oci_error, query_value};
use crate::store::{StoreError, Upload, UploadError, adopt_upload, mountable};
use crate::world::World;

/// POST: begins an upload, mounts a blob of another repository, or takes a
/// whole blob at once.
pub(super) async fn begin(world: &Arc<World>, name: &str, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    if let (Some(digest), Some(from)) = (query_value(&query, "mount"), query_value(&query, "from"))
        && is_digest(&digest)
    {
        let mounted = world.store.change(|state| {
            let size = mountable(state, &from, name, &digest);
            if let (Some(size), Some(repository)) = (size, state.repositories.get_mut(name)) {
                repository.blobs.insert(digest.clone(), size);
            }
            Ok::<_, StoreError>(size.is_some())
        });
        match mounted.await {
            Ok(true) => return created(world, name, &digest),
            // Not mounted: an upload begins, as if nothing had been asked.
            Ok(false) => {}
            Err(error) => return super::internal(&error),
        }
    }
    let id = match world.store.uploads.begin(name) {
        Ok(id) => id,
        Err(error) => return super::internal(&error),
    };
    if query_value(&query, "digest").is_some() {
        return finish(world, name, &id, request).await;
    }
    let mut response = reply::empty(StatusCode::ACCEPTED);
    locate(world, &mut response, name, &id);
    reply::put(&mut response, header::RANGE, "0-0");
    response
}

fn locate(world: &World, response: &mut Response, name: &str, id: &str) {
    let host = world.registry_host();
    reply::put(response, header::LOCATION, format!("http://{host}/v2/{name}/blobs/uploads/{id}"));
    reply::put(response, header::CONTENT_LENGTH, 0);
}

fn created(world: &World, name: &str, digest: &str) -> Response {
    let mut response = reply::empty(StatusCode::CREATED);
    let location = format!("http://{}/v2/{name}/blobs/{digest}", world.registry_host());
    reply::put(&mut response, header::LOCATION, location);
    reply::put(&mut response, header::CONTENT_LENGTH, 0);
    reply::put(&mut response, reply::CONTENT_DIGEST, digest);
    response
}

async fn take(world: &World, name: &str, id: &str) -> Result<OwnedMutexGuard<Upload>, Response> {
    let unknown = || {
        let account = &world.options.account_id;
        let message = format!(
            "The upload with id '{id}' in the repository with name '{name}' in the registry with id '{account}' could not be found."
        );
        oci_error(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", message)
    };
    let upload = world.store.uploads.find(id).ok_or_else(unknown)?;
    let upload = upload.lock_owned().await;
    if upload.repository == name { Ok(upload) } else { Err(unknown()) }
}

/// PATCH: 201, and a `Range` that stays at the first chunk.
pub(super) async fn append(world: &Arc<World>, name: &str, id: &str, request: Request) -> Response {
    let mut upload = match take(world, name, id).await {
        Ok(upload) => upload,
        Err(refusal) => return refusal,
    };
    if chunk_start(request.headers()).is_some_and(|start| start != upload.size) {
        let mut response = reply::empty(StatusCode::RANGE_NOT_SATISFIABLE);
        locate(world, &mut response, name, id);
        let end = upload.size.saturating_sub(1);
        reply::put(&mut response, header::RANGE, format!("0-{end}"));
        return response;
    }
    let body = request.into_body().into_data_stream();
    let is_discarded = world.options.quirks.discards_later_chunks && !upload.chunks.is_empty();
    let taken = if is_discarded { Upload::discard(body).await } else { upload.append(body).await };
    if let Err(error) = taken {
        return broken(&error);
    }
    let mut response = reply::empty(StatusCode::CREATED);
    locate(world, &mut response, name, id);
    let first = upload.chunks.first().copied().unwrap_or(0);
    let end = if world.options.quirks.stale_range { first } else { upload.size };
    reply::put(&mut response, header::RANGE, format!("0-{}", end.saturating_sub(1)));
    response
}

/// The first byte of a `Content-Range`, written `a-b` or `bytes a-b/c`.
fn chunk_start(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    value.trim_start_matches("bytes").trim().split('-').next()?.trim().parse().ok()
}

fn broken(error: &UploadError) -> Response {
    match error {
        UploadError::Body(_) => oci_error(
            StatusCode::BAD_REQUEST,
            "BLOB_UPLOAD_INVALID",
            "The body of the request broke off.",
        ),
        UploadError::File(error) => super::internal(error),
        UploadError::TooLarge { .. } => {
            oci_error(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", error.to_string())
        }
    }
}

/// PUT: the rest of the bytes, the check of the digest, and the blob is there.
pub(super) async fn finish(world: &Arc<World>, name: &str, id: &str, request: Request) -> Response {
    let invalid = |code: &str, message: String| oci_error(StatusCode::BAD_REQUEST, code, message);
    let mut upload = match take(world, name, id).await {
        Ok(upload) => upload,
        Err(refusal) => return refusal,
    };
    let digest = query_value(request.uri().query().unwrap_or_default(), "digest");
    let Some(digest) = digest.filter(|digest| is_digest(digest)) else {
        return invalid("DIGEST_INVALID", "Invalid parameter at 'layerDigests' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+''".to_owned());
    };
    if let Err(error) = upload.append(request.into_body().into_data_stream()).await {
        return broken(&error);
    }
    let (account, quirks) = (&world.options.account_id, world.options.quirks);
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
        world.store.uploads.end(id);
        return invalid("BLOB_UPLOAD_INVALID", message);
    }
    let kept = adopt_upload(&world.store, name, &upload, &digest).await;
    drop(upload);
    world.store.uploads.end(id);
    match kept {
        Ok(true) => created(world, name, &digest),
        Ok(false) => super::no_repository(world, name),
        Err(error) => super::internal(&error),
    }
}

/// GET: how far an upload is.
pub(super) async fn status(world: &World, name: &str, id: &str) -> Response {
    match take(world, name, id).await {
        Ok(upload) => {
            let mut response = reply::empty(StatusCode::NO_CONTENT);
            locate(world, &mut response, name, id);
            let end = upload.size.saturating_sub(1);
            reply::put(&mut response, header::RANGE, format!("0-{end}"));
            response
        }
        Err(refusal) => refusal,
    }
}

/// DELETE: gives an upload up.
pub(super) async fn cancel(world: &World, name: &str, id: &str) -> Response {
    match take(world, name, id).await {
        Ok(upload) => {
            drop(upload);
            world.store.uploads.end(id);
            reply::empty(StatusCode::NO_CONTENT)
        }
        Err(refusal) => refusal,
    }
}
