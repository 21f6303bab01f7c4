//! Implements [`EcrApi`] and [`EcrLayers`] with the AWS SDK.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ecr::Client;
use aws_sdk_ecr::error::SdkError;
use aws_sdk_ecr::operation::upload_layer_part::UploadLayerPartError;
use aws_sdk_ecr::types::{ImageScanningConfiguration, LayerAvailability};
use aws_smithy_types::Blob;
use aws_smithy_types::error::operation::BuildError;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::ecr::api::{
    EcrApi, EcrImage, EcrLayers, EcrRepository, HeldImage, ImageName, LayerUpload, NotDeleted,
    RegistryToken,
};
use crate::ecr::values::{
    aws_encryption, aws_exclusion_filters, aws_mutability, aws_tags, identifier, image,
    not_deleted, registry_token, repository,
};
use crate::error::AwsError;
use crate::sdk_error::{Call, Caller};
use transload_model::{Digest, RepositoryName, RepositoryPolicy, RepositorySettings, Tag};

/// Entries per page. Source: the maximum of `maxResults` in ECR's API reference.
pub(crate) const PAGE: i32 = 1000;

/// Images per call. Source: the maximum of `imageIds` of BatchDeleteImage in ECR's API reference.
const DELETED_TOGETHER: usize = 100;

/// The minimum and maximum size of every part except the last. Source: Amazon ECR user guide, "Amazon
/// ECR service quotas": 5 and 10 MiB.
const PART_BYTES: (usize, usize) = (5 * 1024 * 1024, 10 * 1024 * 1024);

/// Digests per call of BatchCheckLayerAvailability, and concurrent calls. Source: ECR's API reference;
/// the quota is 1,000 calls per second.
const LAYERS_A_CALL: usize = 100;
const LAYER_CALLS_TOGETHER: usize = 8;

/// ECR in one account and region.
#[derive(Clone)]
pub struct Ecr {
    pub(crate) caller: Arc<Caller>,
    pub(crate) client: Client,
}

impl Ecr {
    pub(crate) fn new(caller: Arc<Caller>, client: Client) -> Self {
        Self { caller, client }
    }

    pub(crate) fn call<'a>(&'a self, action: &'a str) -> Call<'a> {
        Call::new(&self.caller, action)
    }
}

impl fmt::Debug for Ecr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ecr").field("profile", &self.caller.profile).finish_non_exhaustive()
    }
}

#[async_trait]
impl EcrApi for Ecr {
    async fn repositories(&self) -> Result<Vec<EcrRepository>, AwsError> {
        let call = self.call("ecr:DescribeRepositories");
        let mut pages =
            self.client.describe_repositories().into_paginator().page_size(PAGE).items().send();
        let mut all = Vec::new();
        while let Some(next) = pages.next().await {
            all.push(repository(&call, &next.map_err(|error| call.failed(error))?)?);
        }
        Ok(all)
    }

    async fn repository(&self, name: &RepositoryName) -> Result<Option<EcrRepository>, AwsError> {
        let call = self.call("ecr:DescribeRepositories").of(name);
        let answer = self
            .client
            .describe_repositories()
            .repository_names(name.as_str())
            .send()
            .await
            .map_err(|error| call.failed(error));
        match answer {
            Ok(answer) => {
                answer.repositories().first().map(|from| repository(&call, from)).transpose()
            }
            Err(AwsError::RepositoryMissing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn create_repository(
        &self,
        name: &RepositoryName,
        settings: &RepositorySettings,
    ) -> Result<EcrRepository, AwsError> {
        let call = self.call("ecr:CreateRepository").of(name);
        let incomplete = |error: BuildError| call.unusable(error);
        let scanning =
            ImageScanningConfiguration::builder().scan_on_push(settings.scan_on_push).build();
        let answer = self
            .client
            .create_repository()
            .repository_name(name.as_str())
            .image_tag_mutability(aws_mutability(settings.tag_mutability))
            .set_image_tag_mutability_exclusion_filters(
                aws_exclusion_filters(settings).map_err(incomplete)?,
            )
            .image_scanning_configuration(scanning)
            .encryption_configuration(aws_encryption(&settings.encryption).map_err(incomplete)?)
            .set_tags(aws_tags(&settings.tags).map_err(incomplete)?)
            .send()
            .await
            .map_err(|error| call.failed(error))?;
        repository(&call, call.required(answer.repository(), "the repository")?)
    }

    async fn put_lifecycle_policy(
        &self,
        name: &RepositoryName,
        text: &str,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:PutLifecyclePolicy").of(name);
        self.client
            .put_lifecycle_policy()
            .repository_name(name.as_str())
            .lifecycle_policy_text(text)
            .send()
            .await
            .map_err(|error| call.failed(error))?;
        Ok(())
    }

    async fn lifecycle_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError> {
        let call = self.call("ecr:GetLifecyclePolicy").of(name);
        let answer = self
            .client
            .get_lifecycle_policy()
            .repository_name(name.as_str())
            .send()
            .await
            .map_err(|error| call.failed(error));
        match answer {
            Ok(answer) => Ok(answer.lifecycle_policy_text().map(str::to_owned)),
            Err(error) if is_code(&error, "LifecyclePolicyNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn set_repository_policy(
        &self,
        name: &RepositoryName,
        policy: &RepositoryPolicy,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:SetRepositoryPolicy").of(name);
        self.client
            .set_repository_policy()
            .repository_name(name.as_str())
            .policy_text(policy.as_str())
            .send()
            .await
            .map_err(|error| call.failed(error))?;
        Ok(())
    }

    async fn repository_policy(&self, name: &RepositoryName) -> Result<Option<String>, AwsError> {
        let call = self.call("ecr:GetRepositoryPolicy").of(name);
        let asked = self.client.get_repository_policy().repository_name(name.as_str());
        match asked.send().await.map_err(|error| call.failed(error)) {
            Ok(answer) => Ok(answer.policy_text().map(str::to_owned)),
            Err(error) if is_code(&error, "RepositoryPolicyNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn registry_token(&self) -> Result<RegistryToken, AwsError> {
        let call = self.call("ecr:GetAuthorizationToken");
        let answer = self
            .client
            .get_authorization_token()
            .send()
            .await
            .map_err(|error| call.failed(error))?;
        let data = call.required(answer.authorization_data().first(), "authorization data")?;
        registry_token(&call, data)
    }

    async fn images(&self, name: &RepositoryName) -> Result<Vec<EcrImage>, AwsError> {
        let call = self.call("ecr:DescribeImages").of(name);
        // Without a filter ECR omits archived images, which can't be pulled anyway.
        let mut pages = self
            .client
            .describe_images()
            .repository_name(name.as_str())
            .into_paginator()
            .page_size(PAGE)
            .items()
            .send();
        let mut all = Vec::new();
        while let Some(next) = pages.next().await {
            all.push(image(&call, &next.map_err(|error| call.failed(error))?)?);
        }
        Ok(all)
    }

    async fn image(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        parts: &[Digest],
    ) -> Result<Option<HeldImage>, AwsError> {
        crate::ecr::image_lookup::image(self, name, tag, parts).await
    }

    async fn delete_images(
        &self,
        name: &RepositoryName,
        images: &[ImageName],
    ) -> Result<Vec<NotDeleted>, AwsError> {
        let call = self.call("ecr:BatchDeleteImage").of(name);
        let mut left = Vec::new();
        for batch in images.chunks(DELETED_TOGETHER) {
            let answer = self
                .client
                .batch_delete_image()
                .repository_name(name.as_str())
                .set_image_ids(Some(batch.iter().map(identifier).collect()))
                .send()
                .await
                .map_err(|error| call.failed(error))?;
            left.extend(answer.failures().iter().filter_map(|left| not_deleted(left, batch)));
        }
        Ok(left)
    }

    async fn delete_repository(&self, name: &RepositoryName) -> Result<(), AwsError> {
        let call = self.call("ecr:DeleteRepository").of(name);
        // Never forced: the repository may contain images of others.
        let sent = self.client.delete_repository().repository_name(name.as_str()).send().await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }
}

#[async_trait]
impl EcrLayers for Ecr {
    async fn begin_layer(&self, repository: &RepositoryName) -> Result<LayerUpload, AwsError> {
        let call = self.call("ecr:InitiateLayerUpload").of(repository);
        let name = repository.as_str();
        let sent = self.client.initiate_layer_upload().repository_name(name).send().await;
        let answer = sent.map_err(|error| call.failed(error))?;
        let asked = answer.part_size().and_then(|bytes| usize::try_from(bytes).ok());
        Ok(LayerUpload {
            repository: repository.clone(),
            id: call.required(answer.upload_id(), "the upload")?.to_owned(),
            part_bytes: asked.unwrap_or(PART_BYTES.1).clamp(PART_BYTES.0, PART_BYTES.1),
        })
    }

    async fn send_layer_part(
        &self,
        upload: &LayerUpload,
        first_byte: u64,
        part: Bytes,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:UploadLayerPart").of(&upload.repository);
        let position = |byte: u64| i64::try_from(byte).unwrap_or(i64::MAX);
        let last_byte = position(first_byte + (part.len() as u64).saturating_sub(1));
        let sent = self
            .client
            .upload_layer_part()
            .repository_name(upload.repository.as_str())
            .upload_id(&upload.id)
            .part_first_byte(position(first_byte))
            .part_last_byte(last_byte)
            .layer_part_blob(Blob::new(part))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            // The response to an earlier attempt was lost: ECR already has the part.
            Err(error) if last_valid_byte(&error) == Some(last_byte) => Ok(()),
            Err(error) => Err(call.failed(error)),
        }
    }

    async fn layers_held(
        &self,
        repository: &RepositoryName,
        layers: &[Digest],
    ) -> Result<HashSet<Digest>, AwsError> {
        let call = self.call("ecr:BatchCheckLayerAvailability").of(repository);
        let batches: Vec<Vec<String>> = layers
            .chunks(LAYERS_A_CALL)
            .map(|batch| batch.iter().map(ToString::to_string).collect())
            .collect();
        let asked: Vec<_> = batches
            .into_iter()
            .map(|digests| {
                let request = self.client.batch_check_layer_availability();
                request.repository_name(repository.as_str()).set_layer_digests(Some(digests)).send()
            })
            .collect();
        let mut answers = stream::iter(asked).buffer_unordered(LAYER_CALLS_TOGETHER);
        let mut held = HashSet::new();
        while let Some(answer) = answers.next().await {
            let answer = answer.map_err(|error| call.failed(error))?;
            // An archived layer would have to be uploaded again.
            let there = answer
                .layers()
                .iter()
                .filter(|layer| layer.layer_availability() == Some(&LayerAvailability::Available));
            let digests = there.filter_map(|layer| layer.layer_digest());
            held.extend(digests.filter_map(|digest| Digest::parse(digest).ok()));
        }
        Ok(held)
    }

    async fn complete_layer(&self, upload: &LayerUpload, digest: &Digest) -> Result<(), AwsError> {
        let call = self.call("ecr:CompleteLayerUpload").of(&upload.repository);
        let sent = self
            .client
            .complete_layer_upload()
            .repository_name(upload.repository.as_str())
            .upload_id(&upload.id)
            .layer_digests(digest.as_str())
            .send()
            .await;
        match sent.map_err(|error| call.failed(error)) {
            Err(error) if is_code(&error, "LayerAlreadyExistsException") => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

fn last_valid_byte(error: &SdkError<UploadLayerPartError>) -> Option<i64> {
    match error.as_service_error() {
        Some(UploadLayerPartError::InvalidLayerPartException(invalid)) => {
            invalid.last_valid_byte_received()
        }
        _ => None,
    }
}

pub(crate) fn is_code(error: &AwsError, wanted: &str) -> bool {
    matches!(error, AwsError::Refused { code, .. } if code == wanted)
}

#[cfg(test)]
mod tests;
