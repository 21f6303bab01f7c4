//! Operations that list images.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::error::EcrError;
use super::generated_images;
use super::images::{ImageId, image_not_found};
use super::input::Input;
use super::paging::{Page, with_token};
use super::repository_name::repository_name;
use crate::clock::epoch_seconds;
use crate::context::ServerContext;
use crate::store::state::{Image, ImageStatus, Repository};

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

/// Returns the filter by storage status. The default is active images.
fn image_status_filter(input: &Input) -> Result<impl Fn(ImageStatus) -> bool + use<>, EcrError> {
    let filter = input.object("filter")?;
    let status = filter.map(|filter| filter.text("imageStatus").map(|it| it.map(str::to_owned)));
    let status = status.transpose()?.flatten().unwrap_or_else(|| "ACTIVE".to_owned());
    if !["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"].contains(&status.as_str()) {
        let text = "Member must satisfy enum value set: [ARCHIVED, ACTIVATING, ACTIVE, ANY]";
        return Err(EcrError::parameter("filter.imageStatus", text));
    }
    Ok(move |of: ImageStatus| status == "ANY" || status == of.as_str())
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
        "imageStatus": image.status().as_str(),
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
    if let Some(archived_at) = image.archived_at {
        detail["lastArchivedAt"] = epoch_seconds(archived_at);
    }
    if let Some(activated_at) = image.activated_at {
        detail["lastActivatedAt"] = epoch_seconds(activated_at);
    }
    detail
}

/// Handles DescribeImages.
pub(super) fn describe_images(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let page = Page::of(input, "imageIds")?;
    let wanted = input.sized_list("imageIds", 1, 100)?;
    let matches = tag_status_filter(input)?;
    let has_status = image_status_filter(input)?;
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
        if repository.generated_images > 0 && matches(true) && has_status(ImageStatus::Active) {
            let images = repository.generated_images;
            return Ok(generated_images::describe(context, name, images, &page));
        }
        let tagged: BTreeSet<&String> = repository.tags.values().collect();
        let all = repository
            .images
            .iter()
            .filter(|(_, image)| has_status(image.status()))
            .filter(|(digest, _)| matches(tagged.contains(digest)));
        let (found, token) = page.cut(all.map(|(digest, image)| (digest.clone(), (digest, image))));
        let details: Vec<Value> = found
            .into_iter()
            .map(|(digest, image)| detail(context, name, repository, digest, image))
            .collect();
        Ok(with_token(json!({ "imageDetails": details }), token))
    })
}

/// Handles ListImageReferrers.
pub(super) fn list_referrers(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let subject = input.object("subjectId")?;
    let subject = subject
        .ok_or_else(|| EcrError::parameter("subjectId", "Member must not be null"))?
        .required("imageDigest")?
        .to_owned();
    let page = Page::with_size(input, 20, 50)?;
    let filter = input.object("filter")?;
    let types = filter.as_ref().map(|filter| filter.texts("artifactTypes")).transpose()?.flatten();
    let status = filter.as_ref().map(|filter| filter.text("artifactStatus")).transpose()?.flatten();
    if types.as_ref().is_some_and(|types| types.len() > 5) {
        let text = "Member must have length less than or equal to 5";
        return Err(EcrError::parameter("filter.artifactTypes", text));
    }
    let status = status.unwrap_or("ACTIVE");
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let all = repository.images.iter().filter(|(_, image)| {
            let artifact_type = image.artifact_type.as_deref().unwrap_or_default();
            image.subject.as_deref() == Some(subject.as_str())
                && types.as_ref().is_none_or(|types| types.iter().any(|one| one == artifact_type))
                && (status == "ANY" || status == image.status().as_str())
        });
        let (found, token) = page.cut(all.map(|(digest, image)| (digest.clone(), (digest, image))));
        let referrers = found.into_iter().map(|(digest, image)| {
            json!({
                "digest": digest,
                "mediaType": image.media_type,
                "artifactType": image.artifact_type,
                "size": image.manifest_size,
                "annotations": image.annotations,
                "artifactStatus": image.status().as_str(),
            })
        });
        Ok(with_token(json!({ "referrers": referrers.collect::<Vec<_>>() }), token))
    })
}

/// Handles ListImages: one entry per tag, and one per untagged image.
pub(super) fn list_images(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let page = Page::of(input, "imageIds")?;
    let matches = tag_status_filter(input)?;
    let has_status = image_status_filter(input)?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let is_listed = |digest: &String| {
            repository.images.get(digest).is_some_and(|image| has_status(image.status()))
        };
        let tagged =
            repository.tags.iter().filter(|(_, digest)| matches(true) && is_listed(digest));
        let tagged = tagged.map(|(tag, digest)| {
            (format!("a:{tag}"), json!({ "imageDigest": digest, "imageTag": tag }))
        });
        let has_tag: BTreeSet<&String> = repository.tags.values().collect();
        let untagged = repository
            .images
            .keys()
            .filter(|digest| matches(false) && !has_tag.contains(digest) && is_listed(digest))
            .map(|digest| (format!("b:{digest}"), json!({ "imageDigest": digest })));
        let (ids, token) = page.cut(tagged.chain(untagged));
        Ok(with_token(json!({ "imageIds": ids }), token))
    })
}
