//! Adds a tag to an image that a repository already holds, and removes it again: what it would do, from the list of
//! images, and its execution, which reads the tag again right before it writes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use transload_aws::{AwsError, DeleteFailure, EcrExplorer, EcrImage, EcrImageId, EcrManifest};
use transload_model::{Digest, RepositoryName, RepositorySettings, Tag, TagMutability};

/// What adding a tag to an image would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum TagEffect {
    /// It isn't a tag.
    Invalid,
    /// The image can't be read, because it is archived or being restored.
    ImageUnavailable,
    /// The image already has the tag.
    Unchanged,
    /// No image has the tag.
    Added,
    /// The tag moves from another image.
    Moved {
        from: Digest,
        /// Other tags of that image. Without one, the image is untagged afterward.
        other_tags: Vec<String>,
        pushed_at_ms: Option<u64>,
    },
    /// Another image has the tag, and the repository doesn't allow moving it.
    Immutable { from: Digest, mutability: TagMutability, exclusion_filters: Vec<String> },
}

/// Returns what adding a tag would do with images as they were last listed. `None` if the image isn't one of them.
pub fn tag_effect(
    images: &[EcrImage],
    settings: &RepositorySettings,
    digest: &Digest,
    tag: &str,
) -> Option<TagEffect> {
    let image = images.iter().find(|image| image.digest == *digest)?;
    let Ok(tag) = Tag::parse(tag) else { return Some(TagEffect::Invalid) };
    Some(match images.iter().find(|image| image.tags.contains(&tag)) {
        Some(holder) if holder.digest == *digest => TagEffect::Unchanged,
        _ if !image.may_be_pulled() => TagEffect::ImageUnavailable,
        None => TagEffect::Added,
        Some(holder) => match (settings.allows_overwrite(tag.as_str()), &settings.tag_mutability) {
            (Some(false), mutability) => TagEffect::Immutable {
                from: holder.digest.clone(),
                mutability: mutability.known().copied().unwrap_or_default(),
                exclusion_filters: settings
                    .exclusion_filters
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            },
            // ECR decides about a mutability that Transload doesn't know.
            (Some(true) | None, _) => TagEffect::Moved {
                from: holder.digest.clone(),
                other_tags: holder
                    .tags
                    .iter()
                    .filter(|other| **other != tag)
                    .map(ToString::to_string)
                    .collect(),
                pushed_at_ms: holder.pushed_at_ms,
            },
        },
    })
}

/// How adding a tag is undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum TagReversal {
    /// The tag moves back to the image that had it.
    MoveBack { to: Digest },
    /// The tag is removed. The image keeps its other tags.
    Remove,
}

/// Returns how adding a tag to an image, described as it was before, is undone. `None` if it can't be: ECR deletes an image
/// with its last tag.
pub fn tag_reversal(before: &EcrImage, moved_from: Option<&Digest>) -> Option<TagReversal> {
    match moved_from {
        Some(from) => Some(TagReversal::MoveBack { to: from.clone() }),
        None if before.tags.is_empty() && before.unreadable_tags == 0 => None,
        None => Some(TagReversal::Remove),
    }
}

/// Why a tag wasn't added or removed.
#[derive(Debug)]
pub enum TagFailure {
    /// The tag points to another image than expected, or to none. It stays.
    Moved {
        now: Option<Digest>,
    },
    /// It is the last tag of the image, which ECR would delete with it.
    LastTag,
    /// A call failed before or instead of the change.
    Refused(AwsError),
    /// The call that changes the tag failed in a way that leaves open whether it did.
    Unknown(AwsError),
    NotDeleted(DeleteFailure),
}

impl TagFailure {
    /// Returns the failure of the call that changes the tag.
    fn of_change(error: AwsError) -> Self {
        if error.may_have_succeeded() { Self::Unknown(error) } else { Self::Refused(error) }
    }
}

impl From<AwsError> for TagFailure {
    fn from(error: AwsError) -> Self {
        Self::Refused(error)
    }
}

/// Points a tag to the image of a manifest. `expected` is the image that the tag moves from, or `None` if no image has it.
pub async fn add_tag(
    ecr: &dyn EcrExplorer,
    name: &RepositoryName,
    manifest: &EcrManifest,
    tag: &Tag,
    expected: Option<&Digest>,
) -> Result<(), TagFailure> {
    let holder = ecr.described_image(name, &EcrImageId::Tag(tag.clone())).await?;
    let now = holder.map(|image| image.digest);
    if now.as_ref() != expected {
        return Err(TagFailure::Moved { now });
    }
    ecr.put_image(name, manifest, Some(tag)).await.map_err(TagFailure::of_change)
}

/// Removes a tag that points to this image, unless it is the last one.
pub async fn remove_tag(
    ecr: &dyn EcrExplorer,
    name: &RepositoryName,
    tag: &Tag,
    digest: &Digest,
) -> Result<(), TagFailure> {
    let holder = ecr.described_image(name, &EcrImageId::Tag(tag.clone())).await?;
    let holder = match holder {
        Some(holder) if holder.digest == *digest => holder,
        other => return Err(TagFailure::Moved { now: other.map(|image| image.digest) }),
    };
    if holder.tags.len() < 2 && holder.unreadable_tags == 0 {
        return Err(TagFailure::LastTag);
    }
    let id = EcrImageId::Tagged { tag: tag.clone(), digest: digest.clone() };
    let failures = ecr.delete_images(name, &[id]).await.map_err(TagFailure::of_change)?;
    failures.into_iter().next().map_or(Ok(()), |failure| Err(TagFailure::NotDeleted(failure)))
}

#[cfg(test)]
mod tests;
