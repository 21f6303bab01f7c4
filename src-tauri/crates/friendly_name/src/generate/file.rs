//! What files are generated for, and the generated files.

use serde::{Deserialize, Serialize};
use transload_model::RegistryHost;
use ts_rs::TS;

use crate::name::FriendlyName;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum AnswerId {
    /// A: a reverse proxy that passes requests through.
    ReverseProxy,
    /// B: the clients rename.
    RenameOnClients,
    /// C: the name of ECR stays and comes from one place.
    KeepEcrName,
}

/// The DNS server of a VPC. Source: Amazon VPC user guide, "DNS attributes for your VPC".
pub const VPC_RESOLVER: &str = "169.254.169.253";

/// What the files are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTarget {
    pub name: FriendlyName,
    pub registry: RegistryHost,
    /// The region of the registry. `None` if its name doesn't have one, as behind a name of one's own.
    pub region: Option<String>,
    /// The DNS server of the proxy.
    pub resolver: String,
    /// The ECR prefix of images that were copied from Docker Hub, without slashes.
    pub hub_prefix: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum GeneratedFileId {
    Nginx,
    Caddy,
    CloudFormation,
    TokenProxyNginx,
    TokenProxyScript,
    TokenProxyService,
    TokenProxyTimer,
    TokenProxyPolicy,
    RegistriesConf,
    HostsToml,
    HubHostsToml,
    Compose,
    Helm,
    Kustomize,
    Terraform,
    Kyverno,
}

impl GeneratedFileId {
    pub const ALL: [Self; 16] = [
        Self::Nginx,
        Self::Caddy,
        Self::CloudFormation,
        Self::TokenProxyNginx,
        Self::TokenProxyScript,
        Self::TokenProxyService,
        Self::TokenProxyTimer,
        Self::TokenProxyPolicy,
        Self::RegistriesConf,
        Self::HostsToml,
        Self::HubHostsToml,
        Self::Compose,
        Self::Helm,
        Self::Kustomize,
        Self::Terraform,
        Self::Kyverno,
    ];
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct GeneratedFile {
    pub id: GeneratedFileId,
    pub answer: AnswerId,
    pub title: String,
    pub file_name: String,
    /// Where the file belongs, such as `/etc/nginx/conf.d/registry.conf`.
    pub place: String,
    pub text: String,
    /// What to do before or after installing the file.
    pub notes: Vec<String>,
    /// What the user must know before installing the file.
    pub warning: Option<String>,
}

impl NameTarget {
    /// Returns the option of `aws` commands that get a token of the registry, such as ` --region eu-west-1`. Without it, the
    /// token is for the region of the profile.
    pub(crate) fn region_option(&self) -> String {
        self.region.as_ref().map(|region| format!(" --region {region}")).unwrap_or_default()
    }

    /// Returns the URL of the registry. Registries of this computer use plain HTTP, as practice mode does.
    pub(crate) fn upstream(&self) -> String {
        let scheme = if self.registry.is_loopback() { "http" } else { "https" };
        format!("{scheme}://{}", self.registry)
    }

    pub(crate) fn is_plain(&self) -> bool {
        self.registry.is_loopback()
    }
}
