//! Names that a registry sends us to, and what they stand for.

use std::error::Error;
use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::addresses;

/// Looks names up as the system does, and refuses those that lead to this computer or to a
/// link-local address: checking the name alone would miss a name that was made for that.
pub(super) struct OutsideOnly;

/// A name that is not asked on a registry's behalf.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is refused: {reason}")]
pub(super) struct NameRefused {
    /// The name.
    pub(super) name: String,
    /// Why.
    pub(super) reason: &'static str,
}

impl Resolve for OutsideOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is the connection's business.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(checked(name.as_str(), found.collect())?)
        })
    }
}

fn checked(name: &str, found: Vec<SocketAddr>) -> Result<Addrs, NameRefused> {
    match found.iter().find_map(|address| addresses::reason_against(address.ip())) {
        Some(reason) => Err(NameRefused { name: name.to_owned(), reason }),
        None => Ok(Box::new(found.into_iter())),
    }
}

/// The refusal behind a failed connection.
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
    fn one_address_of_this_computer_is_enough_to_refuse_a_name() {
        for inside in ["127.0.0.1", "0.0.0.0", "169.254.169.254", "::1", "fe80::1", "fd00:ec2::254"]
        {
            let found = addresses(&["203.0.113.7", inside]);
            assert!(checked("storage.example", found).is_err(), "{inside}");
        }
        assert!(checked("storage.example", addresses(&["10.0.0.7", "203.0.113.7"])).is_ok());
    }

    #[tokio::test]
    async fn a_name_for_this_computer_is_refused_through_a_real_connection() {
        // Every system knows its own name for loopback; nothing has to listen there.
        let client = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(std::sync::Arc::new(OutsideOnly))
            .build()
            .unwrap();
        let error = client.get("http://localhost:9/").send().await.unwrap_err();
        let refused = refused(&error).unwrap();
        assert_eq!(refused.name, "localhost");
    }
}
