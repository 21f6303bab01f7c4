//! Operations that list images.

use serde_json::{Value, json};

use super::error::EcrError;
use super::images::{ImageId, image_not_found};
use super::input::Input;
use super::paging::{Page, with_token};
use super::repository_name::repository_name;
use crate::clock::epoch_seconds;
use crate::context::ServerContext;
use crate::store::state::{Image, Repository};

/// Returns the filter by tag status.
fn tag_status_filter(input: &Input) -> Result<impl Fn(bool) -> bool + use<>, EcrError> {
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
    context: &ServerContext,
    name: &str,
    repository: &Repository,
    digest: &str,
    image: &Image,
) -> Value {
    let mut detail = json!({
        "registryId": context.options.account_id,
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

/// Handles DescribeImages.
pub(super) fn describe_images(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let page = Page::of(input, "imageIds")?;
    let wanted = input.sized_list("imageIds", 1, 100)?;
    let matches = tag_status_filter(input)?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        if let Some(ids) = wanted {
            let mut details: Vec<Value> = Vec::new();
            for id in ids {
                let id = ImageId::read(id);
                let digest =
                    id.find(repository).map_err(|_| image_not_found(context, name, &id))?;
                if let Some(image) = repository.images.get(&digest)
                    && !details.iter().any(|known| known["imageDigest"] == digest.as_str())
                {
                    details.push(detail(context, name, repository, &digest, image));
                }
            }
            return Ok(json!({ "imageDetails": details }));
        }
        let all = repository
            .images
            .iter()
            .filter(|(digest, _)| matches(repository.tags.values().any(|of| of == *digest)));
        let (found, token) = page.cut(all.map(|(digest, image)| (digest.clone(), (digest, image))));
        let details: Vec<Value> = found
            .into_iter()
            .map(|(digest, image)| detail(context, name, repository, digest, image))
            .collect();
        Ok(with_token(json!({ "imageDetails": details }), token))
    })
}

/// Handles ListImages: one entry per tag, and one per untagged image.
pub(super) fn list_images(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let page = Page::of(input, "imageIds")?;
    let matches = tag_status_filter(input)?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let tagged = repository.tags.iter().filter(|_| matches(true)).map(|(tag, digest)| {
            (format!("a:{tag}"), json!({ "imageDigest": digest, "imageTag": tag }))
        });
        let has_tag: std::collections::BTreeSet<&String> = repository.tags.values().collect();
        let untagged = repository
            .images
            .keys()
            .filter(|digest| matches(false) && !has_tag.contains(digest))
            .map(|digest| (format!("b:{digest}"), json!({ "imageDigest": digest })));
        let (ids, token) = page.cut(tagged.chain(untagged));
        Ok(with_token(json!({ "imageIds": ids }), token))
    })
}
