//! Repository creation templates: what a template has, and what ECR requires of one. The page of the registry reads,
//! changes and deletes them; the wizard creates one for repositories that ECR creates on push.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ecr::registry_setting_rules::{InvalidRegistrySetting, is_arn, read_prefix};
use crate::error::AwsError;
use transload_model::{Encryption, Reported, RepositorySettings, TagMutability};

/// The calls of ECR for repository creation templates.
/// [`EcrRegistrySettings`](crate::EcrRegistrySettings) creates them.
#[async_trait]
pub trait EcrCreationTemplates: Send + Sync {
    /// Lists the repository creation templates, all pages.
    async fn registry_templates(&self) -> Result<Vec<RegistryTemplate>, AwsError>;
    /// Replaces all settings of a template, which were `before`.
    async fn update_creation_template(
        &self,
        before: &RegistryTemplate,
        template: &CreationTemplate,
    ) -> Result<(), AwsError>;
    async fn delete_creation_template(&self, prefix: &str) -> Result<(), AwsError>;
}

/// A template for repositories that ECR creates, as ECR reports it or as the user entered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistryTemplate {
    /// The prefix of the repository names, or `ROOT` for all repositories without a template of their own.
    pub prefix: String,
    pub description: Option<String>,
    pub applied_for: Vec<Reported<TemplateUse>>,
    pub tag_mutability: Reported<TagMutability>,
    /// Exceptions to the tag mutability, one to five patterns. Empty without exceptions.
    pub exclusion_filters: Vec<String>,
    pub encryption: Reported<Encryption>,
    /// AWS tags of the repositories.
    pub tags: BTreeMap<String, String>,
    /// The text of the lifecycle policy.
    pub lifecycle_policy: Option<String>,
    /// The text of the repository policy.
    pub repository_policy: Option<String>,
    /// The ARN of the role that ECR assumes.
    pub role: Option<String>,
}

/// What makes ECR create a repository from a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum TemplateUse {
    Replication,
    PullThroughCache,
    CreateOnPush,
}

/// A template that ECR accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreationTemplate {
    prefix: String,
    pub(crate) applied_for: Vec<TemplateUse>,
    settings: RepositorySettings,
    role: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) lifecycle_policy: Option<String>,
}

/// The longest description. Source: ECR's `RepositoryTemplateDescription`.
const MAX_DESCRIPTION: usize = 256;

impl CreationTemplate {
    /// Validates a template. The prefix `team` covers `team/app` and everything else below `team/`;
    /// `ROOT` covers every repository that no other template covers.
    ///
    /// # Errors
    /// If ECR would reject it. Source: ECR's `Prefix`, 1 to 256 characters, and
    /// `KmsKeyForRepositoryCreationTemplate`; ECR user guide, "Creating an IAM role for repository creation templates".
    pub fn new(
        prefix: &str,
        applied_for: &[TemplateUse],
        settings: RepositorySettings,
        role: Option<&str>,
    ) -> Result<Self, InvalidRegistrySetting> {
        let prefix = read_prefix(prefix, 1..=256)?;
        if applied_for.is_empty() {
            return Err(InvalidRegistrySetting::NoUse);
        }
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
        if let Some(
            Encryption::Kms { key: Some(key) } | Encryption::KmsDualLayer { key: Some(key) },
        ) = settings.encryption.known()
            && !is_arn(key, "kms", ":key/")
        {
            return Err(InvalidRegistrySetting::Key(key.clone()));
        }
        Ok(Self {
            prefix,
            applied_for: applied_for.to_vec(),
            role: role.map(str::to_owned),
            description: None,
            lifecycle_policy: settings.lifecycle.policy_text(),
            settings,
        })
    }

    /// Sets the description, and the lifecycle policy instead of the one of the settings.
    ///
    /// # Errors
    /// If the description is too long.
    pub fn with_texts(
        self,
        description: Option<&str>,
        lifecycle_policy: Option<&str>,
    ) -> Result<Self, InvalidRegistrySetting> {
        let given = |text: Option<&str>| {
            text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let description = given(description);
        if description.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
            return Err(InvalidRegistrySetting::Description);
        }
        Ok(Self { description, lifecycle_policy: given(lifecycle_policy), ..self })
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

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/templates";
    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/12ab34cd-0000-1111-2222-123456789012";

    fn template(
        settings: RepositorySettings,
        role: Option<&str>,
    ) -> Result<CreationTemplate, InvalidRegistrySetting> {
        CreationTemplate::new("team", &[TemplateUse::CreateOnPush], settings, role)
    }

    #[test]
    fn keys_and_tags_of_a_template_require_a_role() {
        let plain = RepositorySettings::default();
        assert!(template(plain.clone(), None).is_ok());
        let tagged = RepositorySettings {
            tags: [("team".to_owned(), "ours".to_owned())].into(),
            ..plain.clone()
        };
        let with_key = RepositorySettings {
            encryption: Encryption::Kms { key: None }.into(),
            ..plain.clone()
        };
        for settings in [tagged, with_key] {
            let without = template(settings.clone(), Some(" "));
            assert_eq!(without, Err(InvalidRegistrySetting::RoleNeeded));
            let with = template(settings, Some(ROLE)).unwrap();
            assert_eq!(with.role(), Some(ROLE));
        }
        let error = template(plain, Some("templates")).unwrap_err();
        assert_eq!(error, InvalidRegistrySetting::Role("templates".to_owned()));
    }

    #[test]
    fn a_template_has_a_use_a_key_by_arn_and_a_short_description() {
        let plain = RepositorySettings::default();
        let unused = CreationTemplate::new("team", &[], plain.clone(), None);
        assert_eq!(unused, Err(InvalidRegistrySetting::NoUse));
        let keyed = |key: &str| RepositorySettings {
            encryption: Encryption::KmsDualLayer { key: Some(key.to_owned()) }.into(),
            ..plain.clone()
        };
        assert!(template(keyed(KEY), Some(ROLE)).is_ok());
        for key in ["alias/ours", "12ab34cd-0000-1111-2222-123456789012"] {
            let error = template(keyed(key), Some(ROLE)).unwrap_err();
            assert_eq!(error, InvalidRegistrySetting::Key(key.to_owned()));
        }
        let described =
            |text: &str| template(plain.clone(), None).unwrap().with_texts(Some(text), None);
        assert_eq!(described("a").unwrap().description.as_deref(), Some("a"));
        assert_eq!(described(&"a".repeat(257)), Err(InvalidRegistrySetting::Description));
    }
}
