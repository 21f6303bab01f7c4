//! Where images come from, and what is there.

use serde::{Deserialize, Serialize};
use transload_errors::ApiError;
use ts_rs::TS;

use crate::aws::AwsConnection;

/// Where images come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum ImageSource {
    /// The Docker Engine on this computer.
    DockerEngine,
    /// Namespaces of Docker Hub.
    DockerHub {
        /// The user or organisation, or several with commas between them; `library` for official
        /// images.
        namespace: String,
    },
    /// Any registry.
    Registry {
        /// Its host, and port where there is one.
        host: String,
        /// Whether it is asked over HTTP without TLS; a loopback host always is.
        plain_http: bool,
    },
    /// An Amazon ECR.
    Ecr {
        /// The account and region.
        connection: AwsConnection,
    },
    /// The practice Docker Hub inside the program.
    PracticeAccount {
        /// As of Docker Hub; nothing for the practice account's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        namespace: Option<String>,
    },
}

/// A sign-in to a source, for this run of the program; it is not stored, unless the person asks.
#[derive(Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceLogin {
    /// The source.
    pub source: ImageSource,
    /// The user name.
    pub username: String,
    /// The password or access token.
    pub secret: String,
    /// Whether the keychain of the operating system keeps it for the next run.
    #[serde(default)]
    pub keep: bool,
}

/// How a source is asked at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceLoginStatus {
    /// As whom; nothing means anonymously.
    pub username: Option<String>,
    /// Where the login comes from.
    pub origin: SourceLoginOrigin,
    /// Where a stored login was found: a file, a variable, or a credential helper.
    pub stored_in: Option<String>,
    /// Why the login is in doubt: a stored one cannot be read, or a typed one could not be tested.
    pub login_error: Option<ApiError>,
    /// Why the keychain does not keep the login, or did not forget it, where that was asked for.
    pub keychain_error: Option<ApiError>,
}

/// Where the login for a source comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum SourceLoginOrigin {
    /// No login.
    Anonymous,
    /// Typed in this run of the program.
    Typed,
    /// Typed, and kept by the keychain of the operating system.
    Keychain,
    /// What `docker login`, `podman login` or `skopeo login` stored.
    DockerLogin,
}

/// The namespaces of whoever is signed in to Docker Hub.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceNamespaces {
    /// The person's own first, then their organisations; none without a login.
    pub namespaces: Vec<String>,
    /// Whether Docker Hub told the organisations. An organisation's own token does not say them.
    pub organizations_told: bool,
}

/// A page of repositories of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceRepositories {
    /// The repositories.
    pub repositories: Vec<SourceRepository>,
    /// What to ask for the next page with; nothing at the end.
    pub next: Option<String>,
    /// How many there are on all pages, where the source says so.
    pub total: Option<u64>,
    /// Namespaces that could not be read, of several.
    #[serde(default)]
    pub unread: Vec<UnreadRepository>,
}

/// A repository of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceRepository {
    /// The name as the source shows it, such as `dencold/pgcli`.
    pub name: String,
    /// Whether only some may see it, where the source says so.
    pub private: Option<bool>,
    /// When something in it changed last.
    pub updated_at_ms: Option<u64>,
    /// Size of everything in it, where the source says so.
    pub size_bytes: Option<u64>,
    /// Its tags, where the source gives them along (the Docker Engine does).
    pub tags: Option<Vec<SourceTag>>,
}

/// A page of tags of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceTags {
    /// The tags, newest first where the source knows their age.
    pub tags: Vec<SourceTag>,
    /// What to ask for the next page with; nothing at the end.
    pub next: Option<String>,
    /// How many there are on all pages, where the source says so.
    pub total: Option<u64>,
}

/// A tag of a repository. What the source has not told yet is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct SourceTag {
    /// The tag.
    pub tag: String,
    /// The digest it points to.
    pub digest: Option<String>,
    /// The platforms under it, such as `linux/amd64`; attestations are left out.
    pub platforms: Vec<String>,
    /// Compressed size of all platforms, or of the engine's unpacked image.
    pub size_bytes: Option<u64>,
    /// When it was pushed, or made where the source keeps no push time.
    pub updated_at_ms: Option<u64>,
    /// When it was pulled last, where the source says so.
    pub pulled_at_ms: Option<u64>,
    /// The platforms that the index lists and the Docker Engine does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub missing_platforms: Option<Vec<String>>,
}

/// A repository, or a namespace of repositories, that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "sources.ts")]
pub struct UnreadRepository {
    /// Its name.
    pub repository: String,
    /// Why.
    pub error: ApiError,
}
