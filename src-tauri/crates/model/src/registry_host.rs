//! Hosts of registries: normalization, and what the host name of a private Amazon ECR registry
//! contains.

use std::fmt;
use std::sync::Arc;

use crate::partition::Partition;

/// Docker Hub's canonical host in references.
pub(super) const DOCKER_HUB: &str = "docker.io";
/// The former host of Docker Hub, which references still use.
const DOCKER_HUB_LEGACY: &str = "index.docker.io";
/// The host and optional port of a registry, such as `docker.io` or `127.0.0.1:5000`. Clones share the
/// text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegistryHost(Arc<str>);

/// The error for text that is not a host with an optional port.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a registry host")]
pub struct InvalidRegistryHost(pub String);

impl RegistryHost {
    pub fn docker_hub() -> Self {
        Self(DOCKER_HUB.into())
    }

    /// Parses a host with an optional port, and normalizes it: host names are case-insensitive, so
    /// they are stored in lower case; `index.docker.io` becomes `docker.io`; Docker Hub loses the
    /// port 443. A name of one word keeps its case, because only an upper-case letter distinguishes
    /// it from the first part of a repository path.
    pub fn parse(text: &str) -> Result<Self, InvalidRegistryHost> {
        let invalid = || InvalidRegistryHost(text.to_owned());
        let (name, port) = split_port(text);
        if let Some(port) = port
            && port.parse::<u16>().is_err()
        {
            return Err(invalid());
        }
        let is_address = name.starts_with('[') && name.ends_with(']') && name.len() > 2;
        let is_domain = !name.is_empty() && name.split('.').all(is_domain_part);
        if is_address
            && name[1..name.len() - 1].bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
            || is_domain
        {
            let lower = text.to_ascii_lowercase();
            let hub = lower.strip_suffix(":443").unwrap_or(&lower);
            Ok(Self(if matches!(hub, DOCKER_HUB | DOCKER_HUB_LEGACY) {
                DOCKER_HUB.into()
            } else if lower.contains(['.', ':']) || lower == "localhost" {
                lower.into()
            } else {
                text.into()
            }))
        } else {
            Err(invalid())
        }
    }

    /// Returns the host and port.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_docker_hub(&self) -> bool {
        self.as_str() == DOCKER_HUB
    }

    /// Returns whether the host is this computer: `localhost`, 127.0.0.0/8 or `[::1]`. As in
    /// Docker, such a registry may use plain HTTP.
    pub fn is_loopback(&self) -> bool {
        let (name, _) = split_port(&self.0);
        name == "localhost"
            || name == "[::1]"
            || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }

    /// Returns whether this is the host of a private Amazon ECR registry.
    pub fn is_amazon_ecr(&self) -> bool {
        self.ecr_region().is_some()
    }

    /// Returns the region in the host name of a private ECR registry, such as
    /// `111122223333.dkr.ecr.eu-west-1.amazonaws.com`. FIPS and dual-stack names and all partitions
    /// are recognized. Source: Amazon ECR user guide, "Private registry".
    pub fn ecr_region(&self) -> Option<&str> {
        self.ecr_parts().map(|(_, region)| region)
    }

    /// Returns the account ID in the host name of a private ECR registry.
    pub fn ecr_account(&self) -> Option<&str> {
        self.ecr_parts().map(|(account, _)| account)
    }

    fn ecr_parts(&self) -> Option<(&str, &str)> {
        let (account, rest) = self.0.split_once('.')?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let rest = [".ecr.", ".ecr-fips.", "-ecr.", "-ecr-fips."]
            .iter()
            .find_map(|middle| rest.strip_prefix("dkr")?.strip_prefix(middle))?;
        let (region, domain) = rest.split_once('.')?;
        let is_aws = Partition::ALL.into_iter().any(|partition| {
            domain == partition.dns_suffix()
                || Some(domain) == partition.registry_dual_stack_suffix()
        });
        (is_account && is_aws).then_some((account, region))
    }
}

impl fmt::Display for RegistryHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn split_port(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (text, None),
    }
}

fn is_domain_part(part: &str) -> bool {
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    edge(part.bytes().next())
        && edge(part.bytes().last())
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_region_is_found_in_every_form_of_ecr_host() {
        for (host, region) in [
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", Some("eu-west-1")),
            ("111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com", Some("us-gov-west-1")),
            ("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
            ("111122223333.dkr-ecr.eu-west-1.on.aws", Some("eu-west-1")),
            ("111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu", Some("eusc-de-east-1")),
            ("1111.dkr.ecr.eu-west-1.amazonaws.com", None),
            ("111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov", Some("us-iso-east-1")),
            ("111122223333.dkr.ecr.eu-west-1.evil.example", None),
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.evil.example", None),
            ("docker.io", None),
            ("127.0.0.1:5000", None),
        ] {
            assert_eq!(RegistryHost::parse(host).unwrap().ecr_region(), region, "{host}");
        }
    }

    #[test]
    fn loopback_hosts_are_recognized() {
        for (text, loopback) in [
            ("localhost:5000", true),
            ("127.9.9.9", true),
            ("[::1]:80", true),
            ("127.example.com", false),
            ("quay.io", false),
        ] {
            assert_eq!(RegistryHost::parse(text).unwrap().is_loopback(), loopback, "{text}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in ".{0,80}") {
            let _ = RegistryHost::parse(&text);
        }
    }
}
