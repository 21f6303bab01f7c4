//! Implements [`EcrExplorer`] with the AWS SDK.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use aws_sdk_ecr::operation::get_lifecycle_policy_preview::GetLifecyclePolicyPreviewOutput;
use aws_sdk_ecr::types::{
    DescribeImagesFilter, ImageIdentifier, ImageStatusFilter, LifecyclePolicyPreviewResult,
    LifecyclePolicyTargetStorageClass, TargetStorageClass,
};

use crate::ecr::api::{EcrImage, EcrImageId};
use crate::ecr::client::{Ecr, PAGE_SIZE, is_code};
use crate::ecr::explorer::{
    EcrExplorer, EcrManifest, KnownLifecyclePolicy, LifecyclePreview, ManifestBatch,
    ManifestFailure, PreviewAction, PreviewStatus, PreviewedImage,
};
use crate::ecr::values::{aws_exclusion_filters, aws_mutability, image, milliseconds};
use crate::ecr::words::reported;
use crate::error::AwsError;
use crate::sdk_error::Call;
use transload_model::{Digest, Reported, RepositoryName, RepositorySettings, Tag, media_type};

/// Source: the maximum of `maxResults` of GetLifecyclePolicyPreview in ECR's API reference.
const PREVIEW_PAGE_SIZE: i32 = 100;

#[async_trait]
impl EcrExplorer for Ecr {
    fn clock_behind_seconds(&self) -> Option<i64> {
        match &self.clock {
            Some(clock) => clock.behind_seconds(),
            None => Some(0),
        }
    }

    async fn all_images(&self, name: &RepositoryName) -> Result<Vec<EcrImage>, AwsError> {
        let call = self.call("ecr:DescribeImages").for_repository(name);
        let filter = DescribeImagesFilter::builder().image_status(ImageStatusFilter::Any).build();
        let request = self
            .client
            .describe_images()
            .repository_name(name.as_str())
            .filter(filter)
            .max_results(PAGE_SIZE);
        let mut all: Vec<EcrImage> = Vec::new();
        let mut places: HashMap<Digest, usize> = HashMap::new();
        let mut token: Option<String> = None;
        loop {
            let page = call
                .while_throttled(|| request.clone().set_next_token(token.clone()).send())
                .await?;
            for detail in page.image_details() {
                let image = image(&call, detail)?;
                // A push while the pages are read can move an image to a later page.
                match places.get(&image.digest).and_then(|place| all.get_mut(*place)) {
                    Some(known) => *known = image,
                    None => {
                        places.insert(image.digest.clone(), all.len());
                        all.push(image);
                    }
                }
            }
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    async fn described_image(
        &self,
        name: &RepositoryName,
        id: &EcrImageId,
    ) -> Result<Option<EcrImage>, AwsError> {
        let call = self.call("ecr:DescribeImages").for_repository(name);
        let request = self.client.describe_images().repository_name(name.as_str());
        let request = request.image_ids(identifier(id));
        let response = call.while_throttled(|| request.clone().send()).await;
        match response {
            Ok(response) => {
                response.image_details().first().map(|detail| image(&call, detail)).transpose()
            }
            Err(error) if is_code(&error, "ImageNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn manifests(
        &self,
        name: &RepositoryName,
        digests: &[Digest],
    ) -> Result<ManifestBatch, AwsError> {
        let call = self.call("ecr:BatchGetImage").for_repository(name);
        let ids = digests
            .iter()
            .map(|digest| ImageIdentifier::builder().image_digest(digest.as_str()).build())
            .collect();
        let accepted = media_type::ACCEPT_MANIFESTS.map(str::to_owned).to_vec();
        let request = self
            .client
            .batch_get_image()
            .repository_name(name.as_str())
            .set_image_ids(Some(ids))
            .set_accepted_media_types(Some(accepted));
        let response = call.while_throttled(|| request.clone().send()).await?;
        let mut batch = ManifestBatch::default();
        for image in response.images() {
            let digest = image.image_id().and_then(|id| id.image_digest());
            let digest = call.required(digest, "the digest of a manifest")?;
            batch.found.push(EcrManifest {
                digest: Digest::parse(digest).map_err(|error| call.unusable(error))?,
                media_type: image.image_manifest_media_type().unwrap_or_default().to_owned(),
                text: call.required(image.image_manifest(), "a manifest")?.to_owned(),
            });
        }
        for failure in response.failures() {
            let digest = failure.image_id().and_then(|id| id.image_digest());
            let Some(digest) = digest.and_then(|digest| Digest::parse(digest).ok()) else {
                continue;
            };
            batch.failures.push(ManifestFailure {
                digest,
                code: failure
                    .failure_code()
                    .map(|code| code.as_str().to_owned())
                    .unwrap_or_default(),
                reason: failure.failure_reason().unwrap_or_default().to_owned(),
            });
        }
        Ok(batch)
    }

    async fn known_lifecycle_policy(
        &self,
        name: &RepositoryName,
    ) -> Result<Option<KnownLifecyclePolicy>, AwsError> {
        let call = self.call("ecr:GetLifecyclePolicy").for_repository(name);
        let request = self.client.get_lifecycle_policy().repository_name(name.as_str());
        match request.send().await.map_err(|error| call.failed(error)) {
            Ok(response) => Ok(response.lifecycle_policy_text().map(|text| KnownLifecyclePolicy {
                text: text.to_owned(),
                // ECR reports 1970 for a policy that it never evaluated.
                last_evaluated_at_ms: milliseconds(response.last_evaluated_at())
                    .filter(|time| *time > 0),
            })),
            Err(error) if is_code(&error, "LifecyclePolicyNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn delete_lifecycle_policy(&self, name: &RepositoryName) -> Result<(), AwsError> {
        let call = self.call("ecr:DeleteLifecyclePolicy").for_repository(name);
        let request = self.client.delete_lifecycle_policy().repository_name(name.as_str());
        match request.send().await.map_err(|error| call.failed(error)) {
            Err(error) if is_code(&error, "LifecyclePolicyNotFoundException") => Ok(()),
            sent => sent.map(|_| ()),
        }
    }

    async fn delete_repository_policy(&self, name: &RepositoryName) -> Result<(), AwsError> {
        let call = self.call("ecr:DeleteRepositoryPolicy").for_repository(name);
        let request = self.client.delete_repository_policy().repository_name(name.as_str());
        match request.send().await.map_err(|error| call.failed(error)) {
            Err(error) if is_code(&error, "RepositoryPolicyNotFoundException") => Ok(()),
            sent => sent.map(|_| ()),
        }
    }

    async fn start_lifecycle_preview(
        &self,
        name: &RepositoryName,
        text: &str,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:StartLifecyclePolicyPreview").for_repository(name);
        let sent = self
            .client
            .start_lifecycle_policy_preview()
            .repository_name(name.as_str())
            .lifecycle_policy_text(text)
            .send()
            .await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn lifecycle_preview(
        &self,
        name: &RepositoryName,
    ) -> Result<Option<LifecyclePreview>, AwsError> {
        let call = self.call("ecr:GetLifecyclePolicyPreview").for_repository(name);
        let request = self
            .client
            .get_lifecycle_policy_preview()
            .repository_name(name.as_str())
            .max_results(PREVIEW_PAGE_SIZE);
        let mut preview: Option<LifecyclePreview> = None;
        let mut token: Option<String> = None;
        loop {
            let page =
                call.while_throttled(|| request.clone().set_next_token(token.clone()).send()).await;
            let page = match page {
                Err(error) if is_code(&error, "LifecyclePolicyPreviewNotFoundException") => {
                    return Ok(None);
                }
                page => page?,
            };
            if preview.is_none() {
                preview = Some(preview_of(&call, &page)?);
            }
            let Some(preview) = &mut preview else { return Ok(None) };
            let is_complete = preview.status == PreviewStatus::Complete;
            if is_complete {
                for result in page.preview_results() {
                    preview.images.push(previewed_image(&call, result)?);
                }
            }
            token = page.next_token().map(str::to_owned);
            if token.is_none() || !is_complete {
                break;
            }
        }
        Ok(preview)
    }

    async fn put_image(
        &self,
        name: &RepositoryName,
        manifest: &EcrManifest,
        tag: Option<&Tag>,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:PutImage").for_repository(name);
        let request = self
            .client
            .put_image()
            .repository_name(name.as_str())
            .image_manifest(&manifest.text)
            .image_manifest_media_type(&manifest.media_type)
            .image_digest(manifest.digest.as_str())
            .set_image_tag(tag.map(ToString::to_string));
        let sent = call.while_throttled(|| request.clone().send()).await;
        match sent {
            Err(error) if is_code(&error, "ImageAlreadyExistsException") => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn set_tag_mutability(
        &self,
        name: &RepositoryName,
        settings: &RepositorySettings,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:PutImageTagMutability").for_repository(name);
        let filters = aws_exclusion_filters(settings).map_err(|error| call.unusable(error))?;
        let sent = self
            .client
            .put_image_tag_mutability()
            .repository_name(name.as_str())
            .image_tag_mutability(aws_mutability(&settings.tag_mutability))
            .set_image_tag_mutability_exclusion_filters(filters)
            .send()
            .await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn aws_tags(&self, arn: &str) -> Result<BTreeMap<String, String>, AwsError> {
        let call = self.call("ecr:ListTagsForResource");
        let request = self.client.list_tags_for_resource().resource_arn(arn);
        let response = call.while_throttled(|| request.clone().send()).await?;
        let tags = response.tags().iter();
        Ok(tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect())
    }

    async fn set_archived(
        &self,
        name: &RepositoryName,
        digest: &Digest,
        is_archived: bool,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:UpdateImageStorageClass").for_repository(name);
        let class =
            if is_archived { TargetStorageClass::Archive } else { TargetStorageClass::Standard };
        let sent = self
            .client
            .update_image_storage_class()
            .repository_name(name.as_str())
            .image_id(ImageIdentifier::builder().image_digest(digest.as_str()).build())
            .target_storage_class(class)
            .send()
            .await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }
}

fn identifier(id: &EcrImageId) -> ImageIdentifier {
    let identifier = ImageIdentifier::builder();
    match id {
        EcrImageId::Tag(tag) => identifier.image_tag(tag.as_str()),
        EcrImageId::Digest(digest) => identifier.image_digest(digest.as_str()),
        EcrImageId::Tagged { tag, digest } => {
            identifier.image_tag(tag.as_str()).image_digest(digest.as_str())
        }
    }
    .build()
}

fn preview_of(
    call: &Call<'_>,
    page: &GetLifecyclePolicyPreviewOutput,
) -> Result<LifecyclePreview, AwsError> {
    let status = call.required(page.status(), "the status of the preview")?;
    let count = |number: i32| u64::try_from(number).ok();
    let summary = page.summary();
    Ok(LifecyclePreview {
        status: reported(status.as_str()),
        text: page.lifecycle_policy_text().unwrap_or_default().to_owned(),
        expiring: summary.and_then(|summary| count(summary.expiring_image_total_count()?)),
        archiving: summary.map(|summary| {
            let counts = summary.transitioning_image_total_counts().iter();
            let archived = counts.filter(|one| is_archive(one.target_storage_class()));
            archived.filter_map(|one| count(one.image_total_count()?)).sum()
        }),
        images: Vec::new(),
    })
}

/// Whether a storage class is the archive. An answer without it means the archive: ECR had no other one when it was added.
fn is_archive(class: Option<&LifecyclePolicyTargetStorageClass>) -> bool {
    class.is_none_or(|class| *class == LifecyclePolicyTargetStorageClass::Archive)
}

fn previewed_image(
    call: &Call<'_>,
    from: &LifecyclePolicyPreviewResult,
) -> Result<PreviewedImage, AwsError> {
    let digest = call.required(from.image_digest(), "the digest of an image")?;
    let action = call.required(from.action(), "the action for an image")?;
    let kind = call.required(action.r#type(), "the action for an image")?.as_str();
    let mut does: Reported<PreviewAction> = reported(kind);
    if let Some(class) = action.target_storage_class()
        && !is_archive(Some(class))
    {
        does = Reported::unknown(format!("{kind} {class}"));
    }
    Ok(PreviewedImage {
        digest: Digest::parse(digest).map_err(|error| call.unusable(error))?,
        tags: from.image_tags().iter().filter_map(|tag| Tag::parse(tag).ok()).collect(),
        action: does,
        rule: from.applied_rule_priority().and_then(|rule| u32::try_from(rule).ok()),
    })
}

#[cfg(test)]
mod tests;
