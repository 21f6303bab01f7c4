//! Settings of an ECR repository: what a new one is created with, and what an existing one has. The
//! migration compares the two.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::reported::Reported;
use crate::repository_policy::RepositoryPolicy;
use crate::wildcard::wildcard_matches;

/// The settings of a repository, requested for a new one or read from an existing one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepositorySettings {
    /// Whether tags can be overwritten.
    pub tag_mutability: Reported<TagMutability>,
    /// Exceptions to the tag mutability, one to five patterns. Empty without exceptions.
    pub exclusion_filters: Vec<TagExclusionFilter>,
    /// Whether ECR scans an image when it is pushed.
    pub scan_on_push: bool,
    /// Encryption at rest. ECR doesn't allow changing it after the repository was created.
    pub encryption: Reported<Encryption>,
    /// AWS tags of the repository.
    pub tags: BTreeMap<String, String>,
    /// A lifecycle policy from a preset.
    pub lifecycle: LifecyclePreset,
    /// The repository policy; without one, only the account of the repository has access.
    pub policy: Option<RepositoryPolicy>,
}

/// Whether tags can be overwritten. ECR's `ImageTagMutability`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "migration.ts")]
pub enum TagMutability {
    /// Every tag can be overwritten.
    #[default]
    Mutable,
    /// No tag can be overwritten.
    Immutable,
    /// Only tags that an exclusion filter matches can be overwritten.
    ImmutableWithExclusion,
    /// Every tag can be overwritten, except those that an exclusion filter matches.
    MutableWithExclusion,
}

/// Encryption at rest. ECR's `EncryptionConfiguration`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "migration.ts")]
pub enum Encryption {
    /// Keys that Amazon S3 manages.
    #[default]
    Aes256,
    /// An AWS KMS key; if `key` is `None`, the AWS managed key for ECR.
    Kms {
        /// Key ID, alias or ARN.
        key: Option<String>,
    },
    /// Two layers of encryption with an AWS KMS key.
    KmsDualLayer {
        /// Key ID, alias or ARN.
        key: Option<String>,
    },
}

/// A predefined lifecycle policy with at most one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "migration.ts")]
pub enum LifecyclePreset {
    /// Nothing expires.
    #[default]
    None,
    /// Only the newest images are kept.
    KeepNewest {
        /// The number of images to keep.
        count: u32,
    },
    /// Untagged images expire some days after they were pushed.
    ExpireUntagged {
        /// Days since the push.
        days: u32,
    },
}

impl LifecyclePreset {
    /// Returns the policy document for ECR's `PutLifecyclePolicy`, or `None` for
    /// [`LifecyclePreset::None`].
    pub fn policy_text(self) -> Option<String> {
        let (description, selection) = match self {
            Self::None => return None,
            Self::KeepNewest { count } => (
                format!("Keep the newest {count} images"),
                serde_json::json!({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count}),
            ),
            Self::ExpireUntagged { days } => (
                format!("Remove images without a tag after {days} days"),
                serde_json::json!({"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}),
            ),
        };
        let rule = serde_json::json!({
            "rulePriority": 1,
            "description": description,
            "selection": selection,
            "action": {"type": "expire"},
        });
        Some(serde_json::json!({"rules": [rule]}).to_string())
    }
}

/// A tag pattern with `*` that is an exception to the tag mutability. ECR's
/// `ImageTagMutabilityExclusionFilterValue`, `^[0-9a-zA-Z._*-]{1,128}$`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagExclusionFilter(String);

/// The error for a pattern that ECR rejects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a tag pattern: use 1 to 128 letters, digits, '.', '_', '-' and '*'")]
pub struct InvalidExclusionFilter(pub String);

impl TagExclusionFilter {
    /// Parses a pattern.
    ///
    /// # Errors
    /// If ECR would reject it.
    pub fn parse(text: &str) -> Result<Self, InvalidExclusionFilter> {
        let allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'*' | b'-');
        if (1..=128).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidExclusionFilter(text.to_owned()))
        }
    }

    /// Returns the pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the pattern matches a whole tag. `*` matches any number of characters.
    pub fn matches(&self, tag: &str) -> bool {
        wildcard_matches(&self.0, tag)
    }
}

impl fmt::Display for TagExclusionFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl RepositorySettings {
    /// Returns whether a repository with these settings allows overwriting `tag`. Returns `None` if its tag mutability is
    /// unknown.
    pub fn allows_overwrite(&self, tag: &str) -> Option<bool> {
        let matched = self.exclusion_filters.iter().any(|filter| filter.matches(tag));
        Some(match self.tag_mutability.known()? {
            TagMutability::Mutable => true,
            TagMutability::Immutable => false,
            TagMutability::ImmutableWithExclusion => matched,
            TagMutability::MutableWithExclusion => !matched,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifecycle_policies_have_a_length_that_ecr_accepts() {
        for preset in
            [LifecyclePreset::KeepNewest { count: 1 }, LifecyclePreset::ExpireUntagged { days: 1 }]
        {
            let text = preset.policy_text().unwrap();
            assert!((100..=30_720).contains(&text.len()), "{text}");
        }
        assert_eq!(LifecyclePreset::None.policy_text(), None);
    }

    #[test]
    fn filters_match_with_wildcards() {
        for (pattern, tag, matched) in [
            ("latest", "latest", true),
            ("latest", "latest2", false),
            ("dev-*", "dev-1", true),
            ("dev-*", "prod-1", false),
            ("*-snapshot", "1-snapshot", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxc", false),
            ("*", "anything", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(
                TagExclusionFilter::parse(pattern).unwrap().matches(tag),
                matched,
                "{pattern} {tag}"
            );
        }
        assert!(TagExclusionFilter::parse("a b").is_err());
    }

    #[test]
    fn exclusion_filters_invert_the_mutability() {
        let mut settings = RepositorySettings {
            tag_mutability: TagMutability::ImmutableWithExclusion.into(),
            exclusion_filters: vec![TagExclusionFilter::parse("latest").unwrap()],
            ..RepositorySettings::default()
        };
        assert_eq!(settings.allows_overwrite("latest"), Some(true));
        assert_eq!(settings.allows_overwrite("1.0"), Some(false));
        settings.tag_mutability = TagMutability::MutableWithExclusion.into();
        assert_eq!(settings.allows_overwrite("latest"), Some(false));
        assert_eq!(settings.allows_overwrite("1.0"), Some(true));
        settings.tag_mutability = Reported::unknown("FROZEN");
        assert_eq!(settings.allows_overwrite("1.0"), None);
    }
}
