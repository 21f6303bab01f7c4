//! Connections with settings that the user saved.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::aws::AwsConnection;
use crate::migration::RepositorySettings;
use crate::naming::RenameRule;
use crate::sources::ImageSource;

/// A connection with settings that the user saved. It contains no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct SavedProfile {
    /// Its ID, which the program creates.
    pub id: String,
    /// Its name, which is unique regardless of case.
    pub name: String,
    pub connection: AwsConnection,
    /// The account of the connection when the profile was saved.
    pub account_id: Option<String>,
    /// The prefix of every ECR repository name.
    pub repository_prefix: String,
    /// The rules for ECR repository names, without the prefix.
    #[serde(default)]
    pub rename_rules: Vec<RenameRule>,
    pub template: RepositorySettings,
    pub source: Option<ImageSource>,
    /// Whether it is selected when the wizard opens.
    pub is_default: bool,
}
