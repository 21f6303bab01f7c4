//! Image references, parsed and printed as Docker does.

use std::fmt;
use std::sync::Arc;

use crate::digest::{Digest, InvalidDigest};
use crate::registry_host::{self, InvalidRegistryHost, RegistryHost};
use crate::tag::{InvalidTag, Tag};

/// The namespace of Docker Official Images.
const DOCKER_HUB_OFFICIAL: &str = "library";
/// The maximum length of a repository path. Source: the distribution reference grammar.
const PATH_LIMIT: usize = 255;

/// An image reference: registry, repository path, and a tag, a digest, or both.
///
/// `Display` prints the full form, [`ImageReference::familiar`] returns the short form that Docker
/// shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageReference {
    registry: RegistryHost,
    path: Arc<str>,
    tag: Option<Tag>,
    digest: Option<Digest>,
}

/// Why text is not an image reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// Empty text.
    #[error("the image reference is empty")]
    Empty,
    /// The host is malformed.
    #[error(transparent)]
    Host(#[from] InvalidRegistryHost),
    /// The repository path is malformed.
    #[error(
        "{0:?} is not a repository path: use lower-case letters, digits, '.', '_', '-' and '/'"
    )]
    Path(String),
    /// The repository path is longer than 255 characters.
    #[error("the repository path has {0} characters; at most 255 are allowed")]
    PathTooLong(usize),
    /// 64 hex digits. Docker rejects them as a name because they could be an image ID.
    #[error("{0:?} is an image ID instead of a name")]
    LooksLikeImageId(String),
    /// The tag is malformed.
    #[error(transparent)]
    Tag(#[from] InvalidTag),
    /// The digest is malformed.
    #[error(transparent)]
    Digest(#[from] InvalidDigest),
}

impl ImageReference {
    /// Parses a reference as Docker does.
    ///
    /// Source of the rules: `normalize.go` of the distribution reference library. Without `/`, the
    /// image is a Docker Official Image. The first part is a host only if it is `localhost` or
    /// contains `.`, `:` or an upper-case letter. Without a tag and a digest, the tag is `latest`.
    ///
    /// # Errors
    /// If a part of the reference is malformed.
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

    /// Builds a reference from its parts. On Docker Hub, `library/` is added to a path of one part.
    ///
    /// # Errors
    /// If the path is malformed or too long.
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
        Ok(Self { registry, path: path.into(), tag, digest })
    }

    pub fn registry(&self) -> &RegistryHost {
        &self.registry
    }

    /// Returns the repository path in the registry, such as `library/alpine`.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn tag(&self) -> Option<&Tag> {
        self.tag.as_ref()
    }

    /// Returns the digest, if the reference is pinned.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Returns the `reference` of a manifest request: the digest, or the tag if there is no digest.
    pub fn manifest_reference(&self) -> &str {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.as_str(),
            (None, Some(tag)) => tag.as_str(),
            (None, None) => "latest",
        }
    }

    /// Returns the reference with another tag and without a digest.
    pub fn with_tag(&self, tag: Tag) -> Self {
        Self { tag: Some(tag), digest: None, ..self.clone() }
    }

    /// Returns the repository as Docker shows it, without `docker.io/` and `library/`.
    pub fn familiar_repository(&self) -> String {
        if !self.registry.is_docker_hub() {
            return format!("{}/{}", self.registry, self.path);
        }
        let official = self.path.strip_prefix("library/").filter(|name| !name.contains('/'));
        official.unwrap_or(&self.path).to_owned()
    }

    /// Returns the short form that Docker shows, such as `alpine:3.20`.
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
        _ => (registry_host::DOCKER_HUB, name),
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
    fn references_are_normalized_as_in_docker() {
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
    fn the_digest_takes_precedence_over_the_tag() {
        let reference = ImageReference::parse(&format!("alpine:3@{DIGEST}")).unwrap();
        assert_eq!(reference.manifest_reference(), DIGEST);
        assert_eq!(reference.tag().unwrap().as_str(), "3");
        let pinned = ImageReference::parse(&format!("alpine@{DIGEST}")).unwrap();
        assert_eq!(pinned.tag(), None);
    }

    #[test]
    fn malformed_references_are_rejected() {
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

    proptest! {
        #[test]
        fn the_full_form_round_trips(text in "([a-z]{1,5}(\\.[a-z]{2})?(:[1-9]{2})?/)?[a-z]{1,4}([._-][a-z]{1,3}){0,2}(:[a-z0-9]{1,5})?") {
            if let Ok(reference) = ImageReference::parse(&text) {
                prop_assert_eq!(ImageReference::parse(&reference.to_string()).unwrap(), reference);
            }
        }

        #[test]
        fn parsing_never_panics(text in ".{0,80}") {
            let _ = ImageReference::parse(&text);
        }
    }
}
