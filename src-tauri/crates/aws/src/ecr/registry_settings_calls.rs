//! Implements [`EcrRegistrySettings`] with the AWS SDK.

use async_trait::async_trait;
use aws_sdk_ecr::types::{
    EncryptionConfigurationForRepositoryCreationTemplate, RctAppliedFor, UpstreamRegistry,
};

use crate::ecr::client::{Ecr, PAGE_SIZE};
use crate::ecr::registry_configuration::{EcrRegistryConfiguration as _, RegistryCacheRule};
use crate::ecr::registry_settings::{
    CacheRule, CreationTemplate, DOCKER_HUB_UPSTREAM, EcrRegistrySettings, KnownCacheRule,
    KnownTemplate,
};
use crate::ecr::values::{aws_encryption, aws_exclusion_filters, aws_mutability, aws_tags};
use crate::error::AwsError;

/// The account setting and its values. Source: Amazon ECR API reference, PutAccountSetting.
const BLOB_MOUNTING: &str = "BLOB_MOUNTING";
const ENABLED: &str = "ENABLED";
const DISABLED: &str = "DISABLED";

#[async_trait]
impl EcrRegistrySettings for Ecr {
    async fn blob_mounting(&self) -> Result<bool, AwsError> {
        let call = self.call("ecr:GetAccountSetting");
        let response = self.client.get_account_setting().name(BLOB_MOUNTING).send().await;
        let response = response.map_err(|error| call.failed(error))?;
        match response.value() {
            Some(ENABLED) => Ok(true),
            None | Some(DISABLED) => Ok(false),
            // Neither on nor off is true.
            Some(other) => Err(call.unusable(format_args!("{BLOB_MOUNTING} is {other}"))),
        }
    }

    async fn set_blob_mounting(&self, on: bool) -> Result<(), AwsError> {
        let call = self.call("ecr:PutAccountSetting");
        let value = if on { ENABLED } else { DISABLED };
        let sent = self.client.put_account_setting().name(BLOB_MOUNTING).value(value).send().await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn creation_templates(&self) -> Result<Vec<KnownTemplate>, AwsError> {
        let call = self.call("ecr:DescribeRepositoryCreationTemplates");
        let request = self.client.describe_repository_creation_templates();
        let mut pages = request.into_paginator().page_size(PAGE_SIZE).items().send();
        let mut all = Vec::new();
        while let Some(next) = pages.next().await {
            let template = next.map_err(|error| call.failed(error))?;
            all.push(KnownTemplate {
                prefix: call.required(template.prefix(), "the prefix of a template")?.to_owned(),
                on_push: template.applied_for().contains(&RctAppliedFor::CreateOnPush),
            });
        }
        Ok(all)
    }

    async fn create_creation_template(&self, template: &CreationTemplate) -> Result<(), AwsError> {
        let call = self.call("ecr:CreateRepositoryCreationTemplate");
        let settings = template.settings();
        let incomplete = |error| call.unusable(error);
        let encryption = aws_encryption(&settings.encryption).map_err(incomplete)?;
        let encryption = EncryptionConfigurationForRepositoryCreationTemplate::builder()
            .encryption_type(encryption.encryption_type().clone())
            .set_kms_key(encryption.kms_key().map(str::to_owned))
            .build()
            .map_err(incomplete)?;
        let filters = aws_exclusion_filters(settings).map_err(incomplete)?;
        let sent = self
            .client
            .create_repository_creation_template()
            .prefix(template.prefix())
            .applied_for(RctAppliedFor::CreateOnPush)
            .image_tag_mutability(aws_mutability(&settings.tag_mutability))
            .set_image_tag_mutability_exclusion_filters(filters)
            .encryption_configuration(encryption)
            .set_resource_tags(aws_tags(&settings.tags).map_err(incomplete)?)
            .set_lifecycle_policy(settings.lifecycle.policy_text())
            .set_repository_policy(settings.policy.as_ref().map(ToString::to_string))
            .set_custom_role_arn(template.role().map(str::to_owned))
            .send()
            .await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn cache_rules(&self) -> Result<Vec<KnownCacheRule>, AwsError> {
        let rules = self.registry_cache_rules().await?;
        let known = rules
            .into_iter()
            .map(|RegistryCacheRule { prefix, upstream, .. }| KnownCacheRule { prefix, upstream });
        Ok(known.collect())
    }

    async fn create_cache_rule(&self, rule: &CacheRule) -> Result<(), AwsError> {
        let call = self.call("ecr:CreatePullThroughCacheRule");
        let sent = self
            .client
            .create_pull_through_cache_rule()
            .ecr_repository_prefix(rule.prefix())
            .upstream_registry(UpstreamRegistry::DockerHub)
            .upstream_registry_url(DOCKER_HUB_UPSTREAM)
            .credential_arn(rule.secret())
            .send()
            .await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }
}

#[cfg(test)]
mod tests;
