//! Looks up a tag together with the images of its index in as few calls as possible.

use std::collections::HashSet;

use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier};

use crate::ecr::api::{EcrImage, TaggedImage};
use crate::ecr::client::{Ecr, is_code};
use crate::ecr::values::image as read;
use crate::error::AwsError;
use transload_model::{Digest, RepositoryName, Tag};

/// Images per call. Source: the service model of ECR, `ImageIdentifierList`.
const IMAGE_BATCH_SIZE: usize = 100;

pub(crate) async fn image(
    ecr: &Ecr,
    name: &RepositoryName,
    tag: &Tag,
    parts: &[Digest],
) -> Result<Option<TaggedImage>, AwsError> {
    let call = ecr.call("ecr:DescribeImages").for_repository(name);
    let tagged = || vec![ImageIdentifier::builder().image_tag(tag.as_str()).build()];
    let (with_tag, more) = parts.split_at(parts.len().min(IMAGE_BATCH_SIZE - 1));
    let mut requested = tagged();
    requested.extend(with_tag.iter().map(by_digest));
    let mut existing = HashSet::new();
    let mut unknown: Vec<&Digest> = Vec::new();
    let details = match describe(ecr, name, requested).await? {
        Some(details) => details,
        None if parts.is_empty() => return Ok(None),
        // At least one image is missing, and ECR does not say which.
        None => {
            unknown.extend(with_tag);
            match describe(ecr, name, tagged()).await? {
                Some(details) => details,
                None => return Ok(None),
            }
        }
    };
    existing.extend(digests(&details));
    for some in more.chunks(IMAGE_BATCH_SIZE) {
        match describe(ecr, name, some.iter().map(by_digest).collect()).await? {
            Some(details) => existing.extend(digests(&details)),
            None => unknown.extend(some),
        }
    }
    for part in unknown {
        if describe(ecr, name, vec![by_digest(part)]).await?.is_some() {
            existing.insert(part.as_str().to_owned());
        }
    }
    let has_tag = |detail: &&ImageDetail| detail.image_tags().iter().any(|one| one == tag.as_str());
    let Some(detail) = details.iter().find(has_tag) else { return Ok(None) };
    let parts = parts.iter().filter(|part| existing.contains(part.as_str())).cloned().collect();
    Ok(Some(TaggedImage { image: read(&call, detail)?, parts }))
}

pub(crate) async fn images_with(
    ecr: &Ecr,
    name: &RepositoryName,
    requested: &[Digest],
) -> Result<Vec<EcrImage>, AwsError> {
    let call = ecr.call("ecr:DescribeImages").for_repository(name);
    let mut found = Vec::new();
    for batch in requested.chunks(IMAGE_BATCH_SIZE) {
        if let Some(details) = describe(ecr, name, batch.iter().map(by_digest).collect()).await? {
            found.extend(details);
            continue;
        }
        // At least one image is missing, and ECR does not say which.
        for digest in batch {
            found.extend(describe(ecr, name, vec![by_digest(digest)]).await?.unwrap_or_default());
        }
    }
    found.iter().map(|detail| read(&call, detail)).collect()
}

fn by_digest(digest: &Digest) -> ImageIdentifier {
    ImageIdentifier::builder().image_digest(digest.as_str()).build()
}

fn digests(details: &[ImageDetail]) -> impl Iterator<Item = String> + '_ {
    details.iter().filter_map(|detail| detail.image_digest().map(str::to_owned))
}

/// Returns `None` if one of the images doesn't exist.
async fn describe(
    ecr: &Ecr,
    name: &RepositoryName,
    images: Vec<ImageIdentifier>,
) -> Result<Option<Vec<ImageDetail>>, AwsError> {
    let call = ecr.call("ecr:DescribeImages").for_repository(name);
    let request = ecr.client.describe_images().repository_name(name.as_str());
    match request.set_image_ids(Some(images)).send().await.map_err(|error| call.failed(error)) {
        Ok(response) => Ok(Some(response.image_details().to_vec())),
        Err(error) if is_code(&error, "ImageNotFoundException") => Ok(None),
        Err(error) => Err(error),
    }
}
