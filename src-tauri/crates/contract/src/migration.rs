//! What the user asks a migration to do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
pub use transload_model::{Encryption, LifecyclePreset, TagMutability};
use ts_rs::TS;

use crate::aws::AwsConnection;
use crate::naming::Naming;
use crate::selection::{SelectedImage, Selection};
use crate::sources::ImageSource;

/// What a person asked for in the wizard: the input of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "migration.ts")]
pub struct MigrationRequest {
    /// Where the images go.
    pub connection: AwsConnection,
    /// Where they come from.
    pub source: ImageSource,
    /// Which images.
    pub images: Vec<SelectedImage>,
    /// Which repository of the source goes to which ECR repository; one entry a source repository.
    pub repositories: Vec<RepositoryMapping>,
    /// What a source repository without an entry is called: one that *Run again* finds new.
    #[serde(default)]
    pub naming: Naming,
    /// How new repositories are set up.
    pub template: RepositorySettings,
    /// What to do about images whose tag points to something else already.
    pub choices: Vec<ConflictChoice>,
    /// Whether the tags that a push through the Docker Engine needs are removed from it afterwards.
    pub remove_temporary_tags: bool,
    /// What of each image comes along, from registry to registry.
    pub extent: CopyScope,
    /// The ECR repositories for which the person confirmed that a lifecycle policy expires images.
    #[serde(default)]
    pub expiry_confirmed: Vec<String>,
    /// The rules that chose the images, where rules did: *Run again* asks them for new tags.
    #[serde(default)]
    pub selection: Option<Selection>,
}

/// What of an image comes along when it is copied from registry to registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "migration.ts")]
pub struct CopyScope {
    /// Only this platform, such as `linux/amd64`. ECR then holds the digest of that platform's
    /// manifest and not the one of the index.
    pub platform: Option<String>,
    /// Whether signatures and other referrers come along.
    pub referrers: bool,
}

impl Default for CopyScope {
    /// Everything.
    fn default() -> Self {
        Self { platform: None, referrers: true }
    }
}

/// Where a source repository goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "migration.ts")]
pub struct RepositoryMapping {
    /// The repository as the source shows it.
    pub source_repository: String,
    /// The ECR repository's name, prefix included.
    pub repository_name: String,
    /// Settings for this one instead of the template's.
    pub settings: Option<RepositorySettings>,
}

/// How a repository is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "migration.ts")]
pub struct RepositorySettings {
    /// Whether tags may be moved.
    pub tag_mutability: TagMutability,
    /// The tags that are an exception, as patterns with `*`; at most five.
    pub exclusion_filters: Vec<String>,
    /// Whether an image is scanned when it arrives.
    pub scan_on_push: bool,
    /// How layers are encrypted at rest.
    pub encryption: Encryption,
    /// AWS tags.
    pub tags: BTreeMap<String, String>,
    /// What ECR removes by itself.
    pub lifecycle: LifecyclePreset,
    /// Who else may do what with the repository, as a policy document of at most 10,240 characters;
    /// nothing for ECR's usual.
    #[serde(default)]
    pub policy: Option<String>,
}

/// What to do about one image whose tag points to something else already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "migration.ts")]
pub struct ConflictChoice {
    /// Which image.
    pub image: SelectedImage,
    /// What to do.
    pub resolution: ConflictResolution,
}

/// What to do about a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "migration.ts")]
pub enum ConflictResolution {
    /// Leave the destination as it is.
    KeepExisting,
    /// Move the tag, where the repository allows it.
    Overwrite,
    /// Copy under another tag.
    NewTag {
        /// The other tag.
        tag: String,
    },
}
