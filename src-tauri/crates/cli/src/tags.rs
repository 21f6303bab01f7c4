//! `tag`: adds a tag to an image that ECR already holds, without pulling or pushing its layers.

use transload_api::Api;
use transload_contract::{AwsConnection, RepositoryDetails, TagAdded, TagEffect, TagMutability};
use transload_errors::{ApiError, ErrorCode};

use crate::arguments::repositories::TagArguments;
use crate::confirmation::is_confirmed;
use crate::exit_code::{REFUSED, SUCCEEDED};
use crate::{aws_connection, mfa, output};

/// Adds a tag after saying whether it moves from another image, which needs a confirmation.
pub async fn tag(api: &Api, arguments: &TagArguments) -> Result<u8, ApiError> {
    let connection = aws_connection::from_account(&arguments.account);
    let TagArguments { repository, image, tag, .. } = arguments;
    let checked = async || check(api, &connection, arguments).await;
    let (digest, effect) = mfa::with_code_of(api, &connection, checked).await?;
    let from = match &effect {
        TagEffect::Added => {
            output::note(&format!("No image of {repository} has the tag {tag}."));
            None
        }
        TagEffect::Moved { from, other_tags, .. } => {
            let rest = match other_tags.as_slice() {
                [] => "That image is untagged afterward.".to_owned(),
                tags => format!("That image keeps {}.", tags.join(", ")),
            };
            output::note(&format!("The tag {tag} moves from {from}. {rest}"));
            Some(from.to_string())
        }
        TagEffect::Unchanged => {
            output::note(&format!("{repository}:{tag} already points to {digest}."));
            None
        }
        TagEffect::Invalid => {
            return Err(ApiError::new(ErrorCode::InputInvalid, format!("{tag:?} isn't a tag.")));
        }
        TagEffect::ImageUnavailable => {
            let message = format!("The image {image} is archived or being restored.");
            return Err(ApiError::new(ErrorCode::TagRefused, message).about(tag));
        }
        TagEffect::Immutable { from, mutability, exclusion_filters } => {
            let rule = match mutability {
                TagMutability::ImmutableWithExclusion => {
                    format!("only tags that match {} can be moved", exclusion_filters.join(", "))
                }
                TagMutability::MutableWithExclusion => {
                    format!("tags that match {} can't be moved", exclusion_filters.join(", "))
                }
                TagMutability::Immutable | TagMutability::Mutable => {
                    "tags are immutable".to_owned()
                }
            };
            let message = format!("The tag {tag} points to {from}, and in {repository}, {rule}.");
            return Err(ApiError::new(ErrorCode::TagRefused, message).about(tag));
        }
    };
    if arguments.dry_run {
        if arguments.json {
            output::json(&effect);
        }
        return Ok(SUCCEEDED);
    }
    if from.is_some()
        && !arguments.yes
        && !is_confirmed("Moving a tag changes what others pull", "Move the tag?", "yes")?
    {
        output::note("Nothing was changed.");
        return Ok(REFUSED);
    }
    let added = match effect {
        TagEffect::Unchanged => TagAdded { undo: None },
        _ => {
            let (name, new) = (repository.clone(), digest.clone());
            api.image_tag_add(connection, name, new, tag.clone(), from).await?
        }
    };
    match arguments.json {
        true => output::json(&added),
        false => output::line(&format!("{repository}:{tag} points to {digest}.")),
    }
    Ok(SUCCEEDED)
}

/// Returns the digest of the image, and what adding the tag would do.
async fn check(
    api: &Api,
    connection: &AwsConnection,
    arguments: &TagArguments,
) -> Result<(String, TagEffect), ApiError> {
    let TagArguments { repository, image, tag, .. } = arguments;
    let details = api.repository_details(connection.clone(), repository.clone()).await?;
    let digest = digest_of(&details, image).ok_or_else(|| {
        let message = format!("The repository {repository} has no image {image}.");
        ApiError::new(ErrorCode::ImageMissing, message).about(image)
    })?;
    let (name, new, tag) = (repository.clone(), digest.clone(), tag.clone());
    let effect = api.image_tag_check(connection.clone(), name, new, tag).await?;
    Ok((digest, effect))
}

fn digest_of(details: &RepositoryDetails, image: &str) -> Option<String> {
    let is_named = |tags: &[String]| tags.iter().any(|tag| tag == image);
    let mut images = details.images.iter();
    let found = images.find(|one| one.digest == image || is_named(&one.tags));
    found.map(|one| one.digest.clone())
}
