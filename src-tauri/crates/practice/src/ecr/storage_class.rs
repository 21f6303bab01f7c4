//! Archives images and restores them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::images::{ImageId, image_not_found};
use super::input::Input;
use super::repositories::change;
use super::repository_name::repository_name;
use crate::clock::now_millis;
use crate::context::ServerContext;
use crate::store::state::ImageStatus;

/// Handles UpdateImageStorageClass.
pub(super) async fn update(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let id = input.members().get("imageId").filter(|id| id.is_object());
    let id = id.ok_or_else(|| EcrError::parameter("imageId", "Member must not be null"))?;
    let id = ImageId::read(id);
    let class = input.required("targetStorageClass")?;
    let archives = match class {
        "ARCHIVE" => true,
        "STANDARD" => false,
        _ => {
            let text = "Member must satisfy enum value set: [ARCHIVE, STANDARD]";
            return Err(EcrError::parameter("targetStorageClass", text));
        }
    };
    change(context, input, |repository| {
        let digest = id.find(repository).map_err(|_| image_not_found(context, name, &id))?;
        let Some(image) = repository.images.get_mut(&digest) else {
            return Err(image_not_found(context, name, &id));
        };
        let wrong = match (archives, image.status()) {
            (true, ImageStatus::Active) => {
                image.archived_at = Some(now_millis());
                None
            }
            (false, ImageStatus::Archived) => {
                image.archived_at = None;
                image.activated_at = Some(now_millis());
                None
            }
            (_, status) => Some(status),
        };
        if let Some(status) = wrong {
            let text = format!("The image is {} and can't be moved to {class}", status.as_str());
            return Err(EcrError::new("ImageStorageClassUpdateNotSupportedException", text));
        }
        let status = image.status();
        Ok(json!({ "imageId": { "imageDigest": digest }, "imageStatus": status.as_str() }))
    })
    .await
}
