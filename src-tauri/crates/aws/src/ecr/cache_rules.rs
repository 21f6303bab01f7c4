//! Pull through cache rules: what a rule has, and what ECR requires of one. The page of the registry reads, changes and
//! deletes them; the wizard creates one for Docker Hub.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ecr::registry_setting_rules::{InvalidRegistrySetting, ROOT, is_arn, read_prefix};
use crate::error::AwsError;
use transload_model::{Partition, Reported};

/// The calls of ECR for pull through cache rules. [`EcrRegistrySettings`](crate::EcrRegistrySettings)
/// creates them.
#[async_trait]
pub trait EcrCacheRules: Send + Sync {
    /// Lists the pull through cache rules, all pages.
    async fn registry_cache_rules(&self) -> Result<Vec<RegistryCacheRule>, AwsError>;
    /// Replaces the secret or the role of a rule, which is all of it that ECR can change.
    async fn update_cache_rule(&self, login: &CacheRuleLogin) -> Result<(), AwsError>;
    async fn delete_cache_rule(&self, prefix: &str) -> Result<(), AwsError>;
    /// Checks that a cache rule can reach its upstream. Changes nothing.
    async fn validate_cache_rule(&self, prefix: &str) -> Result<CacheRuleValidation, AwsError>;
}

/// A pull through cache rule, as ECR reports it or as the user entered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistryCacheRule {
    /// The prefix of the repository names, or `ROOT` for all.
    pub prefix: String,
    /// Which registry the upstream is. `null` if ECR doesn't say.
    pub registry: Option<Reported<UpstreamRegistry>>,
    /// The host of the upstream registry, such as `registry-1.docker.io`.
    pub upstream: String,
    /// The prefix of the upstream's repository names, if it isn't `ROOT`. Only in rules of another registry of ECR.
    pub upstream_prefix: Option<String>,
    /// The ARN of the secret with its credentials.
    pub secret: Option<String>,
    /// The ARN of the role that ECR assumes to pull from another account.
    pub role: Option<String>,
    #[ts(type = "number | null")]
    pub created_at_ms: Option<u64>,
}

/// A registry that ECR can pull from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum UpstreamRegistry {
    Ecr,
    EcrPublic,
    Quay,
    Kubernetes,
    DockerHub,
    Github,
    Azure,
    Gitlab,
    Chainguard,
}

/// How ECR authenticates to an upstream registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UpstreamLogin {
    Anonymous,
    Secret,
    /// Required for another account only.
    Role,
}

impl UpstreamRegistry {
    /// Returns the host of a registry that has one only. Source: Amazon ECR API reference, CreatePullThroughCacheRule.
    /// That page has no host for Chainguard: `cgr.dev` is where Chainguard publishes its images.
    pub const fn host(self) -> Option<&'static str> {
        match self {
            Self::EcrPublic => Some("public.ecr.aws"),
            Self::Quay => Some("quay.io"),
            Self::Kubernetes => Some("registry.k8s.io"),
            Self::DockerHub => Some("registry-1.docker.io"),
            Self::Github => Some("ghcr.io"),
            Self::Gitlab => Some("registry.gitlab.com"),
            Self::Chainguard => Some("cgr.dev"),
            Self::Ecr | Self::Azure => None,
        }
    }

    /// Source: Amazon ECR user guide, "Sync an upstream registry with an Amazon ECR private registry".
    const fn login(self) -> UpstreamLogin {
        match self {
            Self::EcrPublic | Self::Quay | Self::Kubernetes => UpstreamLogin::Anonymous,
            Self::DockerHub | Self::Github | Self::Azure | Self::Gitlab | Self::Chainguard => {
                UpstreamLogin::Secret
            }
            Self::Ecr => UpstreamLogin::Role,
        }
    }

    /// Returns whether a host is one of this registry.
    fn is_host(self, host: &str) -> bool {
        let label = |text: &str| {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !text.is_empty() && text.bytes().all(plain)
        };
        match self {
            Self::Azure => host.strip_suffix(".azurecr.io").is_some_and(label),
            Self::Ecr => host.split_once(".dkr.ecr.").is_some_and(|(account, rest)| {
                let domain = rest.split_once('.').filter(|(region, _)| label(region));
                let is_suffix = |suffix: &str| {
                    Partition::ALL.iter().any(|partition| partition.dns_suffix() == suffix)
                };
                account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && domain.is_some_and(|(_, suffix)| is_suffix(suffix))
            }),
            other => other.host() == Some(host),
        }
    }
}

/// Whether a cache rule can reach its upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct CacheRuleValidation {
    pub is_valid: bool,
    /// Why not, in the words of ECR.
    pub failure: Option<String>,
}

/// A pull through cache rule that ECR accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRule {
    pub(crate) registry: UpstreamRegistry,
    pub(crate) rule: RegistryCacheRule,
}

impl CacheRule {
    /// Validates a rule for Docker Hub. With the prefix `hub`, `hub/team/app` is Docker Hub's `team/app`.
    ///
    /// # Errors
    /// If ECR would reject it.
    pub fn docker_hub(prefix: &str, secret: &str) -> Result<Self, InvalidRegistrySetting> {
        Self::new(&RegistryCacheRule {
            prefix: prefix.to_owned(),
            registry: Some(UpstreamRegistry::DockerHub.into()),
            upstream: String::new(),
            upstream_prefix: None,
            secret: Some(secret.to_owned()),
            role: None,
            created_at_ms: None,
        })
    }

    /// Validates a rule. What its upstream doesn't use is left out: a secret for a public registry, for example.
    ///
    /// # Errors
    /// If ECR would reject it. Source: ECR's `PullThroughCacheRuleRepositoryPrefix`, 2 to 30 characters.
    pub fn new(entered: &RegistryCacheRule) -> Result<Self, InvalidRegistrySetting> {
        let registry = match &entered.registry {
            Some(Reported::Known(registry)) => *registry,
            Some(Reported::Unknown { unknown }) => {
                return Err(InvalidRegistrySetting::Registry(unknown.clone()));
            }
            None => return Err(InvalidRegistrySetting::Registry(entered.upstream.clone())),
        };
        let prefix = read_prefix(&entered.prefix, 2..=30)?;
        let host = registry.host().unwrap_or_else(|| entered.upstream.trim());
        if !registry.is_host(host) {
            return Err(InvalidRegistrySetting::Host(host.to_owned()));
        }
        let (secret, role) = match registry.login() {
            UpstreamLogin::Anonymous => (None, None),
            UpstreamLogin::Secret => {
                (Some(read_secret(&given(&entered.secret).unwrap_or_default())?), None)
            }
            UpstreamLogin::Role => {
                (None, given(&entered.role).map(|role| read_role(&role)).transpose()?)
            }
        };
        // ECR accepts the prefix of the upstream only with a prefix of its own. Source: Amazon ECR user guide,
        // "Customizing repository prefixes for ECR to ECR pull through cache".
        let upstream_prefix = match given(&entered.upstream_prefix) {
            Some(prefix) if registry == UpstreamRegistry::Ecr && prefix != ROOT => {
                Some(read_prefix(&prefix, 2..=30)?)
            }
            _ => None,
        };
        if prefix == ROOT && upstream_prefix.is_some() {
            return Err(InvalidRegistrySetting::UpstreamPrefixOfRoot);
        }
        let rule = RegistryCacheRule {
            prefix,
            registry: Some(registry.into()),
            upstream: host.to_owned(),
            upstream_prefix,
            secret,
            role,
            created_at_ms: None,
        };
        Ok(Self { registry, rule })
    }

    pub fn prefix(&self) -> &str {
        &self.rule.prefix
    }

    /// The ARN of the secret with the credentials of the upstream.
    pub fn secret(&self) -> Option<&str> {
        self.rule.secret.as_deref()
    }
}

/// Another secret or role of a rule that exists. Its upstream can be one that this version doesn't know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheRuleLogin {
    pub(crate) prefix: String,
    pub(crate) secret: Option<String>,
    pub(crate) role: Option<String>,
}

impl CacheRuleLogin {
    /// Validates the secret and the role of a rule, of which it needs one.
    ///
    /// # Errors
    /// If ECR would reject them.
    pub fn new(rule: &RegistryCacheRule) -> Result<Self, InvalidRegistrySetting> {
        let secret = given(&rule.secret).map(|secret| read_secret(&secret)).transpose()?;
        let role = given(&rule.role).map(|role| read_role(&role)).transpose()?;
        if secret.is_none() && role.is_none() {
            return Err(InvalidRegistrySetting::Secret(String::new()));
        }
        Ok(Self { prefix: rule.prefix.clone(), secret, role })
    }
}

fn given(text: &Option<String>) -> Option<String> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Source: ECR's `CredentialArn`, 50 to 612 characters.
fn read_secret(arn: &str) -> Result<String, InvalidRegistrySetting> {
    let is_valid = (50..=612).contains(&arn.len())
        && is_arn(arn, "secretsmanager", ":secret:ecr-pullthroughcache/");
    is_valid.then(|| arn.to_owned()).ok_or_else(|| InvalidRegistrySetting::Secret(arn.to_owned()))
}

fn read_role(arn: &str) -> Result<String, InvalidRegistrySetting> {
    let is_valid = is_arn(arn, "iam", ":role/");
    is_valid.then(|| arn.to_owned()).ok_or_else(|| InvalidRegistrySetting::Role(arn.to_owned()))
}

#[cfg(test)]
mod tests;
