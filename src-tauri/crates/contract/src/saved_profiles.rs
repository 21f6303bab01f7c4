//! Connections with settings that the user saved.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::aws::AwsConnection;
use crate::migration::RepositorySettings;
use crate::naming::RenameRule;
use crate::sources::ImageSource;

/// What a person keeps for next time. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct SavedProfile {
    /// What it is kept under; made by the program.
    pub id: String,
    /// What the person calls it; unique, whatever its case.
    pub name: String,
    /// Which ECR, and as whom.
    pub connection: AwsConnection,
    /// The account that was behind the connection when the profile was saved.
    pub account_id: Option<String>,
    /// Goes before every ECR repository name.
    pub repository_prefix: String,
    /// How ECR repository names are made from those of the source, before the prefix.
    #[serde(default)]
    pub rename_rules: Vec<RenameRule>,
    /// How new repositories are set up.
    pub template: RepositorySettings,
    /// Where images come from.
    pub source: Option<ImageSource>,
    /// Whether it is chosen when the wizard opens.
    pub is_default: bool,
}
