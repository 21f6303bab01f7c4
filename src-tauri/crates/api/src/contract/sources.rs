use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where images come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum ImageSource {
    /// The Docker Engine on this computer.
    DockerEngine,
    /// A namespace of Docker Hub.
    DockerHub {
        /// The user or organisation; `library` for official images.
        namespace: String,
    },
    /// Any registry.
    Registry {
        /// Its host, and port where there is one.
        host: String,
        /// Whether it is asked over HTTP without TLS; a loopback host always is.
        plain_http: bool,
    },
    /// The practice Docker Hub account inside the program.
    PracticeAccount,
}

/// A sign-in to a source, for this run of the program alone. It is not stored.
#[derive(Deserialize, TS)]
#[ts(export)]
pub struct SourceLogin {
    /// The source.
    pub source: ImageSource,
    /// The user name.
    pub username: String,
    /// The password or access token.
    pub secret: String,
}

/// How a source is asked at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SourceLoginStatus {
    /// As whom; nothing means anonymously.
    pub username: Option<String>,
    /// Where the login comes from.
    pub origin: SourceLoginOrigin,
}

/// Where the login for a source comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SourceLoginOrigin {
    /// No login.
    Anonymous,
    /// Typed in this run of the program.
    Typed,
    /// What `docker login` stored.
    DockerLogin,
}

/// A page of repositories of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SourceRepositories {
    /// The repositories.
    pub repositories: Vec<SourceRepository>,
    /// What to ask for the next page with; nothing at the end.
    pub next: Option<String>,
}

/// A repository of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
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
#[ts(export)]
pub struct SourceTags {
    /// The tags, newest first where the source knows their age.
    pub tags: Vec<SourceTag>,
    /// What to ask for the next page with; nothing at the end.
    pub next: Option<String>,
}

/// A tag of a repository. What the source has not told yet is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
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
}
