//! DescribeImages and ListImages.

use serde_json::{Value, json};

use super::error::EcrError;
use super::images::{ImageId, no_image};
use super::input::Input;
use super::names::repository_name;
use super::paging::{Page, with_token};
use crate::clock::epoch_seconds;
use crate::store::{Image, Repository};
use crate::world::World;

/// Whether the filter lets an image through by its having tags.
fn wants(input: &Input) -> Result<impl Fn(bool) -> bool + use<>, EcrError> {
    let filter = input.object("filter")?;
    let status = filter.map(|filter| filter.text("tagStatus").map(|it| it.map(str::to_owned)));
    let status = status.transpose()?.flatten();
    match status.as_deref() {
        None | Some("ANY" | "TAGGED" | "UNTAGGED") => {}
        Some(_) => {
            let text = "Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]";
            return Err(EcrError::parameter("filter.tagStatus", text));
        }
    }
    Ok(move |is_tagged: bool| match status.as_deref() {
        Some("TAGGED") => is_tagged,
        Some("UNTAGGED") => !is_tagged,
        _ => true,
    })
}

fn detail(
    world: &World,
    name: &str,
    repository: &Repository,
    digest: &str,
    image: &Image,
) -> Value {
    let mut detail = json!({
        "registryId": world.options.account_id,
        "repositoryName": name,
        "imageDigest": digest,
        "imageSizeInBytes": image.size,
        "imagePushedAt": epoch_seconds(image.pushed_at),
        "imageManifestMediaType": image.media_type,
        "imageStatus": "ACTIVE",
    });
    let tags = repository.tags_of(digest);
    if !tags.is_empty() {
        detail["imageTags"] = json!(tags);
    }
    if let Some(artifact_type) = &image.artifact_type {
        detail["artifactMediaType"] = json!(artifact_type);
    }
    if let Some(subject) = &image.subject {
        detail["subjectManifestDigest"] = json!(subject);
    }
    if let Some(pulled_at) = image.pulled_at {
        detail["lastRecordedPullTime"] = epoch_seconds(pulled_at);
    }
    detail
}

/// DescribeImages.
pub(super) fn describe_images(world: &World, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let page = Page::of(input, "imageIds")?;
    let wanted = input.sized_list("imageIds", 1, 100)?;
    let wants = wants(input)?;
    world.store.read(|state| {
        let held = state.repositories.get(name);
        let held = held.ok_or_else(|| EcrError::no_repository(world, name))?;
        if let Some(ids) = wanted {
            let mut details: Vec<Value> = Vec::new();
            for id in ids {
                let id = ImageId::read(id);
                let digest = id.find(held).map_err(|_| no_image(world, name, &id))?;
                if let Some(image) = held.images.get(&digest)
                    && !details.iter().any(|known| known["imageDigest"] == digest.as_str())
                {
                    details.push(detail(world, name, held, &digest, image));
                }
            }
            return Ok(json!({ "imageDetails": details }));
        }
        let all = held
            .images
            .iter()
            .filter(|(digest, _)| wants(held.tags.values().any(|of| of == *digest)));
        let (found, token) = page.cut(all.map(|(digest, image)| (digest.clone(), (digest, image))));
        let details: Vec<Value> = found
            .into_iter()
            .map(|(digest, image)| detail(world, name, held, digest, image))
            .collect();
        Ok(with_token(json!({ "imageDetails": details }), token))
    })
}

/// ListImages: one entry for each tag, and one for each image without a tag.
pub(super) fn list_images(world: &World, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let page = Page::of(input, "imageIds")?;
    let wants = wants(input)?;
    world.store.read(|state| {
        let held = state.repositories.get(name);
        let held = held.ok_or_else(|| EcrError::no_repository(world, name))?;
        let tagged = held.tags.iter().filter(|_| wants(true)).map(|(tag, digest)| {
            (format!("a:{tag}"), json!({ "imageDigest": digest, "imageTag": tag }))
        });
        let has_tag: std::collections::BTreeSet<&String> = held.tags.values().collect();
        let untagged = held
            .images
            .keys()
            .filter(|digest| wants(false) && !has_tag.contains(digest))
            .map(|digest| (format!("b:{digest}"), json!({ "imageDigest": digest })));
        let (ids, token) = page.cut(tagged.chain(untagged));
        Ok(with_token(json!({ "imageIds": ids }), token))
    })
}
