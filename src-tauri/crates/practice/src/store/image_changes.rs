//! Pushing and deleting images, shared by the registry protocol and the ECR API (PutImage,
//! BatchDeleteImage).

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use crate::clock::now_millis;
use crate::hash::digest_of;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::manifest::{Descriptor, Manifest, ManifestError};
use crate::store::state::{Image, Repository, State};
use crate::store::uploads::Upload;

/// Why an image was rejected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PushError {
    #[error("the repository does not exist")]
    NoRepository,
    #[error("the manifest is not valid")]
    Manifest(#[from] ManifestError),
    #[error("the manifest does not match its digest")]
    OtherDigest,
    #[error("blobs are missing")]
    MissingBlobs(Vec<String>),
    #[error("children are missing")]
    MissingChildren(Vec<String>),
    #[error("the tag is immutable")]
    Immutable,
    #[error("the tag already points to this image")]
    SameImage,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds an image to the state and stores its bytes. With `is_put_image`, an identical image is an error,
/// as for PutImage. The registry protocol accepts it unless the tag is immutable.
pub(crate) fn push_manifest(
    store: &Arc<Store>,
    state: &mut State,
    (name, tag): (&str, Option<&str>),
    bytes: &[u8],
    manifest: &Manifest,
    is_put_image: bool,
) -> Result<String, PushError> {
    let repository = state.repositories.get_mut(name).ok_or(PushError::NoRepository)?;
    let digest = digest_of(bytes);
    if let Some(tag) = tag {
        let current = repository.tags.get(tag);
        if is_put_image && current == Some(&digest) {
            return Err(PushError::SameImage);
        }
        if current.is_some() && repository.is_immutable(tag) {
            return Err(PushError::Immutable);
        }
    } else if is_put_image && repository.images.contains_key(&digest) {
        return Err(PushError::SameImage);
    }
    let missing = |wanted: &[Descriptor], has: &dyn Fn(&str) -> bool| -> Vec<String> {
        wanted.iter().map(|of| of.digest.clone()).filter(|digest| !has(digest)).collect()
    };
    let absent = missing(&manifest.blobs, &|digest| repository.blobs.contains_key(digest));
    if !absent.is_empty() {
        return Err(PushError::MissingBlobs(absent));
    }
    let absent = missing(&manifest.children, &|digest| repository.images.contains_key(digest));
    if !absent.is_empty() {
        return Err(PushError::MissingChildren(absent));
    }
    store.manifests.write(bytes).map_err(|source| write_error(store, &digest, source))?;
    let size = if manifest.children.is_empty() {
        manifest.blobs.iter().map(|blob| blob.size).sum()
    } else {
        let children = manifest.children.iter().filter_map(|of| repository.images.get(&of.digest));
        children.map(|child| child.size).max().unwrap_or(0)
    };
    // Pushing an archived image restores it at once.
    if let Some(image) = repository.images.get_mut(&digest)
        && image.archived_at.take().is_some()
    {
        image.activated_at = Some(now_millis() - 60_000);
        image.pushed_at = now_millis();
    }
    repository.images.entry(digest.clone()).or_insert_with(|| Image {
        media_type: manifest.media_type.clone(),
        artifact_type: manifest.artifact_type.clone(),
        manifest_size: bytes.len() as u64,
        size,
        pushed_at: now_millis(),
        pulled_at: None,
        archived_at: None,
        activated_at: None,
        scanned_at: None,
        subject: manifest.subject.clone(),
        annotations: manifest.annotations.clone(),
        blobs: manifest.blobs.iter().map(|blob| blob.digest.clone()).collect(),
        children: manifest.children.iter().map(|child| child.digest.clone()).collect(),
    });
    if let Some(tag) = tag {
        // An image that loses its last tag this way remains untagged.
        repository.tags.insert(tag.to_owned(), digest.clone());
    }
    Ok(digest)
}

/// Records a pull of an image, unless pulls of this principal don't count.
pub(crate) fn record_pull(state: &mut State, principal: &str, name: &str, digest: &str) {
    if state.pull_time_exclusions.contains_key(principal) {
        return;
    }
    let repository = state.repositories.get_mut(name);
    if let Some(image) = repository.and_then(|found| found.images.get_mut(digest)) {
        image.pulled_at = Some(now_millis());
    }
}

fn write_error(store: &Store, digest: &str, source: io::Error) -> PushError {
    PushError::Store(StoreError::Write { path: store.manifests.path(digest), source })
}

/// Removes a tag, and the image with its last tag, as documented for BatchDeleteImage. The caller refuses the last tag of
/// an image that an index lists.
pub(crate) fn untag(repository: &mut Repository, tag: &str) -> Option<String> {
    let digest = repository.tags.remove(tag)?;
    if repository.tags_of(&digest).is_empty() {
        delete_image(repository, &digest);
    }
    Some(digest)
}

/// Removes an image, its tags, and the blobs that no other image of the repository uses.
pub(crate) fn delete_image(repository: &mut Repository, digest: &str) {
    let Some(image) = repository.images.remove(digest) else { return };
    repository.tags.retain(|_, of| of != digest);
    let used: BTreeSet<&String> =
        repository.images.values().flat_map(|image| &image.blobs).collect();
    let unused: Vec<String> = image.blobs.into_iter().filter(|blob| !used.contains(blob)).collect();
    for blob in unused {
        repository.blobs.remove(&blob);
    }
}

/// Removes files that no repository references. Called while the state is locked, so that no upload of
/// the same digest can complete in between.
pub(crate) fn remove_unused(store: &Store, state: &State, before: &Repository) {
    let others = || state.repositories.values();
    for digest in before.blobs.keys() {
        if !others().any(|other| other.blobs.contains_key(digest)) {
            store.blobs.remove(digest);
        }
    }
    for digest in before.images.keys() {
        if !others().any(|other| other.images.contains_key(digest)) {
            store.manifests.remove(digest);
        }
    }
}

/// Returns the size of a blob that can be mounted. Requires the account setting, equal encryption, and a
/// pushed manifest that references the blob.
pub(crate) fn mountable(state: &State, from: &str, to: &str, digest: &str) -> Option<u64> {
    let (source, target) = (state.repositories.get(from)?, state.repositories.get(to)?);
    let is_referenced = source.images.values().any(|image| image.blobs.contains(digest));
    if state.blob_mounting() && source.encryption == target.encryption && is_referenced {
        source.blobs.get(digest).copied()
    } else {
        None
    }
}

/// Turns a complete upload into a blob of its repository. Returns `false` if the repository does not exist.
pub(crate) async fn adopt_upload(
    store: &Arc<Store>,
    repository: &str,
    upload: &Upload,
    digest: &str,
) -> Result<bool, StoreError> {
    // The file is renamed while the state is locked, so that no deletion of the same content can happen
    // between the file and its entry.
    let adopted = store.change(|state| {
        let Some(repository) = state.repositories.get_mut(repository) else { return Ok(false) };
        let adopted = store.blobs.adopt(&upload.path, digest);
        adopted.map_err(|source| StoreError::Write { path: store.blobs.path(digest), source })?;
        repository.blobs.insert(digest.to_owned(), upload.size);
        Ok::<_, StoreError>(true)
    });
    adopted.await
}
