//! Proxies and certificate authorities.

use transload_contract::{CaFile, CaFileOrigin, ContradictingVariables, NetworkStatus, ProxyUse};
use transload_errors::ApiError;
use transload_network as engine;

/// Converts the state of the network.
pub fn network_status(network: &engine::Network) -> NetworkStatus {
    let proxies = network.proxies();
    let used = ["https", "http"].into_iter().filter_map(|scheme| {
        let hop = proxies.for_scheme(scheme)?;
        Some(ProxyUse { scheme: scheme.to_owned(), address: hop.address, has_login: hop.has_login })
    });
    let contradicting = proxies.conflicting().iter().map(|(capitals, small)| {
        ContradictingVariables { for_registries: capitals.clone(), for_aws: small.clone() }
    });
    NetworkStatus {
        proxies: used.collect(),
        proxy_origin: proxies.origin(),
        proxy_exceptions: proxies.exceptions().map(str::to_owned),
        unusable_variables: proxies.unusable().to_vec(),
        contradicting_variables: contradicting.collect(),
        ca_files: network.ca_files().iter().map(ca_file).collect(),
        clock_behind_seconds: network.clock().behind_seconds(),
    }
}

/// Converts a CA file, or why it can't be used.
pub fn ca_file(named: &engine::NamedCaFile) -> CaFile {
    let certificates = named.content.as_ref().map(|file| file.certificates.as_slice());
    CaFile {
        origin: match named.origin {
            engine::CaOrigin::Settings => CaFileOrigin::Settings,
            engine::CaOrigin::AwsCaBundle => CaFileOrigin::AwsCaBundle,
            engine::CaOrigin::Profile { .. } => CaFileOrigin::Profile,
        },
        path: named.path.display().to_string(),
        certificates: certificates.unwrap_or_default().to_vec(),
        error: named.content.as_ref().err().map(|error| ApiError::from(&**error)),
    }
}
