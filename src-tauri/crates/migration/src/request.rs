use std::collections::BTreeMap;

use transload_model::{ImageReference, Platform, RepositoryName, RepositorySettings, Tag};

/// What a person asked for, read and checked: the input of a plan.
#[derive(Clone, Debug, Default)]
pub struct MigrationRequest {
    /// Which images, and where each goes.
    pub images: Vec<RequestedImage>,
    /// How each repository is to be set up if it has to be created.
    pub repositories: BTreeMap<RepositoryName, RepositorySettings>,
    /// Whether the names that a push through the Docker Engine needs are taken away afterwards.
    pub remove_temporary_tags: bool,
    /// What of each image comes along, from registry to registry.
    pub extent: Extent,
}

/// What of an image comes along when it is copied from registry to registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Only the manifest for this platform. Its digest is not the index's, and what is known by the
    /// index's digest, such as a signature of it, stays behind.
    pub platform: Option<Platform>,
    /// Whether signatures and other referrers come along.
    pub referrers: bool,
}

impl Default for Extent {
    /// Everything.
    fn default() -> Self {
        Self { platform: None, referrers: true }
    }
}

/// One image of a request.
#[derive(Clone, Debug)]
pub struct RequestedImage {
    /// The repository as the source shows it; it only names the choice.
    pub source_repository: String,
    /// The image at its source.
    pub source: ImageReference,
    /// The ECR repository that it goes to.
    pub repository: RepositoryName,
    /// The tag that it is to have there.
    pub tag: Tag,
    /// What to do if the tag points to something else there.
    pub resolution: Option<Resolution>,
    /// When the tag was pushed to its source, in milliseconds since 1970, where the source says so.
    pub pushed_at_ms: Option<u64>,
}

/// What to do when the tag at the destination points to something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Leave the destination as it is.
    KeepExisting,
    /// Move the tag, where the repository allows it.
    Overwrite,
    /// Copy under another tag.
    NewTag(Tag),
}

impl RequestedImage {
    /// The tag at the destination, once the choice is taken into account.
    pub fn destination_tag(&self) -> &Tag {
        match &self.resolution {
            Some(Resolution::NewTag(tag)) => tag,
            _ => &self.tag,
        }
    }
}
