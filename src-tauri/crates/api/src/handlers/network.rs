//! The commands for this computer's network.

use std::path::{Path, PathBuf};

use transload_contract::{CaFile, ContradictingVariables, NetworkStatus};
use transload_errors::ApiError;
use transload_network::{CaOrigin, NamedCaFile, Network, Proxies};

use crate::api::Api;
use crate::convert;

impl Api {
    /// Returns the current state of the network.
    pub async fn network_status(&self) -> Result<NetworkStatus, ApiError> {
        Ok(convert::network_status(&self.network()))
    }

    /// Reads a CA file and returns its content. Changes nothing.
    pub async fn ca_file_check(&self, path: String) -> Result<CaFile, ApiError> {
        check_ca_file(Path::new(path.trim())).await
    }
}

/// Returns the problems of the proxy variables of this process, as sentences for a terminal. The
/// window shows them in its settings. Values are not part of them, because they may contain a
/// password.
pub fn network_warnings() -> Vec<String> {
    let network = Network::process_default();
    let status = convert::network_status(&network);
    let unusable = status.unusable_variables.iter().map(|name| {
        format!(
            "{name} is set and names no proxy that can be used, so connections are made without it. Use http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT."
        )
    });
    let contradicting = status.contradicting_variables.iter().map(|variables| {
        let ContradictingVariables { for_registries, for_aws } = variables;
        format!(
            "{for_registries} and {for_aws} differ: registries are reached by {for_registries}, as with Docker, and AWS by {for_aws}, as with the AWS command line."
        )
    });
    unusable.chain(contradicting).collect()
}

/// Reads a file with certificate authorities and says what it holds.
///
/// # Errors
/// `ca_file_unusable`.
pub async fn check_ca_file(path: &Path) -> Result<CaFile, ApiError> {
    let path: PathBuf = path.to_path_buf();
    let read = move || {
        let only = Network::new(Proxies::none());
        only.with_ca_file(CaOrigin::Settings, &path).ca_files().to_vec()
    };
    let files: Vec<NamedCaFile> = tokio::task::spawn_blocking(read)
        .await
        .map_err(|error| ApiError::internal(error.to_string()))?;
    let checked = files.first().map(convert::ca_file);
    let checked = checked.ok_or_else(|| ApiError::internal("no file was read"))?;
    match checked.error {
        Some(error) => Err(error),
        None => Ok(checked),
    }
}
