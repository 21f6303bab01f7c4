//! Parses `NO_PROXY`, the list of hosts that are reached without the proxy.
//!
//! Docker interprets the variable by the rules of Go, the AWS CLI by those of Python. This module applies
//! an entry if either tool would apply it, so that a host that the user listed never goes through the
//! proxy. Entries that only one of the tools supports:
//!
//! - Go: `*` next to other entries, `*.name`, networks such as `10.0.0.0/8`, and the default port of a
//!   scheme.
//! - Python and curl: `.name` matches the name itself as well as its subdomains.
//! - curl: whitespace separates entries, as commas do.
//!
//! Source: `golang.org/x/net/http/httpproxy`, `config.init` and `config.useProxy`;
//! `urllib.request.proxy_bypass_environment` of Python 3.11; `lib/noproxy.c` of curl 8.

use std::net::IpAddr;

use url::{Host, Url};

/// The parsed list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Exceptions {
    entries: Vec<Entry>,
    /// The valid entries, without logins.
    list: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Everything,
    /// An address in the network, and the prefix length in bits.
    Network(IpAddr, u8),
    Address(IpAddr, Option<u16>),
    Name {
        name: String,
        port: Option<u16>,
        /// Whether the entry matches the name itself, and not only its subdomains.
        matches_itself: bool,
    },
}

impl Exceptions {
    pub(super) fn parse(text: &str) -> Self {
        let entries = text.split(|character: char| character == ',' || character.is_whitespace());
        // Drops a login, which doesn't belong in this list, so that it is never displayed.
        let entries = entries.map(|entry| entry.rsplit('@').next().unwrap_or_default());
        let valid = entries.filter_map(|text| Some((text, parse_entry(text)?)));
        let (list, entries): (Vec<&str>, _) = valid.unzip();
        Self { entries, list: list.join(",") }
    }

    /// Returns the list without invalid entries, or `None` if it is empty.
    pub(super) fn list(&self) -> Option<&str> {
        Some(self.list.as_str()).filter(|list| !list.is_empty())
    }

    /// Returns whether a URL is reached without the proxy.
    pub(super) fn contains(&self, url: &Url) -> bool {
        let port = url.port_or_known_default();
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        let name = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        self.entries.iter().any(|entry| match (entry, address) {
            (Entry::Everything, _) => true,
            (Entry::Network(network, bits), Some(address)) => is_in(address, *network, *bits),
            (Entry::Address(excepted, entry_port), Some(address)) => {
                excepted.to_canonical() == address.to_canonical()
                    && (entry_port.is_none() || *entry_port == port)
            }
            (Entry::Name { name: excepted, port: entry_port, matches_itself }, None) => {
                let below = name.strip_suffix(excepted.as_str()).map(|before| {
                    if before.is_empty() { *matches_itself } else { before.ends_with('.') }
                });
                below.unwrap_or_default() && (entry_port.is_none() || *entry_port == port)
            }
            _ => false,
        })
    }
}

fn parse_entry(text: &str) -> Option<Entry> {
    if text == "*" {
        return Some(Entry::Everything);
    }
    if let Some((network, bits)) = text.split_once('/')
        && let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u8>())
    {
        let max_bits = if network.is_ipv4() { 32 } else { 128 };
        return (bits <= max_bits).then_some(Entry::Network(network, bits));
    }
    if let Ok(address) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Some(Entry::Address(address, None));
    }
    let (host, port) = match text.rsplit_once(':') {
        // A name can't contain a colon.
        Some((host, _)) if host.contains(':') && !host.starts_with('[') => return None,
        Some((host, port)) => (host, Some(port.parse::<u16>().ok()?)),
        None => (text, None),
    };
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Some(Entry::Address(address, port));
    }
    let (name, matches_itself) = match host.strip_prefix("*.") {
        Some(name) => (name, false),
        None => (host, true),
    };
    let name = name.trim_matches('.');
    match Host::parse(name) {
        // Internationalized names are compared in Punycode, as URLs contain them.
        Ok(Host::Domain(name)) => Some(Entry::Name { name, port, matches_itself }),
        _ => None,
    }
}

fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let shifted = |address: u128, width: u32| address.checked_shr(width - u32::from(bits));
    match (address.to_canonical(), network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            shifted(address.to_bits().into(), 32) == shifted(network.to_bits().into(), 32)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            shifted(address.to_bits(), 128) == shifted(network.to_bits(), 128)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_applies_if_docker_or_the_aws_cli_applies_it() {
        for (list, url, excepted) in [
            ("corp.example", "https://corp.example", true),
            ("corp.example", "https://r.corp.example", true),
            ("corp.example", "https://mycorp.example", false),
            (".corp.example", "https://r.corp.example", true),
            (".corp.example", "https://corp.example", true),
            ("*.corp.example", "https://r.corp.example", true),
            ("*.corp.example", "https://a.b.corp.example", true),
            ("*.corp.example", "https://corp.example", false),
            ("CORP.Example.", "https://R.corp.EXAMPLE./v2/", true),
            ("r.example:5000", "https://r.example:5000/v2/", true),
            ("r.example:5000", "https://r.example/v2/", false),
            ("r.example:443", "https://r.example/v2/", true),
            ("*.r.example:5000", "http://a.r.example:5000", true),
            ("*", "https://anything.example", true),
            ("a.example, *", "https://10.0.0.1", true),
            ("a.example b.example\tc.example", "https://c.example", true),
            (" , ,a.example", "https://a.example", true),
            ("10.0.0.0/8", "https://10.1.2.3:5000", true),
            ("10.0.0.0/8", "https://11.1.2.3", false),
            ("10.1.2.3/0", "https://11.1.2.3", true),
            ("10.0.0.1", "https://10.0.0.1:5000", true),
            ("10.0.0.1:5000", "https://10.0.0.1:5000", true),
            ("10.0.0.1:5000", "https://10.0.0.1", false),
            ("fd00::/8", "https://[fd12::1]", true),
            ("[fd12::1]", "https://[fd12::1]:5000", true),
            ("fd12::1", "https://[fd12::1]", true),
            ("[fd12::1]:5000", "https://[fd12::1]:5000", true),
            ("[fd12::1]:5000", "https://[fd12::1]", false),
            ("10.0.0.0/8", "https://[::ffff:10.0.0.1]", true),
            ("büro.example", "https://r.xn--bro-hoa.example", true),
            ("10.0.0.0/99", "https://10.0.0.1", false),
            ("a:b:c", "https://a", false),
            ("0.0.1", "https://10.0.0.1", false),
            ("", "https://a.example", false),
        ] {
            let found = Exceptions::parse(list).contains(&Url::parse(url).unwrap());
            assert_eq!(found, excepted, "{list:?} {url}");
        }
    }

    #[test]
    fn a_login_in_the_list_is_not_displayed() {
        let exceptions = Exceptions::parse("a.example, user:s3cr3t@b.example, u:s3cr3t x@c");
        assert_eq!(exceptions.list(), Some("a.example,b.example,c"));
        assert!(!format!("{exceptions:?}").contains("s3cr3t"));
        assert_eq!(Exceptions::parse(" , ").list(), None);
    }
}
