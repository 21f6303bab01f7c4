//! What this computer already read from registries: manifests and configurations by digest, and the pull times that
//! ECR reported before they were read.
//!
//! Reading a manifest sets ECR's `lastRecordedPullTime` (aws/containers-roadmap#2390), which people use to decide
//! what to delete. Therefore the explorer reads each document once and keeps it, and stores the pull time of the image
//! before each read. `explorer`, `inspect` and `api` use this crate. It owns its own SQLite files, apart from the
//! journal: the file may be deleted at any time without losing more than the cache.
//!
//! - `document_cache`: [`DocumentCache`], the file
//! - `image_lists`: [`ImageLists`], the images of all repositories as they were last listed
//! - `image_search`: the images with a tag or digest, in these lists
//! - `image_use`: which images run, as last read
//! - `layer_lists`: the lists of the files of layers
//! - `pull_times`: which recorded pull was a read by Transload

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod document_cache;
mod image_lists;
mod image_search;
mod image_use;
mod layer_lists;
mod pull_times;
mod sqlite_file;
#[cfg(test)]
mod testing;

pub use document_cache::{CachedDocument, DOCUMENT_LIMIT_BYTES, DocumentCache};
pub use image_lists::{ImageLists, ListedImage, ListedRepository, RegistryScope};
pub use image_search::{FoundImages, StoredImage};
pub use image_use::{ImageUse, KnownUse};
pub use pull_times::{OwnRead, PullScope, PullTime, ReadSpan};
