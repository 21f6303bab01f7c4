//! Connections to ECR, the caller, and registry logins.

use serde::{Deserialize, Serialize};
pub use transload_aws::{
    ConfigFile as AwsConfigFile, IgnoredSection, ProfileKind as AwsProfileKind,
    ProfileList as AwsProfiles, ProfileSummary as AwsProfile,
};
use transload_errors::ApiError;
use ts_rs::TS;

/// The ECR that a command uses, and its credentials.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum AwsConnection {
    /// The ECR of practice mode.
    Practice,
    /// A real account, with the credentials that the AWS CLI uses without `--profile`: keys of the
    /// environment, the profile that it names or `default`, web identity, the role of a container
    /// or an instance.
    Machine {
        /// Replaces the region of the environment.
        region: Option<String>,
        /// Replaces the endpoint of the ECR API, such as a VPC endpoint or an emulator.
        #[serde(default)]
        ecr_endpoint: Option<String>,
        /// Replaces the endpoint of the registry.
        #[serde(default)]
        registry_endpoint: Option<String>,
    },
    /// A real account, with a profile of the AWS configuration.
    Profile {
        profile: String,
        /// Replaces the region of the profile.
        region: Option<String>,
        /// Replaces the endpoint of the ECR API, such as a VPC endpoint or an emulator.
        ecr_endpoint: Option<String>,
        /// Replaces the endpoint of the registry.
        registry_endpoint: Option<String>,
    },
}

impl AwsConnection {
    /// Returns its endpoints of the ECR API and of the registry.
    pub fn endpoints(&self) -> [Option<&String>; 2] {
        match self {
            Self::Practice => [None, None],
            Self::Machine { ecr_endpoint, registry_endpoint, .. }
            | Self::Profile { ecr_endpoint, registry_endpoint, .. } => {
                [ecr_endpoint.as_ref(), registry_endpoint.as_ref()]
            }
        }
    }

    /// Returns the connection with these endpoints of the ECR API and of the registry.
    #[must_use]
    pub fn with_endpoints(mut self, [ecr, registry]: [Option<&String>; 2]) -> Self {
        if let Self::Machine { ecr_endpoint, registry_endpoint, .. }
        | Self::Profile { ecr_endpoint, registry_endpoint, .. } = &mut self
        {
            *ecr_endpoint = ecr.cloned();
            *registry_endpoint = registry.cloned();
        }
        self
    }
}

/// The caller of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct AwsIdentity {
    /// The twelve digits of the account.
    pub account_id: String,
    pub arn: String,
    pub region: String,
    /// When the credentials expire, if they do.
    pub expires_at_ms: Option<u64>,
    /// Whether this is practice mode.
    pub practice: bool,
    /// The partition of the region, as ARNs write it: `aws`, `aws-us-gov`, `aws-cn`, `aws-eusc`.
    #[serde(default)]
    pub partition: String,
    #[serde(default)]
    pub endpoints: AwsEndpoints,
}

/// The endpoints of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct AwsEndpoints {
    /// The host of the ECR API, with the port if it has one. `null` if unknown.
    pub api: Option<String>,
    /// The host of the registry, with the port if it has one. `null` if unknown.
    pub registry: Option<String>,
    /// Whether they are FIPS endpoints, as set in the profile or the environment.
    pub fips: bool,
    /// Whether they are dual-stack endpoints, as set in the profile or the environment.
    pub dual_stack: bool,
}

/// The result of a registry login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct RegistryLogin {
    /// The host of the registry, with the port if it has one.
    pub registry: String,
    pub user: String,
    /// When the token expires.
    pub expires_at_ms: u64,
    /// Whether the registry accepted the token.
    pub registry_accepts: bool,
    /// Whether the Docker Engine could log in with the token. `null` if it wasn't tested.
    pub engine_accepts: Option<bool>,
    /// Why the Docker Engine couldn't log in.
    pub engine_error: Option<ApiError>,
}
