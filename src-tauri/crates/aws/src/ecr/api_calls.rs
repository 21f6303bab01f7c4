//! Implements [`EcrApi`] with the AWS SDK.

use async_trait::async_trait;
use aws_sdk_ecr::types::ImageScanningConfiguration;
use aws_smithy_types::error::operation::BuildError;

use crate::ecr::api::{
    DeleteFailure, EcrApi, EcrImage, EcrImageId, EcrRepository, RegistryToken, TaggedImage,
};
use crate::ecr::client::{Ecr, PAGE_SIZE, is_code};
use crate::ecr::values::{
    aws_encryption, aws_exclusion_filters, aws_mutability, aws_tags, identifier, image,
    not_deleted, registry_token, repository,
};
use crate::error::AwsError;
use transload_model::{Digest, RepositoryName, RepositoryPolicy, RepositorySettings, Tag};

/// Images per call. Source: the maximum of `imageIds` of BatchDeleteImage in ECR's API reference.
const DELETE_BATCH_SIZE: usize = 100;

#[async_trait]
impl EcrApi for Ecr {
    async fn repositories(&self) -> Result<Vec<EcrRepository>, AwsError> {
        let call = self.call("ecr:DescribeRepositories");
        let mut pages = self
            .client
            .describe_repositories()
            .into_paginator()
            .page_size(PAGE_SIZE)
            .items()
            .send();
        let mut all = Vec::new();
        while let Some(next) = pages.next().await {
            all.push(repository(&call, &next.map_err(|error| call.failed(error))?)?);
        }
        Ok(all)
    }

    async fn repository(&self, name: &RepositoryName) -> Result<Option<EcrRepository>, AwsError> {
        let call = self.call("ecr:DescribeRepositories").for_repository(name);
        let response = self
            .client
            .describe_repositories()
            .repository_names(name.as_str())
            .send()
            .await
            .map_err(|error| call.failed(error));
        match response {
            Ok(response) => {
                response.repositories().first().map(|from| repository(&call, from)).transpose()
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
        let call = self.call("ecr:CreateRepository").for_repository(name);
        let incomplete = |error: BuildError| call.unusable(error);
        let scanning =
            ImageScanningConfiguration::builder().scan_on_push(settings.scan_on_push).build();
        let response = self
            .client
            .create_repository()
            .repository_name(name.as_str())
            .image_tag_mutability(aws_mutability(&settings.tag_mutability))
            .set_image_tag_mutability_exclusion_filters(
                aws_exclusion_filters(settings).map_err(incomplete)?,
            )
            .image_scanning_configuration(scanning)
            .encryption_configuration(aws_encryption(&settings.encryption).map_err(incomplete)?)
            .set_tags(aws_tags(&settings.tags).map_err(incomplete)?)
            .send()
            .await
            .map_err(|error| call.failed(error))?;
        repository(&call, call.required(response.repository(), "the repository")?)
    }

    async fn put_lifecycle_policy(
        &self,
        name: &RepositoryName,
        text: &str,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:PutLifecyclePolicy").for_repository(name);
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
        let call = self.call("ecr:GetLifecyclePolicy").for_repository(name);
        let response = self
            .client
            .get_lifecycle_policy()
            .repository_name(name.as_str())
            .send()
            .await
            .map_err(|error| call.failed(error));
        match response {
            Ok(response) => Ok(response.lifecycle_policy_text().map(str::to_owned)),
            Err(error) if is_code(&error, "LifecyclePolicyNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn set_repository_policy(
        &self,
        name: &RepositoryName,
        policy: &RepositoryPolicy,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:SetRepositoryPolicy").for_repository(name);
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
        let call = self.call("ecr:GetRepositoryPolicy").for_repository(name);
        let request = self.client.get_repository_policy().repository_name(name.as_str());
        match request.send().await.map_err(|error| call.failed(error)) {
            Ok(response) => Ok(response.policy_text().map(str::to_owned)),
            Err(error) if is_code(&error, "RepositoryPolicyNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn registry_token(&self) -> Result<RegistryToken, AwsError> {
        let call = self.call("ecr:GetAuthorizationToken");
        let response = self
            .client
            .get_authorization_token()
            .send()
            .await
            .map_err(|error| call.failed(error))?;
        let data = call.required(response.authorization_data().first(), "authorization data")?;
        registry_token(&call, data)
    }

    async fn images(&self, name: &RepositoryName) -> Result<Vec<EcrImage>, AwsError> {
        let call = self.call("ecr:DescribeImages").for_repository(name);
        // Without a filter ECR omits archived images, which can't be pulled anyway.
        let mut pages = self
            .client
            .describe_images()
            .repository_name(name.as_str())
            .into_paginator()
            .page_size(PAGE_SIZE)
            .items()
            .send();
        let mut all = Vec::new();
        while let Some(next) = pages.next().await {
            all.push(image(&call, &next.map_err(|error| call.failed(error))?)?);
        }
        Ok(all)
    }

    async fn images_with(
        &self,
        name: &RepositoryName,
        digests: &[Digest],
    ) -> Result<Vec<EcrImage>, AwsError> {
        crate::ecr::image_lookup::images_with(self, name, digests).await
    }

    async fn image(
        &self,
        name: &RepositoryName,
        tag: &Tag,
        parts: &[Digest],
    ) -> Result<Option<TaggedImage>, AwsError> {
        crate::ecr::image_lookup::image(self, name, tag, parts).await
    }

    async fn delete_images(
        &self,
        name: &RepositoryName,
        images: &[EcrImageId],
    ) -> Result<Vec<DeleteFailure>, AwsError> {
        let call = self.call("ecr:BatchDeleteImage").for_repository(name);
        let mut failures = Vec::new();
        for batch in images.chunks(DELETE_BATCH_SIZE) {
            let response = self
                .client
                .batch_delete_image()
                .repository_name(name.as_str())
                .set_image_ids(Some(batch.iter().map(identifier).collect()))
                .send()
                .await
                .map_err(|error| call.failed(error))?;
            failures.extend(
                response.failures().iter().filter_map(|failure| not_deleted(failure, batch)),
            );
        }
        Ok(failures)
    }

    async fn delete_repository(&self, name: &RepositoryName) -> Result<(), AwsError> {
        let call = self.call("ecr:DeleteRepository").for_repository(name);
        // Never forced: the repository may contain images of others.
        let sent = self.client.delete_repository().repository_name(name.as_str()).send().await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }
}

#[cfg(test)]
mod tests;
