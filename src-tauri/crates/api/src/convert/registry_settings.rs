//! Settings of the whole registry.

use transload_aws::InvalidRegistrySetting;
use transload_contract::RepositorySettings;
use transload_errors::ApiError;

use transload_plan_file::parse_settings;

/// Parses a template that the user entered.
pub fn creation_template(
    prefix: &str,
    settings: &RepositorySettings,
    role: Option<&str>,
) -> Result<transload_aws::CreationTemplate, ApiError> {
    let settings = parse_settings(settings)?;
    transload_aws::CreationTemplate::new(prefix, settings, role).map_err(|error| invalid(&error))
}

/// Parses a cache rule that the user entered.
pub fn cache_rule(prefix: &str, secret: &str) -> Result<transload_aws::CacheRule, ApiError> {
    transload_aws::CacheRule::new(prefix, secret).map_err(|error| invalid(&error))
}

fn invalid(error: &InvalidRegistrySetting) -> ApiError {
    let hint = match error {
        InvalidRegistrySetting::Prefix { .. } => {
            "Enter a prefix, for example team. ROOT applies to all repositories."
        }
        InvalidRegistrySetting::Secret(_) => {
            "Store the Docker Hub user name and access token in AWS Secrets Manager, for example as ecr-pullthroughcache/docker-hub, and enter the ARN of the secret."
        }
        InvalidRegistrySetting::RoleNeeded | InvalidRegistrySetting::Role(_) => {
            "Enter the ARN of a role, or remove KMS keys and AWS tags from the template."
        }
    };
    ApiError::invalid_input(error).hint(hint)
}
