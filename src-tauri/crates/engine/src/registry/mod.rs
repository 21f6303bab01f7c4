//! The OCI distribution protocol: login, manifests, blobs, tags.

mod api;
mod error;

pub use api::{BlobStream, LoginSource, ManifestHead, PullQuota, RegistryApi, RegistryLogin};
pub use error::RegistryError;
