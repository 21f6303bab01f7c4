//! Settings of the whole registry.

use transload_aws::{CacheRule, CacheRuleLogin, CreationTemplate, InvalidRegistrySetting};
use transload_contract::{RegistryCacheRule, RegistryTemplate, RepositorySettings, TemplateUse};
use transload_errors::{ApiError, ErrorCode, sentence};
use transload_lifecycle::LifecyclePolicy;
use transload_model::Reported;
use transload_plan_file::parse_settings;

/// Parses a template of the wizard, for repositories that ECR creates on push.
pub fn template_on_push(
    prefix: &str,
    settings: &RepositorySettings,
    role: Option<&str>,
) -> Result<CreationTemplate, ApiError> {
    let settings = parse_settings(settings)?;
    CreationTemplate::new(prefix, &[TemplateUse::CreateOnPush], settings, role)
        .map_err(|error| invalid(&error))
}

/// Parses a template that the user entered. A lifecycle policy that stays as it was, `known_policy`, is not checked: ECR
/// has it already.
pub fn creation_template(
    entered: &RegistryTemplate,
    known_policy: Option<&str>,
) -> Result<CreationTemplate, ApiError> {
    let uses = entered.applied_for.iter().map(|one| match one {
        Reported::Known(one) => Ok(*one),
        Reported::Unknown { unknown } => {
            let message = format!("Transload doesn't know the template use {unknown}.");
            Err(ApiError::new(ErrorCode::InputInvalid, message))
        }
    });
    let uses = uses.collect::<Result<Vec<_>, _>>()?;
    let settings = parse_settings(&RepositorySettings {
        tag_mutability: entered.tag_mutability.clone(),
        exclusion_filters: entered.exclusion_filters.clone(),
        encryption: entered.encryption.clone(),
        tags: entered.tags.clone(),
        policy: entered.repository_policy.clone(),
        ..RepositorySettings::default()
    })?;
    let lifecycle = entered.lifecycle_policy.as_deref();
    if let Some(text) =
        lifecycle.filter(|text| !text.trim().is_empty() && lifecycle != known_policy)
    {
        LifecyclePolicy::parse_new(text).map_err(|problem| {
            let message = format!(
                "ECR would refuse the lifecycle policy: {}",
                sentence(&problem.to_string())
            );
            ApiError::new(ErrorCode::InputInvalid, message)
        })?;
    }
    CreationTemplate::new(&entered.prefix, &uses, settings, entered.role.as_deref())
        .and_then(|template| template.with_texts(entered.description.as_deref(), lifecycle))
        .map_err(|error| invalid(&error))
}

/// Parses a cache rule of the wizard, for Docker Hub.
pub fn docker_hub_rule(prefix: &str, secret: &str) -> Result<CacheRule, ApiError> {
    CacheRule::docker_hub(prefix, secret).map_err(|error| invalid(&error))
}

/// Parses a cache rule that the user entered.
pub fn cache_rule(entered: &RegistryCacheRule) -> Result<CacheRule, ApiError> {
    CacheRule::new(entered).map_err(|error| invalid(&error))
}

/// Parses the login that the user entered for a cache rule that exists.
pub fn cache_rule_login(entered: &RegistryCacheRule) -> Result<CacheRuleLogin, ApiError> {
    CacheRuleLogin::new(entered).map_err(|error| invalid(&error))
}

fn invalid(error: &InvalidRegistrySetting) -> ApiError {
    let hint = match error {
        InvalidRegistrySetting::Prefix { .. } => {
            "Enter a prefix, for example team. ROOT applies to all repositories."
        }
        InvalidRegistrySetting::Secret(_) => {
            "Store the user name and the access token of the upstream registry in AWS Secrets Manager, for example as ecr-pullthroughcache/docker-hub, and enter the ARN of the secret."
        }
        InvalidRegistrySetting::RoleNeeded => {
            "Enter the ARN of a role, or remove KMS keys and AWS tags from the template."
        }
        InvalidRegistrySetting::Role(_) => {
            "Enter the ARN of a role, for example arn:aws:iam::111122223333:role/ecr."
        }
        InvalidRegistrySetting::Registry(_) => "Choose one of the upstream registries.",
        InvalidRegistrySetting::Host(_) => {
            "Enter the host, for example myregistry.azurecr.io or 111122223333.dkr.ecr.us-east-1.amazonaws.com."
        }
        InvalidRegistrySetting::UpstreamPrefixOfRoot => {
            "Enter a prefix of its own for the rule, or leave the prefix of the upstream registry empty."
        }
        InvalidRegistrySetting::NoUse => "Choose at least one use.",
        InvalidRegistrySetting::Key(_) => {
            "Enter the ARN of the key, for example arn:aws:kms:eu-west-1:111122223333:key/KEY-ID. A template takes no alias."
        }
        InvalidRegistrySetting::Description => "Shorten the description.",
    };
    ApiError::invalid_input(error).hint(hint)
}
