//! Resolves the host names of redirects. `http` uses it for redirects to hosts other than the registry.

use std::error::Error;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::addresses;

/// Resolves names with the system resolver, and rejects those that resolve to this computer or to a link-local
/// address. Checking only the name would miss names that an attacker created for this purpose.
pub(super) struct ExternalResolver;

/// A host name that must not be connected to for a redirect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is not allowed: {reason}")]
pub(super) struct NameRefused {
    pub(super) name: String,
    pub(super) reason: &'static str,
}

impl Resolve for ExternalResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The connector replaces the port.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(reject_internal(name.as_str(), found.collect())?)
        })
    }
}

fn reject_internal(name: &str, found: Vec<SocketAddr>) -> Result<Addrs, NameRefused> {
    match found.iter().find_map(|address| addresses::refusal_reason(address.ip())) {
        Some(reason) => Err(NameRefused { name: name.to_owned(), reason }),
        None => Ok(Box::new(found.into_iter())),
    }
}

/// Finds a rejected name among the sources of a failed connection.
pub(super) fn refused(error: &reqwest::Error) -> Option<&NameRefused> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(refused) = error.downcast_ref() {
            return Some(refused);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    }

    #[test]
    fn rejects_a_name_if_one_of_its_addresses_is_internal() {
        for internal in
            ["127.0.0.1", "0.0.0.0", "169.254.169.254", "::1", "fe80::1", "fd00:ec2::254"]
        {
            let found = addresses(&["203.0.113.7", internal]);
            assert!(reject_internal("storage.example", found).is_err(), "{internal}");
        }
        assert!(
            reject_internal("storage.example", addresses(&["10.0.0.7", "203.0.113.7"])).is_ok()
        );
    }

    #[tokio::test]
    async fn a_client_with_the_resolver_does_not_connect_to_this_computer() {
        // `localhost` resolves on every system, and nothing has to listen on the port.
        let client = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(std::sync::Arc::new(ExternalResolver))
            .build()
            .unwrap();
        let error = client.get("http://localhost:9/").send().await.unwrap_err();
        let refused = refused(&error).unwrap();
        assert_eq!(refused.name, "localhost");
    }
}
