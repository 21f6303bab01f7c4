//! Descriptors, platforms and media types, as manifests and indexes contain them. Used wherever an
//! image is read, selected or copied.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// The media types of manifests and image configurations.
pub mod media_type {
    pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    /// OCI index of several manifests.
    pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
    /// OCI image configuration.
    pub const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
    /// Docker image manifest, version 2, schema 2.
    pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
    pub const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
    /// Docker image configuration.
    pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
    /// Docker image manifest, schema 1, signed. Not supported, and rejected with an error.
    pub const DOCKER_SCHEMA1_SIGNED: &str =
        "application/vnd.docker.distribution.manifest.v1+prettyjws";
    /// Docker image manifest, schema 1. Not supported, and rejected with an error.
    pub const DOCKER_SCHEMA1: &str = "application/vnd.docker.distribution.manifest.v1+json";
    /// Configuration of a build cache. Source: BuildKit, `cache/remotecache/v1/spec.go`.
    pub const BUILDKIT_CACHE_CONFIG: &str = "application/vnd.buildkit.cacheconfig.v0";

    /// The `Accept` values of a manifest request: every type that can be copied unchanged.
    pub const ACCEPT_MANIFESTS: [&str; 4] =
        [OCI_INDEX, OCI_MANIFEST, DOCKER_INDEX, DOCKER_MANIFEST];

    /// Returns whether a manifest of this type lists other manifests.
    pub fn is_index(media_type: &str) -> bool {
        matches!(media_type, OCI_INDEX | DOCKER_INDEX)
    }
}

/// The platform that an image runs on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// Operating system, such as `linux`; `unknown` marks an attestation.
    pub os: String,
    /// Processor architecture as Go names it, such as `amd64`.
    pub architecture: String,
    /// Variant of the architecture, such as `v8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// The text form of a platform with neither an operating system nor an architecture.
const UNKNOWN: &str = "unknown";

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::unknown() {
            return formatter.write_str(UNKNOWN);
        }
        write!(formatter, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(formatter, "/{variant}"),
            None => Ok(()),
        }
    }
}

/// The error for text that is not a platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a platform; expected os/architecture, for example linux/amd64 or linux/arm/v7"
)]
pub struct InvalidPlatform(pub String);

impl FromStr for Platform {
    type Err = InvalidPlatform;

    /// Parses `os/architecture` or `os/architecture/variant`. `unknown` means
    /// [`Platform::unknown`].
    fn from_str(text: &str) -> Result<Self, InvalidPlatform> {
        if text == UNKNOWN {
            return Ok(Self::unknown());
        }
        let invalid = || InvalidPlatform(text.to_owned());
        let parts: Vec<&str> = text.split('/').collect();
        let is_word =
            |part: &&str| !part.is_empty() && part.bytes().all(|sign| sign.is_ascii_alphanumeric());
        if !parts.iter().all(is_word) {
            return Err(invalid());
        }
        match parts[..] {
            [os, architecture] => Ok(Self::new(os, architecture, None)),
            [os, architecture, variant] => Ok(Self::new(os, architecture, Some(variant))),
            _ => Err(invalid()),
        }
    }
}

impl Platform {
    fn new(os: &str, architecture: &str, variant: Option<&str>) -> Self {
        Self {
            os: os.to_owned(),
            architecture: architecture.to_owned(),
            variant: variant.map(str::to_owned),
        }
    }

    /// Returns the platform of an index entry with `"platform": {}`.
    pub fn unknown() -> Self {
        Self::new(UNKNOWN, UNKNOWN, None)
    }

    /// Reads the `platform` of an index entry. Missing and malformed members count as `unknown`;
    /// returns `None` only for `null`.
    pub(super) fn from_json(json: &serde_json::Value) -> Option<Self> {
        if json.is_null() {
            return None;
        }
        let text = |key: &str| {
            json.get(key).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty())
        };
        let (os, architecture) = (text("os"), text("architecture"));
        let variant = text("variant").filter(|_| os.is_some() || architecture.is_some());
        Some(Self::new(os.unwrap_or(UNKNOWN), architecture.unwrap_or(UNKNOWN), variant))
    }

    /// Returns whether this platform satisfies a requested one. The variant is compared only if the
    /// request names one.
    pub fn matches(&self, requested: &Self) -> bool {
        self.os == requested.os
            && self.architecture == requested.architecture
            && (requested.variant.is_none() || self.variant == requested.variant)
    }
}

/// A reference from a manifest or index to other content. OCI image specification, "Descriptor".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Media type of the content.
    pub media_type: String,
    /// Digest of the content.
    pub digest: Digest,
    /// Size of the content in bytes.
    pub size_bytes: u64,
    /// Platform of an index entry.
    pub platform: Option<Platform>,
    /// Annotations, for example the one that marks an attestation.
    pub annotations: BTreeMap<String, String>,
    /// Other locations from which the content can be downloaded.
    pub urls: Vec<String>,
}

/// The media types of layers that a registry does not have to store. Sources: Docker's image
/// manifest specification, and the OCI image specification, "Non-distributable Layers".
const FOREIGN_TYPES: [&str; 6] = [
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.zstd",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
];
/// Prefixes of the media types of layers and configurations. Only the index of a build cache lists
/// such content.
const BLOB_TYPE_PREFIXES: [&str; 5] = [
    "application/vnd.oci.image.layer.",
    "application/vnd.docker.image.rootfs.",
    "application/vnd.oci.image.config.",
    "application/vnd.docker.container.image.",
    media_type::BUILDKIT_CACHE_CONFIG,
];

impl Descriptor {
    /// Returns whether the content is stored outside the registry, as Windows base layers are. The
    /// media type decides: an ordinary layer can have URLs and is in the registry nevertheless.
    pub fn is_foreign(&self) -> bool {
        !self.urls.is_empty() && FOREIGN_TYPES.contains(&self.media_type.as_str())
    }

    /// Returns whether an index entry is a layer or a configuration instead of a manifest, as in
    /// the caches that BuildKit exports with `image-manifest=false`.
    pub fn is_blob_in_index(&self) -> bool {
        BLOB_TYPE_PREFIXES.iter().any(|prefix| self.media_type.starts_with(prefix))
    }

    /// Returns whether an index entry is a BuildKit attestation instead of an image.
    ///
    /// Source: BuildKit's attestation storage, annotation `vnd.docker.reference.type`.
    pub fn is_attestation(&self) -> bool {
        self.annotations
            .get("vnd.docker.reference.type")
            .is_some_and(|kind| kind == "attestation-manifest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_round_trip_and_other_text_is_rejected() {
        for text in ["linux/amd64", "linux/arm/v7", "windows/amd64"] {
            assert_eq!(text.parse::<Platform>().unwrap().to_string(), text);
        }
        for text in ["", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux/amd 64", "li\nux/a"]
        {
            assert!(text.parse::<Platform>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn incomplete_platforms_are_unknown_and_round_trip() {
        for (json, text) in [
            ("{}", "unknown"),
            (r#"{"os":null,"architecture":""}"#, "unknown"),
            (r#"{"variant":"v8"}"#, "unknown"),
            (r#""linux/amd64""#, "unknown"),
            (r#"{"os":"linux"}"#, "linux/unknown"),
            (r#"{"architecture":"arm64","variant":""}"#, "unknown/arm64"),
            (
                r#"{"os":"linux","architecture":"arm","variant":"v7","os.version":3}"#,
                "linux/arm/v7",
            ),
        ] {
            let platform = Platform::from_json(&serde_json::from_str(json).unwrap()).unwrap();
            assert_eq!(platform.to_string(), text, "{json}");
            assert_eq!(text.parse(), Ok(platform), "{json}");
        }
        assert_eq!(Platform::from_json(&serde_json::Value::Null), None);
    }

    #[test]
    fn only_foreign_media_types_are_outside_the_registry() {
        let layer = |media_type: &str, urls: &[&str]| Descriptor {
            media_type: media_type.to_owned(),
            digest: Digest::of(b"x"),
            size_bytes: 1,
            platform: None,
            annotations: BTreeMap::new(),
            urls: urls.iter().map(|url| (*url).to_owned()).collect(),
        };
        let urls = &["https://elsewhere.example/x"];
        for foreign in FOREIGN_TYPES {
            assert!(layer(foreign, urls).is_foreign(), "{foreign}");
            assert!(!layer(foreign, &[]).is_foreign(), "{foreign} can only be in the registry");
        }
        for ordinary in [
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
            "application/vnd.oci.image.layer.v1.tar+zstd",
            media_type::OCI_CONFIG,
            "application/vnd.in-toto+json",
        ] {
            assert!(!layer(ordinary, urls).is_foreign(), "{ordinary}");
        }
    }

    #[test]
    fn the_variant_is_compared_only_if_it_is_requested() {
        let arm_v7: Platform = "linux/arm/v7".parse().unwrap();
        assert!(arm_v7.matches(&"linux/arm".parse().unwrap()));
        assert!(arm_v7.matches(&arm_v7));
        assert!(!arm_v7.matches(&"linux/arm/v6".parse().unwrap()));
        assert!(!"linux/arm".parse::<Platform>().unwrap().matches(&arm_v7));
    }
}
