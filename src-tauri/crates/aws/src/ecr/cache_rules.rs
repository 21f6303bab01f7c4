//! Pull through cache rules: what a rule has, and what ECR requires of one. The page of the registry reads, changes and
//! deletes them; the wizard creates one for Docker Hub.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ecr::registry_setting_rules::{InvalidRegistrySetting, ROOT, is_arn, read_prefix};
use crate::error::AwsError;
use transload_model::Reported;

/// The calls of ECR for pull through cache rules. [`EcrRegistrySettings`](crate::EcrRegistrySettings)
/// creates them.
#[async_trait]
pub trait EcrCacheRules: Send + Sync {
    /// Lists the pull through cache rules, all pages.
    async fn registry_cache_rules(&self) -> Result<Vec<RegistryCacheRule>, AwsError>;
    /// Replaces the secret or the role of a rule, which is all of it that ECR can change.
    async fn update_cache_rule(&self, rule: &CacheRule) -> Result<(), AwsError>;
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
            Self::Ecr => {
                let domain = host.strip_suffix(".amazonaws.com");
                let domain = domain.or_else(|| host.strip_suffix(".amazonaws.com.cn"));
                domain.and_then(|domain| domain.split_once(".dkr.ecr.")).is_some_and(
                    |(account, region)| {
                        account.len() == 12
                            && account.bytes().all(|byte| byte.is_ascii_digit())
                            && label(region)
                    },
                )
            }
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
    /// If ECR would reject it. Source: ECR's `PullThroughCacheRuleRepositoryPrefix`, 2 to 30 characters, and
    /// `CredentialArn`, 50 to 612.
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
        let given = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let (secret, role) = match registry.login() {
            UpstreamLogin::Anonymous => (None, None),
            UpstreamLogin::Secret => {
                let secret = given(&entered.secret).unwrap_or_default();
                let fits = (50..=612).contains(&secret.len());
                if !fits || !is_arn(&secret, "secretsmanager", ":secret:ecr-pullthroughcache/") {
                    return Err(InvalidRegistrySetting::Secret(secret));
                }
                (Some(secret), None)
            }
            UpstreamLogin::Role => match given(&entered.role) {
                Some(role) if !is_arn(&role, "iam", ":role/") => {
                    return Err(InvalidRegistrySetting::Role(role));
                }
                role => (None, role),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str =
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/hub-a1B2c3";
    const ROLE: &str = "arn:aws:iam::111122223333:role/cache";
    const OTHER_ECR: &str = "444455556666.dkr.ecr.us-east-1.amazonaws.com";

    fn rule(registry: UpstreamRegistry, upstream: &str) -> RegistryCacheRule {
        RegistryCacheRule {
            prefix: "hub".to_owned(),
            registry: Some(registry.into()),
            upstream: upstream.to_owned(),
            upstream_prefix: None,
            secret: Some(SECRET.to_owned()),
            role: Some(ROLE.to_owned()),
            created_at_ms: None,
        }
    }

    #[test]
    fn a_rule_requires_a_prefix_and_a_secret_that_ecr_can_read() {
        let rule = CacheRule::docker_hub("hub/", SECRET).unwrap();
        assert_eq!((rule.prefix(), rule.secret()), ("hub", Some(SECRET)));
        assert_eq!(CacheRule::docker_hub("ROOT", SECRET).unwrap().prefix(), "ROOT");
        for prefix in ["", "h", "Hub", "a--/b_-", &"a".repeat(31)] {
            let error = CacheRule::docker_hub(prefix, SECRET).unwrap_err();
            assert!(matches!(error, InvalidRegistrySetting::Prefix { .. }), "{prefix}");
        }
        for secret in [
            "",
            "ecr-pullthroughcache/hub",
            ROLE,
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:other/hub-a1B2c3",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/",
        ] {
            let error = CacheRule::docker_hub("hub", secret).unwrap_err();
            assert!(matches!(error, InvalidRegistrySetting::Secret(_)), "{secret}");
        }
    }

    #[test]
    fn each_upstream_has_its_host_and_its_login() {
        let cases = [
            (UpstreamRegistry::Ecr, OTHER_ECR, None, Some(ROLE)),
            (UpstreamRegistry::EcrPublic, "public.ecr.aws", None, None),
            (UpstreamRegistry::Quay, "quay.io", None, None),
            (UpstreamRegistry::Kubernetes, "registry.k8s.io", None, None),
            (UpstreamRegistry::DockerHub, "registry-1.docker.io", Some(SECRET), None),
            (UpstreamRegistry::Github, "ghcr.io", Some(SECRET), None),
            (UpstreamRegistry::Azure, "ours.azurecr.io", Some(SECRET), None),
            (UpstreamRegistry::Gitlab, "registry.gitlab.com", Some(SECRET), None),
            (UpstreamRegistry::Chainguard, "cgr.dev", Some(SECRET), None),
        ];
        for (registry, host, secret, role) in cases {
            let accepted = CacheRule::new(&rule(registry, host)).unwrap().rule;
            assert_eq!(accepted.upstream, host, "{registry:?}");
            assert_eq!(
                (accepted.secret.as_deref(), accepted.role.as_deref()),
                (secret, role),
                "{registry:?}"
            );
        }
    }

    #[test]
    fn hosts_and_upstream_prefixes_that_ecr_rejects_are_refused() {
        for (registry, host) in [
            (UpstreamRegistry::Azure, ""),
            (UpstreamRegistry::Azure, "ours"),
            (UpstreamRegistry::Azure, "a.b.azurecr.io"),
            (UpstreamRegistry::Ecr, "444455556666.dkr.ecr.us-east-1.example.com"),
            (UpstreamRegistry::Ecr, "4444.dkr.ecr.us-east-1.amazonaws.com"),
            (UpstreamRegistry::Ecr, "https://444455556666.dkr.ecr.us-east-1.amazonaws.com"),
        ] {
            let error = CacheRule::new(&rule(registry, host)).unwrap_err();
            assert!(matches!(error, InvalidRegistrySetting::Host(_)), "{host}");
        }
        let of = |prefix: &str, upstream: &str| {
            CacheRule::new(&RegistryCacheRule {
                prefix: prefix.to_owned(),
                upstream_prefix: Some(upstream.to_owned()),
                ..rule(UpstreamRegistry::Ecr, OTHER_ECR)
            })
        };
        assert_eq!(of("team", "up").unwrap().rule.upstream_prefix.as_deref(), Some("up"));
        assert_eq!(of("team", "ROOT").unwrap().rule.upstream_prefix, None);
        assert_eq!(of("ROOT", "up"), Err(InvalidRegistrySetting::UpstreamPrefixOfRoot));
        let without = RegistryCacheRule { registry: None, ..rule(UpstreamRegistry::Quay, "x") };
        assert!(matches!(CacheRule::new(&without), Err(InvalidRegistrySetting::Registry(_))));
    }
}
