use std::fmt;

use crate::digest::{Digest, InvalidDigest};
use crate::partition::Partition;
use crate::tag::{InvalidTag, Tag};

/// Docker Hub's canonical name in references.
const DOCKER_HUB: &str = "docker.io";
/// What Docker Hub once was called; references with it mean the same.
const DOCKER_HUB_LEGACY: &str = "index.docker.io";
/// Where Docker Hub keeps images without an owner.
const DOCKER_HUB_OFFICIAL: &str = "library";
/// The longest repository path that the distribution grammar takes.
const PATH_LIMIT: usize = 255;

/// The host, and port where there is one, of a registry, such as `docker.io` or `127.0.0.1:5000`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegistryHost(String);

impl RegistryHost {
    /// Docker Hub.
    pub fn docker_hub() -> Self {
        Self(DOCKER_HUB.to_owned())
    }

    /// Reads a host with an optional port. Names are the same in any case, so they are lower case
    /// here; `index.docker.io` becomes `docker.io`, and Docker Hub has no port: 443 is the one of
    /// `https`. A name of one word keeps its case, because its capitals are what tells it from the
    /// first part of a repository.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        let invalid = || InvalidReference::Host(text.to_owned());
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
                DOCKER_HUB.to_owned()
            } else if lower.contains(['.', ':']) || lower == "localhost" {
                lower
            } else {
                text.to_owned()
            }))
        } else {
            Err(invalid())
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is Docker Hub.
    pub fn is_docker_hub(&self) -> bool {
        self.0 == DOCKER_HUB
    }

    /// Whether the host is this computer: `localhost`, 127.0.0.0/8 or `[::1]`. Docker talks plain
    /// HTTP to such a registry, and so do we.
    pub fn is_loopback(&self) -> bool {
        let (name, _) = split_port(&self.0);
        name == "localhost"
            || name == "[::1]"
            || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether this is a private registry of Amazon ECR, by its name.
    pub fn is_amazon_ecr(&self) -> bool {
        self.ecr_region().is_some()
    }

    /// The region in the host name of a private ECR registry, such as
    /// `111122223333.dkr.ecr.eu-west-1.amazonaws.com`, also of its FIPS and dual-stack names and of
    /// other partitions. Source: Amazon ECR user guide, "Private registry".
    pub fn ecr_region(&self) -> Option<&str> {
        self.ecr_parts().map(|(_, region)| region)
    }

    /// The account in the host name of a private ECR registry.
    pub fn ecr_account(&self) -> Option<&str> {
        self.ecr_parts().map(|(account, _)| account)
    }

    fn ecr_parts(&self) -> Option<(&str, &str)> {
        let (account, rest) = self.0.split_once('.')?;
        let is_account = account.len() == 12 && account.bytes().all(|sign| sign.is_ascii_digit());
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

/// The full name of an image: registry, repository, and a tag, a digest, or both.
///
/// `Display` gives the full form; [`ImageReference::familiar`] the short one that Docker prints.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageReference {
    registry: RegistryHost,
    path: String,
    tag: Option<Tag>,
    digest: Option<Digest>,
}

/// The text does not name an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// Nothing was given.
    #[error("the name of an image is empty")]
    Empty,
    /// The host part is no host.
    #[error("{0:?} is not the host of a registry")]
    Host(String),
    /// The repository path breaks the grammar.
    #[error("{0:?} is not a repository: use lower-case letters, digits, '.', '_', '-' and '/'")]
    Path(String),
    /// The repository path is longer than 255 characters.
    #[error("the repository path has {0} characters; at most 255 are allowed")]
    PathTooLong(usize),
    /// 64 hex digits alone could be an image id as well, so Docker refuses them as a name.
    #[error("{0:?} looks like the id of an image and not like its name")]
    LooksLikeImageId(String),
    /// The part behind `:` is no tag.
    #[error(transparent)]
    Tag(#[from] InvalidTag),
    /// The part behind `@` is no digest.
    #[error(transparent)]
    Digest(#[from] InvalidDigest),
}

impl ImageReference {
    /// Reads a reference the way Docker does.
    ///
    /// Source of the rules: `normalize.go` of the distribution reference library. Without `/` the
    /// image is an official one of Docker Hub; the first part is a host only if it is `localhost`,
    /// holds `.` or `:`, or an upper-case letter. Neither tag nor digest means the tag `latest`.
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        if text.is_empty() {
            return Err(InvalidReference::Empty);
        }
        if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(InvalidReference::LooksLikeImageId(text.to_owned()));
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(Digest::parse(digest)?)),
            None => (text, None),
        };
        let (host, rest) = split_host(name);
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) => (path, Some(Tag::parse(tag)?)),
            None => (rest, None),
        };
        let tag = if tag.is_none() && digest.is_none() { Some(Tag::latest()) } else { tag };
        Self::new(RegistryHost::parse(host)?, path, tag, digest)
    }

    /// Builds a reference from its parts; on Docker Hub a path of one part gets `library/`.
    pub fn new(
        registry: RegistryHost,
        path: &str,
        tag: Option<Tag>,
        digest: Option<Digest>,
    ) -> Result<Self, InvalidReference> {
        let path = if registry.is_docker_hub() && !path.contains('/') && !path.is_empty() {
            format!("{DOCKER_HUB_OFFICIAL}/{path}")
        } else {
            path.to_owned()
        };
        if path.len() > PATH_LIMIT {
            return Err(InvalidReference::PathTooLong(path.len()));
        }
        if !path.split('/').all(is_path_part) {
            return Err(InvalidReference::Path(path));
        }
        Ok(Self { registry, path, tag, digest })
    }

    /// The registry that serves the image.
    pub fn registry(&self) -> &RegistryHost {
        &self.registry
    }

    /// The repository inside the registry, such as `library/alpine`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag, if the reference names one.
    pub fn tag(&self) -> Option<&Tag> {
        self.tag.as_ref()
    }

    /// The digest, if the reference is pinned.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// What a manifest request asks for: the digest, which wins, or else the tag.
    pub fn manifest_reference(&self) -> &str {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.as_str(),
            (None, Some(tag)) => tag.as_str(),
            (None, None) => "latest",
        }
    }

    /// The same image with another tag and no digest.
    pub fn with_tag(&self, tag: Tag) -> Self {
        Self { tag: Some(tag), digest: None, ..self.clone() }
    }

    /// The repository without tag and digest as Docker shows it: no `docker.io/`, no `library/`.
    pub fn familiar_repository(&self) -> String {
        if !self.registry.is_docker_hub() {
            return format!("{}/{}", self.registry, self.path);
        }
        let official = self.path.strip_prefix("library/").filter(|name| !name.contains('/'));
        official.unwrap_or(&self.path).to_owned()
    }

    /// The short form that Docker prints, such as `alpine:3.20`.
    pub fn familiar(&self) -> String {
        format!("{}{}", self.familiar_repository(), self.suffix())
    }

    fn suffix(&self) -> String {
        let tag = self.tag.as_ref().map(|tag| format!(":{tag}"));
        let digest = self.digest.as_ref().map(|digest| format!("@{digest}"));
        tag.unwrap_or_default() + &digest.unwrap_or_default()
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}{}", self.registry, self.path, self.suffix())
    }
}

fn split_host(name: &str) -> (&str, &str) {
    match name.split_once('/') {
        Some((first, rest))
            if first == "localhost"
                || first.contains(['.', ':'])
                || first.chars().any(|character| character.is_ascii_uppercase()) =>
        {
            (first, rest)
        }
        _ => (DOCKER_HUB, name),
    }
}

fn is_path_part(part: &str) -> bool {
    let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    part.starts_with(plain)
        && part.ends_with(plain)
        && part
            .split(plain)
            .filter(|run| !run.is_empty())
            .all(|run| matches!(run, "." | "_" | "__") || run.bytes().all(|byte| byte == b'-'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn the_region_is_in_every_kind_of_ecr_host() {
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
    fn references_are_completed_as_docker_does() {
        let cases = [
            ("alpine", "docker.io/library/alpine:latest", "alpine:latest"),
            ("alpine:3.20", "docker.io/library/alpine:3.20", "alpine:3.20"),
            ("dencold/pgcli", "docker.io/dencold/pgcli:latest", "dencold/pgcli:latest"),
            ("docker.io/alpine", "docker.io/library/alpine:latest", "alpine:latest"),
            ("index.docker.io/library/alpine", "docker.io/library/alpine:latest", "alpine:latest"),
            ("localhost/x", "localhost/x:latest", "localhost/x:latest"),
            ("127.0.0.1:5000/a/b:1", "127.0.0.1:5000/a/b:1", "127.0.0.1:5000/a/b:1"),
            ("[::1]:5000/a:1", "[::1]:5000/a:1", "[::1]:5000/a:1"),
            ("Docker.io/alpine", "docker.io/library/alpine:latest", "alpine:latest"),
            ("docker.io:443/alpine", "docker.io/library/alpine:latest", "alpine:latest"),
            ("INDEX.DOCKER.IO:443/a/b:1", "docker.io/a/b:1", "a/b:1"),
            ("docker.io:8443/a/b:1", "docker.io:8443/a/b:1", "docker.io:8443/a/b:1"),
            ("Quay.IO/a/b:1", "quay.io/a/b:1", "quay.io/a/b:1"),
            ("quay.io:443/a:1", "quay.io:443/a:1", "quay.io:443/a:1"),
            ("LocalHost:5000/a:1", "localhost:5000/a:1", "localhost:5000/a:1"),
            ("LOCALHOST/a:1", "localhost/a:1", "localhost/a:1"),
            ("[FE80::1]:5000/a:1", "[fe80::1]:5000/a:1", "[fe80::1]:5000/a:1"),
            ("Host/x", "Host/x:latest", "Host/x:latest"),
            ("quay.io/a/b__c:1", "quay.io/a/b__c:1", "quay.io/a/b__c:1"),
        ];
        for (text, full, familiar) in cases {
            let reference = ImageReference::parse(text).unwrap();
            assert_eq!(reference.to_string(), full, "{text}");
            assert_eq!(reference.familiar(), familiar, "{text}");
        }
    }

    #[test]
    fn a_digest_wins_over_the_tag() {
        let reference = ImageReference::parse(&format!("alpine:3@{DIGEST}")).unwrap();
        assert_eq!(reference.manifest_reference(), DIGEST);
        assert_eq!(reference.tag().unwrap().as_str(), "3");
        let pinned = ImageReference::parse(&format!("alpine@{DIGEST}")).unwrap();
        assert_eq!(pinned.tag(), None);
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        let id = "a".repeat(64);
        let long = format!("x/{}", "a".repeat(255));
        for text in [
            "",
            "Alpine",
            "a b",
            "a:",
            "a@sha256:1",
            "a/../b",
            "a//b",
            "a?x=1",
            "a#b",
            "-a",
            "a.",
            "http://x/y",
            "h:99999/x",
            &id,
            &long,
        ] {
            assert!(ImageReference::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn loopback_hosts_are_known() {
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
        fn the_full_form_reads_back_as_the_same(text in "([a-z]{1,5}(\\.[a-z]{2})?(:[1-9]{2})?/)?[a-z]{1,4}([._-][a-z]{1,3}){0,2}(:[a-z0-9]{1,5})?") {
            if let Ok(reference) = ImageReference::parse(&text) {
                prop_assert_eq!(ImageReference::parse(&reference.to_string()).unwrap(), reference);
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,80}") {
            let _ = ImageReference::parse(&text);
            let _ = RegistryHost::parse(&text);
        }
    }
}
