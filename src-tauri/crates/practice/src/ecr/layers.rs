//! Layers as the control plane sees them.

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::names::repository_name;
use crate::hmac::is_digest;
use crate::world::World;

/// BatchCheckLayerAvailability.
pub(super) fn check(world: &World, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    input.sized_list("layerDigests", 1, 100)?;
    let digests = input.texts("layerDigests")?;
    let digests =
        digests.ok_or_else(|| EcrError::parameter("layerDigests", "Member must not be null"))?;
    world.store.read(|state| {
        let held = state.repositories.get(name);
        let held = held.ok_or_else(|| EcrError::no_repository(world, name))?;
        let (mut layers, mut failures) = (Vec::new(), Vec::new());
        for digest in digests {
            if !is_digest(&digest) {
                failures.push(json!({
                    "layerDigest": digest,
                    "failureCode": "InvalidLayerDigest",
                    "failureReason": "Invalid layer digest",
                }));
            } else if let Some(size) = held.blobs.get(&digest) {
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

/// GetDownloadUrlForLayer.
pub(super) fn download_url(world: &World, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let digest = input.required("layerDigest")?;
    let is_here = world.store.read(|state| {
        let held = state.repositories.get(name);
        let held = held.ok_or_else(|| EcrError::no_repository(world, name))?;
        Ok::<_, EcrError>(held.blobs.contains_key(digest))
    })?;
    if !is_here {
        let account = &world.options.account_id;
        return Err(EcrError::new(
            "LayersNotFoundException",
            format!(
                "The layer with digest '{digest}' does not exist in the repository with name '{name}' in the registry with id '{account}'"
            ),
        ));
    }
    Ok(json!({ "downloadUrl": world.layer_url("ecr", digest), "layerDigest": digest }))
}
