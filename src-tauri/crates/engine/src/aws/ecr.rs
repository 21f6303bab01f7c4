//! [`EcrApi`] on the AWS SDK.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::{ImageIdentifier, ImageScanningConfiguration};
use aws_smithy_types::error::operation::BuildError;

use super::ecr_values::{
    aws_encryption, aws_exclusion_filters, aws_mutability, aws_tags, image, registry_token,
    repository,
};
use super::sdk_error::{Call, Caller};
use super::{AwsError, EcrApi, EcrImage, EcrRepository, RegistryToken};
use crate::model::{RepositoryName, RepositorySettings, Tag};

/// Entries asked for in one page. Source: the maximum of `maxResults` in ECR's API reference.
const PAGE: i32 = 1000;

/// ECR of one account and region.
#[derive(Clone)]
pub struct Ecr {
    caller: Arc<Caller>,
    client: Client,
}

impl Ecr {
    pub(super) fn new(caller: Arc<Caller>, client: Client) -> Self {
        Self { caller, client }
    }

    fn call<'a>(&'a self, action: &'a str) -> Call<'a> {
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
        // Without a filter ECR leaves archived images out, which nobody could pull anyway.
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

    async fn image(&self, name: &RepositoryName, tag: &Tag) -> Result<Option<EcrImage>, AwsError> {
        let call = self.call("ecr:DescribeImages").of(name);
        let answer = self
            .client
            .describe_images()
            .repository_name(name.as_str())
            .image_ids(ImageIdentifier::builder().image_tag(tag.as_str()).build())
            .send()
            .await
            .map_err(|error| call.failed(error));
        match answer {
            Ok(answer) => answer.image_details().first().map(|from| image(&call, from)).transpose(),
            Err(error) if is_code(&error, "ImageNotFoundException") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn is_code(error: &AwsError, wanted: &str) -> bool {
    matches!(error, AwsError::Refused { code, .. } if code == wanted)
}

#[cfg(test)]
mod tests;
