//! Proxies, certificate authorities and the clock of this computer.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_network::{CaCertificate, ProxyOrigin};
use ts_rs::TS;

/// How this computer connects to AWS, Docker Hub and registries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct NetworkStatus {
    /// The proxies in use. Empty if connections are direct.
    pub proxies: Vec<ProxyUse>,
    /// The source of the proxy settings.
    pub proxy_origin: ProxyOrigin,
    /// The exceptions of `NO_PROXY`. This computer is always excluded.
    pub proxy_exceptions: Option<String>,
    /// Environment variables that contain no usable proxy.
    pub unusable_variables: Vec<String>,
    /// Environment variables whose upper-case and lower-case forms have different values.
    pub contradicting_variables: Vec<ContradictingVariables>,
    /// CA files, which are trusted in addition to the system's certificate authorities.
    pub ca_files: Vec<CaFile>,
    /// Seconds that the clock of this computer is behind the servers; negative if it is ahead.
    /// `null` if no server reported a time yet.
    #[ts(type = "number | null")]
    pub clock_behind_seconds: Option<i64>,
}

/// The two forms of a variable with different values. Tools differ in which one they use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct ContradictingVariables {
    /// The one that is used for registries and Docker Hub, as by Docker.
    pub for_registries: String,
    /// The one that is used for AWS, as by the AWS CLI.
    pub for_aws: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct ProxyUse {
    /// The scheme of the addresses that it is used for: `https` or `http`.
    pub scheme: String,
    /// Its address, without credentials.
    pub address: String,
    /// Whether credentials for it are configured.
    pub has_login: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct CaFile {
    /// The setting that names it.
    pub origin: CaFileOrigin,
    pub path: String,
    pub certificates: Vec<CaCertificate>,
    /// Why it can't be used. Connections continue without it.
    pub error: Option<ApiError>,
}

/// The setting that names a CA file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "settings.ts")]
pub enum CaFileOrigin {
    Settings,
    /// The environment variable `AWS_CA_BUNDLE`.
    AwsCaBundle,
    /// `ca_bundle` of an AWS profile.
    Profile,
}
