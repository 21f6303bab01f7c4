//! The ECR that a user works with, and the source of the images.

use serde::{Deserialize, Serialize};
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
    /// Returns the connection with a profile, its region and its endpoints.
    pub fn profile(name: &str) -> Self {
        Self::Profile {
            profile: name.to_owned(),
            region: None,
            ecr_endpoint: None,
            registry_endpoint: None,
        }
    }

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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum ImageSource {
    /// The Docker Engine on this computer.
    DockerEngine,
    /// Namespaces of Docker Hub.
    DockerHub {
        /// One or more users or organizations, separated by commas. `library` for official images.
        namespace: String,
    },
    Registry {
        /// Its host, with the port if it has one.
        host: String,
        /// Whether HTTP without TLS is used. It always is for a loopback host.
        plain_http: bool,
    },
    Ecr {
        connection: AwsConnection,
    },
    /// The Docker Hub of practice mode.
    PracticeAccount {
        /// As for Docker Hub. `null` for the practice account's own namespace.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        namespace: Option<String>,
    },
}
