//! Operations that check and download layers.

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::repository_name::repository_name;
use crate::context::ServerContext;
use crate::hash::is_digest;

/// Handles BatchCheckLayerAvailability.
pub(super) fn check(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    input.sized_list("layerDigests", 1, 100)?;
    let digests = input.texts("layerDigests")?;
    let digests =
        digests.ok_or_else(|| EcrError::parameter("layerDigests", "Member must not be null"))?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let (mut layers, mut failures) = (Vec::new(), Vec::new());
        for digest in digests {
            if !is_digest(&digest) {
                failures.push(json!({
                    "layerDigest": digest,
                    "failureCode": "InvalidLayerDigest",
                    "failureReason": "Invalid layer digest",
                }));
            } else if let Some(size) = repository.blobs.get(&digest) {
                layers.push(json!({
                    "layerDigest": digest,
                    "layerAvailability": "AVAILABLE",
                    "layerSize": size,
                    "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                }));
            } else {
                layers.push(json!({ "layerDigest": digest, "layerAvailability": "UNAVAILABLE" }));
            }
        }
        Ok(json!({ "layers": layers, "failures": failures }))
    })
}

/// Handles GetDownloadUrlForLayer.
pub(super) fn download_url(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let digest = input.required("layerDigest")?;
    let exists = context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        Ok::<_, EcrError>(repository.blobs.contains_key(digest))
    })?;
    if !exists {
        let account = &context.options.account_id;
        return Err(EcrError::new(
            "LayersNotFoundException",
            format!(
                "The layer with digest '{digest}' does not exist in the repository with name '{name}' in the registry with id '{account}'"
            ),
        ));
    }
    Ok(json!({ "downloadUrl": context.layer_url("ecr", digest), "layerDigest": digest }))
}
