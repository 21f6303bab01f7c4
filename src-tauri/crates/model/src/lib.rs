//! Values: what the rest of the engine talks about.
//!
//! A string is parsed once, at the edge, into one of these types; inside there is
//! nothing left to re-check. This room imports no other room.

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod account;
mod descriptor;
mod digest;
mod manifest;
mod partition;
mod reference;
mod region;
mod repository_name;
mod repository_policy;
mod repository_settings;
mod secret;
mod tag;
pub mod text;
mod time;
mod wildcard;

pub use account::{AccountId, InvalidAccountId};
pub use descriptor::{Descriptor, InvalidPlatform, Platform, media_type};
pub use digest::{Digest, DigestAlgorithm, DigestHasher, InvalidDigest};
pub use manifest::{
    ImageManifest, IndexManifest, MANIFEST_LIMIT_BYTES, Manifest, ManifestError, RawManifest,
};
pub use partition::Partition;
pub use reference::{ImageReference, InvalidReference, RegistryHost};
pub use region::{InvalidRegion, Region};
pub use repository_name::{InvalidRepositoryName, RepositoryName, RepositoryNameRule};
pub use repository_policy::{InvalidRepositoryPolicy, RepositoryPolicy};
pub use repository_settings::{
    Encryption, InvalidExclusionFilter, LifecyclePreset, RepositorySettings, TagExclusionFilter,
    TagMutability,
};
pub use secret::Secret;
pub use tag::{InvalidTag, Tag};
pub use time::now_ms;
pub use wildcard::wildcard_matches;
