//! Looks up names with their CNAME chain, which the lookup of the standard library does not return.

use std::net::IpAddr;

use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::{RData, RecordType};

/// The addresses of a name, and the aliases that lead to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolvedName {
    /// The targets of the CNAME records, in order.
    pub aliases: Vec<String>,
    /// IPv4 addresses before IPv6 addresses.
    pub addresses: Vec<IpAddr>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolutionError {
    /// No DNS server knows the name (NXDOMAIN), or it has no address.
    #[error("the name does not exist")]
    NotFound,
    /// The lookup failed.
    #[error("{0}")]
    Failed(String),
}

/// Looks up names. Tests replace it.
#[async_trait::async_trait]
pub trait NameResolver: Send + Sync {
    async fn resolve(&self, host: &str) -> Result<ResolvedName, ResolutionError>;
}

/// Asks the DNS servers of this computer, and reads its `hosts` file.
#[derive(Debug, Default)]
pub struct SystemResolver;

#[async_trait::async_trait]
impl NameResolver for SystemResolver {
    async fn resolve(&self, host: &str) -> Result<ResolvedName, ResolutionError> {
        let failed = |error: &dyn std::error::Error| ResolutionError::Failed(error.to_string());
        // Every client connects to the address that the system's own lookup returns, which also knows
        // names of the local network. DNS adds the aliases.
        let port = 443;
        let system: Vec<IpAddr> = match tokio::net::lookup_host((host, port)).await {
            Ok(found) => found.map(|address| address.ip()).collect(),
            Err(_) => Vec::new(),
        };
        let mut resolution = ResolvedName { aliases: Vec::new(), addresses: sorted(system) };
        let resolver = TokioResolver::builder_tokio()
            .map_err(|error| failed(&error))
            .and_then(|builder| builder.build().map_err(|error| failed(&error)));
        // A relative name would be completed with search domains.
        let absolute = format!("{}.", host.trim_end_matches('.'));
        let answer = match resolver {
            Ok(resolver) => {
                resolver.lookup(absolute, RecordType::A).await.map_err(|error| match error {
                    error if error.is_no_records_found() => ResolutionError::NotFound,
                    error => failed(&error),
                })
            }
            Err(error) => Err(error),
        };
        match answer {
            Ok(found) => {
                for record in found.answers() {
                    match &record.data {
                        RData::CNAME(target) => {
                            let target = target.0.to_utf8().trim_end_matches('.').to_owned();
                            resolution.aliases.push(target);
                        }
                        RData::A(address) if resolution.addresses.is_empty() => {
                            resolution.addresses.push(IpAddr::V4(address.0));
                        }
                        _ => {}
                    }
                }
            }
            Err(error) if resolution.addresses.is_empty() => return Err(error),
            // The system knows the name without DNS, such as from its hosts file.
            Err(error) => tracing::debug!(%error, host, "no aliases from DNS"),
        }
        if resolution.addresses.is_empty() {
            return Err(ResolutionError::NotFound);
        }
        Ok(resolution)
    }
}

fn sorted(mut addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    addresses.sort_by_key(IpAddr::is_ipv6);
    addresses.dedup();
    addresses
}
