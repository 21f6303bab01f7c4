//! The whole request of a migration, as the wizard or the command line sends it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use transload_model::{Encryption, LifecyclePreset, Reported, TagMutability};
use ts_rs::TS;

use crate::entered::connection::{AwsConnection, ImageSource};
use crate::entered::selection::{Naming, SelectedImage, Selection};

/// What the user asks for: the input of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "MigrationRequest", export_to = "migration.ts")]
pub struct EnteredRequest {
    pub connection: AwsConnection,
    pub source: ImageSource,
    pub images: Vec<SelectedImage>,
    /// The ECR repository of each source repository.
    pub repositories: Vec<RepositoryMapping>,
    /// The names of source repositories without an entry, which *Run again* may find.
    #[serde(default)]
    pub naming: Naming,
    pub template: EnteredSettings,
    /// What to do with images whose tag exists and points to another image.
    pub choices: Vec<ConflictChoice>,
    /// Whether the temporary tags of a push through the Docker Engine are removed afterwards.
    pub remove_temporary_tags: bool,
    /// What is copied of each image from registry to registry.
    pub extent: EnteredScope,
    /// The ECR repositories for which the user confirmed that a lifecycle policy expires images.
    #[serde(default)]
    pub expiry_confirmed: Vec<String>,
    /// The rules that selected the images, if rules did. *Run again* applies them to the current
    /// tags.
    #[serde(default)]
    pub selection: Option<Selection>,
}

impl EnteredRequest {
    /// Returns a request without images, which creates repositories with ECR's default settings and copies images
    /// as a whole.
    pub fn new(connection: AwsConnection, source: ImageSource) -> Self {
        Self {
            connection,
            source,
            images: Vec::new(),
            repositories: Vec::new(),
            naming: Naming::default(),
            template: EnteredSettings::default(),
            choices: Vec::new(),
            remove_temporary_tags: true,
            extent: EnteredScope::default(),
            expiry_confirmed: Vec::new(),
            selection: None,
        }
    }
}

/// What is copied of an image from registry to registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "CopyScope", export_to = "migration.ts")]
pub struct EnteredScope {
    /// Only this platform, such as `linux/amd64`. The digest in ECR is then that of the platform's
    /// manifest, not of the index.
    pub platform: Option<String>,
    /// Whether referrers (signatures, attestations, SBOMs) are copied too.
    pub referrers: bool,
}

impl Default for EnteredScope {
    fn default() -> Self {
        Self { platform: None, referrers: true }
    }
}

/// The ECR repository of a source repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "migration.ts")]
pub struct RepositoryMapping {
    /// The repository as the source shows it.
    pub source_repository: String,
    /// The name of the ECR repository, including the prefix.
    pub repository_name: String,
    /// Settings of this repository that replace the template.
    pub settings: Option<EnteredSettings>,
}

/// The settings of a repository. The default are those of ECR.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "RepositorySettings", export_to = "migration.ts")]
pub struct EnteredSettings {
    pub tag_mutability: Reported<TagMutability>,
    /// Tags that are excluded from the tag mutability, as patterns with `*`. At most five.
    pub exclusion_filters: Vec<String>,
    pub scan_on_push: bool,
    /// Encryption of the layers at rest.
    pub encryption: Reported<Encryption>,
    /// AWS tags.
    pub tags: BTreeMap<String, String>,
    /// The lifecycle policy.
    pub lifecycle: LifecyclePreset,
    /// The repository policy, a document of at most 10,240 characters. `null` for none.
    #[serde(default)]
    pub policy: Option<String>,
}

/// What to do with one image whose tag exists and points to another image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "migration.ts")]
pub struct ConflictChoice {
    pub image: SelectedImage,
    pub resolution: ConflictResolution,
}

/// What to do with an image whose tag points to another image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "migration.ts")]
pub enum ConflictResolution {
    KeepExisting,
    /// Move the tag, if the repository allows it.
    Overwrite,
    NewTag {
        tag: String,
    },
}
