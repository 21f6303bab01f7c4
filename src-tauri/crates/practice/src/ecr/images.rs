//! Operations that read, write and delete images.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::repository_name::repository_name;
use crate::context::ServerContext;
use crate::hash::{digest_of, is_digest};
use crate::store::image_changes::{
    PushError, delete_image, push_manifest, record_pull, remove_unused, untag,
};
use crate::store::manifest::Manifest;
use crate::store::state::{ImageStatus, Repository};

/// An image by digest, by tag, or by both.
pub(super) struct ImageId {
    digest: Option<String>,
    tag: Option<String>,
}

/// Failure code and reason.
type Failure = (&'static str, &'static str);

impl ImageId {
    pub(super) fn read(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Self { digest: text("imageDigest"), tag: text("imageTag") }
    }

    /// Resolves the ID to a digest in a repository.
    pub(super) fn find(&self, repository: &Repository) -> Result<String, Failure> {
        const MISSING: Failure = ("ImageNotFound", "Requested image not found");
        let tagged = self.tag.as_ref().map(|tag| repository.tags.get(tag).ok_or(MISSING));
        match (&self.digest, tagged.transpose()?) {
            (None, None) => Err(("MissingDigestAndTag", "Missing image digest and tag")),
            (Some(digest), _) if !is_digest(digest) => Err((
                "InvalidImageDigest",
                "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
            )),
            (Some(digest), _) if !repository.images.contains_key(digest) => Err(MISSING),
            (Some(digest), Some(tagged)) if digest != tagged => {
                Err(("ImageTagDoesNotMatchDigest", "Requested tag does not match the digest"))
            }
            (Some(digest), _) => Ok(digest.clone()),
            (None, Some(tagged)) => Ok(tagged.clone()),
        }
    }

    fn to_json(&self) -> Value {
        let mut json = json!({});
        if let Some(digest) = &self.digest {
            json["imageDigest"] = json!(digest);
        }
        if let Some(tag) = &self.tag {
            json["imageTag"] = json!(tag);
        }
        json
    }

    fn failure(&self, (code, reason): Failure) -> Value {
        json!({ "imageId": self.to_json(), "failureCode": code, "failureReason": reason })
    }
}

/// Returns the error of ECR for an image that does not exist.
pub(super) fn image_not_found(context: &ServerContext, name: &str, id: &ImageId) -> EcrError {
    let quoted =
        |value: &Option<String>| value.as_ref().map_or("null".to_owned(), |it| format!("'{it}'"));
    let (digest, tag, account) = (quoted(&id.digest), quoted(&id.tag), &context.options.account_id);
    EcrError::new(
        "ImageNotFoundException",
        format!(
            "The image with imageId {{imageDigest:{digest}, imageTag:{tag}}} does not exist within the repository with name '{name}' in the registry with id '{account}'"
        ),
    )
}

fn ids(input: &Input) -> Result<Vec<ImageId>, EcrError> {
    let list = input.sized_list("imageIds", 1, 100)?;
    let list = list.ok_or_else(|| EcrError::parameter("imageIds", "Member must not be null"))?;
    Ok(list.iter().map(ImageId::read).collect())
}

/// Handles BatchGetImage.
pub(super) async fn batch_get(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let mut found = Vec::new();
    let mut failures = Vec::new();
    let ids = ids(input)?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        for mut id in ids {
            let is_archived = |digest: &String| {
                repository.images.get(digest).is_some_and(|it| it.status() != ImageStatus::Active)
            };
            match id.find(repository) {
                // An archived image can't be pulled.
                Ok(digest) if is_archived(&digest) => {
                    failures.push(id.failure(("ImageNotFound", "Requested image not found")));
                }
                Ok(digest) => {
                    let media_type =
                        repository.images.get(&digest).map(|image| image.media_type.clone());
                    // Read while the state is locked, so that no deletion comes in between.
                    let bytes = context.store.manifests.read_now(&digest);
                    id.digest = Some(digest.clone());
                    found.push((id, digest, media_type, bytes));
                }
                Err(failure) => failures.push(id.failure(failure)),
            }
        }
        Ok::<_, EcrError>(())
    })?;
    let mut images = Vec::new();
    for (id, digest, media_type, bytes) in found {
        let Ok(bytes) = bytes else {
            failures.push(id.failure(("ImageInaccessible", "The image could not be read")));
            continue;
        };
        images.push(json!({
            "registryId": context.options.account_id,
            "repositoryName": name,
            "imageId": id.to_json(),
            "imageManifest": String::from_utf8_lossy(&bytes),
            "imageManifestMediaType": media_type,
        }));
        let principal = context.user_arn();
        context.store.change_unsaved(|state| record_pull(state, &principal, name, &digest));
    }
    Ok(json!({ "images": images, "failures": failures }))
}

/// Handles BatchDeleteImage.
pub(super) async fn batch_delete(
    context: &Arc<ServerContext>,
    input: &Input,
) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let ids = ids(input)?;
    context
        .store
        .change(|state| {
            let repository = state.repositories.get_mut(name);
            let repository =
                repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
            let before = repository.clone();
            let (mut deleted, mut failures) = (Vec::new(), Vec::new());
            for mut id in ids {
                let digest = match id.find(repository) {
                    Ok(digest) => digest,
                    Err(failure) => {
                        failures.push(id.failure(failure));
                        continue;
                    }
                };
                let is_child =
                    repository.images.values().any(|image| image.children.contains(&digest));
                match &id.tag {
                    // ECR keeps also the last tag of such an image. Source: aws/containers-roadmap#1567.
                    _ if is_child && is_last(repository, &id, &digest) => {
                        failures.push(id.failure((
                            "ImageReferencedByManifestList",
                            "Requested image referenced by manifest list",
                        )));
                        continue;
                    }
                    Some(tag) => {
                        untag(repository, tag);
                    }
                    None => delete_image(repository, &digest),
                }
                id.digest = Some(digest);
                deleted.push(id.to_json());
            }
            remove_unused(&context.store, state, &before);
            Ok(json!({ "imageIds": deleted, "failures": failures }))
        })
        .await
}

/// Whether deleting what is named leaves the image without a tag.
fn is_last(repository: &Repository, id: &ImageId, digest: &str) -> bool {
    id.tag.is_none() || repository.tags_of(digest).len() == 1
}

/// Handles PutImage.
pub(super) async fn put(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let text = input.required("imageManifest")?;
    let tag = input.text("imageTag")?;
    if tag.is_some_and(|tag| !(1..=300).contains(&tag.len())) {
        let rule = "Member must have length less than or equal to 300";
        return Err(EcrError::parameter("imageTag", rule));
    }
    let digest = digest_of(text.as_bytes());
    let manifest = Manifest::parse(text.as_bytes(), input.text("imageManifestMediaType")?)
        .map_err(|error| refusal(context, name, tag, &digest, error.into()))?;
    if input.text("imageDigest")?.is_some_and(|said| said != digest) {
        return Err(refusal(context, name, tag, &digest, PushError::OtherDigest));
    }
    let pushed = context
        .store
        .change(|state| {
            push_manifest(&context.store, state, (name, tag), text.as_bytes(), &manifest, true)
        })
        .await;
    let digest = pushed.map_err(|error| refusal(context, name, tag, &digest, error))?;
    let id = ImageId { digest: Some(digest), tag: tag.map(str::to_owned) };
    Ok(json!({ "image": {
        "registryId": context.options.account_id,
        "repositoryName": name,
        "imageId": id.to_json(),
        "imageManifest": text,
        "imageManifestMediaType": manifest.media_type,
    } }))
}

fn refusal(
    context: &ServerContext,
    name: &str,
    tag: Option<&str>,
    digest: &str,
    error: PushError,
) -> EcrError {
    let account = &context.options.account_id;
    let tag = tag.unwrap_or("null");
    let required = |what: &str, digests: &[String]| {
        format!(
            "{what} with digests '[{}]' required for pushing image into repository with name '{name}' in the registry with id '{account}' do not exist",
            digests.join(", ")
        )
    };
    match error {
        PushError::NoRepository => EcrError::repository_not_found(context, name),
        PushError::Manifest(problem) => EcrError::parameter("ImageManifest", problem),
        PushError::OtherDigest => EcrError::new(
            "ImageDigestDoesNotMatchException",
            "The provided image digest does not match the digest calculated by Amazon ECR for the image manifest",
        ),
        PushError::MissingBlobs(digests) => {
            EcrError::new("LayersNotFoundException", required("Layers", &digests))
        }
        PushError::MissingChildren(digests) => {
            EcrError::new("ReferencedImagesNotFoundException", required("Images", &digests))
        }
        PushError::Immutable => EcrError::new(
            "ImageTagAlreadyExistsException",
            format!(
                "The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because the tag is immutable."
            ),
        ),
        PushError::SameImage => EcrError::new(
            "ImageAlreadyExistsException",
            format!(
                "Image with digest '{digest}' and tag '{tag}' already exists in the repository with name '{name}' in registry with id '{account}'"
            ),
        ),
        PushError::Store(error) => error.into(),
    }
}
