//! Generates the files of the three answers for one name and one registry. Pure: the same target gives the same
//! text. `file` has the types. Tests read every file with the tool that it is for.

mod cloudformation;
pub(crate) mod file;
mod kubernetes;
mod proxies;
mod renames;
mod token_proxy;
mod variables;

use crate::generate::file::{GeneratedFile, GeneratedFileId, NameTarget};

/// Returns every file for a target.
pub fn generate(target: &NameTarget) -> Vec<GeneratedFile> {
    let files = GeneratedFileId::ALL.into_iter();
    let files =
        files.filter(|id| *id != GeneratedFileId::HubHostsToml || target.hub_prefix.is_some());
    files.map(|id| generate_file(target, id)).collect()
}

pub fn generate_file(target: &NameTarget, id: GeneratedFileId) -> GeneratedFile {
    match id {
        GeneratedFileId::Nginx => proxies::nginx(target),
        GeneratedFileId::Caddy => proxies::caddy(target),
        GeneratedFileId::CloudFormation => cloudformation::template(target),
        GeneratedFileId::TokenProxyNginx => token_proxy::nginx(target),
        GeneratedFileId::TokenProxyScript => token_proxy::script(target),
        GeneratedFileId::TokenProxyService => token_proxy::service(),
        GeneratedFileId::TokenProxyTimer => token_proxy::timer(),
        GeneratedFileId::TokenProxyPolicy => token_proxy::policy(target),
        GeneratedFileId::RegistriesConf => renames::registries_conf(target),
        GeneratedFileId::HostsToml => renames::hosts_toml(target),
        GeneratedFileId::HubHostsToml => renames::hub_hosts_toml(target),
        GeneratedFileId::Compose => variables::compose(target),
        GeneratedFileId::Helm => variables::helm(target),
        GeneratedFileId::Kustomize => variables::kustomize(target),
        GeneratedFileId::Terraform => variables::terraform(target),
        GeneratedFileId::Kyverno => kubernetes::kyverno(target),
    }
}

#[cfg(test)]
mod tests;
