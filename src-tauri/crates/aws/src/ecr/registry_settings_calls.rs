//! Implements [`EcrRegistrySettings`] with the AWS SDK.

use async_trait::async_trait;

use crate::ecr::cache_rules::{CacheRule, EcrCacheRules as _, RegistryCacheRule};
use crate::ecr::client::Ecr;
use crate::ecr::creation_template_calls::{aws_uses, template_encryption};
use crate::ecr::creation_templates::{
    CreationTemplate, EcrCreationTemplates as _, RegistryTemplate, TemplateUse,
};
use crate::ecr::registry_settings::{EcrRegistrySettings, KnownCacheRule, KnownTemplate};
use crate::ecr::values::{aws_exclusion_filters, aws_mutability, aws_tags};
use crate::ecr::words::word;
use crate::error::AwsError;
use transload_model::Reported;

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
        let templates = self.registry_templates().await?;
        let known =
            templates.into_iter().map(|RegistryTemplate { prefix, applied_for, .. }| {
                KnownTemplate {
                    prefix,
                    on_push: applied_for.contains(&TemplateUse::CreateOnPush.into()),
                }
            });
        Ok(known.collect())
    }

    async fn create_creation_template(&self, template: &CreationTemplate) -> Result<(), AwsError> {
        let call = self.call("ecr:CreateRepositoryCreationTemplate");
        let settings = template.settings();
        let incomplete = |error| call.unusable(error);
        let filters = aws_exclusion_filters(settings).map_err(incomplete)?;
        let sent = self
            .client
            .create_repository_creation_template()
            .prefix(template.prefix())
            .set_applied_for(Some(aws_uses(&template.applied_for)))
            .set_description(template.description.clone())
            .image_tag_mutability(aws_mutability(&settings.tag_mutability))
            .set_image_tag_mutability_exclusion_filters(filters)
            .encryption_configuration(template_encryption(template).map_err(incomplete)?)
            .set_resource_tags(aws_tags(&settings.tags).map_err(incomplete)?)
            .set_lifecycle_policy(template.lifecycle_policy.clone())
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

    async fn create_cache_rule(
        &self,
        CacheRule { registry, rule }: &CacheRule,
    ) -> Result<(), AwsError> {
        let call = self.call("ecr:CreatePullThroughCacheRule");
        let sent = self
            .client
            .create_pull_through_cache_rule()
            .ecr_repository_prefix(&rule.prefix)
            .upstream_registry(word(&Reported::Known(*registry)).into())
            .upstream_registry_url(&rule.upstream)
            .set_upstream_repository_prefix(rule.upstream_prefix.clone())
            .set_credential_arn(rule.secret.clone())
            .set_custom_role_arn(rule.role.clone())
            .send()
            .await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }
}

#[cfg(test)]
mod tests;
