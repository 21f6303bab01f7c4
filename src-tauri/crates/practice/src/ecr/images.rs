//! Reading, writing and deleting images through the API.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use super::names::repository_name;
use crate::clock::now_millis;
use crate::hmac::{digest_of, is_digest};
use crate::store::{
    Manifest, PushError, Repository, delete_image, push_manifest, remove_unused, untag,
};
use crate::world::World;

/// An image by digest, by tag, or by both.
pub(super) struct ImageId {
    digest: Option<String>,
    tag: Option<String>,
}

/// Code and reason of an image that cannot be found.
type Failure = (&'static str, &'static str);

impl ImageId {
    pub(super) fn read(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Self { digest: text("imageDigest"), tag: text("imageTag") }
    }

    /// The digest of the image that this names in a repository.
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

    fn shown(&self) -> Value {
        let mut shown = json!({});
        if let Some(digest) = &self.digest {
            shown["imageDigest"] = json!(digest);
        }
        if let Some(tag) = &self.tag {
            shown["imageTag"] = json!(tag);
        }
        shown
    }

    fn failure(&self, (code, reason): Failure) -> Value {
        json!({ "imageId": self.shown(), "failureCode": code, "failureReason": reason })
    }
}

/// ECR's sentence about an image that is not there.
pub(super) fn no_image(world: &World, name: &str, id: &ImageId) -> EcrError {
    let quoted =
        |value: &Option<String>| value.as_ref().map_or("null".to_owned(), |it| format!("'{it}'"));
    let (digest, tag, account) = (quoted(&id.digest), quoted(&id.tag), &world.options.account_id);
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

/// BatchGetImage.
pub(super) async fn batch_get(world: &Arc<World>, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let mut found = Vec::new();
    let mut failures = Vec::new();
    let ids = ids(input)?;
    world.store.read(|state| {
        let held = state.repositories.get(name);
        let held = held.ok_or_else(|| EcrError::no_repository(world, name))?;
        for mut id in ids {
            match id.find(held) {
                Ok(digest) => {
                    let media_type = held.images.get(&digest).map(|image| image.media_type.clone());
                    id.digest = Some(digest.clone());
                    found.push((id, digest, media_type));
                }
                Err(failure) => failures.push(id.failure(failure)),
            }
        }
        Ok::<_, EcrError>(())
    })?;
    let mut images = Vec::new();
    for (id, digest, media_type) in found {
        let Ok(bytes) = world.store.manifests.read(&digest).await else {
            failures.push(id.failure(("ImageInaccessible", "The image could not be read")));
            continue;
        };
        images.push(json!({
            "registryId": world.options.account_id,
            "repositoryName": name,
            "imageId": id.shown(),
            "imageManifest": String::from_utf8_lossy(&bytes),
            "imageManifestMediaType": media_type,
        }));
        world.store.note(|state| {
            let repository = state.repositories.get_mut(name);
            if let Some(image) = repository.and_then(|found| found.images.get_mut(&digest)) {
                image.pulled_at = Some(now_millis());
            }
        });
    }
    Ok(json!({ "images": images, "failures": failures }))
}

/// BatchDeleteImage.
pub(super) async fn batch_delete(world: &Arc<World>, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let ids = ids(input)?;
    world
        .store
        .change(|state| {
            let held = state.repositories.get_mut(name);
            let held = held.ok_or_else(|| EcrError::no_repository(world, name))?;
            let before = held.clone();
            let (mut deleted, mut failures) = (Vec::new(), Vec::new());
            for mut id in ids {
                let digest = match id.find(held) {
                    Ok(digest) => digest,
                    Err(failure) => {
                        failures.push(id.failure(failure));
                        continue;
                    }
                };
                let is_child = held.images.values().any(|image| image.children.contains(&digest));
                match &id.tag {
                    Some(tag) => {
                        untag(held, tag);
                    }
                    None if is_child => {
                        failures.push(id.failure((
                            "ImageReferencedByManifestList",
                            "Requested image referenced by manifest list",
                        )));
                        continue;
                    }
                    None => delete_image(held, &digest),
                }
                id.digest = Some(digest);
                deleted.push(id.shown());
            }
            remove_unused(&world.store, state, &before);
            Ok(json!({ "imageIds": deleted, "failures": failures }))
        })
        .await
}

/// PutImage.
pub(super) async fn put(world: &Arc<World>, input: &Input) -> Result<Value, EcrError> {
    let name = repository_name(input)?;
    let text = input.required("imageManifest")?;
    let tag = input.text("imageTag")?;
    if tag.is_some_and(|tag| !(1..=300).contains(&tag.len())) {
        let rule = "Member must have length less than or equal to 300";
        return Err(EcrError::parameter("imageTag", rule));
    }
    let digest = digest_of(text.as_bytes());
    let manifest = Manifest::parse(text.as_bytes(), input.text("imageManifestMediaType")?)
        .map_err(|error| refusal(world, name, tag, &digest, error.into()))?;
    if input.text("imageDigest")?.is_some_and(|said| said != digest) {
        return Err(refusal(world, name, tag, &digest, PushError::OtherDigest));
    }
    let pushed = world
        .store
        .change(|state| {
            push_manifest(&world.store, state, (name, tag), text.as_bytes(), &manifest, true)
        })
        .await;
    let digest = pushed.map_err(|error| refusal(world, name, tag, &digest, error))?;
    let id = ImageId { digest: Some(digest), tag: tag.map(str::to_owned) };
    Ok(json!({ "image": {
        "registryId": world.options.account_id,
        "repositoryName": name,
        "imageId": id.shown(),
        "imageManifest": text,
        "imageManifestMediaType": manifest.media_type,
    } }))
}

fn refusal(
    world: &World,
    name: &str,
    tag: Option<&str>,
    digest: &str,
    error: PushError,
) -> EcrError {
    let account = &world.options.account_id;
    let tag = tag.unwrap_or("null");
    let required = |what: &str, digests: &[String]| {
        format!(
            "{what} with digests '[{}]' required for pushing image into repository with name '{name}' in the registry with id '{account}' do not exist",
            digests.join(", ")
        )
    };
    match error {
        PushError::NoRepository => EcrError::no_repository(world, name),
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
