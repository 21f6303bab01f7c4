//! Proxies, certificate authorities and the clock of this computer.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_network::ProxyOrigin;
use ts_rs::TS;

/// How this computer reaches AWS, Docker Hub and registries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct NetworkStatus {
    /// The proxies in use; empty where everything is reached directly.
    pub proxies: Vec<ProxyUse>,
    /// Where they were found.
    pub proxy_origin: ProxyOrigin,
    /// The exceptions, as `NO_PROXY` lists them. What runs on this computer is always one.
    pub proxy_exceptions: Option<String>,
    /// Variables that are set and name no proxy that can be used.
    pub unusable_variables: Vec<String>,
    /// Variables that are set to one thing in capitals and to another in small letters.
    pub contradicting_variables: Vec<ContradictingVariables>,
    /// Files with certificate authorities that are trusted beside those of the system.
    pub ca_files: Vec<CaFile>,
    /// Seconds that the clock of this computer is behind those of the servers, negative where it is
    /// ahead; nothing where no server said a time yet.
    #[ts(type = "number | null")]
    pub clock_behind_seconds: Option<i64>,
}

/// Two spellings of one variable that say different things. Tools differ in which of them counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct ContradictingVariables {
    /// The one that counts for registries and Docker Hub, as for Docker.
    pub for_registries: String,
    /// The one that counts for AWS, as for the AWS command line.
    pub for_aws: String,
}

/// A proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct ProxyUse {
    /// For addresses of which scheme: `https` or `http`.
    pub scheme: String,
    /// Its address, without a login.
    pub address: String,
    /// Whether a login for it is known.
    pub has_login: bool,
}

/// A file with certificate authorities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct CaFile {
    /// Who names it.
    pub origin: CaFileOrigin,
    /// Where it is.
    pub path: String,
    /// What it holds.
    pub certificates: Vec<CaCertificate>,
    /// Why it cannot be used. Everything else goes on without it.
    pub error: Option<ApiError>,
}

/// Who names a file with certificate authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "settings.ts")]
pub enum CaFileOrigin {
    /// The person, in the settings.
    Settings,
    /// The variable `AWS_CA_BUNDLE`.
    AwsCaBundle,
    /// `ca_bundle` of an AWS profile.
    Profile,
}

/// A certificate authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "settings.ts")]
pub struct CaCertificate {
    /// Its name.
    pub name: String,
    /// Until when it is good, in milliseconds since 1970.
    #[ts(type = "number")]
    pub not_after_ms: u64,
}
