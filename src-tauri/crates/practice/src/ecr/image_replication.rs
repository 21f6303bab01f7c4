//! The replication of images. Practice mode has one other region, and images of repositories whose names begin with
//! `shop/` are replicated to it.

use serde_json::{Value, json};

use super::error::EcrError;
use super::images::{ImageId, image_not_found};
use super::input::Input;
use super::repository_name::repository_name;
use crate::clock::now_millis;
use crate::context::ServerContext;

/// The beginning of the names of replicated repositories.
const REPLICATED: &str = "shop/";

/// How long a replication takes.
const REPLICATION_MILLIS: i64 = 2_000;

/// Handles DescribeImageReplicationStatus.
pub(super) fn describe(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let id = input.members().get("imageId").filter(|id| id.is_object());
    let id = id.ok_or_else(|| EcrError::parameter("imageId", "Member must not be null"))?;
    let id = ImageId::read(id);
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let digest = id.find(repository).map_err(|_| image_not_found(context, name, &id))?;
        let pushed_at = repository.images.get(&digest).map_or(0, |image| image.pushed_at);
        let is_complete = now_millis() >= pushed_at + REPLICATION_MILLIS;
        let account = &context.options.account_id;
        let statuses = match name.starts_with(REPLICATED) {
            true => vec![
                json!({
                    "region": "us-west-2",
                    "registryId": account,
                    "status": if is_complete { "COMPLETE" } else { "IN_PROGRESS" },
                }),
                json!({
                    "region": "ap-southeast-2",
                    "registryId": account,
                    "status": "FAILED",
                    "failureCode": "REGION_NOT_ENABLED",
                }),
            ],
            false => Vec::new(),
        };
        Ok(json!({
            "repositoryName": name,
            "imageId": { "imageDigest": digest },
            "replicationStatuses": statuses,
        }))
    })
}
