//! Connections to ECR, the caller, and registry logins.

use serde::{Deserialize, Serialize};
pub use transload_aws::{
    ConfigFile as AwsConfigFile, IgnoredSection, ProfileKind as AwsProfileKind,
    ProfileList as AwsProfiles, ProfileSummary as AwsProfile,
};
use transload_errors::ApiError;
pub use transload_migration::entered::AwsConnection;
pub use transload_migration::journal::{AwsEndpoints, AwsIdentity};
use ts_rs::TS;

/// The result of a registry login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct RegistryLogin {
    /// The host of the registry, with the port if it has one.
    pub registry: String,
    pub user: String,
    pub expires_at_ms: u64,
    /// Whether the registry accepted the token.
    pub registry_accepts: bool,
    /// Whether the Docker Engine could log in with the token. `null` if it wasn't tested.
    pub engine_accepts: Option<bool>,
    /// Why the Docker Engine couldn't log in.
    pub engine_error: Option<ApiError>,
}
