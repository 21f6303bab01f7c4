//! Settings of the whole registry of an account and region: blob mounting, repository creation
//! templates and pull through cache rules. For some users these serve better than a migration.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::AwsError;
use transload_model::{Encryption, RepositoryName, RepositorySettings};

/// Docker Hub as ECR names it. Source: Amazon ECR API reference, CreatePullThroughCacheRule.
pub const DOCKER_HUB_UPSTREAM: &str = "registry-1.docker.io";

/// The calls of ECR that concern a whole registry.
#[async_trait]
pub trait EcrRegistrySettings: Send + Sync {
    /// Whether pushes may reuse layers of other repositories: the account setting `BLOB_MOUNTING`.
    async fn blob_mounting(&self) -> Result<bool, AwsError>;

    /// Turns blob mounting on or off.
    async fn set_blob_mounting(&self, on: bool) -> Result<(), AwsError>;

    /// Lists the repository creation templates, all pages.
    async fn creation_templates(&self) -> Result<Vec<KnownTemplate>, AwsError>;

    /// Creates a template for repositories that ECR creates on push.
    async fn create_creation_template(&self, template: &CreationTemplate) -> Result<(), AwsError>;

    /// Lists the pull through cache rules, all pages.
    async fn cache_rules(&self) -> Result<Vec<KnownCacheRule>, AwsError>;

    /// Creates a pull through cache rule for Docker Hub.
    async fn create_cache_rule(&self, rule: &CacheRule) -> Result<(), AwsError>;
}

/// A template that exists in the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct KnownTemplate {
    /// The prefix of the repository names, or `ROOT` for all repositories without a template of their
    /// own.
    pub prefix: String,
    /// Whether the template applies to repositories that ECR creates on push.
    pub on_push: bool,
}

/// A cache rule that exists in the registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct KnownCacheRule {
    /// The prefix of the repository names, or `ROOT` for all.
    pub prefix: String,
    /// The upstream registry, such as `registry-1.docker.io`.
    pub upstream: String,
}

/// A template for repositories that ECR creates on push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreationTemplate {
    prefix: String,
    settings: RepositorySettings,
    role: Option<String>,
}

/// A pull through cache rule for Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRule {
    prefix: String,
    secret: String,
}

/// Why ECR would reject a template or a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRegistrySetting {
    /// The prefix can't start a repository name.
    #[error("{prefix:?} is not a valid prefix: {reason}")]
    Prefix { prefix: String, reason: String },
    /// ECR can only read secrets with its own name prefix.
    #[error(
        "{0:?} is not the ARN of a secret that ECR can read; the name must begin with ecr-pullthroughcache/"
    )]
    Secret(String),
    /// A template with a KMS key or AWS tags requires a role that ECR assumes.
    #[error("a template with a KMS key or AWS tags requires the ARN of a role that ECR assumes")]
    RoleNeeded,
    #[error("{0:?} is not the ARN of a role")]
    Role(String),
}

impl CreationTemplate {
    /// Validates a template. The prefix `team` covers `team/app` and everything else below `team/`;
    /// `ROOT` covers every repository that no other template covers.
    ///
    /// # Errors
    /// If ECR would reject it. Source: ECR's `Prefix`, 1 to 256 characters; ECR user guide, "Creating
    /// an IAM role for repository creation templates".
    pub fn new(
        prefix: &str,
        settings: RepositorySettings,
        role: Option<&str>,
    ) -> Result<Self, InvalidRegistrySetting> {
        let prefix = read_prefix(prefix, 1..=256)?;
        let role = role.map(str::trim).filter(|role| !role.is_empty());
        match role {
            Some(arn) if !is_arn(arn, "iam", ":role/") => {
                return Err(InvalidRegistrySetting::Role(arn.to_owned()));
            }
            None if settings.encryption != Encryption::Aes256 || !settings.tags.is_empty() => {
                return Err(InvalidRegistrySetting::RoleNeeded);
            }
            _ => {}
        }
        Ok(Self { prefix, settings, role: role.map(str::to_owned) })
    }

    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    pub fn settings(&self) -> &RepositorySettings {
        &self.settings
    }

    /// The ARN of the role that ECR assumes.
    pub fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }
}

impl CacheRule {
    /// Validates a rule. With the prefix `hub`, `hub/team/app` is Docker Hub's `team/app`.
    ///
    /// # Errors
    /// If ECR would reject it. Source: ECR's `PullThroughCacheRuleRepositoryPrefix`, 2 to 30
    /// characters, and `CredentialArn`, 50 to 612.
    pub fn new(prefix: &str, secret: &str) -> Result<Self, InvalidRegistrySetting> {
        let prefix = read_prefix(prefix, 2..=30)?;
        let secret = secret.trim();
        let fits = (50..=612).contains(&secret.len());
        if !fits || !is_arn(secret, "secretsmanager", ":secret:ecr-pullthroughcache/") {
            return Err(InvalidRegistrySetting::Secret(secret.to_owned()));
        }
        Ok(Self { prefix, secret: secret.to_owned() })
    }

    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The ARN of the secret with the Docker Hub user name and access token.
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

fn read_prefix(
    text: &str,
    lengths: std::ops::RangeInclusive<usize>,
) -> Result<String, InvalidRegistrySetting> {
    let prefix = text.trim().trim_end_matches('/');
    let invalid = |reason: &dyn fmt::Display| {
        let (prefix, reason) = (text.to_owned(), reason.to_string());
        InvalidRegistrySetting::Prefix { prefix, reason }
    };
    if prefix == "ROOT" {
        return Ok(prefix.to_owned());
    }
    if !lengths.contains(&prefix.len()) {
        let (least, most) = (lengths.start(), lengths.end());
        return Err(invalid(&format_args!("it must have {least} to {most} characters")));
    }
    // A prefix may be shorter than a name. All other rules are the same.
    RepositoryName::parse(&format!("{prefix}/x")).map_err(|error| invalid(&error.rule))?;
    Ok(prefix.to_owned())
}

fn is_arn(text: &str, service: &str, contains: &str) -> bool {
    let mut parts = text.splitn(4, ':');
    let is_service = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some(service);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/_+=,.@-".contains(&byte);
    let named = text.split_once(contains).is_some_and(|(_, name)| !name.is_empty());
    is_service && named && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str =
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/hub-a1B2c3";
    const ROLE: &str = "arn:aws:iam::111122223333:role/templates";

    #[test]
    fn a_rule_requires_a_prefix_and_a_secret_that_ecr_can_read() {
        let rule = CacheRule::new("hub/", SECRET).unwrap();
        assert_eq!((rule.prefix(), rule.secret()), ("hub", SECRET));
        assert_eq!(CacheRule::new("ROOT", SECRET).unwrap().prefix(), "ROOT");
        for prefix in ["", "h", "Hub", "a--/b_-", &"a".repeat(31)] {
            let error = CacheRule::new(prefix, SECRET).unwrap_err();
            assert!(matches!(error, InvalidRegistrySetting::Prefix { .. }), "{prefix}");
        }
        for secret in [
            "",
            "ecr-pullthroughcache/hub",
            ROLE,
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:other/hub-a1B2c3",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/",
        ] {
            let error = CacheRule::new("hub", secret).unwrap_err();
            assert!(matches!(error, InvalidRegistrySetting::Secret(_)), "{secret}");
        }
    }

    #[test]
    fn keys_and_tags_of_a_template_require_a_role() {
        let plain = RepositorySettings::default();
        assert!(CreationTemplate::new("team", plain.clone(), None).is_ok());
        let tagged = RepositorySettings {
            tags: [("team".to_owned(), "ours".to_owned())].into(),
            ..plain.clone()
        };
        let with_key = RepositorySettings {
            encryption: Encryption::Kms { key: None }.into(),
            ..plain.clone()
        };
        for settings in [tagged, with_key] {
            let without = CreationTemplate::new("team", settings.clone(), Some(" "));
            assert_eq!(without, Err(InvalidRegistrySetting::RoleNeeded));
            let with = CreationTemplate::new("team", settings, Some(ROLE)).unwrap();
            assert_eq!(with.role(), Some(ROLE));
        }
        let error = CreationTemplate::new("team", plain, Some("templates")).unwrap_err();
        assert_eq!(error, InvalidRegistrySetting::Role("templates".to_owned()));
    }
}
