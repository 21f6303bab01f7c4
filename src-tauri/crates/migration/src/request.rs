//! The request of a migration: what a user chose, parsed and validated. It is the input of
//! `facts` and `plan`.

use std::collections::BTreeMap;

use transload_model::{ImageReference, Platform, RepositoryName, RepositorySettings, Tag};

/// A validated migration request.
#[derive(Clone, Debug, Default)]
pub struct MigrationRequest {
    /// The images, each with its destination.
    pub images: Vec<RequestedImage>,
    /// Settings of each repository in case it has to be created.
    pub repositories: BTreeMap<RepositoryName, RepositorySettings>,
    /// Whether the temporary tags of a push through the Docker Engine are removed afterwards.
    pub remove_temporary_tags: bool,
    /// Which parts of each image are copied from registry to registry.
    pub extent: CopyScope,
}

/// Which parts of an image are copied from registry to registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyScope {
    /// Copies only the manifest of this platform. Its digest is not the index's, and anything
    /// attached to the index, such as its signature, is not copied.
    pub platform: Option<Platform>,
    /// Whether signatures and other referrers are copied.
    pub referrers: bool,
}

impl Default for CopyScope {
    /// Copies everything.
    fn default() -> Self {
        Self { platform: None, referrers: true }
    }
}

#[derive(Clone, Debug)]
pub struct RequestedImage {
    /// The repository as the source shows it. For display only.
    pub source_repository: String,
    pub source: ImageReference,
    pub repository: RepositoryName,
    /// The tag at the destination.
    pub tag: Tag,
    /// What to do if the tag at the destination points to another image.
    pub resolution: Option<Resolution>,
    /// When the tag was pushed to its source, in milliseconds since 1970, if the source reports it.
    pub pushed_at_ms: Option<u64>,
}

/// What to do when the tag at the destination points to another image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    KeepExisting,
    /// Overwrite the tag, if the repository allows it.
    Overwrite,
    /// Push to another tag.
    NewTag(Tag),
}

impl RequestedImage {
    /// Returns the tag at the destination after the resolution is applied.
    pub fn destination_tag(&self) -> &Tag {
        match &self.resolution {
            Some(Resolution::NewTag(tag)) => tag,
            _ => &self.tag,
        }
    }
}
