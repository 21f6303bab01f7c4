//! What all repositories of a registry contain, from the lists that were read last.

use serde::{Deserialize, Serialize};
pub use transload_explorer::{MonthlyUse, RepositoryStorage};
use ts_rs::TS;

use crate::sources::UnreadRepository;

/// The repositories of a registry, with what is known of their contents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistryContents {
    pub repositories: Vec<RepositoryContents>,
    /// Repositories whose images couldn't be read now.
    pub unread: Vec<UnreadRepository>,
}

/// What is known of the contents of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RepositoryContents {
    pub name: String,
    /// When its images were last listed. `null` if they never were.
    pub listed_at_ms: Option<u64>,
    /// `null` until its images are listed.
    pub storage: Option<RepositoryStorage>,
}

/// Progress of listing the images of all repositories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct RegistryReadProgress {
    pub repositories: u64,
    /// Number of repositories whose images were listed, also earlier ones.
    pub repositories_read: u64,
    /// Number of images that were listed now.
    pub images: u64,
}

/// Images that match a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct FoundImages {
    pub images: Vec<FoundImage>,
    /// Whether more images match.
    pub has_more: bool,
}

/// An image that matches a text, as it was last listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "repositories.ts")]
pub struct FoundImage {
    pub repository: String,
    /// The URI of its repository.
    pub uri: String,
    pub digest: String,
    pub tags: Vec<String>,
    /// The size as ECR reports it.
    pub size_bytes: Option<u64>,
    pub pushed_at_ms: Option<u64>,
    /// The last pull by someone else than Transload.
    pub pulled_at_ms: Option<u64>,
    pub is_archived: bool,
    /// When its repository was listed.
    pub listed_at_ms: u64,
}
