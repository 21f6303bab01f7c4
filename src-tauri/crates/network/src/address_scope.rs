//! Addresses that are this computer itself, or only mean something on its own link.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// The metadata service of Amazon EC2 over IPv6, which is not link-local.
const EC2_METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Where an address is, seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressScope {
    /// This computer itself.
    Loopback,
    /// The same link, where metadata services live.
    LinkLocal,
    /// Anywhere else.
    Elsewhere,
}

/// Whether an address is this computer itself.
pub fn is_loopback(url: &Url) -> bool {
    scope_of(url) == AddressScope::Loopback
}

/// Where an address is; a name is not looked up.
pub fn scope_of(url: &Url) -> AddressScope {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            if name == "localhost" || name.ends_with(".localhost") {
                AddressScope::Loopback
            } else {
                AddressScope::Elsewhere
            }
        }
        Some(Host::Ipv4(address)) => place_v4(address),
        Some(Host::Ipv6(address)) => place_v6(address),
        None => AddressScope::Elsewhere,
    }
}

/// Where an IP address is.
pub fn scope_of_address(address: IpAddr) -> AddressScope {
    match address {
        IpAddr::V4(address) => place_v4(address),
        IpAddr::V6(address) => place_v6(address),
    }
}

fn place_v4(address: Ipv4Addr) -> AddressScope {
    if address.is_loopback() || address.octets()[0] == 0 {
        AddressScope::Loopback
    } else if address.is_link_local() {
        AddressScope::LinkLocal
    } else {
        AddressScope::Elsewhere
    }
}

fn place_v6(address: Ipv6Addr) -> AddressScope {
    // `::ffff:127.0.0.1` reaches 127.0.0.1.
    if let IpAddr::V4(mapped) = IpAddr::V6(address).to_canonical() {
        return place_v4(mapped);
    }
    if address.is_loopback() || address.is_unspecified() {
        AddressScope::Loopback
    } else if address.is_unicast_link_local() || address == EC2_METADATA_V6 {
        AddressScope::LinkLocal
    } else {
        AddressScope::Elsewhere
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_computer_is_loopback() {
        for (text, loopback) in [
            ("http://127.0.0.1:4566", true),
            ("http://[::1]:4566", true),
            ("http://localhost:4566", true),
            ("http://ecr.localhost", true),
            ("https://vpce-1.ecr.eu-west-1.vpce.amazonaws.com", false),
            ("http://10.0.0.1", false),
            ("http://localhost.example.com", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(text).unwrap()), loopback, "{text}");
        }
    }
}
