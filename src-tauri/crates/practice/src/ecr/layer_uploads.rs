//! Operations that upload a layer in parts through the API instead of the registry.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::sync::OwnedMutexGuard;

use super::error::EcrError;
use super::input::Input;
use super::repository_name::repository_name;
use crate::context::ServerContext;
use crate::store::image_changes::adopt_upload;
use crate::store::uploads::{Upload, UploadError};

/// The part size that ECR requests, which is also the maximum, in bytes.
const PART_BYTES: i64 = 10 * 1024 * 1024;

/// Handles InitiateLayerUpload.
pub(super) fn begin(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let exists = context.store.read(|state| state.repositories.contains_key(name));
    if !exists {
        return Err(EcrError::repository_not_found(context, name));
    }
    let id = context.store.uploads.begin(name).map_err(|error| internal(&error))?;
    Ok(json!({ "uploadId": id, "partSize": PART_BYTES }))
}

/// Handles UploadLayerPart. Parts have to arrive in order.
pub(super) async fn part(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let (name, id) = (repository_name(input)?, input.required("uploadId")?);
    let number = |member: &str| {
        let number = input.number(member)?;
        let number = number.and_then(|number| u64::try_from(number).ok());
        number.ok_or_else(|| EcrError::parameter(member, "Member must not be null"))
    };
    let (first, last) = (number("partFirstByte")?, number("partLastByte")?);
    let blob = STANDARD.decode(input.required("layerPartBlob")?);
    let blob =
        blob.map_err(|_| EcrError::new("SerializationException", "The part isn't valid base64."))?;
    let mut upload = lock_upload(context, name, id).await?;
    let invalid = |upload: &Upload| {
        let message = format!(
            "Part first byte {first} is invalid for upload '{id}': the last valid byte received is {}.",
            upload.size
        );
        let last = i64::try_from(upload.size).unwrap_or(i64::MAX) - 1;
        let member = Some(("lastValidByteReceived", json!(last)));
        EcrError { member, ..EcrError::new("InvalidLayerPartException", message) }
    };
    let length = blob.len() as u64;
    if first != upload.size || last.checked_sub(first).map(|gap| gap + 1) != Some(length) {
        return Err(invalid(&upload));
    }
    if length > PART_BYTES.unsigned_abs() {
        return Err(EcrError::parameter("layerPartBlob", "Member is too large"));
    }
    upload.append_bytes(&blob).await.map_err(|error| match error {
        UploadError::File(error) => internal(&error),
        UploadError::TooLarge { .. } | UploadError::Body(_) => {
            EcrError::new("LimitExceededException", error.to_string())
        }
    })?;
    Ok(json!({
        "registryId": context.options.account_id,
        "repositoryName": name,
        "uploadId": id,
        "lastByteReceived": last,
    }))
}

/// Handles CompleteLayerUpload.
pub(super) async fn complete(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let (name, id) = (repository_name(input)?, input.required("uploadId")?);
    input.sized_list("layerDigests", 1, 100)?;
    let digests = input.texts("layerDigests")?.unwrap_or_default();
    let upload = lock_upload(context, name, id).await?;
    let digest = upload.digest();
    let refused = if upload.size == 0 {
        Some(("EmptyUploadException", "The upload does not have any parts."))
    } else if upload.has_small_chunk() {
        let message = "All layer parts except the last part should be at least 5MB";
        Some(("LayerPartTooSmallException", message))
    } else if !digests.contains(&digest) {
        let message = "None of the provided layer digests match the calculated layer digest";
        Some(("InvalidLayerException", message))
    } else {
        None
    };
    let is_stored = context.store.read(|state| {
        state
            .repositories
            .get(name)
            .is_some_and(|repository| repository.blobs.contains_key(&digest))
    });
    let exists = ("LayerAlreadyExistsException", "The layer already exists in the repository.");
    if let Some((kind, message)) = refused.or_else(|| is_stored.then_some(exists)) {
        drop(upload);
        context.store.uploads.end(id);
        return Err(EcrError::new(kind, message));
    }
    let adopted = adopt_upload(&context.store, name, &upload, &digest).await;
    drop(upload);
    context.store.uploads.end(id);
    if !adopted? {
        return Err(EcrError::repository_not_found(context, name));
    }
    Ok(json!({
        "registryId": context.options.account_id,
        "repositoryName": name,
        "uploadId": id,
        "layerDigest": digest,
    }))
}

async fn lock_upload(
    context: &ServerContext,
    name: &str,
    id: &str,
) -> Result<OwnedMutexGuard<Upload>, EcrError> {
    let unknown = || {
        let account = &context.options.account_id;
        let message = format!(
            "The upload with id '{id}' in the repository with name '{name}' in the registry with id '{account}' could not be found."
        );
        EcrError::new("UploadNotFoundException", message)
    };
    let upload = context.store.uploads.find(id).ok_or_else(unknown)?.lock_owned().await;
    if upload.repository == name { Ok(upload) } else { Err(unknown()) }
}

fn internal(error: &std::io::Error) -> EcrError {
    tracing::error!(%error, "a practice upload failed");
    EcrError::internal()
}
