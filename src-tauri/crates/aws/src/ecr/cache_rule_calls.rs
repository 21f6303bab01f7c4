//! Implements [`EcrCacheRules`] with the AWS SDK.

use async_trait::async_trait;

use crate::ecr::cache_rules::{
    CacheRuleLogin, CacheRuleValidation, EcrCacheRules, RegistryCacheRule,
};
use crate::ecr::client::{Ecr, PAGE_SIZE};
use crate::ecr::registry_setting_rules::ROOT;
use crate::ecr::values::milliseconds;
use crate::ecr::words::reported;
use crate::error::AwsError;

#[async_trait]
impl EcrCacheRules for Ecr {
    async fn registry_cache_rules(&self) -> Result<Vec<RegistryCacheRule>, AwsError> {
        let call = self.call("ecr:DescribePullThroughCacheRules");
        let request = self.client.describe_pull_through_cache_rules();
        let mut pages = request.into_paginator().page_size(PAGE_SIZE).items().send();
        let mut all = Vec::new();
        while let Some(next) = pages.next().await {
            let rule = next.map_err(|error| call.failed(error))?;
            let (prefix, upstream) = (rule.ecr_repository_prefix(), rule.upstream_registry_url());
            let upstream_prefix = rule.upstream_repository_prefix().filter(|one| *one != ROOT);
            all.push(RegistryCacheRule {
                prefix: call.required(prefix, "the prefix of a cache rule")?.to_owned(),
                registry: rule.upstream_registry().map(|one| reported(one.as_str())),
                upstream: call.required(upstream, "the upstream of a cache rule")?.to_owned(),
                upstream_prefix: upstream_prefix.map(str::to_owned),
                secret: rule.credential_arn().map(str::to_owned),
                role: rule.custom_role_arn().map(str::to_owned),
                created_at_ms: milliseconds(rule.created_at()),
            });
        }
        Ok(all)
    }

    async fn update_cache_rule(&self, login: &CacheRuleLogin) -> Result<(), AwsError> {
        let call = self.call("ecr:UpdatePullThroughCacheRule");
        let sent = self
            .client
            .update_pull_through_cache_rule()
            .ecr_repository_prefix(&login.prefix)
            .set_credential_arn(login.secret.clone())
            .set_custom_role_arn(login.role.clone())
            .send()
            .await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn delete_cache_rule(&self, prefix: &str) -> Result<(), AwsError> {
        let call = self.call("ecr:DeletePullThroughCacheRule");
        let request = self.client.delete_pull_through_cache_rule();
        let sent = request.ecr_repository_prefix(prefix).send().await;
        sent.map(|_| ()).map_err(|error| call.failed(error))
    }

    async fn validate_cache_rule(&self, prefix: &str) -> Result<CacheRuleValidation, AwsError> {
        let call = self.call("ecr:ValidatePullThroughCacheRule");
        let request = self.client.validate_pull_through_cache_rule().ecr_repository_prefix(prefix);
        let response = request.send().await.map_err(|error| call.failed(error))?;
        Ok(CacheRuleValidation {
            is_valid: response.is_valid(),
            failure: response.failure().map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ecr::cache_rules::UpstreamRegistry;
    use crate::testing::{CannedResponse, LocalAws, session_at};

    const ROLE: &str = "arn:aws:iam::111122223333:role/cache";
    const UPSTREAM: &str = "444455556666.dkr.ecr.us-east-1.amazonaws.com";

    #[tokio::test]
    async fn a_rule_is_read_updated_and_validated() {
        let rule = |upstream_prefix: &str| {
            json!({
                "ecrRepositoryPrefix": "team", "upstreamRegistry": "ecr", "upstreamRegistryUrl": UPSTREAM,
                "upstreamRepositoryPrefix": upstream_prefix, "customRoleArn": ROLE,
            })
        };
        let rules = json!({"pullThroughCacheRules": [rule("ROOT"), rule("shop")]});
        let aws = LocalAws::start(move |request| {
            CannedResponse::json(match request.operation.as_str() {
                "DescribePullThroughCacheRules" => rules.clone(),
                "ValidatePullThroughCacheRule" => json!({"isValid": false, "failure": "no"}),
                _ => json!({}),
            })
        })
        .await;
        let ecr = session_at(&aws).await.ecr();
        let read = ecr.registry_cache_rules().await.unwrap();
        let expected = |upstream_prefix: Option<&str>| RegistryCacheRule {
            prefix: "team".to_owned(),
            registry: Some(UpstreamRegistry::Ecr.into()),
            upstream: UPSTREAM.to_owned(),
            upstream_prefix: upstream_prefix.map(str::to_owned),
            secret: None,
            role: Some(ROLE.to_owned()),
            created_at_ms: None,
        };
        assert_eq!(read, [expected(None), expected(Some("shop"))]);
        ecr.update_cache_rule(&CacheRuleLogin::new(&read[1]).unwrap()).await.unwrap();
        let sent = &aws.requests()[1].json;
        assert_eq!(sent, &json!({"ecrRepositoryPrefix": "team", "customRoleArn": ROLE}));
        let validation = ecr.validate_cache_rule("team").await.unwrap();
        let failure = Some("no".to_owned());
        assert_eq!(validation, CacheRuleValidation { is_valid: false, failure });
    }
}
