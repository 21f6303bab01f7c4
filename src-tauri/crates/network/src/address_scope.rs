//! Classifies addresses as loopback, link-local or other. The proxy selection and the redirect checks of
//! the registry client use it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// The IPv6 address of the Amazon EC2 instance metadata service. It is a unique local address, not a
/// link-local one. Source: Amazon EC2 User Guide, "Access instance metadata".
const EC2_METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// The scope of an address, as seen from this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressScope {
    /// This computer, including `0.0.0.0` and `::`.
    Loopback,
    /// The local link, where metadata services listen.
    LinkLocal,
    Other,
}

/// Returns whether a URL points to this computer.
pub fn is_loopback(url: &Url) -> bool {
    scope_of(url) == AddressScope::Loopback
}

/// Returns the scope of a URL. Host names other than `localhost` are not resolved and count as `Other`.
pub fn scope_of(url: &Url) -> AddressScope {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            if name == "localhost" || name.ends_with(".localhost") {
                AddressScope::Loopback
            } else {
                AddressScope::Other
            }
        }
        Some(Host::Ipv4(address)) => scope_of_v4(address),
        Some(Host::Ipv6(address)) => scope_of_v6(address),
        None => AddressScope::Other,
    }
}

pub fn scope_of_address(address: IpAddr) -> AddressScope {
    match address {
        IpAddr::V4(address) => scope_of_v4(address),
        IpAddr::V6(address) => scope_of_v6(address),
    }
}

fn scope_of_v4(address: Ipv4Addr) -> AddressScope {
    if address.is_loopback() || address.octets()[0] == 0 {
        AddressScope::Loopback
    } else if address.is_link_local() {
        AddressScope::LinkLocal
    } else {
        AddressScope::Other
    }
}

fn scope_of_v6(address: Ipv6Addr) -> AddressScope {
    // An IPv4-mapped address: `::ffff:127.0.0.1` connects to 127.0.0.1.
    if let IpAddr::V4(mapped) = IpAddr::V6(address).to_canonical() {
        return scope_of_v4(mapped);
    }
    if address.is_loopback() || address.is_unspecified() {
        AddressScope::Loopback
    } else if address.is_unicast_link_local() || address == EC2_METADATA_V6 {
        AddressScope::LinkLocal
    } else {
        AddressScope::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_computer_are_loopback() {
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
