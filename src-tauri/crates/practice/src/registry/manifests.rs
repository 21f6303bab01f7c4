//! Manifests of the practice ECR.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::response::Response;

use crate::context::ServerContext;
use crate::hash::{digest_of, is_digest};
use crate::registry::refusals::{internal, no_repository};
use crate::reply::{self, oci_error};
use crate::store::image_changes::{
    PushError, delete_image, push_manifest, record_pull, remove_unused, untag,
};
use crate::store::manifest::{MAX_MANIFEST_BYTES, Manifest, ManifestError};
use crate::store::state::ImageStatus;

/// GET and HEAD. ECR sends the digest only for HEAD (distribution/distribution#3792), so clients have to
/// compute it from the body of a GET.
pub(super) async fn read(
    context: &Arc<ServerContext>,
    name: &str,
    reference: &str,
    method: &Method,
) -> Response {
    let is_head = method == Method::HEAD;
    let found = context.store.read(|state| {
        let (digest, image) = state.repositories.get(name)?.resolve(reference)?;
        // An archived image can't be pulled.
        if image.status() != ImageStatus::Active {
            return None;
        }
        // The file is read while the state is locked: a deletion at the same time is a 404, not a 500.
        let bytes =
            if is_head { Ok(Vec::new()) } else { context.store.manifests.read_now(&digest) };
        Some((digest, image.media_type.clone(), image.manifest_size, bytes))
    });
    let Some((digest, media_type, size, bytes)) = found else {
        return oci_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", "Requested image not found");
    };
    if is_head {
        let response = reply::empty(StatusCode::OK);
        return reply::manifest_headers(response, &media_type, size, Some(&digest));
    }
    match bytes {
        Ok(bytes) => {
            let principal = context.user_arn();
            context.store.change_unsaved(|state| record_pull(state, &principal, name, &digest));
            let response = Response::new(Body::from(bytes));
            reply::manifest_headers(response, &media_type, size, None)
        }
        Err(error) => internal(&error),
    }
}

/// PUT. The response has no `Location`.
pub(super) async fn write(
    context: &Arc<ServerContext>,
    name: &str,
    reference: &str,
    request: Request,
) -> Response {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let parsed = match reply::read_limited(request.into_body(), MAX_MANIFEST_BYTES).await {
        Some(bytes) => Manifest::parse(&bytes, content_type.as_deref()).map(|it| (bytes, it)),
        None => Err(ManifestError::TooLarge),
    };
    let (bytes, manifest) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return refusal(context, name, reference, &PushError::Manifest(error)),
    };
    let tag = if is_digest(reference) {
        if digest_of(&bytes) != reference {
            return refusal(context, name, reference, &PushError::OtherDigest);
        }
        None
    } else if is_tag(reference) {
        Some(reference)
    } else {
        let message = "Invalid parameter at 'imageTag' failed to satisfy constraint: 'must satisfy regular expression '[a-zA-Z0-9-_.]+''";
        return oci_error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message);
    };
    let pushed = context
        .store
        .change(|state| push_manifest(&context.store, state, (name, tag), &bytes, &manifest, false))
        .await;
    match pushed {
        Ok(digest) => {
            let mut response = reply::empty(StatusCode::CREATED);
            reply::put(&mut response, reply::CONTENT_DIGEST, digest);
            reply::put(&mut response, header::CONTENT_LENGTH, 0);
            if let Some(subject) = manifest.subject {
                reply::put(&mut response, HeaderName::from_static("oci-subject"), subject);
            }
            response
        }
        Err(error) => refusal(context, name, reference, &error),
    }
}

/// Follows the tag grammar of the distribution specification.
fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = text.as_bytes();
    bytes.len() <= 128
        && bytes.first().is_some_and(|first| is_word(*first))
        && bytes.iter().all(|byte| is_word(*byte) || matches!(byte, b'.' | b'-'))
}

/// Returns the response of ECR for a rejected manifest.
fn refusal(context: &ServerContext, name: &str, reference: &str, error: &PushError) -> Response {
    let account = &context.options.account_id;
    let required = |what: &str, digests: &[String]| {
        format!(
            "{what} with digests '[{}]' required for pushing image into repository with name '{name}' in the registry with id '{account}' do not exist",
            digests.join(", ")
        )
    };
    match error {
        PushError::NoRepository => no_repository(context, name),
        PushError::Manifest(problem) => oci_error(
            StatusCode::METHOD_NOT_ALLOWED,
            "UNSUPPORTED",
            format!(
                "Invalid parameter at 'ImageManifest' failed to satisfy constraint: '{problem}'"
            ),
        ),
        PushError::OtherDigest => oci_error(
            StatusCode::BAD_REQUEST,
            "DIGEST_INVALID",
            "The provided image digest does not match the digest calculated by Amazon ECR for the image manifest",
        ),
        PushError::MissingBlobs(digests) => {
            oci_error(StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN", required("Layers", digests))
        }
        PushError::MissingChildren(digests) => {
            oci_error(StatusCode::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN", required("Images", digests))
        }
        PushError::Immutable | PushError::SameImage => oci_error(
            StatusCode::BAD_REQUEST,
            "TAG_INVALID",
            format!(
                "The image tag '{reference}' already exists in the '{name}' repository and cannot be overwritten because the tag is immutable."
            ),
        ),
        PushError::Store(error) => internal(error),
    }
}

/// DELETE, of a tag or an image.
pub(super) async fn delete(context: &Arc<ServerContext>, name: &str, reference: &str) -> Response {
    let deleted = context
        .store
        .change(|state| {
            let repository = state.repositories.get_mut(name).ok_or(PushError::NoRepository)?;
            let Some((digest, _)) = repository.resolve(reference) else { return Ok(None) };
            let before = repository.clone();
            let is_tag = repository.tags.contains_key(reference);
            let is_child = repository.images.values().any(|image| image.children.contains(&digest));
            if is_child && (!is_tag || repository.tags_of(&digest).len() == 1) {
                return Ok(Some(false));
            }
            if is_tag {
                untag(repository, reference);
            } else {
                delete_image(repository, &digest);
            }
            remove_unused(&context.store, state, &before);
            Ok::<_, PushError>(Some(true))
        })
        .await;
    match deleted {
        Ok(Some(true)) => reply::empty(StatusCode::ACCEPTED),
        Ok(Some(false)) => oci_error(
            StatusCode::METHOD_NOT_ALLOWED,
            "UNSUPPORTED",
            "Requested image referenced by manifest list",
        ),
        Ok(None) => {
            oci_error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", "Requested image not found")
        }
        Err(error) => refusal(context, name, reference, &error),
    }
}
