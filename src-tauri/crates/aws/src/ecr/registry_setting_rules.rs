//! What ECR requires of cache rules and creation templates alike. `cache_rules` and `creation_templates` apply it.

use std::fmt;

use transload_model::RepositoryName;

/// The prefix of a template or a rule for all repositories without one of their own. Source: Amazon ECR API reference,
/// CreatePullThroughCacheRule and CreateRepositoryCreationTemplate.
pub(crate) const ROOT: &str = "ROOT";

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
    #[error("{0:?} is not a registry that a pull through cache rule can have as its upstream")]
    Registry(String),
    #[error("{0:?} is not a host of the upstream registry")]
    Host(String),
    #[error("a rule for ROOT can't have a prefix of the upstream registry")]
    UpstreamPrefixOfRoot,
    #[error("a template requires at least one use")]
    NoUse,
    /// ECR takes no alias and no key ID in a template.
    #[error("{0:?} is not the ARN of a KMS key")]
    Key(String),
    #[error("a description has at most 256 characters")]
    Description,
}

pub(crate) fn read_prefix(
    text: &str,
    lengths: std::ops::RangeInclusive<usize>,
) -> Result<String, InvalidRegistrySetting> {
    let prefix = text.trim().trim_end_matches('/');
    let invalid = |reason: &dyn fmt::Display| {
        let (prefix, reason) = (text.to_owned(), reason.to_string());
        InvalidRegistrySetting::Prefix { prefix, reason }
    };
    if prefix == ROOT {
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

pub(crate) fn is_arn(text: &str, service: &str, contains: &str) -> bool {
    let mut parts = text.splitn(4, ':');
    let is_service = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some(service);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/_+=,.@-".contains(&byte);
    let named = text.split_once(contains).is_some_and(|(_, name)| !name.is_empty());
    is_service && named && text.bytes().all(plain)
}
