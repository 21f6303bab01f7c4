//! Commands that add a tag to an image in ECR, and remove it again.

use transload_aws::{AwsError, EcrApi as _, EcrExplorer as _, EcrImage, EcrImageId, EcrManifest};
use transload_contract::{
    AwsConnection, ImageChangeKind, TagAdded, TagEffect, TagReversal, UnreadReason,
};
use transload_errors::{ApiError, ErrorCode};
use transload_explorer::{
    TagFailure, add_tag, read_manifests, remove_tag, tag_effect, tag_reversal,
};
use transload_model::{Digest, RepositorySettings, Tag, now_ms};

use crate::api::Api;
use crate::handlers::explorer::Explored;
use crate::handlers::image_changes::ChangeResult;

/// The tag and the image that a command names.
struct TagOfImage {
    digest: Digest,
    tag: Tag,
}

impl TagOfImage {
    fn parse(digest: &str, tag: &str) -> Result<Self, ApiError> {
        let tag = Tag::parse(tag).map_err(|error| ApiError::invalid_input(&error))?;
        Ok(Self { digest: parsed(digest)?, tag })
    }
}

impl Api {
    /// Returns what adding a tag would do, with the images as they were last listed.
    pub async fn image_tag_check(
        &self,
        connection: AwsConnection,
        name: String,
        digest: String,
        tag: String,
    ) -> Result<TagEffect, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let digest = parsed(&digest)?;
        let settings = self.settings_of(&explored).await?;
        let images = self.listed_images(&explored).await?;
        tag_effect(&images, &settings, &digest, &tag).ok_or_else(|| image_missing(&digest))
    }

    /// Adds a tag to an image, or moves it from the image `moves_from`. The manifest is pushed again under the tag, with
    /// the same bytes and media type.
    pub async fn image_tag_add(
        &self,
        connection: AwsConnection,
        name: String,
        digest: String,
        tag: String,
        moves_from: Option<String>,
    ) -> Result<TagAdded, ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let named = TagOfImage::parse(&digest, &tag)?;
        let moves_from = moves_from.as_deref().map(parsed).transpose()?;
        let before = self.add(&explored, &named, moves_from.as_ref()).await?;
        tracing::info!(repository = name, %named.tag, %named.digest, "a tag was added");
        Ok(TagAdded { undo: tag_reversal(&before, moves_from.as_ref()) })
    }

    /// Undoes what [`Api::image_tag_add`] did.
    pub async fn image_tag_undo(
        &self,
        connection: AwsConnection,
        name: String,
        digest: String,
        tag: String,
        undo: TagReversal,
    ) -> Result<(), ApiError> {
        let explored = self.explore(&connection, &name).await?;
        let named = TagOfImage::parse(&digest, &tag)?;
        tracing::info!(repository = name, %named.tag, "a tag is restored");
        match undo {
            TagReversal::MoveBack { to } => {
                let back = TagOfImage { digest: to, tag: named.tag };
                self.add(&explored, &back, Some(&named.digest)).await?;
                Ok(())
            }
            TagReversal::Remove => {
                let Explored { ecr, name, .. } = &explored;
                let TagOfImage { digest, tag } = named;
                let change =
                    ImageChangeKind::TagRemoved { tag: tag.clone(), digest: digest.clone() };
                let removing = remove_tag(ecr, name, &tag, &digest);
                let removed = self.change_tag(&explored, &tag, None, change, removing).await?;
                removed.map_err(|failure| failed(failure, &tag))
            }
        }
    }

    /// Changes a tag, with a record before and after. `to` is the image that has it then.
    async fn change_tag(
        &self,
        explored: &Explored,
        tag: &Tag,
        to: Option<&Digest>,
        change: ImageChangeKind,
        changing: impl Future<Output = Result<(), TagFailure>>,
    ) -> Result<Result<(), TagFailure>, ApiError> {
        let recorded = self.begin_change(explored, change.clone()).await?;
        let changed = changing.await;
        self.forget_tags(explored);
        let result = match &changed {
            Ok(()) => ChangeResult::Made(change),
            Err(TagFailure::Unknown(_)) => ChangeResult::Unknown,
            Err(_) => ChangeResult::NotMade,
        };
        self.finish_change(recorded, result).await;
        if changed.is_ok() {
            self.keep_tag_move(explored, tag, to).await?;
        }
        Ok(changed)
    }

    /// Points a tag to an image. Returns the image as it was before.
    async fn add(
        &self,
        explored: &Explored,
        named: &TagOfImage,
        moves_from: Option<&Digest>,
    ) -> Result<EcrImage, ApiError> {
        let TagOfImage { digest, tag } = named;
        let id = EcrImageId::Digest(digest.clone());
        let image = explored.ecr.described_image(&explored.name, &id).await?;
        let image = image.ok_or_else(|| image_missing(digest))?;
        let manifest = self.manifest_to_tag(explored, &image, tag).await?;
        let (to, kept) = (digest.clone(), tag.clone());
        let change = match moves_from.cloned() {
            Some(from) => ImageChangeKind::TagMoved { tag: kept, from, to },
            None => ImageChangeKind::TagAdded { tag: kept, digest: to },
        };
        let adding = add_tag(&explored.ecr, &explored.name, &manifest, tag, moves_from);
        let added = self.change_tag(explored, tag, Some(digest), change, adding).await?;
        added.map_err(|failure| failed(failure, tag))?;
        Ok(image)
    }

    /// Forgets what the next check of a tag would use: after a change, and after a refusal, which shows that someone else
    /// changed the tag or the mutability.
    fn forget_tags(&self, explored: &Explored) {
        self.inner.listings.forget(&explored.scope);
        self.inner.repository_settings.forget(&explored.scope);
    }

    /// Returns the manifest of an image as ECR has it. Reads it unless it was read before.
    async fn manifest_to_tag(
        &self,
        explored: &Explored,
        image: &EcrImage,
        tag: &Tag,
    ) -> Result<EcrManifest, ApiError> {
        let documents = self.documents();
        let Explored { name, scope, ecr, .. } = explored;
        let unread = read_manifests(ecr, &documents, scope, name, &[image]).await?;
        if let Some(unread) = unread.into_iter().next() {
            return Err(unreadable(unread.reason, &image.digest, tag));
        }
        let damaged = || unreadable(UnreadReason::Damaged, &image.digest, tag);
        let document = documents.document(&image.digest, now_ms()).ok_or_else(damaged)?;
        let text = String::from_utf8(document.bytes.to_vec()).map_err(|_| damaged())?;
        let digest = image.digest.clone();
        Ok(EcrManifest { digest, media_type: document.media_type, text })
    }

    /// Returns the settings of a repository as they were read last, or reads them.
    async fn settings_of(&self, explored: &Explored) -> Result<RepositorySettings, ApiError> {
        if let Some(settings) = self.inner.repository_settings.get(&explored.scope) {
            return Ok(settings);
        }
        let name = &explored.name;
        let repository = explored.ecr.repository(name).await?;
        let missing = || AwsError::RepositoryMissing { name: name.clone() };
        let settings = repository.ok_or_else(missing)?.settings;
        self.inner.repository_settings.put(explored.scope.clone(), settings.clone());
        Ok(settings)
    }
}

fn parsed(text: &str) -> Result<Digest, ApiError> {
    Digest::parse(text).map_err(|error| ApiError::invalid_input(&error))
}

fn image_missing(digest: &Digest) -> ApiError {
    let message = format!("The repository doesn't contain the image {digest}.");
    ApiError::new(ErrorCode::ImageMissing, message).about(digest.as_str())
}

fn refused(tag: &Tag, message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::TagRefused, message).about(tag.as_str())
}

/// Says why the manifest of an image can't be pushed under a tag.
fn unreadable(reason: UnreadReason, digest: &Digest, tag: &Tag) -> ApiError {
    let why = match reason {
        UnreadReason::Missing => return image_missing(digest),
        UnreadReason::Archived => "it is archived or being restored. Restore it first".to_owned(),
        UnreadReason::UnknownStatus { status } => {
            format!("its status {status} is unknown to Transload")
        }
        UnreadReason::Refused { code, message } => {
            format!("ECR didn't return its manifest: {code}: {message}")
        }
        UnreadReason::Damaged => "ECR didn't return its manifest unchanged".to_owned(),
    };
    refused(tag, format!("The image {digest} can't get the tag {tag}: {why}."))
}

/// Says why a tag wasn't added or removed.
fn failed(failure: TagFailure, tag: &Tag) -> ApiError {
    match failure {
        TagFailure::Moved { now } => {
            let message = match now {
                Some(digest) => format!("The tag {tag} points to the image {digest} now."),
                None => format!("No image has the tag {tag} now."),
            };
            ApiError::new(ErrorCode::TagMoved, message).about(tag.as_str())
        }
        TagFailure::LastTag => refused(
            tag,
            format!(
                "{tag} is the last tag of its image, and ECR deletes an image with its last tag."
            ),
        ),
        TagFailure::Refused(AwsError::Refused { code, .. })
            if code == "ImageTagAlreadyExistsException" =>
        {
            refused(tag, format!("The repository doesn't allow moving the tag {tag}."))
        }
        TagFailure::Refused(error) | TagFailure::Unknown(error) => error.into(),
        TagFailure::NotDeleted(failure) => ApiError::from(&failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use transload_aws::DeleteFailure;

    #[test]
    fn every_reason_has_its_code_and_names_the_tag() {
        let tag = Tag::parse("prod").unwrap();
        let refused_by_ecr = |code: &str| {
            TagFailure::Refused(AwsError::Refused {
                action: "ecr:PutImage".to_owned(),
                code: code.to_owned(),
                message: "no".to_owned(),
                request_id: None,
            })
        };
        let not_deleted = |code: &str| {
            TagFailure::NotDeleted(DeleteFailure {
                image: EcrImageId::Tag(tag.clone()),
                code: code.to_owned(),
                reason: "no".to_owned(),
            })
        };
        for (failure, code, words) in [
            (
                TagFailure::Moved { now: Some(Digest::of(b"other")) },
                ErrorCode::TagMoved,
                "prod points to",
            ),
            (TagFailure::Moved { now: None }, ErrorCode::TagMoved, "No image has the tag prod"),
            (TagFailure::LastTag, ErrorCode::TagRefused, "prod is the last tag"),
            (
                refused_by_ecr("ImageTagAlreadyExistsException"),
                ErrorCode::TagRefused,
                "moving the tag prod",
            ),
            (refused_by_ecr("Other"), ErrorCode::AwsFailed, "no"),
            (not_deleted("ImageReferencedByManifestList"), ErrorCode::ImageInIndex, "an index"),
        ] {
            let error = failed(failure, &tag);
            assert_eq!(error.code, code, "{}", error.message);
            assert!(error.message.contains(words), "{}", error.message);
        }
        let digest = Digest::of(b"image");
        for (reason, code, words) in [
            (UnreadReason::Missing, ErrorCode::ImageMissing, "doesn't contain"),
            (UnreadReason::Archived, ErrorCode::TagRefused, "Restore it first"),
            (
                UnreadReason::UnknownStatus { status: "FROZEN".to_owned() },
                ErrorCode::TagRefused,
                "FROZEN",
            ),
            (UnreadReason::Damaged, ErrorCode::TagRefused, "unchanged"),
        ] {
            let error = unreadable(reason, &digest, &tag);
            assert_eq!(error.code, code, "{}", error.message);
            assert!(error.message.contains(words), "{}", error.message);
        }
    }
}
