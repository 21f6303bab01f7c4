//! Connections to ECR, the caller, and registry logins.

use serde::{Deserialize, Serialize};
pub use transload_aws::{
    ConfigFile as AwsConfigFile, IgnoredSection, ProfileKind as AwsProfileKind,
    ProfileList as AwsProfiles, ProfileSummary as AwsProfile,
};
use transload_errors::ApiError;
use ts_rs::TS;

/// Which ECR a call speaks to, and as whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum AwsConnection {
    /// The practice ECR inside the program.
    Practice,
    /// A real account, with what the AWS command line uses without `--profile`: keys of the
    /// environment, the profile that it names or `default`, web identity, the role of a container or an
    /// instance.
    Machine {
        /// The region; without one the environment's.
        region: Option<String>,
        /// Another endpoint for the ECR API, such as a VPC endpoint or an emulator.
        #[serde(default)]
        ecr_endpoint: Option<String>,
        /// Another address for the registry itself.
        #[serde(default)]
        registry_endpoint: Option<String>,
    },
    /// A real account, through a profile of this computer.
    Profile {
        /// The profile's name.
        profile: String,
        /// The region; without one the profile's own.
        region: Option<String>,
        /// Another endpoint for the ECR API, such as a VPC endpoint or an emulator.
        ecr_endpoint: Option<String>,
        /// Another address for the registry itself.
        registry_endpoint: Option<String>,
    },
}

impl AwsConnection {
    /// The endpoints of the ECR API and of the registry that it names.
    pub fn endpoints(&self) -> [Option<&String>; 2] {
        match self {
            Self::Practice => [None, None],
            Self::Machine { ecr_endpoint, registry_endpoint, .. }
            | Self::Profile { ecr_endpoint, registry_endpoint, .. } => {
                [ecr_endpoint.as_ref(), registry_endpoint.as_ref()]
            }
        }
    }

    /// The same connection with these endpoints of the ECR API and of the registry.
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

/// Who the caller is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct AwsIdentity {
    /// The account's twelve digits.
    pub account_id: String,
    /// The caller's ARN.
    pub arn: String,
    /// The region in use.
    pub region: String,
    /// When the credentials end, if they do.
    pub expires_at_ms: Option<u64>,
    /// Whether this is practice.
    pub practice: bool,
    /// The partition of the region, as ARNs write it: `aws`, `aws-us-gov`, `aws-cn`, `aws-eusc`.
    #[serde(default)]
    pub partition: String,
    /// Where calls and images go.
    #[serde(default)]
    pub endpoints: AwsEndpoints,
}

/// Where the calls of a connection go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct AwsEndpoints {
    /// The host of the ECR API, and port where there is one; nothing where it is not known.
    pub api: Option<String>,
    /// The host of the registry, and port where there is one; nothing where it is not known.
    pub registry: Option<String>,
    /// Whether they are FIPS endpoints, as the profile or the environment asks for.
    pub fips: bool,
    /// Whether they are dual-stack endpoints, as the profile or the environment asks for.
    pub dual_stack: bool,
}

/// The outcome of a registry login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct RegistryLogin {
    /// The registry's host, and port where there is one.
    pub registry: String,
    /// The user name that goes with the token.
    pub user: String,
    /// When the token ends.
    pub expires_at_ms: u64,
    /// Whether the registry took it.
    pub registry_accepts: bool,
    /// Whether the Docker Engine could log in with it; nothing where it was not asked.
    pub engine_accepts: Option<bool>,
    /// Why the Docker Engine could not log in.
    pub engine_error: Option<ApiError>,
}
