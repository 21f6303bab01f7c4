use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Every profile of the AWS configuration on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct AwsProfiles {
    /// In the order of the files.
    pub profiles: Vec<AwsProfile>,
    /// The files that were looked at.
    pub files: Vec<AwsConfigFile>,
    /// Sections that AWS tools ignore, with the reason.
    pub ignored: Vec<IgnoredSection>,
    /// The profile that `AWS_DEFAULT_PROFILE` or `AWS_PROFILE` names.
    pub preselected: Option<String>,
    /// Whether the environment holds AWS keys; they never win over a chosen profile.
    pub environment_has_keys: bool,
}

/// One profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct AwsProfile {
    /// The name.
    pub name: String,
    /// How it gets its credentials.
    pub kind: AwsProfileKind,
    /// The region it names.
    pub region: Option<String>,
    /// The file that defines it.
    pub source: String,
    /// What is wrong with it, if it cannot work.
    pub problem: Option<String>,
}

/// How a profile gets its credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "aws.ts")]
pub enum AwsProfileKind {
    /// An access key in the file.
    Keys,
    /// IAM Identity Center.
    Sso,
    /// A role that another profile or the machine assumes.
    Role,
    /// A role that needs an MFA code.
    RoleWithMfa,
    /// A program that prints credentials.
    Process,
    /// A session of `aws login`.
    Login,
    /// A token file of a web identity.
    WebIdentity,
    /// Nothing that gives credentials.
    Unknown,
}

/// A file of the AWS configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct AwsConfigFile {
    /// Where it is looked for.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
    /// Why it cannot be read, if it cannot; then no profile can be used.
    pub problem: Option<String>,
    /// Why the AWS command line refuses to read it, if it does, as `path:line: why`. Transload reads
    /// it all the same.
    pub refused_by_cli: Option<String>,
}

/// A section of an AWS configuration file that AWS tools ignore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "aws.ts")]
pub struct IgnoredSection {
    /// The file.
    pub path: String,
    /// The line of the section, from 1.
    pub line: u32,
    /// The section as written.
    pub section: String,
    /// Why it is ignored.
    pub reason: String,
}

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
    pub engine_error: Option<super::ApiError>,
}
