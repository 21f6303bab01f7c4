use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::repository_policy::RepositoryPolicy;
use crate::wildcard::wildcard_matches;

/// How a repository is set up: for a new one what to ask for, for an existing one what it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepositorySettings {
    /// Whether a tag may be moved to another image.
    pub tag_mutability: TagMutability,
    /// Tags that [`TagMutability::ImmutableWithExclusion`] leaves free, one to five patterns.
    pub exclusion_filters: Vec<TagExclusionFilter>,
    /// Whether ECR scans an image when it arrives.
    pub scan_on_push: bool,
    /// How ECR encrypts the layers at rest. It cannot be changed later.
    pub encryption: Encryption,
    /// AWS tags of the repository.
    pub tags: BTreeMap<String, String>,
    /// A ready-made rule for what ECR removes by itself.
    pub lifecycle: LifecyclePreset,
    /// Who else may do what with the repository; nothing for ECR's usual: only the account itself.
    pub policy: Option<RepositoryPolicy>,
}

/// Whether a tag may be moved to another image. ECR's `ImageTagMutability`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "migration.ts")]
pub enum TagMutability {
    /// Every tag may move.
    #[default]
    Mutable,
    /// No tag may move.
    Immutable,
    /// No tag may move but those that a filter matches.
    ImmutableWithExclusion,
    /// Every tag may move but those that a filter matches.
    MutableWithExclusion,
}

/// How ECR encrypts at rest. ECR's `EncryptionConfiguration`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "migration.ts")]
pub enum Encryption {
    /// Keys that Amazon S3 manages.
    #[default]
    Aes256,
    /// A key of AWS KMS; without one named, the key that AWS manages for ECR.
    Kms {
        /// Key id, alias or ARN.
        key: Option<String>,
    },
    /// Two layers of encryption with a key of AWS KMS.
    KmsDualLayer {
        /// Key id, alias or ARN.
        key: Option<String>,
    },
}

/// A ready-made lifecycle rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "migration.ts")]
pub enum LifecyclePreset {
    /// Nothing is removed.
    #[default]
    None,
    /// Only the newest images are kept.
    KeepNewest {
        /// How many.
        count: u32,
    },
    /// Images without a tag are removed some days after they were pushed.
    ExpireUntagged {
        /// How many days.
        days: u32,
    },
}

impl LifecyclePreset {
    /// The policy document for ECR's `PutLifecyclePolicy`, or nothing for [`LifecyclePreset::None`].
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

/// A pattern with `*` for tags that immutability leaves free. ECR's
/// `ImageTagMutabilityExclusionFilterValue`, `^[0-9a-zA-Z._*-]{1,128}$`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagExclusionFilter(String);

/// ECR would refuse the pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a tag pattern: use 1 to 128 letters, digits, '.', '_', '-' and '*'")]
pub struct InvalidExclusionFilter(pub String);

impl TagExclusionFilter {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, InvalidExclusionFilter> {
        let allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'*' | b'-');
        if (1..=128).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidExclusionFilter(text.to_owned()))
        }
    }

    /// The pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the pattern matches a tag; `*` stands for any run of characters.
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
    /// Whether a repository with these settings lets `tag` move to another image.
    pub fn allows_overwrite(&self, tag: &str) -> bool {
        let matched = self.exclusion_filters.iter().any(|filter| filter.matches(tag));
        match self.tag_mutability {
            TagMutability::Mutable => true,
            TagMutability::Immutable => false,
            TagMutability::ImmutableWithExclusion => matched,
            TagMutability::MutableWithExclusion => !matched,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifecycle_text_has_the_length_that_ecr_asks_for() {
        for preset in
            [LifecyclePreset::KeepNewest { count: 1 }, LifecyclePreset::ExpireUntagged { days: 1 }]
        {
            let text = preset.policy_text().unwrap();
            assert!((100..=30_720).contains(&text.len()), "{text}");
        }
        assert_eq!(LifecyclePreset::None.policy_text(), None);
    }

    #[test]
    fn filters_match_with_stars() {
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
    fn immutability_with_exclusions_lets_only_those_move() {
        let mut settings = RepositorySettings {
            tag_mutability: TagMutability::ImmutableWithExclusion,
            exclusion_filters: vec![TagExclusionFilter::parse("latest").unwrap()],
            ..RepositorySettings::default()
        };
        assert!(settings.allows_overwrite("latest"));
        assert!(!settings.allows_overwrite("1.0"));
        settings.tag_mutability = TagMutability::MutableWithExclusion;
        assert!(!settings.allows_overwrite("latest"));
        assert!(settings.allows_overwrite("1.0"));
    }
}
