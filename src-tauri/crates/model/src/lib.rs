//! The values that every other crate of the engine uses. This crate depends on none of them.
//!
//! Text from outside is parsed into one of these types once, where it enters the program. Code that
//! receives such a value does not validate it again.
//!
//! - `reference`, `registry_host`, `tag`, `digest`, `packed_digest`: names of images and of content.
//! - `pasted_reference`: what a user pastes to name an image.
//! - `manifest`, `descriptor`: OCI and Docker manifests, platforms and media types.
//! - `account`, `region`, `partition`: AWS identifiers.
//! - `repository_name`, `repository_settings`, `repository_policy`: ECR repositories.
//! - `reported`: values of AWS that this version may not know.
//! - `secret`, `text`, `time`, `wildcard`: secrets, text forms for serde, the clock, and patterns.
//! - `visible`, `unique_names`: text from strangers for display, and JSON with ambiguous members.

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod account;
mod descriptor;
mod digest;
mod manifest;
mod packed_digest;
mod partition;
mod pasted_reference;
mod reference;
mod region;
mod registry_host;
mod reported;
mod repository_name;
mod repository_policy;
mod repository_settings;
mod secret;
mod tag;
pub mod text;
mod time;
mod unique_names;
mod visible;
mod wildcard;

pub use account::{AccountId, InvalidAccountId};
pub use descriptor::{Descriptor, InvalidPlatform, Platform, media_type};
pub use digest::{Digest, DigestAlgorithm, DigestHasher, InvalidDigest};
pub use manifest::{
    ImageManifest, IndexManifest, MANIFEST_LIMIT_BYTES, Manifest, ManifestError, RawManifest,
};
pub use packed_digest::PackedDigest;
pub use partition::Partition;
pub use pasted_reference::{NotUnderstood, PastedReference};
pub use reference::{ImageReference, InvalidReference};
pub use region::{InvalidRegion, Region};
pub use registry_host::{InvalidRegistryHost, RegistryHost};
pub use reported::Reported;
pub use repository_name::{InvalidRepositoryName, RepositoryName, RepositoryNameRule};
pub use repository_policy::{InvalidRepositoryPolicy, RepositoryPolicy, is_same_policy};
pub use repository_settings::{
    Encryption, InvalidExclusionFilter, LifecyclePreset, RepositorySettings, TagExclusionFilter,
    TagMutability,
};
pub use secret::Secret;
pub use tag::{InvalidTag, Tag};
pub use time::now_ms;
pub use unique_names::has_unique_names;
pub use visible::{is_hidden, visible};
pub use wildcard::wildcard_matches;
