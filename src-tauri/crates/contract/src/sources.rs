//! Sources of images, with their repositories and tags.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
pub use transload_migration::entered::ImageSource;
use ts_rs::TS;

/// Credentials for a source. They are valid until the program closes and are not stored, unless the
/// user asks for it.
#[derive(Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceLogin {
    pub source: ImageSource,
    pub username: String,
    /// The password or access token.
    pub secret: String,
    /// Whether to save them in the keychain of the operating system.
    #[serde(default)]
    pub keep: bool,
}

/// The login that is used for a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceLoginStatus {
    /// `null` for anonymous access.
    pub username: Option<String>,
    pub origin: SourceLoginOrigin,
    /// Where a stored login was found: a file, an environment variable, or a credential helper.
    pub stored_in: Option<String>,
    /// Why a stored login couldn't be read, or an entered one couldn't be tested.
    pub login_error: Option<ApiError>,
    /// Why the keychain couldn't save or delete the login.
    pub keychain_error: Option<ApiError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum SourceLoginOrigin {
    Anonymous,
    /// Entered since the program started.
    Typed,
    /// Entered, and saved in the keychain of the operating system.
    Keychain,
    /// Stored by `docker login`, `podman login` or `skopeo login`.
    DockerLogin,
}

/// The Docker Hub namespaces of the signed-in user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceNamespaces {
    /// The user's own namespace first, then organizations. Empty without a login.
    pub namespaces: Vec<String>,
    /// Whether Docker Hub reported the organizations. It doesn't for the access token of an
    /// organization.
    pub organizations_reported: bool,
}

/// A page of repositories of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceRepositories {
    pub repositories: Vec<SourceRepository>,
    /// The token for the next page. `null` on the last page.
    pub next: Option<String>,
    /// The number on all pages, if the source reports it.
    pub total: Option<u64>,
    /// Namespaces that couldn't be read.
    #[serde(default)]
    pub unread: Vec<UnreadRepository>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceRepository {
    /// The name as the source shows it, such as `dencold/pgcli`.
    pub name: String,
    /// Whether it is private, if the source reports it.
    pub private: Option<bool>,
    /// The last change in it.
    pub updated_at_ms: Option<u64>,
    /// The size of its content, if the source reports it.
    pub size_bytes: Option<u64>,
    /// Its tags, if the source lists them with the repositories, as the Docker Engine does.
    pub tags: Option<Vec<SourceTag>>,
}

/// A page of tags of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceTags {
    /// The tags, newest first if the source knows their dates.
    pub tags: Vec<SourceTag>,
    /// The token for the next page. `null` on the last page.
    pub next: Option<String>,
    /// The number on all pages, if the source reports it.
    pub total: Option<u64>,
}

/// A tag of a repository. Facts that the source hasn't reported yet are absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceTag {
    pub tag: String,
    pub digest: Option<String>,
    /// The platforms, such as `linux/amd64`, without attestations.
    pub platforms: Vec<String>,
    /// The compressed size of all platforms. For the Docker Engine, the unpacked size.
    pub size_bytes: Option<u64>,
    /// When it was pushed, or created if the source doesn't record pushes.
    pub updated_at_ms: Option<u64>,
    /// The last pull, if the source reports it.
    pub pulled_at_ms: Option<u64>,
    /// The platforms of the index that the Docker Engine doesn't have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub missing_platforms: Option<Vec<String>>,
}

/// A repository, or a namespace of repositories, that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct UnreadRepository {
    pub repository: String,
    pub error: ApiError,
}
