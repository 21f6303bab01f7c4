//! The page of a registry: its configuration, each part with its own error.

use serde::{Deserialize, Serialize};
pub use transload_aws::{
    CacheRuleValidation, RegistryCacheRule, RegistryScanning, RegistryTemplate,
    ReplicationBackfill, ReplicationDestination, ReplicationRule, ScanFrequency, ScanType,
    ScanningRule, SigningRule, TemplateUse, UpstreamRegistry,
};
use transload_errors::ApiError;
use transload_model::Reported;
use ts_rs::TS;

use crate::repository_access::AccessWords;

/// The configuration of a registry. A part is `null` if it couldn't be read; `errors` says why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistryConfiguration {
    pub scanning: Option<RegistryScanning>,
    pub replication: Option<Vec<ReplicationRule>>,
    pub backfills: Option<Vec<ReplicationBackfill>>,
    pub cache_rules: Option<Vec<RegistryCacheRule>>,
    pub templates: Option<Vec<RegistryTemplate>>,
    /// Whether layers of other repositories are mounted.
    pub blob_mounting: Option<Reported<bool>>,
    /// The version of basic scanning, such as `AWS_NATIVE`.
    pub scan_version: Option<String>,
    /// The policy of the registry. Empty if it has none.
    pub policy: Option<String>,
    /// The policy in words. `null` without a policy, or if it couldn't be read.
    pub policy_words: Option<AccessWords>,
    pub signing: Option<Vec<SigningRule>>,
    /// ARNs of the principals whose pulls don't change pull times.
    pub exclusions: Option<Vec<String>>,
    /// The ARN pattern of all repositories of the registry.
    pub repositories_arn: String,
    /// The ARN of the user or role in use, if it has one. Its path may be missing.
    pub principal: Option<String>,
    pub errors: Vec<RegistryPartError>,
}

/// Why a part of the configuration couldn't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistryPartError {
    pub part: RegistryPart,
    pub error: ApiError,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum RegistryPart {
    Scanning,
    Replication,
    Backfills,
    CacheRules,
    Templates,
    AccountSettings,
    Policy,
    Signing,
    Exclusions,
}

/// A change of the configuration of a registry. Rules and policies replace all existing ones. `before` is what the user
/// saw: nothing is changed unless it is still so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "repositories.ts")]
pub enum RegistryChange {
    Scanning {
        before: RegistryScanning,
        scanning: RegistryScanning,
    },
    Replication {
        before: Vec<ReplicationRule>,
        rules: Vec<ReplicationRule>,
    },
    CacheRuleCreate {
        rule: RegistryCacheRule,
    },
    /// ECR can't change anything else of a rule.
    CacheRuleLogin {
        before: RegistryCacheRule,
        secret: Option<String>,
        role: Option<String>,
    },
    CacheRuleDelete {
        before: RegistryCacheRule,
    },
    TemplateCreate {
        template: RegistryTemplate,
    },
    /// The prefix stays.
    TemplateChange {
        before: Box<RegistryTemplate>,
        template: RegistryTemplate,
    },
    TemplateDelete {
        before: Box<RegistryTemplate>,
    },
    BlobMounting {
        is_on: bool,
    },
    Policy {
        before: Option<String>,
        /// `None` deletes it.
        text: Option<String>,
    },
    /// No rules delete the configuration.
    Signing {
        before: Vec<SigningRule>,
        rules: Vec<SigningRule>,
    },
    ExclusionAdd {
        principal: String,
    },
    ExclusionRemove {
        principal: String,
    },
}
