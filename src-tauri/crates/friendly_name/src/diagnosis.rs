//! The result of a diagnosis: one answer of each check, and what follows for each client.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What to check. The token and the upload are used only if the user agreed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct NameDiagnosisRequest {
    pub name: String,
    /// An image in the registry, such as `team/app:1.0`. Without it, manifests and layers are not checked.
    pub image: Option<String>,
    /// Whether the authorization token of ECR may be sent to the name.
    pub with_login: bool,
    /// Whether an upload may be started in the repository of the image. It is cancelled.
    pub with_upload: bool,
}

/// The checks, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum CheckId {
    OwnName,
    Dns,
    Certificate,
    Registry,
    Authentication,
    Login,
    Manifest,
    Layer,
    Upload,
    UploadSize,
    Headers,
    Clients,
}

impl CheckId {
    pub const ALL: [Self; 12] = [
        Self::OwnName,
        Self::Dns,
        Self::Certificate,
        Self::Registry,
        Self::Authentication,
        Self::Login,
        Self::Manifest,
        Self::Layer,
        Self::Upload,
        Self::UploadSize,
        Self::Headers,
        Self::Clients,
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum CheckState {
    NotChecked,
    Passed,
    Warning,
    Failed,
}

/// The answer of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct CheckResult {
    pub check: CheckId,
    pub state: CheckState,
    /// The finding, for scripts, such as `cname_to_ecr`.
    pub finding: String,
    /// What was found and what it means, in sentences.
    pub message: String,
    /// What to do next. `null` if nothing has to be done.
    pub next: Option<String>,
    /// Facts, such as the names in the certificate.
    pub details: Vec<String>,
}

/// The clients that behave differently with a name in front of ECR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum NameClient {
    /// Docker Engine with a graph driver, the image store of older installations.
    DockerGraphDriver,
    /// Docker Engine with the containerd image store.
    DockerContainerd,
    /// Podman, Buildah, CRI-O and skopeo.
    Podman,
    /// containerd, nerdctl and Kubernetes nodes with containerd.
    Containerd,
}

impl NameClient {
    pub const ALL: [Self; 4] =
        [Self::DockerGraphDriver, Self::DockerContainerd, Self::Podman, Self::Containerd];

    /// Returns the name for users.
    pub fn title(self) -> &'static str {
        match self {
            Self::DockerGraphDriver => "Docker Engine (graph driver)",
            Self::DockerContainerd => "Docker Engine (containerd image store)",
            Self::Podman => "Podman, Buildah, skopeo, CRI-O",
            Self::Containerd => "containerd, Kubernetes",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "friendlyName.ts")]
pub enum Ability {
    Works,
    Fails,
    NotChecked,
}

/// Whether a client can do something with the name, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct AbilityVerdict {
    pub ability: Ability,
    /// Why it fails or wasn't checked, or a restriction.
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct ClientVerdict {
    pub client: NameClient,
    pub title: String,
    pub login: AbilityVerdict,
    pub pull: AbilityVerdict,
    pub push: AbilityVerdict,
}

/// The result of a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "friendlyName.ts")]
pub struct NameDiagnosis {
    pub name: String,
    /// The worst state of the checks.
    pub state: CheckState,
    /// The verdict in one sentence.
    pub headline: String,
    /// What to do next.
    pub next: String,
    /// The registry behind the name, as its login challenge names it.
    pub behind: Option<String>,
    /// Whether an authorization token was sent to the name.
    pub token_sent: bool,
    pub checks: Vec<CheckResult>,
    pub clients: Vec<ClientVerdict>,
}
